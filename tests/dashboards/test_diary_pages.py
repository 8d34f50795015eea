"""The pages of the diary: who sees what, and how an entry is written from a phone."""

import re
from dataclasses import replace

import httpx2
import pytest

from devices.metric import Value
from gateway.history import DiaryPart
from gateway.plot_records import DiaryKind
from tests.dashboards.diary import PLUCKED, SPRAYED, WATERED, shown
from tests.dashboards.page import Page
from tests.hamlet import DAY_MS, NOW, Hamlet

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
ENTER = {"name": "Chị Lan", "token": "t"}


@pytest.fixture(autouse=True)
def written(hamlet: Hamlet) -> None:
    hamlet.save(WATERED, SPRAYED, PLUCKED)


def form_of(answer: httpx2.Response, **typed: str) -> dict[str, str]:
    """What a browser would send: what stands in the form, and what somebody types."""
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    filled = re.findall(r'<input id="\S+" name="(\w+)"[^>]*value="([^"]*)"', answer.text)
    plot = re.findall(r'<option value="([^"]*)" selected', answer.text)
    return {**dict(filled), **dict(hidden), "plot": plot[0] if plot else "", **typed}


async def write(
    web: httpx2.AsyncClient, kind: str, plot: str = "lo-3", **typed: str
) -> httpx2.Response:
    path = f"/diary/new?kind={kind}&plot={plot}"
    blank = await web.get(path)
    return await web.post(path, data=form_of(blank, **ENTER, **typed))


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/diary", "/diary/lo-3", "/diary?plot=lo-3", "/diary/new", "/diary/new?plot=lo-3",
        "/diary/new?kind=spray", "/diary/new?kind=pluck", "/diary/new?kind=irrigation",
        "/diary/e1/correct", "/diary/run.lo-3.1/correct", "/diary/export", "/diary/lots",
        "/diary/lots/K7QF2M9X", "/lot/K7QF2M9X",
    ],
)  # fmt: skip
async def test_every_page_is_well_formed(web: httpx2.AsyncClient, path: str, lang: str) -> None:
    answer = await web.get(path, params={**dict(httpx2.URL(path).params), "lang": lang})
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.problems == []
    assert page.inline == []
    assert page.headings


async def test_a_line_says_what_was_done_and_why(web: httpx2.AsyncClient) -> None:
    text = (await shown(web, "/diary")).text
    assert "6.0\N{NO-BREAK SPACE}m³ (by the flow meter)" in text
    assert "1.8\N{NO-BREAK SPACE}mm from the pipe, 1.5\N{NO-BREAK SPACE}mm reach the roots" in text
    assert "From–to 06:00–06:24" in text
    assert "It is dry" in text
    assert "24.5\N{NO-BREAK SPACE}°C" in text
    assert "7 days" in text
    assert "K7QF2M9X" in text


async def test_names_are_for_those_who_have_the_code(web: httpx2.AsyncClient) -> None:
    for path in ("/diary", "/diary/e1/correct"):
        assert "Bà Tư" not in (await web.get(path)).text
    assert (await web.post("/diary/export", data=ENTER)).status_code == 303
    for path in ("/diary", "/diary/e1/correct"):
        assert "Bà Tư" in (await web.get(path)).text


async def test_free_words_may_hold_names_and_are_for_those_who_have_the_code(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    words = {"note": "anh Lân phun hộ", "why": "anh Lân nhắc"}
    told = replace(SPRAYED, id="e5", corrects="e1", facts={**SPRAYED.facts, **words})
    other = replace(SPRAYED, id="e6", kind=DiaryKind.OTHER, facts={"what": "anh Lân dọn cỏ"})
    passed: dict[str, Value | str | None] = {
        "interlock": "wind",
        "reason": "anh Lân xin",
        "until": NOW,
        "ended": False,
    }
    override = replace(SPRAYED, id="e7", kind=DiaryKind.OVERRIDE, facts=passed)
    hamlet.save(told, other, override)
    paths = ("/diary", "/diary/lo-3", *(f"/diary/{id}/correct" for id in ("e5", "e6", "e7")))
    for path in paths:
        assert "Lân" not in (await web.get(path)).text, path
    form = form_of(await web.get("/diary/e5/correct"), product="Emamectin", why="")
    refused = await web.post("/diary/e5/correct", data={**form, "name": "Ai", "token": "wrong"})
    assert refused.status_code == 403
    assert "Lân" not in refused.text
    saved = await web.post("/diary/e5/correct", data={**form, **ENTER})
    assert saved.status_code == 303
    [id] = re.findall(r"saved=([0-9a-f]{32})", saved.headers["Location"])
    line = hamlet.reader.entry(id)
    assert line is not None
    assert line.entry.facts["note"] == "anh Lân phun hộ", "what a guest may not see stays"
    for path in paths:
        assert "Lân" in (await web.get(path)).text, path


async def test_a_dead_meter_is_told_with_what_may_have_flowed(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    dead = {**WATERED.facts, "litres": 0.0, "depth_mm": 0.0, "unseen_l": 480.0}
    hamlet.save(replace(WATERED, id="run.lo-3.2", facts=dead))
    text = (await shown(web, "/diary/lo-3")).text
    assert "by the flow meter; if the meter is dead, up to 480" in text


async def test_a_watering_that_gave_less_says_what_was_planned_and_why(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    less: dict[str, Value | str | None] = {
        "litres": 2000.0,
        "curtailed_vi": "trời mưa",
        "curtailed_en": "it rains",
    }
    hamlet.save(replace(WATERED, id="run.lo-3.2", facts={**WATERED.facts, **less}))
    text = (await shown(web, "/diary/lo-3")).text
    assert "2.0\N{NO-BREAK SPACE}m³ of 6.0\N{NO-BREAK SPACE}m³ planned" in text
    assert "Ended early it rains" in text


async def test_an_entry_is_written_and_can_be_undone(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    answer = await write(web, "fertiliser", product="NPK 16-16-8", kg="25,5")
    assert answer.status_code == 303
    saved = await web.get(answer.headers["Location"])
    assert "Đã ghi vào nhật ký" in saved.text
    [id] = re.findall(r'href="/diary/([0-9a-f]{32})/correct">Ghi nhầm', saved.text)
    line = hamlet.reader.entry(id)
    assert line is not None
    assert (line.entry.by, line.entry.facts["kg"]) == ("person:Chị Lan", 25.5)
    path = f"/diary/{id}/correct"
    strike = form_of(await web.get(path), withdrawn="yes", why="ghi nhầm lô")
    struck = await web.post(path, data=strike)
    assert struck.status_code == 303
    text = (await shown(web, "/diary")).text
    assert "Struck out" in text
    assert "It is struck out." in (await web.get(struck.headers["Location"])).text
    assert "Why it was corrected ghi nhầm lô" in text


async def test_a_correction_shows_how_it_read_before(web: httpx2.AsyncClient) -> None:
    path = "/diary/e1/correct"
    form = form_of(await web.get(path), **ENTER, product="Emamectin")
    answer = await web.post(path, data=form)
    assert answer.status_code == 303
    old = await shown(web, path)
    assert "It was corrected" in old.text
    [newer] = re.findall(r"saved=([0-9a-f]{32})", answer.headers["Location"])
    text = (await shown(web, f"/diary/{newer}/correct")).text
    assert text.index("Emamectin") < text.index("How it read before") < text.rindex("Abamectin")
    assert "Abamectin" not in (await shown(web, "/diary")).text


async def test_what_is_wrong_stands_beside_it_and_what_was_typed_stays(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    answer = await write(web, "spray", product=EVIL[:80], interval_days="bảy", day="2027-01-01")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems == []
    assert page.inline == []
    assert 'value="bảy"' in answer.text
    assert 'aria-describedby="wrong-interval_days"' in answer.text
    assert "là ngày chưa đến" in answer.text
    assert "<script>alert" not in answer.text


async def test_what_is_wrong_with_no_field_is_said_above_all(web: httpx2.AsyncClient) -> None:
    answer = await write(web, "other", what="x", id="mine")
    assert answer.status_code == 422
    assert "mã phải là 32 chữ số" in answer.text
    assert "những chỗ có dấu" not in answer.text


async def test_a_broken_form_is_refused_in_the_readers_language(web: httpx2.AsyncClient) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for lang, told in (("vi", "Không đọc được phiếu"), ("en", "This form cannot be read")):
        path = f"/diary/new?kind=other&lang={lang}"
        answer = await web.post(path, content=b"what=\xff", headers=headers)
        assert answer.status_code == 400
        assert told in answer.text


async def test_a_form_sent_twice_is_one_entry_and_one_sent_anew_is_asked_about(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    path = "/diary/new?kind=other&plot=lo-3"
    form = form_of(await web.get(path), **ENTER, what="dọn cỏ")
    first = await web.post(path, data=form)
    assert (await web.post(path, data=form)).headers["Location"] == first.headers["Location"]
    back = {**form, "what": "vét mương"}
    refused = await web.post(path, data=back)
    assert refused.status_code == 409
    assert "Phiếu này đã ghi rồi" in refused.text
    assert "vét mương" in refused.text
    again = await web.post(path, data=form_of(refused, what="vét mương"))
    assert again.status_code == 303
    assert len(hamlet.reader.diary(DiaryPart(0, NOW + 1, 99, kind=DiaryKind.OTHER))) == 2


async def test_nothing_is_written_without_the_code(web: httpx2.AsyncClient, hamlet: Hamlet) -> None:
    for path in ("/diary/new?kind=other", "/diary/e1/correct"):
        form = form_of(await web.get(path), what="x", name="Ai", token="wrong")
        answer = await web.post(path, data=form)
        assert answer.status_code == 403
        assert "Sai mã" in answer.text
    assert len(hamlet.reader.diary(DiaryPart(0, NOW + 1, 99))) == 3


async def test_nothing_is_written_while_the_journal_cannot_be(
    web: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    hamlet.condition = replace(hamlet.condition, journal_ok=False)
    answer = await write(web, "other", what="x")
    assert "Bây giờ không lưu được" in answer.text


async def test_plucking_too_early_is_confirmed(web: httpx2.AsyncClient, hamlet: Hamlet) -> None:
    hamlet.save(replace(SPRAYED, id="e9", plot="lo-4", at=NOW - 2 * DAY_MS))
    answer = await write(web, "pluck", "lo-4", kg="40")
    assert answer.status_code == 422
    assert "Chưa đủ ngày cách ly" in answer.text
    form = form_of(answer, kg="40", confirmed="yes")
    assert (await web.post("/diary/new?kind=pluck", data=form)).status_code == 303
    assert "Chưa đủ ngày cách ly" in (await web.get("/diary")).text
    assert "was sprayed on 20 Nov 2026" in (await shown(web, "/diary")).text


async def test_what_is_not_there_is_not_found(web: httpx2.AsyncClient) -> None:
    for path in (
        "/diary/nowhere", "/diary/nothing/correct", "/lot/22222222", "/lot/x", "/lot/22222222.svg",
        "/lot/K7QF2M9X.svg", "/01/09506000134352/10/K7QF2M9X", "/diary/lots/22222222",
    ):  # fmt: skip
        assert (await web.get(path)).status_code == 404, path
    assert (await web.post("/diary/new?kind=party", data=ENTER)).status_code == 404
