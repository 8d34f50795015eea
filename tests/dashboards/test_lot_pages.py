"""What a buyer reads, and the code that leads there."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.site import Site
from tests.dashboards.client import client_of
from tests.dashboards.diary import PLUCKED, SPRAYED, WATERED
from tests.dashboards.page import Page
from tests.hamlet import DAY_MS, NOW, Hamlet

GTIN = "08936000000011"
LOT = "K7QF2M9X"


@pytest.fixture
def branded(tmp_path: Path, site: Site) -> Hamlet:
    web = site.config.web.model_copy(update={"base_url": "https://che.example"})
    config = site.config.model_copy(update={"gtin": GTIN, "web": web})
    hamlet = Hamlet(tmp_path, replace(site, config=config))
    hamlet.save(WATERED, SPRAYED, PLUCKED)
    return hamlet


async def test_a_lot_tells_how_it_was_grown_and_nobodys_name(hamlet: Hamlet) -> None:
    hamlet.save(
        replace(WATERED, at=NOW - 3 * DAY_MS, by="person:Ông Sáu"),
        SPRAYED,
        replace(SPRAYED, id="e3", at=NOW - 5 * DAY_MS),
        PLUCKED,
    )
    async with client_of(hamlet) as web:
        english = Page((await web.get(f"/lot/{LOT.lower()}", params={"lang": "en"})).text)
        vietnamese = Page((await web.get(f"/lot/{LOT}", params={"lang": "vi"})).text)
    for told in ("Tea plot 3", "TN-07", "21 Nov 2026", "Watered 1 time, 6.0", "Abamectin"):
        assert told in english.text
    assert "Waited long enough" in english.text
    assert "Plucked too early" in english.text
    assert "Tưới 1 lần" in vietnamese.text
    for page in (english, vietnamese):
        assert page.problems == []
        for personal in ("Bà Tư", "Sáu", "suối", "Technician", "Kỹ thuật"):
            assert personal not in page.text


@pytest.mark.parametrize(
    ("base_url", "told"),
    [
        (None, "There is no QR code yet"),
        ("http://127.0.0.1:8000", "only this machine opens it"),
        ("http://192.168.1.10:8000", "only in the hamlet"),
        ("https://che.example", ""),
    ],
)
async def test_a_code_that_no_buyer_opens_is_not_printed_without_a_warning(
    tmp_path: Path, site: Site, base_url: str | None, told: str
) -> None:
    web_of = site.config.web.model_copy(update={"base_url": base_url})
    config = site.config.model_copy(update={"web": web_of})
    hamlet = Hamlet(tmp_path, replace(site, config=config))
    hamlet.save(PLUCKED)
    async with client_of(hamlet) as web:
        for path in ("/diary/lots", f"/diary/lots/{LOT}"):
            html = (await web.get(path, params={"lang": "en"})).text
            assert Page(html).problems == []
            assert told in html
            assert ("why not-known" in html) is bool(told)
    hamlet.close()


async def test_a_code_leads_to_the_page_of_the_product(branded: Hamlet) -> None:
    async with client_of(branded) as web:
        path = f"/01/{GTIN}/10/{LOT}"
        assert (await web.get(path)).status_code == 200
        assert (await web.get(path.replace("11/", "12/"))).status_code == 404
        label = (await web.get(f"/diary/lots/{LOT}")).text
        assert f"https://che.example{path}" in label
        assert f'src="/lot/{LOT}.svg"' in label
        svg = await web.get(f"/lot/{LOT}.svg")
    branded.close()
    assert svg.headers["Content-Type"].startswith("image/svg+xml")
    assert svg.text.startswith("<?xml")
    assert "<script" not in svg.text
