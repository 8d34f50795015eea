"""Pages that move without a reload: a stream of the fragments that changed.

A fragment is HTML for one place of a page, or JSON for its script. Each goes out when it differs
from what the same reader got last; a `beat` with the time follows, so that the page notices a
silent connection.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from starlette.responses import StreamingResponse

from gateway.clock import Millis
from gateway.feed import Feed, TooManySubscribersError, Update

BEAT_S = 15.0
"""A page that has heard nothing for three beats says that its figures are old."""
RETRY_WHEN_FULL_MS = 60_000

Render = Callable[[Update | None], Awaitable[Mapping[str, str]]]
"""The fragments that an update may have changed, by name; None asks for all of them."""


def stream(feed: Feed, render: Render, clock: Callable[[], Millis]) -> StreamingResponse:
    """The response of one open page."""
    return StreamingResponse(
        _events(feed, render, clock),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(feed: Feed, render: Render, clock: Callable[[], Millis]) -> AsyncIterator[bytes]:
    try:
        with feed.subscribe() as subscription:
            sent: dict[str, bytes] = {}
            fragments = await render(None)
            while not subscription.closed:
                for name, content in fragments.items():
                    digest = hashlib.blake2b(content.encode(), digest_size=8).digest()
                    if sent.get(name) != digest:
                        sent[name] = digest
                        yield event(name, content)
                yield event("beat", str(clock()))
                update = await subscription.next(BEAT_S)
                fragments = {} if update is None else await render(update)
    except TooManySubscribersError:
        yield f"retry: {RETRY_WHEN_FULL_MS}\n".encode() + event("full", "")


def event(name: str, content: str) -> bytes:
    """One server-sent event."""
    lines = "".join(f"data: {line}\n" for line in content.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()
