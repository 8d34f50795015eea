"""The part of the API that reads what the gateway decided and did."""

from fastapi import APIRouter

from gateway.api.problems import Problem
from gateway.api.shapes import (
    AlertShape,
    ClockShape,
    CommandShape,
    RunShape,
)
from gateway.api.written_time import parse_written
from gateway.views import Views

WEEK_MS = 7 * 24 * 3_600_000


def reading_routes(views: Views) -> APIRouter:
    """GET for the clock, commands, alerts and waterings."""
    router = APIRouter()

    @router.get("/clock")
    async def clock() -> ClockShape:
        """The time by the gateway and by the machine."""
        return ClockShape.of(views.condition().clock)

    @router.get("/commands/{id}")
    async def command(id: str) -> CommandShape:
        """A command and what became of it."""
        found = await views.command(id)
        if found is None:
            raise Problem(404, f"There is no command {id!r}.")
        return CommandShape.of(found)

    @router.get("/alerts")
    async def alerts() -> list[AlertShape]:
        """Open alerts first, then the newest that are over."""
        return [AlertShape.of(alert) for alert in await views.alerts()]

    @router.get("/runs")
    async def runs(since: str | None = None) -> list[RunShape]:
        """Waterings, newest first; of the last seven days if `since` is absent."""
        start = views.now - WEEK_MS if since is None else parse_written("since", since)
        return [RunShape.of(run) for run in await views.runs(start)]

    return router
