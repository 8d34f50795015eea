"""The gateway itself on the pages: a device with a page, and a notice when it is in trouble."""

from dataclasses import replace

import httpx2
import pytest

from dashboards.alert_pages import UNFOLDED
from devices.text import Text
from gateway.clock import ClockState
from gateway.decisions import RuleState, Severity
from gateway.forecast import ForecastStatus
from gateway.views.condition import Condition, Link
from tests.dashboards.page import Page
from tests.hamlet import HOUR_MS, NOW, Hamlet, Rule


@pytest.mark.parametrize(
    "condition",
    [
        Condition(Link(True, NOW), standstill="the disk is silent"),
        Condition(Link(True, NOW), journal_ok=False),
    ],
)
async def test_pages_say_that_nothing_can_be_saved(
    hamlet: Hamlet, web: httpx2.AsyncClient, condition: Condition
) -> None:
    hamlet.condition = condition
    assert "New data cannot be saved" in (await web.get("/alerts?lang=en")).text


@pytest.mark.parametrize(("lang", "label"), [("vi", "Ổ đĩa còn trống"), ("en", "Free disk space")])
async def test_the_gateway_is_a_device_with_a_page_and_none_of_the_hamlets(
    hamlet: Hamlet, web: httpx2.AsyncClient, lang: str, label: str
) -> None:
    hamlet.say("gateway", NOW, disk_free_mb=21_402.5, broker_connected=True)
    assert label in (await web.get(f"/devices/gateway?lang={lang}")).text
    assert "/devices/gateway" in (await web.get(f"/devices?lang={lang}&kind=gateway")).text
    assert "/devices/gateway" in (await web.get(f"/technician?lang={lang}")).text
    home = (await web.get(f"/?lang={lang}")).text
    assert "kind=gateway" not in home
    assert (await hamlet.views.home()).heard_at is None


async def test_a_forecast_that_is_of_no_use_says_why(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.condition = Condition(
        Link(True, NOW),
        forecasts=(
            ForecastStatus("data/rain.json", NOW, 12.0, None),
            ForecastStatus("hamlet/thu/forecast", None, None, Text("hỏng <b>", "broken <b>")),
        ),
    )
    html = (await web.get("/technician?lang=en")).text
    assert "12\N{NO-BREAK SPACE}mm in the next 24 hours" in html
    assert "broken &lt;b&gt;" in html
    assert "hỏng &lt;b&gt;" in (await web.get("/technician?lang=vi")).text


async def test_each_of_its_alerts_is_on_its_page(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    hamlet.everything_works(NOW - HOUR_MS)
    for name in ("disk", "clock", "broker"):
        hamlet.alert(f"gateway:{name}", "gateway", Text(f"lỗi {name}", f"{name} fails"))
    html = (await web.get("/devices/gateway")).text
    assert [html.count(f"lỗi {name}") for name in ("disk", "clock", "broker")] == [1, 1, 1]


async def test_figures_with_one_unit_are_told_apart(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.say("gateway", NOW, disk_free_mb=21_402.5, memory_available_mb=900.0, disk_used_pct=27.0)
    row = (await web.get("/devices?kind=gateway&lang=en")).text
    assert "Free disk space: 21.4\N{NO-BREAK SPACE}GB" in row
    assert "Memory available: 900\N{NO-BREAK SPACE}MB" in row
    assert "Disk used:" not in row


async def test_residents_are_told_how_good_the_figures_are_and_not_what_to_repair(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    unknown = ClockState(trusted=False, agrees=False, own=NOW, wall=NOW)
    away = Link(False, NOW - HOUR_MS)
    hamlet.condition = Condition(away, store=away, disk_full=True, clock=unknown)
    status, home = (await web.get("/status?lang=en")).text, (await web.get("/?lang=en")).text
    for text in ("long-term store", "disk is full", "/technician"):
        assert text in home
        assert text not in status
    for text in ("No messages from the devices since 06:00", "does not know the time"):
        assert text in home
        assert text in status
    assert Page(status).problems == []


async def test_one_device_that_is_always_wrong_does_not_hide_the_others(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.reject("hamlet/khe-coc/light/light-050/telemetry", "not-json", b"{")
    for number in range(10):
        hamlet.reject("hamlet/khe-coc/light/light-044/telemetry", "babbling", b"%d" % number)
    html = (await web.get("/technician")).text
    assert "10 tin như vậy" in html
    assert html.count("light-044/telemetry") == html.count("light-050/telemetry") == 1
    assert html.index("light-044/telemetry") < html.index("light-050/telemetry")


@pytest.mark.parametrize(("lang", "detail"), [("vi", "chi tiết"), ("en", "detail")])
async def test_what_was_wrong_with_a_message_is_told_in_the_language_of_the_page(
    hamlet: Hamlet, web: httpx2.AsyncClient, lang: str, detail: str
) -> None:
    hamlet.reject("hamlet/khe-coc/light/light-050/telemetry", "not-json", b"{")
    html = (await web.get("/technician", params={"lang": lang})).text
    assert f'<span class="note">{detail}</span>' in html


async def test_a_long_list_of_alerts_is_folded_and_the_urgent_come_first(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    for number in range(UNFOLDED + 1):
        severity = Severity.INFO if number else Severity.WARNING
        over = hamlet.alert(f"over-{number}", "light-117", Text("xong", "over"), severity)
        hamlet.open_alerts.remove(over)
        hamlet.save(replace(over, resolved_at=NOW))
        hamlet.alert(f"r{number}", "light-117", Text("mở", f"open {number}"), severity)
    html = (await web.get("/alerts?lang=en")).text
    assert html.index("<b>open 0<") == html.index("<b>open"), "the only one that is no info"
    unresolved, resolved = html.split('sse-swap="resolved"')
    for part, line in ((unresolved, "<b>open"), (resolved, "<li>over")):
        seen, _, folded = part.partition("<summary>Show 1 more alert</summary>")
        assert (seen.count(line), folded.count(line)) == (UNFOLDED, 1)


async def test_rules_with_something_to_say_come_first(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    quiet = {RuleState.INACTIVE: 3}
    hamlet.rules = [
        Rule("calm", Text("Gió mạnh", "Strong wind"), quiet),
        Rule("fires", Text("Đèn tối", "Dark"), {**quiet, RuleState.FIRING: 1}),
        Rule("fails", Text("Lỗi", "Fails"), quiet, health=Text("quá lớn", "beyond all bounds")),
        Rule("yields", Text("Nhường", "Yields"), quiet, lost=Text("gió", "wind has its way")),
    ]
    said, _, folded = (await web.get("/technician?lang=en")).text.partition("<details>")
    assert "Dark" in said
    assert "beyond all bounds" in said
    assert "Overruled: wind has its way" in said
    assert "1 quiet rule" in folded
    assert "Strong wind" in folded
    assert "Strong wind" not in said
