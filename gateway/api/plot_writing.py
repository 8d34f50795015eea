"""The part of the API that changes how plots are watered; every request shows the token.

What is refused is a problem document with status 409, whose detail is the sentence that says why.
"""

import uuid
from typing import TypeVar

from fastapi import APIRouter
from starlette.responses import Response

from gateway.api.plot_requests import (
    DryDaysRequest,
    ModeRequest,
    OverrideRequest,
    WaterRequest,
)
from gateway.api.plot_shapes import DryDaysShape, ModeShape, OverrideShape
from gateway.api.problems import Problem
from gateway.api.shapes import RunShape
from gateway.api.writing import REQUESTER, writers_only
from gateway.decisions import Run
from gateway.plot_acts import Act, Outcome, PlotActs
from gateway.plot_records import NoGo, Override, PlotSetting
from gateway.views import Views

R = TypeVar("R")


def plot_writing_routes(views: Views, acts: PlotActs, token: str) -> APIRouter:
    """POST and DELETE under `/plots/{id}`."""
    router = APIRouter(prefix="/plots/{id}", dependencies=writers_only(views, token))

    def act(plot: str, key: str | None = None) -> Act:
        if all(one.id != plot for one in views.site.plots):
            raise Problem(404, f"There is no plot {plot!r}.")
        return Act(plot, REQUESTER, key or uuid.uuid4().hex)

    @router.post("/water", status_code=202)
    async def water(id: str, wanted: WaterRequest) -> RunShape:
        """Water the plot now, or as soon as its pump is free."""
        outcome = await acts.water(act(id, wanted.id), wanted.amount())
        return RunShape.of(_decided(outcome, Run))

    @router.post("/stop", status_code=204)
    async def stop(id: str) -> None:
        """End the watering of the plot."""
        _done(await acts.stop(act(id)))

    @router.post("/mode")
    async def set_mode(id: str, wanted: ModeRequest) -> ModeShape:
        """Water the plot otherwise from now on, or ask first, or no longer."""
        outcome = None
        if wanted.mode is not None:
            outcome = _done(await acts.set_mode(act(id), wanted.mode))
        if wanted.ask_first is not None:
            outcome = _done(await acts.set_ask_first(act(id), wanted.ask_first))
        assert outcome is not None  # noqa: S101 one of both is there
        return ModeShape.of(_decided(outcome, PlotSetting))

    @router.post("/dry-days", status_code=201)
    async def add_dry_days(id: str, wanted: DryDaysRequest, response: Response) -> DryDaysShape:
        """No water on these days."""
        outcome = await acts.add_dry_days(
            act(id, wanted.id), wanted.begin, wanted.end, wanted.reason
        )
        added = DryDaysShape.of(_decided(outcome, NoGo))
        response.headers["Location"] = f"/api/v1/plots/{id}/dry-days/{added.id}"
        return added

    @router.delete("/dry-days/{dry_days}", status_code=204)
    async def remove_dry_days(id: str, dry_days: str) -> None:
        """Take back dry days that were added; those of `plots.yaml` stay."""
        _done(await acts.remove_dry_days(act(id), dry_days))

    @router.post("/overrides", status_code=201)
    async def override(id: str, wanted: OverrideRequest, response: Response) -> OverrideShape:
        """Let an interlock pass for a while. The diary tells who did it, and why."""
        outcome = await acts.override(
            act(id, wanted.id), wanted.interlock, wanted.reason, wanted.until
        )
        added = OverrideShape.of(_decided(outcome, Override))
        response.headers["Location"] = f"/api/v1/plots/{id}/overrides/{added.id}"
        return added

    @router.delete("/overrides/{override}", status_code=204)
    async def end_override(id: str, override: str) -> None:
        """Let the interlock hold water back again."""
        _done(await acts.end_override(act(id), override))

    @router.post("/proposals/{proposal}/approve", status_code=204)
    async def approve(id: str, proposal: str) -> None:
        """Say yes to a watering that waits for it."""
        _done(await acts.answer(act(id), proposal, approved=True))

    @router.post("/proposals/{proposal}/decline", status_code=204)
    async def decline(id: str, proposal: str) -> None:
        """Say no to it."""
        _done(await acts.answer(act(id), proposal, approved=False))

    return router


def _done(outcome: Outcome) -> Outcome:
    """Raises Problem when it was refused."""
    if not outcome.done:
        raise Problem(409, outcome.text.en)
    return outcome


def _decided(outcome: Outcome, kind: type[R]) -> R:
    """What was decided. Raises Problem when it was refused."""
    record = _done(outcome).record
    if not isinstance(record, kind):
        raise Problem(409, "Another request with this id was about something else.")
    return record
