"""Calls that may hang for longer than anybody wants to wait, even at the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")


def detach(call: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
    """Run a blocking call in a thread of its own.

    Unlike the threads of `asyncio.to_thread` nobody joins this one: a gateway that ends does not
    wait for a server that does not answer. So the call must change nothing that has to be whole.
    """
    future: Future[Result] = Future()
    future.set_running_or_notify_cancel()  # whoever gives up waiting leaves it to itself

    def work() -> None:
        try:
            result = call(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  # handed to whoever waits
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=work, name="detached", daemon=True).start()
    return future


async def run_detached(call: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Await a detached call. Whoever is cancelled leaves it to itself."""
    return await asyncio.wrap_future(detach(call, *args, **kwargs))
