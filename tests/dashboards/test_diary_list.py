"""The list of the diary: by days, folded, narrowed, and light enough for a bad line."""

import gzip
import re
from dataclasses import replace

import httpx2
import pytest

from devices.metric import Value
from gateway.plot_records import DiaryKind
from tests.dashboards.diary import PLUCKED, SPRAYED, WATERED, shown
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet

PAGE_MAX = 12 * 1024
"""Of what a page is besides the files that stay on the phone: three seconds on a bad line."""


@pytest.fixture(autouse=True)
def written(hamlet: Hamlet) -> None:
    hamlet.save(WATERED, SPRAYED, PLUCKED)


async def test_the_list_goes_on_to_earlier_days(web: httpx2.AsyncClient, hamlet: Hamlet) -> None:
    what: dict[str, Value | str | None] = {"what": "dọn cỏ"}
    work = replace(SPRAYED, kind=DiaryKind.OTHER, facts=what)
    hamlet.save(*(replace(work, id=f"o{n:03}", at=NOW - n * HOUR_MS * 6) for n in range(100)))
    seen: list[str] = []
    pages = 0
    path = "/diary?kind=other"
    while path:
        text = (await web.get(path)).text
        ids = re.findall(r'<li id="(o[^"]+)"', text)
        seen, pages = seen + ids, pages + 1
        path = "".join(re.findall(r'"(/diary\?kind=other&amp;before=[0-9-]+)"', text))
        path = path.replace("&amp;", "&")
        assert 30 <= len(ids) < 34 or not path, "a page ends with a day"
    assert seen == [f"o{n:03}" for n in range(100)]
    assert pages == 4
    assert "Về những ngày mới nhất" in text


async def test_days_have_headings_with_what_flowed_on_them(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    late = {**WATERED.facts, "litres": 5000.0, "before_midnight_l": 2000.0, "lasted_min": 120.0}
    hamlet.save(replace(WATERED, id="run.late", at=NOW - 8 * HOUR_MS, facts=late))
    page = await web.get("/diary", params={"lang": "en"})
    heads = [" ".join(one.split()) for one in re.findall(r"<h2>(.*?)</h2>", page.text)]
    assert heads[:2] == [
        'Today, 22 Nov 2026 <span class="note">9.0 m³ of water</span>',
        'Saturday 21 Nov 2026 <span class="note">2.0 m³ of water</span>',
    ]
    assert "23:00–01:00" in page.text
    cut = (await web.get("/diary", params={"lang": "en", "from": "2026-11-22"})).text
    assert "9.0\N{NO-BREAK SPACE}m³ of water" in cut, (
        "what began the day before is of this day, too"
    )
    cut = (await web.get("/diary", params={"lang": "en", "to": "2026-11-21"})).text
    assert "2.0\N{NO-BREAK SPACE}m³ of water" in cut
    assert "9.0\N{NO-BREAK SPACE}m³" not in cut


async def test_earlier_days_do_not_tell_again_what_flowed_on(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    late = {**WATERED.facts, "litres": 5000.0, "before_midnight_l": 2000.0, "lasted_min": 120.0}
    hamlet.save(replace(WATERED, id="run.late", at=NOW - 8 * HOUR_MS, facts=late))
    asked = {"lang": "en", "before": "2026-11-22"}
    for more in ({}, {"to": "2026-11-22"}, {"to": "2026-11-30"}):
        html = (await web.get("/diary", params={**asked, **more})).text
        assert "2.0\N{NO-BREAK SPACE}m³ of water" in html
        assert "22 Nov 2026" not in html


async def test_waterings_that_are_alike_are_one_line_that_opens(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    hamlet.save(*(replace(WATERED, id=f"run.{n}", at=NOW - n * 600_000) for n in range(3)))
    by_hand = {**WATERED.facts, "automatic": False}
    failed = {**WATERED.facts, "cause_vi": "vỡ ống", "cause_en": "a burst"}
    hamlet.save(
        replace(WATERED, id="hand", by="person:Tư", facts=by_hand),
        replace(WATERED, id="failed", facts=failed),
        replace(WATERED, id="other", plot="lo-4"),
    )
    text = (await shown(web, "/diary?from=2026-11-22")).text
    html = (await web.get("/diary?from=2026-11-22", params={"lang": "en"})).text
    assert "Watering · Tea plot 3 · 4 times · 24.0\N{NO-BREAK SPACE}m³" in text
    assert "Watering · Tea plot 4 · 06:00–06:24 · 6.0\N{NO-BREAK SPACE}m³" in text
    for id in ("hand", "failed"):
        assert f'<li id="{id}">\n<p>' in html, "what is not as always is never folded"
    assert html.count("<details>") == 2


async def test_the_list_is_narrowed_by_plot_work_and_days(web: httpx2.AsyncClient) -> None:
    async def ids(**asked: str) -> list[str]:
        return re.findall(r'<li id="([^"]+)"', (await web.get("/diary", params=asked)).text)

    assert await ids() == ["run.lo-3.1", "e2", "e1"]
    assert await ids(kind="spray") == ["e1"]
    assert await ids(plot="lo-4") == []
    assert await ids(**{"from": "2026-11-21", "to": "2026-11-21"}) == ["e2"]
    assert await ids(kind="party") == ["run.lo-3.1", "e2", "e1"]
    for wrong in (
        {"from": "x"},
        {"before": "0001-01-01"},
        {"from": "2026-11-22", "to": "21/11/2026"},
    ):
        answer = await web.get("/diary", params=wrong)
        assert answer.status_code == 422
        assert "Ngày không đúng" in answer.text
    assert 'value="x"' in (await web.get("/diary?from=x")).text


async def test_the_diary_is_light_on_a_slow_line(web: httpx2.AsyncClient, hamlet: Hamlet) -> None:
    hamlet.save(
        *(
            replace(WATERED, id=f"run.{n}.{day}", plot=f"lo-{n}", at=NOW - day * DAY_MS)
            for n in range(1, 13)
            for day in range(60)
        )
    )
    html = (await web.get("/diary")).text
    assert len(gzip.compress(html.encode())) < PAGE_MAX
    assert len(re.findall("<details>", html)) == 36, "three days of twelve plots"


async def test_a_day_with_more_than_a_page_is_cut(
    web: httpx2.AsyncClient, hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.views.diary_days.ENTRIES_MAX", 100)
    hamlet.save(*(replace(SPRAYED, id=f"o{n:03}", at=NOW - n) for n in range(150)))
    html = (await web.get("/diary")).text
    assert len(re.findall('<li id="o', html)) == 100
    assert "before=2026-11-22" in html
