"""The part of the API that only reads."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from devices.decode import parse_time
from devices.rejection import RejectedError
from gateway.api.problems import Problem
from gateway.api.shapes import (
    AlertShape,
    ClockShape,
    CommandShape,
    DeviceShape,
    OneDeviceShape,
    PlotShape,
    PointShape,
    RuleShape,
    RunShape,
    SeriesShape,
)
from gateway.clock import Millis
from gateway.decisions import State
from gateway.feed import Feed
from gateway.views import Views

POINTS_MAX = 10_000
"""More than a year in steps of an hour."""
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FINE_DAYS_MAX = 7
"""Shorter steps than an hour are made of single messages, which lie far apart on the disk: a week
of them costs 0.3 s where nothing is in memory, and longer on an SD card."""
TIME_DIGITS_MAX = 15
"""Epoch ms of the year 33658; SQLite counts further, but nobody does."""
STEP_MS = 300_000
BEAT_S = 15.0


def reading_routes(views: Views, feed: Feed) -> APIRouter:
    """GET for everything that can be looked at."""
    router = APIRouter()

    @router.get("/devices")
    async def devices(kind: str | None = None, state: State | None = None) -> list[DeviceShape]:
        """The adopted devices, of one kind or state if asked."""
        return [
            DeviceShape.of(row)
            for row in views.devices()
            if kind in (None, row.kind.name) and state in (None, row.state)
        ]

    @router.get("/devices/{id}")
    async def device(id: str) -> OneDeviceShape:
        """One device, adopted or not, and which of its readings are missing."""
        row = views.row(id)
        if row is None:
            raise Problem(404, f"There is no device {id!r}.")
        return OneDeviceShape.of_one(row, views.missing(id))

    @router.get("/devices/{id}/series")
    async def series(
        id: str,
        metric: str,
        start: str | None = None,
        end: str | None = None,
        step: Annotated[int, Query(ge=1000, le=366 * DAY_MS, description="ms")] = STEP_MS,
    ) -> SeriesShape:
        """A metric over time; the last day, unless RFC 3339 or epoch ms say otherwise."""
        until = views.now if end is None else _time("end", end)
        since = until - DAY_MS if start is None else _time("start", start)
        if since >= until or (until - since) // step > POINTS_MAX:
            raise Problem(
                422,
                f"From start to end must be more than nothing and at most {POINTS_MAX} steps.",
            )
        if step < HOUR_MS and until - since > FINE_DAYS_MAX * DAY_MS:
            raise Problem(
                422,
                f"In steps of less than an hour at most {FINE_DAYS_MAX} days can be asked at once: "
                f"ask for less, or for a step of {HOUR_MS} ms or more.",
            )
        if views.row(id) is None:
            raise Problem(404, f"There is no device {id!r}.")
        curve = await views.curve(id, metric, since, until, step)
        if curve is None:
            raise Problem(404, f"The device {id!r} has no metric {metric!r}.")
        return SeriesShape(
            device=id,
            metric=metric,
            unit=curve.metric.unit,
            start=since,
            end=until,
            step=step,
            origin=curve.origin,
            points=[PointShape(**point._asdict()) for point in curve.points],
        )

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

    @router.get("/rules")
    async def rules() -> list[RuleShape]:
        """The rules and how they are."""
        return [RuleShape.of(rule) for rule in views.rules()]

    @router.get("/plots")
    async def plots() -> list[PlotShape]:
        """The plots, and why they are watered or not."""
        return [PlotShape.of(plot) for plot in (await views.watering()).plots]

    @router.get("/runs")
    async def runs(since: str | None = None) -> list[RunShape]:
        """Waterings, newest first; of the last seven days if `since` is absent."""
        start = views.now - 7 * DAY_MS if since is None else _time("since", since)
        return [RunShape.of(run) for run in await views.runs(start)]

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


def _time(name: str, written: str) -> Millis:
    is_number = written.isascii() and written.isdigit() and len(written) <= TIME_DIGITS_MAX
    try:
        return parse_time(int(written) if is_number else written)
    except RejectedError as error:
        raise Problem(422, f"{name}: {error.detail.en}") from None
