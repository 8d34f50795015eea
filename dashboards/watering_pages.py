"""The addresses of the watering: page and stream."""

from fastapi import APIRouter

from dashboards.pages import Pages
from dashboards.shared_page import Content, SharedPage, shared_routes
from dashboards.words import Words


def routes(pages: Pages) -> APIRouter:
    """`/watering` and its stream."""
    renderer, views = pages.renderer, pages.views

    async def watering(words: Words) -> Content:
        found = await views.watering()
        fragments = {
            f"plot-{plot.id}": renderer.fragment("watering/plot.html", words, plot=plot)
            for plot in found.plots
        }
        total = renderer.fragment("watering/total.html", words, watering=found)
        watered_first = sorted(found.plots, key=lambda plot: plot.run is None)
        return Content(
            {"total": total, **fragments}, {"plots": [plot.id for plot in watered_first]}
        )

    page = SharedPage("watering", "/watering", "watering/page.html", "watering.title", watering)
    return shared_routes(pages, page)
