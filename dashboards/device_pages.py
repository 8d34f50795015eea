"""The addresses of one device: its page, its stream and the data of its chart."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from dashboards.chart_csv import csv_of
from dashboards.charts import DEFAULT_RANGE, RANGES, Range, charted, data_of, events_of, table_of
from dashboards.device import device_fragments
from dashboards.pages import Pages
from dashboards.shared import Fragments
from dashboards.words import Words
from gateway.feed import Update
from gateway.views import Views
from gateway.views.device import Chart
from gateway.views.fleet import DeviceRow


def routes(pages: Pages) -> APIRouter:
    """`/devices/{id}` and what belongs to it."""
    router = APIRouter()
    renderer, views = pages.renderer, pages.views

    @router.get("/devices/{id}")
    async def device_page(request: Request, id: str) -> Response:
        device = await views.device(id)
        if device is None:
            raise HTTPException(404)
        words = pages.words(request)
        chart = await _chart(views, device.row, request)
        return await pages.page(
            request,
            "device/page.html",
            words,
            title=words.text(device.row.label),
            current="devices",
            live=f"/live/devices/{id}?lang={words.lang}",
            fragments=device_fragments(renderer, device, words),
            device=device,
            chart=chart,
            table=table_of(chart, words),
            events=events_of(chart, words),
            ranges=RANGES,
            chosen=_range(request),
        )

    @router.get("/devices/{id}/chart")
    async def device_chart(request: Request, id: str) -> Response:
        chart = await _chart(views, _row(views, id), request)
        data = data_of(chart, pages.words(request))
        return JSONResponse(data, headers={"Cache-Control": "no-store"})

    @router.get("/devices/{id}/chart.csv")
    async def device_csv(request: Request, id: str) -> Response:
        chart = await _chart(views, _row(views, id), request)
        text = csv_of(chart, pages.words(request))
        name = f'attachment; filename="{id}.csv"'
        return Response(text, media_type="text/csv", headers={"Content-Disposition": name})

    @router.get("/live/devices/{id}")
    async def device_stream(request: Request, id: str) -> Response:
        _row(views, id)

        async def render(words: Words, update: Update | None) -> Fragments:
            if update is not None and id not in update.devices and not update.alerts:
                return {}
            device = await views.device(id)
            return {} if device is None else device_fragments(renderer, device, words)

        return pages.live(request, render)

    return router


def _row(views: Views, id: str) -> DeviceRow:
    row = views.row(id)
    if row is None:
        raise HTTPException(404)
    return row


def _range(request: Request) -> Range:
    return RANGES.get(request.query_params.get("range", ""), DEFAULT_RANGE)


async def _chart(views: Views, row: DeviceRow, request: Request) -> Chart:
    metrics = charted(row.kind, request.query_params.getlist("metric"))
    start, end, step = _range(request).window(views.now, views.midnight, row.interval_s)
    return await views.chart(row.id, metrics, start, end, step)
