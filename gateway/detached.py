"""Calls that may hang for longer than anybody wants to wait, even at the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")


async def run_detached(call: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Run a blocking call in a thread of its own. Whoever is cancelled leaves it to itself.

    Unlike the threads of `asyncio.to_thread` nobody joins this one: a gateway that ends does not
    wait for a server that does not answer. So the call must change nothing that has to be whole.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(take: Callable[[Any], None], outcome: object) -> None:
        if not future.done():
            take(outcome)

    def tell(take: Callable[[Any], None], outcome: object) -> None:
        with suppress(RuntimeError):  # the loop has ended, and with it who asked
            loop.call_soon_threadsafe(settle, take, outcome)

    def work() -> None:
        try:
            result = call(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  # raised again where it is awaited
            tell(future.set_exception, error)
        else:
            tell(future.set_result, result)

    threading.Thread(target=work, name="detached", daemon=True).start()
    return await future
