"""Every page in both languages, without a browser."""

import gzip
import time
from dataclasses import replace

import httpx2
import pytest

from dashboards.assets import Assets
from devices.text import Text
from gateway.clock import ClockState
from gateway.decisions import (
    Command,
    CommandState,
    Explanation,
    RuleChanged,
    RuleState,
    Run,
    RunState,
    Severity,
    State,
)
from gateway.views.condition import Condition, Link
from tests.dashboards.client import client_of
from tests.dashboards.gardening import garden
from tests.dashboards.page import Page
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet, Rule, RuleOn

PATHS = (
    "/",
    "/status",
    "/devices",
    "/devices?kind=wifi&state=down&q=tram",
    "/devices/light-117",
    "/devices/wifi-04?range=24h&metric=clients",
    "/devices/soil-03a",
    "/alerts",
    "/watering",
    "/diary",
    "/diary/new?kind=spray",
    "/diary/export",
    "/diary/lots",
    "/watering/plan",
    "/watering/lo-3",
    "/watering/lo-4",
    "/rules",
    "/rules/_new",
    "/technician",
)
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
FIRST_VIEW_MAX = 150 * 1024
RENDER_MAX_S = 0.5
"""Ten times what a page may take on an idle machine: this one may be busy."""


def live_a_day(hamlet: Hamlet, name: str = "tên") -> None:
    """Something of everything that can happen; people called all of it `name`."""
    text = Text(name, name)
    garden(hamlet, name)
    hamlet.everything_works(NOW - 9 * DAY_MS)
    hamlet.rules = [Rule("dark", text, {RuleState.FIRING: 1}, ("light-117",), text)]
    hamlet.rules_on["light-117"] = [
        RuleOn("dark", text, RuleState.FIRING, NOW),
        RuleOn("hot", text, RuleState.INACTIVE, None),
    ]
    hamlet.say("light-117", NOW - HOUR_MS, 0, battery_v=13.0, battery_temperature_c=27.5)
    hamlet.say("light-117", NOW - 60_000, 5, battery_v=13.1, load_power_w=0.0, brightness_pct=70.0)
    hamlet.turn("light-117", State.DOWN, NOW - HOUR_MS, "lamp-failure")
    hamlet.turn("wifi-04", State.DOWN, NOW - DAY_MS, "no-internet")
    hamlet.turn("light-201", State.UNKNOWN, NOW - 3 * DAY_MS, "silent")
    hamlet.turn("soil-03a", State.UNKNOWN, NOW - HOUR_MS, "a-cause-nobody-named")
    hamlet.say("soil-03b", NOW - 60_000, soil_moisture_pct=22.5)
    for id in ("light-117", "light-118"):
        hamlet.alert("dark", id, text)
    hamlet.alert("leak", "lo-3", text, Severity.CRITICAL)
    over = hamlet.alert("dark", "light-001", text)
    hamlet.open_alerts.remove(over)
    hamlet.save(replace(over, resolved_at=NOW))
    hamlet.save(
        RuleChanged("dark", "light-117", RuleState.FIRING, NOW, None, None, {"battery_v": 13.0}),
        Explanation("lo-3", NOW - HOUR_MS, "water", text, {}),
        Explanation("lo-5", NOW - HOUR_MS, "refuse", text, {}),
    )
    for number, state in enumerate(CommandState):
        command = Command(
            f"c{number}", "light-117", "set-brightness", {"brightness_pct": 50}, f"rule:{name}",
            NOW - HOUR_MS, NOW, state, 1, NOW, name,
        )  # fmt: skip
        hamlet.save(command)
    failed = Run("r0", "lo-3", name, RunState.FAILED, NOW - DAY_MS, NOW, NOW, 9, cause=text)
    hamlet.save(failed)
    hamlet.running = [Run("r", "lo-3", name, RunState.FLOWING, NOW, NOW, NOW, 6700, 3350)]
    hamlet.reject(f"hamlet/{name}", "bad-topic", b"\xff\x00" + name.encode())
    hamlet.condition = Condition(Link(False, NOW - HOUR_MS), Link(False, None), 1204)
    new = hamlet.device("pump-2")
    new.adopted = False
    for device in hamlet.fleet:
        device.label = Text(name, name)
        device.info = {"model": name}
        device.extra = {name: name}


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", PATHS)
async def test_a_page_is_well_formed_and_talks_to_this_host_only(
    hamlet: Hamlet, web: httpx2.AsyncClient, path: str, lang: str
) -> None:
    live_a_day(hamlet)
    answer = await web.get(path, params={"lang": lang} if "?" not in path else None,
                           headers={"Cookie": f"lang={lang}"})  # fmt: skip
    assert answer.status_code == 200, answer.text
    page = Page(answer.text)
    assert page.problems == []
    assert page.inline == []
    assert page.lang == lang
    assert page.headings[0] == "h1"
    assert [a for a in page.addresses if not a.startswith(("/", "?", "#")) or a[:2] == "//"] == []


@pytest.mark.parametrize("path", PATHS)
async def test_hostile_names_stay_names(hamlet: Hamlet, web: httpx2.AsyncClient, path: str) -> None:
    live_a_day(hamlet, EVIL)
    html = (await web.get(path)).text
    page = Page(html)
    assert page.problems == []
    assert page.inline == []
    assert "<script>alert" not in html
    assert "<img" not in html


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "path", ["/", "/status", "/devices", "/alerts", "/watering", "/technician"]
)
async def test_the_first_day(empty: Hamlet, path: str, lang: str) -> None:
    async with client_of(empty) as web:
        answer = await web.get(path, params={"lang": lang})
    assert answer.status_code == 200
    assert Page(answer.text).problems == []


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_was_ever_heard(hamlet: Hamlet, web: httpx2.AsyncClient, path: str) -> None:
    answer = await web.get(path)
    assert answer.status_code == 200
    assert Page(answer.text).problems == []
    assert "None" not in Page(answer.text).text


@pytest.mark.parametrize(
    "name",
    ["home", "status", "devices", "alerts", "watering", "watering/plan", "watering/lo-3",
     "technician"],
)  # fmt: skip
async def test_every_place_that_is_replaced_is_filled_at_first(
    hamlet: Hamlet, web: httpx2.AsyncClient, name: str
) -> None:
    """A stream that names an event nobody listens to, or the reverse, would go unnoticed."""
    live_a_day(hamlet)
    page = Page((await web.get("/" if name == "home" else f"/{name}")).text)
    assert len(page.swapped) == len(set(page.swapped))
    assert {"beat", "full", "notice"} <= set(page.swapped)
    assert not {"open", "error", "message"} & set(page.swapped)  # EventSource has these itself


async def test_the_language_is_remembered(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    assert Page((await web.get("/")).text).lang == "vi"
    assert Page((await web.get("/?lang=en")).text).lang == "en"
    assert Page((await web.get("/alerts")).text).lang == "en"
    assert Page((await web.get("/?lang=xx")).text).lang == "en"


async def test_the_link_to_the_other_language_keeps_the_question(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    page = Page((await web.get("/devices?kind=wifi&q=ch%E1%BB%A3")).text)
    assert "/devices?kind=wifi&q=ch%E1%BB%A3&lang=en" in page.addresses


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/devices/light-999", 404), ("/live/devices/light-999", 404),
     ("/devices/light-999/chart", 404), ("/static/nothing.js", 404),
     ("/static/..%2f..%2fapp.py", 404), ("/devices/..%2f..", 404)],
)  # fmt: skip
async def test_what_is_not_there(
    hamlet: Hamlet, web: httpx2.AsyncClient, path: str, status: int
) -> None:
    answer = await web.get(path)
    assert answer.status_code == status
    assert "Không có trang này" in answer.text


async def test_the_technician_sees_what_the_disk_must_bear(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    assert "mỗi ngày" not in (await web.get("/technician")).text
    hamlet.condition = Condition(Link(True, NOW), written_a_day=123_400_000.0)
    assert "Ghi xuống đĩa khoảng 123\N{NO-BREAK SPACE}MB" in (await web.get("/technician")).text


async def test_a_bug_is_told_calmly(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    hamlet.condition = None  # type: ignore[assignment]
    answer = await web.get("/technician")
    assert answer.status_code == 500
    assert "Trang này đang lỗi" in answer.text
    assert "NoneType" not in answer.text


async def test_every_state_has_its_word_and_sign(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    live_a_day(hamlet)
    html = (await web.get("/")).text
    assert '<span class="badge down">1 hỏng từ 06:00</span>' in html
    assert '<span class="badge unknown">1 chưa rõ từ 07:00 ngày 19/11/2026</span>' in html
    assert '<span class="badge water">còn 10 phút</span>' in html
    assert "<b>2 tên: tên, tên</b>" in html


async def test_old_figures_look_old_and_gaps_are_counted(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    live_a_day(hamlet)
    html = (await web.get("/devices/light-117")).text
    assert html.count('<div class="old') == 2  # the temperature and the missing readings
    assert "thiếu 4 tin, 06:00–06:59" in html
    assert "còn có thể gửi lại" in html
    assert "bóng LED 30 W, thang" in html


async def test_a_notice_that_is_read_aloud_does_not_count(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    """A screen reader says it anew at every change."""
    notices = []
    for backlog in (5, 6):
        hamlet.condition = Condition(Link(True, NOW), Link(False, NOW - HOUR_MS), backlog)
        html = (await web.get("/alerts")).text
        notices.append(html.partition('sse-swap="notice"')[2].partition("</div>")[0])
    assert "Kho lưu trữ lâu dài ngừng từ 06:00" in notices[0]
    assert notices[0] == notices[1]


async def test_a_time_that_nobody_knows_is_not_shown_as_one(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    live_a_day(hamlet)
    assert "Chưa biết giờ" not in (await web.get("/")).text
    unknown = ClockState(trusted=False, agrees=False, own=NOW, wall=NOW)
    hamlet.condition = Condition(Link(True, NOW), clock=unknown, uncertain=1240)
    home = (await web.get("/")).text
    assert "Chưa biết giờ" in home
    assert "Hệ thống chưa biết giờ đúng" in home
    technician = (await web.get("/technician")).text
    assert "chưa biết giờ" in technician
    assert " tin không bao giờ biết được giờ" in technician


async def test_the_technician_sees_both_times(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    live_a_day(hamlet)
    ahead = ClockState(trusted=True, agrees=False, own=NOW, wall=NOW + 3 * 365 * DAY_MS)
    hamlet.condition = Condition(Link(True, NOW), clock=ahead)
    technician = (await web.get("/technician")).text
    assert "khác giờ của máy" in technician
    assert "2029" in technician


async def test_a_new_device_is_new_and_neither_silent_nor_broken(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    live_a_day(hamlet)
    hamlet.say("pump-2", NOW, power_w=700.0)
    html = (await web.get("/devices/pump-2")).text
    assert '<span class="badge quiet">Thiết bị mới</span>' in html
    assert "chưa gửi tin nào" not in html
    assert "Có 1 thiết bị mới chờ được nhận" in (await web.get("/")).text


async def test_bytes_that_are_no_text_can_be_read(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    hamlet.reject("hamlet/x", "not-json", b"\xff\x00\x1b[31m ok")
    assert r"\xff\x00\x1b[31m ok" in (await web.get("/technician")).text


async def test_the_figures_of_a_chart_can_be_taken_away(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    live_a_day(hamlet)
    answer = await web.get("/devices/light-117/chart.csv?range=24h&metric=battery_v")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="light-117.csv"'
    assert ",13.1,13.1,13.1,1" in answer.text
    assert (await web.get("/devices/nobody/chart.csv")).status_code == 404


async def test_a_device_that_is_silent_is_not_called_broken(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    live_a_day(hamlet)
    html = (await web.get("/devices/light-201")).text
    assert "chưa tính là hỏng" in html
    assert "badge down" not in html


async def test_a_device_that_reports_but_cannot_be_judged_is_not_called_silent(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    live_a_day(hamlet)
    hamlet.turn("light-201", State.UNKNOWN, NOW - HOUR_MS, "not-seen-lit")
    hamlet.say("light-201", NOW, battery_v=13.4)
    html = (await web.get("/devices/light-201")).text
    assert "Không có tin từ" not in html
    assert "Thiết bị có gửi tin" in html
    assert "Chưa thấy sáng từ 06:00" in html


async def test_the_list_is_found_by_words_without_marks(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    text = Page((await web.get("/devices?q=den cot 117")).text).text
    assert "Đèn cột 117" in text
    assert "1 thiết bị" in text
    assert "Không có thiết bị nào như vậy" in (await web.get("/devices?q=zzz")).text


async def test_a_long_list_has_pages(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    first = (await web.get("/devices?kind=light")).text
    assert first.count("<li sse-swap=") == 100
    assert "/devices?kind=light&amp;page=2" in first
    assert (await web.get("/devices?kind=light&page=3")).text.count("<li sse-swap=") == 55
    assert (await web.get("/devices?page=99999999999999")).status_code == 200


async def test_the_first_view_is_light(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    live_a_day(hamlet)
    assets = Assets()
    for path in ("/", "/devices/light-117"):
        html = (await web.get(path)).text
        total = len(gzip.compress(html.encode()))
        style = (await web.get(assets.url("style.css"))).text
        wanted = [a for a in Page(html).addresses if a.startswith("/static/")]
        wanted += [a for a in style.split('"') if a.startswith("/static/")]
        for address in set(wanted):
            answer = await web.get(address, headers={"Accept-Encoding": "identity"})
            assert "immutable" in answer.headers["cache-control"]
            packed = address.endswith(".woff2")
            total += len(answer.content if packed else gzip.compress(answer.content))
        assert total < FIRST_VIEW_MAX, path


async def test_answers_are_compressed_and_pages_are_not_kept(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    answer = await web.get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_page_takes_no_long_time(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    live_a_day(hamlet)
    await web.get("/")
    start = time.perf_counter()
    await web.get("/")
    assert time.perf_counter() - start < RENDER_MAX_S


async def test_the_chart_has_gaps_where_nothing_was_heard(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.say("light-117", NOW - 5 * HOUR_MS, 0, battery_v=13.0)
    hamlet.say("light-117", NOW - HOUR_MS, 1, battery_v=13.5)
    chart = (await web.get("/devices/light-117/chart?range=24h&metric=battery_v")).json()
    [curve] = chart["curves"]
    assert (curve["label"], curve["unit"]) == ("Điện áp pin", "V")
    assert len(curve["values"]) == len(chart["times"])
    known = {at: v for at, v in zip(chart["times"], curve["values"], strict=True) if v is not None}
    assert list(known.values()) == [13.0, 13.5]
    assert chart["nights"]
