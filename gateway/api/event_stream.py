"""The part of the API that tells what changes, while it changes."""

import json
from collections.abc import AsyncIterator

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from gateway.api.problems import Problem
from gateway.feed import Feed

BEAT_S = 15.0


def event_routes(feed: Feed) -> APIRouter:
    """GET for the stream of server-sent events."""
    router = APIRouter()

    @router.get("/events")
    async def events() -> StreamingResponse:
        """Server-sent events: `change` names what changed, at most once a second."""
        if feed.full:
            raise Problem(503, "As many readers as the gateway serves are connected already.")
        return StreamingResponse(
            _changes(feed),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    return router


async def _changes(feed: Feed) -> AsyncIterator[bytes]:
    with feed.subscribe() as subscription:
        yield b": connected\n\n"
        while True:
            update = await subscription.next(BEAT_S)
            if subscription.closed:
                return
            if update is None:
                yield b": still here\n\n"
                continue
            body = {
                "devices": sorted(update.devices),
                "alerts": update.alerts,
                "runs": update.runs,
            }
            yield f"event: change\ndata: {json.dumps(body)}\n\n".encode()
