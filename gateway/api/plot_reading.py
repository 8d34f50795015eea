"""The part of the API that says how it stands with the plots, and why."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api.plot_shapes import (
    BalanceDayShape,
    ExplanationShape,
    OnePlotShape,
    PlanShape,
    PlotShape,
)
from gateway.api.problems import Problem
from gateway.api.written_time import parse_written
from gateway.views import Views
from gateway.views.plots import DAYS_SHOWN, PlotDetail

EXPLANATIONS = 30
EXPLANATIONS_MAX = 500


def plot_reading_routes(views: Views) -> APIRouter:
    """GET for the plots and the plan."""
    router = APIRouter()

    async def found(id: str) -> PlotDetail:
        detail = await views.plots.detail(id)
        if detail is None:
            raise Problem(404, f"There is no plot {id!r}.")
        return detail

    @router.get("/plots")
    async def plots() -> list[PlotShape]:
        """The plots, and why they are watered or not."""
        return [PlotShape.of(plot) for plot in (await views.watering()).plots]

    @router.get("/plan")
    async def plan() -> PlanShape:
        """What is expected of the next 24 hours."""
        return PlanShape.of(views.plots.plan().plan)

    @router.get("/plots/{id}")
    async def plot(id: str) -> OnePlotShape:
        """One plot, with what keeps water back from it now."""
        return OnePlotShape.of_one(await found(id))

    @router.get("/plots/{id}/explanations")
    async def explanations(
        id: str,
        until: str | None = None,
        limit: Annotated[int, Query(ge=1, le=EXPLANATIONS_MAX)] = EXPLANATIONS,
    ) -> list[ExplanationShape]:
        """The decisions about a plot up to `until`, newest first."""
        end = None if until is None else parse_written("until", until)
        await found(id)
        return [ExplanationShape.of(one) for one in await views.plots.explanations(id, limit, end)]

    @router.get("/plots/{id}/balance")
    async def balance(id: str, since: date | None = None) -> list[BalanceDayShape]:
        """The water in the root zone day by day, oldest first; of the last 14 days if `since` is
        absent."""
        detail = await found(id)
        first = since or detail.today - timedelta(days=DAYS_SHOWN - 1)
        return [BalanceDayShape.of(day) for day in await views.plots.balance(id, first)]

    return router
