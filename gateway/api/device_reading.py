"""The part of the API that reads devices and what they measured."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api.problems import Problem
from gateway.api.shapes import DeviceShape, OneDeviceShape, PointShape, SeriesShape
from gateway.api.written_time import parse_written
from gateway.clock import Millis
from gateway.decisions import State
from gateway.history import TooFineError
from gateway.views import Views
from gateway.views.fleet import DeviceRow

POINTS_MAX = 10_000
"""More than a year in steps of an hour."""
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FINE_DAYS_MAX = 7
"""Shorter steps than an hour are made of single messages, which lie far apart on the disk: a week
of them costs 0.3 s where nothing is in memory, and longer on an SD card."""
STEP_MS = 300_000


def device_routes(views: Views) -> APIRouter:
    """GET for devices and their series."""
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
        return OneDeviceShape.of_one(row_of(views, id), views.missing(id))

    @router.get("/devices/{id}/series")
    async def series(
        id: str,
        metric: str,
        start: str | None = None,
        end: str | None = None,
        step: Annotated[int, Query(ge=1000, le=366 * DAY_MS, description="ms")] = STEP_MS,
    ) -> SeriesShape:
        """A metric over time; the last day, unless RFC 3339 or epoch ms say otherwise."""
        until = views.now if end is None else parse_written("end", end)
        since = until - DAY_MS if start is None else parse_written("start", start)
        _check_cost(since, until, step)
        row_of(views, id)
        try:
            curve = await views.curve(id, metric, since, until, step)
        except TooFineError:
            raise Problem(422, _TOO_FINE) from None
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

    return router


_TOO_FINE = (
    f"This device sends very often: ask for a shorter time, or for a step of {HOUR_MS} ms or more."
)


def row_of(views: Views, id: str) -> DeviceRow:
    """A device, adopted or not. Raises Problem."""
    row = views.row(id)
    if row is None:
        raise Problem(404, f"There is no device {id!r}.")
    return row


def _check_cost(since: Millis, until: Millis, step: int) -> None:
    if since >= until or (until - since) // step > POINTS_MAX:
        raise Problem(
            422, f"From start to end must be more than nothing and at most {POINTS_MAX} steps."
        )
    if step < HOUR_MS and until - since > FINE_DAYS_MAX * DAY_MS:
        raise Problem(
            422,
            f"In steps of less than an hour at most {FINE_DAYS_MAX} days can be asked at once: "
            f"ask for less, or for a step of {HOUR_MS} ms or more.",
        )
