"""The addresses of the watering: the overview, the plan, each plot, and their streams."""

import secrets

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dashboards import plot as one_plot
from dashboards.door import Form
from dashboards.pages import Pages
from dashboards.shared import Fragments
from dashboards.timeline import WIDTH, timeline
from dashboards.watering_acts import acting_routes
from dashboards.words import Words
from gateway.plots import Mode
from gateway.plots.guard import NoGoReason
from gateway.views.plots import Foreseen

NEXT_SHOWN = 4
"""Waterings of the plan on the overview; the others are one press away."""


def routes(pages: Pages) -> APIRouter:
    """`/watering` and all below it. A plot is never called `plan`."""
    router = APIRouter()

    @router.get("/watering")
    async def overview(request: Request, plot: str = "", done: str = "") -> Response:
        return await overview_page(pages, request, done=_done(pages, request, plot, done))

    @router.get("/live/watering")
    async def overview_stream(request: Request) -> Response:
        signed = pages.door.visitor(request) is not None

        async def render(words: Words) -> Fragments:
            return await _overview(pages, words, signed=signed)

        return pages.live_for_all(request, _name("watering", signed), render, public=False)

    @router.get("/watering/plan")
    async def plan(request: Request) -> Response:
        words = pages.words(request)
        return await pages.page(
            request,
            "watering/plan.html",
            words,
            title=words.t("plan.title"),
            current="watering",
            live=f"/live/watering/plan?lang={words.lang}",
            fragments=_plan(pages, words),
        )

    @router.get("/live/watering/plan")
    async def plan_stream(request: Request) -> Response:
        async def render(words: Words) -> Fragments:
            return _plan(pages, words)

        return pages.live_for_all(request, "watering/plan", render, public=False)

    router.include_router(acting_routes(pages, overview_page, plot_page))

    @router.get("/watering/{id}")
    async def plot(request: Request, id: str, done: str = "") -> Response:
        return await plot_page(pages, request, id, done=_done(pages, request, id, done))

    @router.get("/live/watering/{id}")
    async def plot_stream(request: Request, id: str) -> Response:
        signed = pages.door.visitor(request) is not None
        if pages.views.plots.plot(id) is None:
            raise HTTPException(404)

        async def render(words: Words) -> Fragments:
            detail = await pages.views.plots.detail(id)
            return {} if detail is None else one_plot.fragments(pages, words, detail, signed=signed)

        return pages.live_for_all(request, _name(f"watering/{id}", signed), render, public=False)

    return router


async def overview_page(
    pages: Pages,
    request: Request,
    *,
    said: str = "",
    done: str = "",
    name: str = "",
    status: int = 200,
) -> Response:
    """All plots. `said` is why something was refused, `done` what was done, `name` whom a wrong
    code came with."""
    words = pages.words(request)
    visitor = pages.door.visitor(request)
    watering = await pages.views.watering()
    first = sorted(watering.plots, key=lambda plot: plot.run is None)
    response = await pages.page(
        request,
        "watering/page.html",
        words,
        title=words.t("watering.title"),
        current="watering",
        live=f"/live/watering?lang={words.lang}",
        fragments=await _overview(pages, words, signed=visitor is not None),
        plots=[plot.id for plot in first],
        visitor=visitor,
        name=name,
        act=secrets.token_hex(8),
        said=said,
        done=done,
        asks=bool(watering.asking),
    )
    response.status_code = status
    return response


async def plot_page(
    pages: Pages,
    request: Request,
    id: str,
    *,
    said: str = "",
    done: str = "",
    typed: Form | None = None,
    look: Foreseen | None = None,
    status: int = 200,
) -> Response:
    """One plot. `typed` is what a refused form held, `look` what a watering would be."""
    words = pages.words(request)
    detail = await pages.views.plots.detail(id)
    if detail is None:
        raise HTTPException(404)
    visitor = pages.door.visitor(request)
    response = await pages.page(
        request,
        "plot/page.html",
        words,
        title=words.text(detail.plot.label),
        current="watering",
        live=f"/live/watering/{id}?lang={words.lang}",
        fragments=one_plot.fragments(pages, words, detail, signed=visitor is not None),
        detail=detail,
        plot=detail.plot,
        outlook=detail.status.outlook,
        visitor=visitor,
        name=(typed or {}).get("name", ""),
        act=secrets.token_hex(8),
        said=said,
        done=done,
        typed=typed or {},
        look=look,
        presets=one_plot.presets(detail),
        dry_rows=one_plot.dry_rows(detail),
        reasons=tuple(NoGoReason),
        modes=tuple(Mode),
        mode_before=one_plot.mode_before(detail),
        hours=one_plot.OVERRIDE_HOURS,
        label_of=lambda interlock: one_plot.interlock_label(detail, interlock),
        named=one_plot.named,
    )
    response.status_code = status
    return response


async def _overview(pages: Pages, words: Words, *, signed: bool) -> Fragments:
    render = pages.renderer.fragment
    found = await pages.views.watering()
    planned = pages.views.plots.plan()
    cards = {
        f"plot-{plot.id}": render(
            "watering/plot.html",
            words,
            plot=plot,
            soil=one_plot.soil_state(plot.outlook),
            signed=signed,
        )
        for plot in found.plots
    }
    coming = [one for one in planned.plan.waterings if one.begin > planned.plan.at]
    return {
        "total": render("watering/total.html", words, watering=found),
        "asks": render("watering/asks.html", words, asking=found.asking, signed=signed),
        "next": render(
            "watering/next.html", words, coming=coming[:NEXT_SHOWN], labels=planned.labels
        ),
        **cards,
    }


def _plan(pages: Pages, words: Words) -> Fragments:
    found = pages.views.plots.plan()
    html = pages.renderer.fragment(
        "watering/plan_body.html",
        words,
        detail=found,
        plan=found.plan,
        timeline=timeline(found),
        width=WIDTH,
    )
    return {"plan": html}


def _done(pages: Pages, request: Request, plot: str, key: str) -> str:
    """What was done just now, in the reader's language; nothing where nobody remembers."""
    outcome = pages.acts.outcome(plot, key) if key else None
    return pages.words(request).text(outcome.text) if outcome and outcome.done else ""


def _name(page: str, signed: bool) -> str:
    """Who may press buttons sees another page than who may not."""
    return f"{page}+" if signed else page
