"""What many open pages show alike is rendered once for each change, not once for each page."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from gateway.feed import Feed

Fragments = Mapping[str, str]


class Shared:
    """The fragments of the newest change, by page and language. Belongs to one event loop."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._version = -1
        self._tasks: dict[tuple[str, str], asyncio.Future[Fragments]] = {}

    async def get(
        self, key: tuple[str, str], make: Callable[[], Awaitable[Fragments]]
    ) -> Fragments:
        """What `make` gives; pages that ask for the same at the same time wait for one call."""
        if self._version != self._feed.version:
            self._version = self._feed.version
            self._tasks.clear()
        task = self._tasks.get(key)
        if task is None or (task.done() and task.exception() is not None):
            task = self._tasks[key] = asyncio.ensure_future(make())
        return await asyncio.shield(task)  # one page that is closed must not harm the others
