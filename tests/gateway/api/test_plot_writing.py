"""What a program may do about plots, on a gateway that is really open."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.api.token import load_or_create_token
from gateway.app import Gateway
from gateway.assembly import hamlet_time
from gateway.cli.web import TOKEN_FILE, build_web
from gateway.plots import Mode
from tests.gateway.watered_site import opened, write_watered_site

PLOT = "/api/v1/plots/lo-1"
HOUR_MS = 3_600_000


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    write_watered_site(tmp_path)
    async with opened(tmp_path) as gateway:
        yield gateway


@pytest.fixture
async def web(gateway: Gateway) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(build_web(gateway), raise_app_exceptions=False)
    token = load_or_create_token(gateway.site.data / TOKEN_FILE)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://localhost", headers=headers
    ) as client:
        yield client


def body_of(answer: httpx2.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


async def test_a_plot_is_watered_once_and_stopped(
    gateway: Gateway, web: httpx2.AsyncClient
) -> None:
    wanted = {"depth_mm": 6, "id": "try-1"}
    run = body_of(await web.post(f"{PLOT}/water", json=wanted), 202)
    assert (run["plot"], run["target_l"], run["requester"]) == ("lo-1", 6000, "person:api")
    assert body_of(await web.post(f"{PLOT}/water", json=wanted), 202)["id"] == run["id"]
    refused = body_of(await web.post(f"{PLOT}/water", json={"litres": 100}), 409)
    assert refused["detail"].startswith("Not watering Tea plot one: it is being watered")
    assert (await web.post(f"{PLOT}/stop")).status_code == 204
    assert "is not being watered" in body_of(await web.post(f"{PLOT}/stop"), 409)["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("water", {}),
        ("water", {"depth_mm": 6, "litres": 5}),
        ("water", {"depth_mm": 0}),
        ("water", {"depth_mm": -1}),
        ("water", {"litres": "many"}),
        ("water", {"litres": "12"}),
        ("water", {"litres": True}),
        ("water", {"minutes": 1e300}),
        ("water", {"depth_mm": 6, "id": "<script>"}),
        ("water", {"depth_mm": 6, "requester": "rule:mine"}),
        ("mode", {}),
        ("mode", {"ask_first": "yes"}),
        ("mode", {"mode": "always"}),
        ("dry-days", {"from": "2026-02-30", "to": "2026-03-01"}),
        ("dry-days", {"from": "2026-03-01"}),
        ("dry-days", {"from": "2026-03-01", "to": "2026-03-02", "reason": "holiday"}),
        ("overrides", {"interlock": "rain-24h", "reason": "", "until": 5}),
        ("overrides", {"interlock": "rain-24h", "reason": "x", "until": "soon"}),
    ],
)
async def test_what_makes_no_sense_is_not_done(
    gateway: Gateway, web: httpx2.AsyncClient, path: str, body: object
) -> None:
    body_of(await web.post(f"{PLOT}/{path}", json=body), 422)
    assert gateway.pipeline.engines.irrigation.runs() == []


async def test_nothing_is_done_without_the_token_or_to_no_plot(
    gateway: Gateway, web: httpx2.AsyncClient
) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    for path, body in (
        ("water", {"depth_mm": 6}),
        ("stop", None),
        ("mode", {"mode": "off"}),
        ("dry-days", {"from": "2026-03-01", "to": "2026-03-02"}),
        ("overrides", {"interlock": "rain-24h", "reason": "x", "until": 5}),
        ("proposals/p/approve", None),
        ("proposals/p/decline", None),
    ):
        body_of(await web.post(f"{PLOT}/{path}", json=body, headers=wrong), 401)
        body_of(await web.post(f"/api/v1/plots/lo-9/{path}", json=body), 404)
    assert gateway.pipeline.engines.irrigation.runs() == []
    assert gateway.pipeline.engines.irrigation.book.mode("lo-1") is Mode.MANUAL


async def test_the_mode_is_set(web: httpx2.AsyncClient) -> None:
    both = body_of(
        await web.post(f"{PLOT}/mode", json={"mode": "schedule", "ask_first": True}), 200
    )
    assert (both["mode"], both["ask_first"], both["by"]) == ("schedule", True, "person:api")
    refused = body_of(await web.post(f"{PLOT}/mode", json={"mode": "soil"}), 409)
    assert "plots.yaml does not have what mode" in refused["detail"]


async def test_dry_days_are_added_and_removed(gateway: Gateway, web: httpx2.AsyncClient) -> None:
    today = hamlet_time(gateway.site.config.place).day(gateway.clock.now()).isoformat()
    wanted = {"from": today, "to": today, "reason": "spraying"}
    answer = await web.post(f"{PLOT}/dry-days", json=wanted)
    added = body_of(answer, 201)
    assert (added["from"], added["reason"]) == (today, "spraying")
    assert (await web.delete(answer.headers["location"])).status_code == 204
    body_of(await web.delete(answer.headers["location"]), 409)


async def test_an_interlock_is_overridden_and_not_for_long(
    gateway: Gateway, web: httpx2.AsyncClient
) -> None:
    now = gateway.clock.now()
    wanted = {"interlock": "rain-24h", "reason": "new plants", "until": now + HOUR_MS}
    answer = await web.post(f"{PLOT}/overrides", json=wanted)
    assert body_of(answer, 201)["until"] == now + HOUR_MS
    for wrong in ({"until": now + 30 * HOUR_MS}, {"interlock": "silence"}):
        body_of(await web.post(f"{PLOT}/overrides", json={**wanted, **wrong}), 409)
    assert (await web.delete(answer.headers["location"])).status_code == 204
    body_of(await web.delete(answer.headers["location"]), 409)


async def test_a_proposal_that_does_not_wait_is_a_conflict(web: httpx2.AsyncClient) -> None:
    for answer in ("approve", "decline"):
        gone = body_of(await web.post(f"{PLOT}/proposals/p-1/{answer}"), 409)
        assert "does not wait any more" in gone["detail"]


async def test_every_path_is_described(web: httpx2.AsyncClient) -> None:
    paths = body_of(await web.get("/api/v1/openapi.json"), 200)["paths"]
    for path in ("water", "stop", "mode", "dry-days", "overrides", "proposals/{proposal}/approve"):
        assert f"/plots/{{id}}/{path}" in paths
