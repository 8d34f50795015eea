"""The addresses of the lots of tea: what a buyer reads, and the labels that lead there.

The page of a lot is public, and stands under the address that GS1 Digital Link gives it, where the
tea has a number of its own.
"""

import io

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dashboards.pages import Pages
from dashboards.words import Words
from gateway.diary.addresses import Reach, reach_of
from gateway.diary.figures import number_of
from gateway.diary.gs1 import lot_path
from gateway.diary.lots import DAYS_TOLD, Lot

QUIET_MODULES = 4
"""White around a code, as its standard wants it."""


def lot_routes(pages: Pages) -> APIRouter:
    """`/lot/{code}`, `/01/{gtin}/10/{code}`, their QR codes and labels, and `/diary/lots`."""
    router = APIRouter()
    site = pages.views.site.config

    def address(code: str) -> str | None:
        """Where buyers find the lot; None as long as nobody has said by which name."""
        base = site.web.base_url
        return base + lot_path(code, site.gtin) if base else None

    def warning(words: Words) -> str:
        """Why a buyer's phone will not open the code; empty where it will."""
        if site.web.base_url is None:
            return words.t("lots.no-address")
        reach = reach_of(site.web.base_url)
        return "" if reach is Reach.EVERYBODY else words.t(f"lots.reach.{reach.value}")

    @router.get("/lot/{code}.svg")
    async def qr(code: str) -> Response:
        import segno  # 3 MB: only who asks for a label has it

        lot = await _lot(pages, code)
        leads_to = address(lot.code)
        if leads_to is None:
            raise HTTPException(404)
        content = io.BytesIO()
        # M: a label gets scratched.
        segno.make(leads_to, error="m", micro=False).save(
            content, kind="svg", border=QUIET_MODULES, light="#fff", omitsize=True
        )
        return Response(content.getvalue(), media_type="image/svg+xml")

    @router.get("/lot/{code}")
    async def lot(request: Request, code: str) -> Response:
        return await _page(pages, request, code)

    @router.get("/01/{gtin}/10/{code}")
    async def lot_of_product(request: Request, gtin: str, code: str) -> Response:
        if gtin != site.gtin:
            raise HTTPException(404)
        return await _page(pages, request, code)

    @router.get("/diary/lots")
    async def lots(request: Request) -> Response:
        words, diary = pages.words(request), pages.views.diary
        return await pages.page(
            request,
            "lots/page.html",
            words,
            title=words.t("lots.title"),
            current="diary",
            live=None,
            fragments={},
            lots=[
                (
                    line.code,
                    words.date(line.entry.at),
                    words.text(diary.label(line.entry.plot)),
                    words.quantity(number_of(line.entry, "kg") or 0.0, "kg"),
                )
                for line in await diary.lots()
            ],
            path=lambda code: lot_path(code, site.gtin),
            warning=warning(words),
        )

    @router.get("/diary/lots/{code}")
    async def label(request: Request, code: str) -> Response:
        found = await _lot(pages, code)
        words, diary = pages.words(request), pages.views.diary
        return await pages.page(
            request,
            "lots/label.html",
            words,
            title=words.t("lots.label"),
            current="diary",
            live=None,
            fragments={},
            lot=found,
            site=words.text(site.name),
            day=words.day(found.day),
            labels=[words.text(diary.label(origin.plot)) for origin in found.origins],
            address=address(found.code),
            warning=warning(words),
        )

    return router


async def _lot(pages: Pages, code: str) -> Lot:
    """Typed by hand, in whatever letters."""
    found = await pages.views.diary.lot(code.upper())
    if found is None:
        raise HTTPException(404)
    return found


async def _page(pages: Pages, request: Request, code: str) -> Response:
    found = await _lot(pages, code)
    words = pages.words(request)
    site = words.text(pages.views.site.config.name)
    return await pages.page(
        request,
        "lots/lot.html",
        words,
        title=words.t("lot.title", site=site, code=found.code),
        current="",
        live=None,
        fragments={},
        public=True,
        lot=found,
        label=pages.views.diary.label,
        days=DAYS_TOLD,
        site=site,
    )
