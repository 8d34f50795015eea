"""The diary as files: what stands in them, and that no spreadsheet computes what people wrote."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx2
import openpyxl
import pypdf
import pytest

from dashboards.diary_export.rows import columns
from dashboards.words import Language, Words
from devices.metric import Value
from devices.text import Text
from gateway.plot_records import DiaryEntry, DiaryKind
from tests.dashboards.diary import PLUCKED, SPRAYED, WATERED
from tests.dashboards.test_diary_pages import ENTER
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet

FORMULA = '=HYPERLINK("http://x";"y")'
LETTERS = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
)
FARTHEST = ({"from": "0001-01-01"}, {"to": "9999-12-31"})
SPAN = {"from": "2026-11-01", "to": "2026-11-22"}
NOTE = replace(SPRAYED, id="e4", at=NOW - 2 * DAY_MS, kind=DiaryKind.OTHER, facts={"what": FORMULA})


@pytest.fixture
async def inside(web: httpx2.AsyncClient, hamlet: Hamlet) -> httpx2.AsyncClient:
    hamlet.save(WATERED, SPRAYED, PLUCKED, NOTE)
    corrected = replace(SPRAYED, id="e5", corrects="e1", facts={**SPRAYED.facts, "product": "B"})
    hamlet.save(corrected)
    await web.post("/diary/export", data=ENTER)
    return web


async def table_of(web: httpx2.AsyncClient, **asked: str) -> list[dict[str, str]]:
    answer = await web.get("/diary.csv", params={**SPAN, "lang": "en", **asked})
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_exports_are_for_those_who_have_the_code(web: httpx2.AsyncClient) -> None:
    for kind in ("csv", "xlsx", "pdf"):
        answer = await web.get(f"/diary.{kind}", params=SPAN)
        assert answer.status_code == 403
        assert answer.headers["Content-Type"].startswith("text/html")
    wrong = await web.post("/diary/export", data={**ENTER, "token": "x"})
    assert wrong.status_code == 403


async def test_the_table_has_every_line_also_those_that_were_corrected(
    inside: httpx2.AsyncClient,
) -> None:
    table = await table_of(inside)
    assert [line["Line"] for line in table] == ["e1", "e5", "e4", "e2", "run.lo-3.1"]
    assert [line["State"] for line in table[:2]] == ["Corrected since", "A correction"]
    assert table[1]["Corrects line"] == "e1"
    watered = table[-1]
    assert (watered["m³"], watered["m³ planned"]) == ("6.01", "6.0")
    assert (watered["Minutes of water"], watered["Ended"]) == ("18.2", "2026-11-22 06:24")
    assert (watered["mm from the pipe"], watered["mm at the roots"]) == ("1.8", "1.53")
    assert (watered["Reason"], watered["Automatic / by hand"]) == ("It is dry", "automatic")
    assert watered["Growing-area code"] == "TN-07"
    assert watered["Date, time"] == "2026-11-22 06:00"
    assert (table[0]["Operator"], watered["Operator"]) == ("Bà Tư", "")


async def test_days_and_plot_are_asked_for(inside: httpx2.AsyncClient) -> None:
    assert await table_of(inside, plot="lo-4") == []
    assert len(await table_of(inside, **{"from": "2026-11-22"})) == 1
    for wrong in ({"from": "x"}, {"from": "2026-12-01"}, {"to": ""}, *FARTHEST):
        for kind in ("csv", "xlsx", "pdf"):
            answer = await inside.get(f"/diary.{kind}", params={**SPAN, **wrong})
            assert answer.status_code == 422


async def test_no_spreadsheet_computes_what_people_wrote(
    inside: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    hamlet.save(replace(SPRAYED, id="e6", by=f"person:{FORMULA}", at=NOW - DAY_MS))
    operators = [line["Operator"] for line in await table_of(inside)]
    assert "'" + FORMULA in operators
    answer = await inside.get("/diary.xlsx", params=SPAN)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d"}
    assert FORMULA in {cell.value for row in sheet.iter_rows() for cell in row}


async def test_excel_has_dates_and_numbers(inside: httpx2.AsyncClient) -> None:
    answer = await inside.get("/diary.xlsx", params=SPAN)
    assert "nhat-ky-2026-11-01-2026-11-22.xlsx" in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert sheet.freeze_panes == "B2"
    heads = [cell.value for cell in sheet[1]]
    assert heads[:2] == ["Ngày, giờ", "Xong lúc"]
    watered = dict(zip(heads, (cell.value for cell in sheet[6]), strict=True))
    assert watered["Ngày, giờ"] == datetime.fromisoformat("2026-11-22T06:00")
    assert watered["Xong lúc"] == datetime.fromisoformat("2026-11-22T06:24")
    assert watered["m³"] == 6.01
    assert watered["Lý do"] == "Đất khô"


async def test_the_book_has_every_vietnamese_letter(
    inside: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    every = LETTERS + LETTERS.upper() + "₫"
    facts: dict[str, float | str | None] = {"what": " ".join(every)}
    hamlet.save(replace(NOTE, id="e7", facts=facts))
    answer = await inside.get("/diary.pdf", params={**SPAN, "plot": "lo-3"})
    assert answer.content.startswith(b"%PDF")
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = " ".join(page.extract_text() for page in pages)
    assert set(every) - set(text) == set()
    for told in ("Nhật ký sản xuất chè", "Xóm Khe Cốc", "Lô chè 3", "01/11/2026", "Trang 1/1"):
        assert told in text
    assert "ký, ghi rõ họ tên" in text
    assert len(pages) == 1


async def test_a_book_says_what_was_planned_and_what_it_comes_to(
    inside: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    less: dict[str, Value | str | None] = {
        "litres": 2000.0, "before_midnight_l": 1500.0, "lasted_min": 600.0,
        "curtailed_vi": "trời mưa", "curtailed_en": "it rains",
    }  # fmt: skip
    facts = {**WATERED.facts, **less}
    hamlet.save(replace(WATERED, id="run.2", at=NOW - 13 * HOUR_MS, facts=facts))
    for kind in ("csv", "pdf"):
        answer = await inside.get(f"/diary.{kind}", params={**SPAN, "lang": "en"})
        text = answer.text
        if kind == "pdf":
            [page] = pypdf.PdfReader(io.BytesIO(answer.content)).pages
            text = " ".join(page.extract_text().split())
            assert "21/11/2026 18:00 – 22/11/2026 04:00" in text
            # What was corrected since does not count.
            assert "Together: 2 waterings, 8.0 m³, 1 spraying, 42.5 kg of fresh leaf" in text
        else:
            assert {line["m³ before midnight"] for line in await table_of(inside)} == {"", "1.5"}
        for told in ("planned; Ended early: it rains", "before midnight"):
            assert told in text.replace("\N{NO-BREAK SPACE}", " "), kind


def lowest(page: pypdf.PageObject) -> float:
    """How far above the lower edge of the paper its last text stands."""
    places: list[float] = []

    def see(text: str, cm: object, tm: Sequence[float], font: object, size: object) -> None:
        if text.strip():
            places.append(tm[5])

    page.extract_text(visitor_text=see)
    return min(places)


async def test_a_line_longer_than_a_page_goes_on_on_the_next(
    inside: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    words = " ".join(f"từ{n}" for n in range(1500))
    hamlet.save(replace(NOTE, id="e8", facts={"what": words}))
    answer = await inside.get("/diary.pdf", params=SPAN)
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = " ".join(page.extract_text() for page in pages).split()
    assert {f"từ{n}" for n in range(1500)} <= set(text)
    assert all(lowest(page) > 0 for page in pages)


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_no_word_of_the_book_itself_is_broken(
    inside: httpx2.AsyncClient, hamlet: Hamlet, lang: Language
) -> None:
    hamlet.save(*(replace(NOTE, id=f"k.{kind.value}", kind=kind, facts={}) for kind in DiaryKind))
    answer = await inside.get("/diary.pdf", params={**SPAN, "lang": lang})
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    written = " ".join(page.extract_text() for page in pages).replace("-", " ").split()
    words = Words(lang, ZoneInfo("Asia/Ho_Chi_Minh"), NOW)
    told = [one.title for one in columns(words, lambda plot: Text(plot, plot)) if one.book]
    told += [words.t(f"diary.kind.{kind.value}") for kind in DiaryKind]
    assert {word for one in told for word in one.replace("-", " ").split()} <= set(written)


async def test_a_page_for_the_signatures_alone_has_no_heads_of_columns(
    inside: httpx2.AsyncClient, hamlet: Hamlet
) -> None:
    for n in range(30):
        hamlet.save(replace(NOTE, id=f"n{n}", facts={"what": "dọn cỏ"}))
        answer = await inside.get("/diary.pdf", params=SPAN)
        last = pypdf.PdfReader(io.BytesIO(answer.content)).pages[-1].extract_text()
        if "Trang 2/2" in last:
            break
    assert "ký, ghi rõ họ tên" in last
    assert "Nội dung" not in last


async def test_an_empty_book_says_so(inside: httpx2.AsyncClient) -> None:
    answer = await inside.get("/diary.pdf", params={**SPAN, "plot": "lo-7", "lang": "en"})
    [page] = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    assert "There are no lines" in page.extract_text()


async def test_a_long_book_has_many_pages_and_an_endless_one_is_refused(
    inside: httpx2.AsyncClient, hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        DiaryEntry(
            f"l{n:04}", "lo-3", DiaryKind.OTHER, NOW - n, NOW, "person:x", {"what": "é " * 60}
        )
        for n in range(60)
    ]
    hamlet.save(*lines)
    answer = await inside.get("/diary.pdf", params=SPAN)
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    assert len(pages) > 3
    assert f"Trang {len(pages)}/{len(pages)}" in pages[-1].extract_text()
    monkeypatch.setattr("dashboards.diary_export.as_pdf.LINES_MAX", 50)
    refused = await inside.get("/diary.pdf", params=SPAN)
    assert refused.status_code == 422
    assert "Excel và CSV không giới hạn" in refused.text
    assert len(await table_of(inside)) == 65
