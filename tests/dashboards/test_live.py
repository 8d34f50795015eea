from collections.abc import Mapping
from contextlib import ExitStack

from dashboards.live import Render, event, stream
from gateway.feed import SUBSCRIBERS_MAX, Feed, Update


class Reader:
    """An open page: a stream, and the events that came through it."""

    def __init__(self, feed: Feed, render: Render) -> None:
        self._chunks = stream(feed, render, lambda: 42).body_iterator

    async def until_beat(self) -> list[str]:
        """The names of the events up to the next beat."""
        names = []
        async for chunk in self._chunks:
            assert isinstance(chunk, bytes)
            names.append(chunk.decode().splitlines()[0].removeprefix("event: "))
            if names[-1] == "beat":
                break
        return names


async def test_only_what_changed_is_sent() -> None:
    feed = Feed(interval_s=0.001)
    page: dict[str, str] = {"a": "1", "b": "1"}

    async def render(update: Update | None) -> Mapping[str, str]:
        return dict(page)

    reader = Reader(feed, render)
    assert await reader.until_beat() == ["a", "b", "beat"]
    page["b"] = "2"
    feed.publish(Update())
    assert await reader.until_beat() == ["b", "beat"]
    feed.publish(Update())
    assert await reader.until_beat() == ["beat"]
    feed.close()
    assert await reader.until_beat() == []


async def test_the_page_is_told_when_too_many_are_open() -> None:
    feed = Feed()

    async def render(update: Update | None) -> Mapping[str, str]:
        return {}

    with ExitStack() as others:
        for _ in range(SUBSCRIBERS_MAX):
            others.enter_context(feed.subscribe())
        chunks = [chunk async for chunk in stream(feed, render, lambda: 42).body_iterator]
    assert chunks == [b"retry: 60000\nevent: full\ndata: \n\n"]


def test_a_fragment_of_several_lines_stays_one_event() -> None:
    assert event("a", "<p>\r\n1\n</p>\n") == b"event: a\ndata: <p>\ndata: 1\ndata: </p>\n\n"


def test_a_fragment_cannot_forge_an_event() -> None:
    forged = event("a", "x\n\nevent: beat\rdata: 0\x85y\u2028z")
    assert forged.count(b"\n\n") == 1
    assert b"\nevent: beat" not in forged
