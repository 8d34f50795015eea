import asyncio

import pytest

from dashboards.shared import Fragments, Shared
from gateway.feed import Feed, Update

KEY = ("home", "vi")


class Kitchen:
    """Renders when the test lets it."""

    def __init__(self) -> None:
        self.calls = 0
        self.open = asyncio.Event()
        self.fails = False

    async def make(self) -> Fragments:
        self.calls += 1
        await self.open.wait()
        if self.fails:
            raise OSError("no disk")
        return {"n": str(self.calls)}


async def test_those_who_ask_together_are_served_at_once() -> None:
    kitchen, shared = Kitchen(), Shared(Feed())
    asked = [asyncio.create_task(shared.get(KEY, kitchen.make)) for _ in range(3)]
    kitchen.open.set()
    assert await asyncio.gather(*asked) == [{"n": "1"}] * 3


async def test_a_change_and_another_language_are_rendered_anew() -> None:
    feed, kitchen = Feed(), Kitchen()
    kitchen.open.set()
    shared = Shared(feed)
    await shared.get(KEY, kitchen.make)
    assert await shared.get(("home", "en"), kitchen.make) == {"n": "2"}
    feed.publish(Update())
    assert await shared.get(KEY, kitchen.make) == {"n": "3"}


async def test_a_page_that_is_closed_does_not_harm_the_others() -> None:
    kitchen, shared = Kitchen(), Shared(Feed())
    one, other = (asyncio.create_task(shared.get(KEY, kitchen.make)) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    kitchen.open.set()
    assert await other == {"n": "1"}


async def test_a_failure_is_not_kept() -> None:
    kitchen, shared = Kitchen(), Shared(Feed())
    kitchen.fails = True
    kitchen.open.set()
    with pytest.raises(OSError, match="no disk"):
        await shared.get(KEY, kitchen.make)
    kitchen.fails = False
    assert await shared.get(KEY, kitchen.make) == {"n": "2"}
