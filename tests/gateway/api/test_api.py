import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from devices.reading import Millis
from devices.text import Text
from gateway.api.app import create_app
from gateway.api.exposition import Family, Sample
from gateway.clock import ClockState
from gateway.decisions import CommandState, Run, RunState, State
from gateway.history import StoreError
from gateway.journal.measured import MESSAGES_MAX
from gateway.sequences import AWAITED_MS
from gateway.views.condition import Condition, Link
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet

TOKEN = "a-token-that-only-tests-know"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LIGHT = "/api/v1/devices/light-117"
COMMAND = {"command": "set-brightness", "args": {"brightness_pct": 50}}


@pytest.fixture
async def web(hamlet: Hamlet) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(
        hamlet.views,
        hamlet.feed,
        hamlet,
        hamlet.book,
        hamlet.plots,
        hamlet.diary,
        metrics=lambda: [Family("hamlet_rules", "gauge", "Rules", (Sample(3, {"state": "ok"}),))],
        token=TOKEN,
        allowed_hosts=["khe-coc.local"],
    )
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://khe-coc.local") as client:
        yield client


def span(length: Millis, step: Millis) -> dict[str, str]:
    """What to ask for a series of that length until now."""
    return {"start": str(NOW - length), "end": str(NOW), "step": str(step)}


def body_of(answer: httpx2.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    return answer.json()


async def test_devices_are_found_by_kind_and_state(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    hamlet.turn("wifi-04", State.DOWN, NOW - HOUR_MS, "no-internet")
    found = body_of(await web.get("/api/v1/devices", params={"kind": "wifi", "state": "down"}))
    assert [(one["id"], one["since"], one["cause"]) for one in found] == [
        ("wifi-04", NOW - HOUR_MS, "no-internet")
    ]
    assert len(body_of(await web.get("/api/v1/devices"))) == len(hamlet.fleet)


async def test_a_device_says_how_old_its_figures_are(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.say("light-117", NOW - HOUR_MS, battery_v=13.1)
    figures = body_of(await web.get(LIGHT))["figures"]
    expected = {"value": 13.1, "unit": "V", "measured_at": NOW - HOUR_MS, "old": True}
    assert figures == {"battery_v": expected}


async def test_a_series_by_either_way_of_writing_time(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.say("light-117", NOW - HOUR_MS, battery_v=13.1)
    for start in (str(NOW - 2 * HOUR_MS), "2026-11-22T05:00:00+07:00"):
        params = {"metric": "battery_v", "start": start, "step": str(HOUR_MS)}
        series = body_of(await web.get(f"{LIGHT}/series", params=params))
        assert (series["start"], series["end"]) == (NOW - 2 * HOUR_MS, NOW)
        assert [point["mean"] for point in series["points"]] == [13.1]


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/api/v1/nothing", {}, 404),
        ("/api/v1/devices/light-999", {}, 404),
        ("/api/v1/devices/%00", {}, 404),
        ("/api/v1/commands/none", {}, 404),
        ("/api/v1/devices", {"state": "broken"}, 422),
        (f"{LIGHT}/series", {}, 422),
        (f"{LIGHT}/series", {"metric": "clients"}, 404),
        ("/api/v1/devices/light-999/series", {"metric": "battery_v"}, 404),
        (f"{LIGHT}/series", {"metric": "battery_v", "start": "yesterday"}, 422),
        (f"{LIGHT}/series", {"metric": "battery_v", "start": "9" * 5000}, 422),
        (f"{LIGHT}/series", {"metric": "battery_v", "end": "9999-12-31T00:00:00Z"}, 200),
        (f"{LIGHT}/series", {"metric": "battery_v", "step": "0"}, 422),
        (f"{LIGHT}/series", {"metric": "battery_v", "step": "9" * 30}, 422),
        (f"{LIGHT}/series", {"metric": "battery_v", "start": str(NOW + 1)}, 422),
        (f"{LIGHT}/series", {"metric": "battery_v", "start": "2020-01-01T00:00:00Z"}, 422),
        (f"{LIGHT}/series", {"metric": "battery_v", **span(DAY_MS * 7 + 1, HOUR_MS - 1)}, 422),
        (f"{LIGHT}/series", {"metric": "battery_v", **span(DAY_MS * 7, HOUR_MS - 1)}, 200),
        (f"{LIGHT}/series", {"metric": "battery_v", **span(DAY_MS * 400, HOUR_MS)}, 200),
    ],
)
async def test_what_cannot_be_answered_is_a_problem_document(
    web: httpx2.AsyncClient, path: str, params: Mapping[str, str], status: int
) -> None:
    body_of(await web.get(path, params=params), status)


async def test_a_bug_is_a_problem_document_without_its_insides(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.rules = None  # type: ignore[assignment]
    assert "NoneType" not in body_of(await web.get("/api/v1/rules"), 500)["detail"]


async def test_a_journal_that_cannot_be_read_is_the_gateways_fault(
    hamlet: Hamlet, web: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def alerts() -> None:
        raise StoreError("the journal cannot be read: disk I/O error")

    monkeypatch.setattr(hamlet.views, "alerts", alerts)
    assert "disk I/O error" in body_of(await web.get("/api/v1/alerts"), 503)["detail"]


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}]
)
@pytest.mark.parametrize(
    "path", [f"{LIGHT}/commands", f"{LIGHT}/adopt", "/api/v1/alerts/a/acknowledge",
             "/api/v1/plots/lo-3/stop"],
)  # fmt: skip
async def test_writing_needs_the_token(
    hamlet: Hamlet, web: httpx2.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    body_of(await web.post(path, json=COMMAND, headers=headers), 401)
    assert hamlet.asked == []


async def test_a_command_is_queued_and_can_be_followed(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    answer = await web.post(f"{LIGHT}/commands", json={**COMMAND, "id": "try-1"}, headers=BEARER)
    assert body_of(answer, 202)["state"] == "queued"
    [asked] = hamlet.asked
    assert (asked.key, asked.device, asked.args) == ("try-1", "light-117", {"brightness_pct": 50})
    assert asked.expires_at == NOW + 60_000
    assert answer.headers["location"] == "/api/v1/commands/try-1"
    assert body_of(await web.get(answer.headers["location"]))["command"] == "set-brightness"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/devices/light-999/commands", COMMAND, 404),
        (f"{LIGHT}/commands", {"command": "explode"}, 422),
        (f"{LIGHT}/commands", {"command": "set-brightness"}, 422),
        (f"{LIGHT}/commands", {**COMMAND, "args": {"brightness_pct": 101}}, 422),
        (f"{LIGHT}/commands", {**COMMAND, "args": {"brightness_pct": "50"}}, 422),
        (f"{LIGHT}/commands", {**COMMAND, "expires_in_s": 0}, 422),
        (f"{LIGHT}/commands", {**COMMAND, "requester": "rule:mine"}, 422),
        (f"{LIGHT}/commands", {**COMMAND, "id": "<script>"}, 422),
        ("/api/v1/devices/light-001/adopt", {}, 404),
        ("/api/v1/alerts/none/acknowledge", {}, 404),
        ("/api/v1/plots/lo-3/stop", {}, 409),
    ],
)
async def test_what_cannot_be_done_is_refused_with_the_reason(
    hamlet: Hamlet, web: httpx2.AsyncClient, path: str, body: object, status: int
) -> None:
    body_of(await web.post(path, json=body, headers=BEARER), status)
    assert hamlet.asked == []


async def test_not_a_number_is_no_brightness(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    body = b'{"command": "set-brightness", "args": {"brightness_pct": NaN}}'
    headers = {**BEARER, "Content-Type": "application/json"}
    assert (await web.post(f"{LIGHT}/commands", content=body, headers=headers)).is_client_error
    assert hamlet.asked == []


async def test_a_refused_command_is_a_conflict(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    queue = hamlet.ask_command

    async def refuse(asked: Any) -> Any:
        return replace(await queue(asked), state=CommandState.REFUSED, error="32 wait already")

    hamlet.ask_command = refuse  # type: ignore[method-assign]
    problem = body_of(await web.post(f"{LIGHT}/commands", json=COMMAND, headers=BEARER), 409)
    assert problem["detail"] == "32 wait already"


async def test_nothing_is_promised_while_the_journal_cannot_be_written(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.condition = Condition(Link(True, NOW), journal_ok=False)
    body_of(await web.post(f"{LIGHT}/commands", json=COMMAND, headers=BEARER), 503)
    body_of(await web.post("/api/v1/plots/lo-3/stop", headers=BEARER), 503)
    assert hamlet.asked == []


async def test_people_adopt_and_acknowledge(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    hamlet.device("light-117").adopted = False
    alert = hamlet.alert("dark", "light-001", Text("a", "a"))
    for path in (f"{LIGHT}/adopt", f"/api/v1/alerts/{alert.id}/acknowledge"):
        assert (await web.post(path, headers=BEARER)).status_code == 204


async def test_alerts_plots_and_runs(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    hamlet.alert("dark", "light-001", Text("Đèn tối", "Dark light"))
    hamlet.running = [Run("r", "lo-3", "x", RunState.FLOWING, NOW, NOW, NOW, 10, cause=None)]
    [alert] = body_of(await web.get("/api/v1/alerts"))
    assert alert["message"] == {"vi": "Đèn tối", "en": "Dark light"}
    plots = {plot["id"]: plot for plot in body_of(await web.get("/api/v1/plots"))}
    assert plots["lo-3"]["run"]["state"] == "flowing"
    assert plots["lo-4"]["soil_moisture_pct"] is None
    [run] = body_of(await web.get("/api/v1/runs"))
    assert run["target_l"] == 10


async def test_events_are_refused_when_too_many_listen(
    hamlet: Hamlet, web: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.feed.SUBSCRIBERS_MAX", 0)
    body_of(await web.get("/api/v1/events"), 503)


async def test_openapi_names_every_path(web: httpx2.AsyncClient) -> None:
    paths = body_of(await web.get("/api/v1/openapi.json"))["paths"]
    assert {
        "/devices", "/devices/{id}", "/devices/{id}/series", "/devices/{id}/commands",
        "/commands/{id}", "/alerts", "/plots", "/runs", "/events",
        "/rules", "/rules/{id}", "/rules/check", "/rules/reload", "/rules/{id}/arm",
    } <= paths.keys()  # fmt: skip


async def test_health_follows_what_matters(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    assert (await web.get("/healthz")).status_code == 200
    hamlet.condition = Condition(Link(True, NOW), Link(False, NOW))
    assert (await web.get("/healthz")).json()["store"] is False
    assert (await web.get("/healthz")).status_code == 200
    hamlet.condition = Condition(Link(False, NOW))
    assert (await web.get("/healthz")).json()["broker"] is False
    assert (await web.get("/healthz")).status_code == 200
    for condition, word in (
        (Condition(Link(True, NOW), journal_ok=False), "journal"),
        (Condition(Link(True, NOW), disk_full=True), "full"),
        (Condition(Link(True, NOW), standstill="the disk is silent"), "silent"),
    ):
        hamlet.condition = condition
        answer = await web.get("/healthz")
        assert answer.status_code == 503
        assert word in answer.json()["trouble"]


async def test_the_time_is_told_and_can_be_vouched_for(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    unknown = ClockState(trusted=False, agrees=False, own=NOW, wall=NOW + 5000)
    hamlet.condition = Condition(Link(True, NOW), clock=unknown)
    told = {"trusted": False, "agrees": False, "own": NOW, "wall": NOW + 5000}
    assert body_of(await web.get("/api/v1/clock")) == told
    health = await web.get("/healthz")
    assert (health.status_code, health.json()["clock"]) == (200, False)
    assert (await web.post("/api/v1/clock/trust")).status_code == 401
    answer = body_of(await web.post("/api/v1/clock/trust", headers=BEARER))
    assert answer == {"trusted": True, "agrees": True, "own": NOW + 5000, "wall": NOW + 5000}


async def test_metrics(web: httpx2.AsyncClient) -> None:
    answer = await web.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'hamlet_rules{state="ok"} 3' in answer.text


async def test_another_host_is_refused(web: httpx2.AsyncClient) -> None:
    answer = await web.get("/healthz", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_every_answer_is_protected(web: httpx2.AsyncClient) -> None:
    for path in ("/healthz", "/nothing", "/api/v1/nothing", "/api/v1/devices"):
        headers = (await web.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


async def test_a_huge_body_is_refused(web: httpx2.AsyncClient) -> None:
    body = json.dumps({**COMMAND, "args": {"x": "y" * 100_000}})
    headers = {**BEARER, "Content-Type": "application/json"}
    answer = await web.post(f"{LIGHT}/commands", content=body, headers=headers)
    assert answer.status_code == 413


async def test_one_device_tells_which_of_its_readings_are_missing(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    week_ago = NOW - AWAITED_MS
    for seq, at in ((0, week_ago - HOUR_MS), (4, week_ago - 1), (5, NOW - HOUR_MS), (7, NOW)):
        hamlet.say("light-117", at, seq, battery_v=13.0)
    body = body_of(await web.get(LIGHT))
    assert body["missing"] == [
        {"boot": "~0", "first": 6, "last": 6, "count": 1, "since": NOW - HOUR_MS, "until": NOW,
         "awaited": True},
        {"boot": "~0", "first": 1, "last": 3, "count": 3, "since": week_ago - HOUR_MS,
         "until": week_ago - 1, "awaited": False},
    ]  # fmt: skip
    assert body["lost"] == 3


async def test_a_leap_of_its_numbers_is_no_missing_reading(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    for seq, at in ((0, NOW - HOUR_MS), (2**62, NOW)):
        hamlet.say("light-117", at, seq, battery_v=13.0)
    body = body_of(await web.get(LIGHT))
    assert (body["missing"], body["lost"]) == ([], 0)


async def test_a_device_that_sends_very_often_is_told_in_coarser_steps(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.babble("light-117", MESSAGES_MAX + 1, NOW - DAY_MS, 500, '{"battery_v":13,"seq":0}')
    asked = f"{LIGHT}/series?metric=battery_v&start={NOW - DAY_MS}&end={NOW}"
    answer = await web.get(f"{asked}&step=60000")
    assert answer.status_code == 422
    assert "sends very often" in answer.json()["detail"]
    assert (await web.get(f"{asked}&step={HOUR_MS}")).status_code == 200
