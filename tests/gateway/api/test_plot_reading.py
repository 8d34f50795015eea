"""How it stands with the plots, as a program reads it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from gateway.plots.guard import DryDays
from tests.dashboards.client import client_of
from tests.dashboards.gardening import PROPOSAL, garden
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet


@pytest.fixture
async def web(hamlet: Hamlet) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(hamlet) as client:
        yield client


def body_of(answer: httpx2.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_plots_tell_mode_water_and_what_waits(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    garden(hamlet, "Lan")
    plots = {one["id"]: one for one in body_of(await web.get("/api/v1/plots"))}
    third, fourth = plots["lo-3"], plots["lo-4"]
    assert (third["mode"], third["depletion_mm"], third["raw_mm"]) == ("balance", 38.4, 33.6)
    assert third["next_look"] == NOW + 10 * HOUR_MS
    assert third["decision"]["inputs"]["rain_mm"] == 1.2
    assert (fourth["asks_first"], fourth["proposal"]["id"]) == (True, PROPOSAL)
    assert plots["lo-9"]["depletion_mm"] is None


async def test_one_plot_tells_what_keeps_water_back(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    garden(hamlet, "Lan")
    third = body_of(await web.get("/api/v1/plots/lo-3"))
    assert [(one["interlock"], one["overridable"]) for one in third["held"]] == [("silence", False)]
    assert third["modes"] == [mode.value for mode in hamlet.site.plots[2].modes]
    assert third["overrides"][0]["interlock"] == "wind"
    assert [one["distrust"] is None for one in third["probes"]] == [True, False]
    fifth = body_of(await web.get("/api/v1/plots/lo-5"))
    [days] = fifth["dry_days"]
    assert (days["id"], days["from"], days["reason"]) == ("n1", "2026-11-22", "spraying")
    body_of(await web.get("/api/v1/plots/lo-99"), 404)


async def test_dry_days_of_the_file_have_no_id(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    garden(hamlet, "Lan")
    outlook = hamlet.outlooks["lo-5"]
    in_file = DryDays.model_validate({"from": "2026-12-01", "to": "2026-12-02"})
    hamlet.outlooks["lo-5"] = replace(outlook, dry_days=(in_file,))
    [days] = body_of(await web.get("/api/v1/plots/lo-5"))["dry_days"]
    assert (days["id"], days["by"], days["to"]) == (None, None, "2026-12-02")


async def test_decisions_up_to_a_time(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    garden(hamlet, "Lan")
    path = "/api/v1/plots/lo-3/explanations"
    assert [one["action"] for one in body_of(await web.get(path))] == ["skip", "water"]
    assert len(body_of(await web.get(path, params={"limit": 1}))) == 1
    then = str(NOW - DAY_MS)
    [first] = body_of(await web.get(path, params={"until": then}))
    assert (first["at"], first["inputs"]) == (NOW - DAY_MS, {"wind_m_s": None, "asked_l": 20_040.0})
    body_of(await web.get(path, params={"until": "then"}), 422)
    body_of(await web.get(path, params={"limit": 0}), 422)
    body_of(await web.get("/api/v1/plots/lo-99/explanations"), 404)


async def test_the_balance_day_by_day(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    garden(hamlet, "Lan")
    path = "/api/v1/plots/lo-3/balance"
    days = body_of(await web.get(path))
    assert len(days) == 13
    assert (days[0]["day"], days[-1]["closed"]) == ("2026-11-09", False)
    estimated = [day["estimates"] for day in days if day["estimates"]]
    assert estimated == [["et0", "rain"]]
    assert len(body_of(await web.get(path, params={"since": "2026-11-21"}))) == 2
    body_of(await web.get(path, params={"since": "yesterday"}), 422)


async def test_the_plan(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    garden(hamlet, "Lan")
    plan = body_of(await web.get("/api/v1/plan"))
    assert (plan["at"], plan["until"]) == (NOW, NOW + DAY_MS)
    assert [one["certainty"] for one in plan["waterings"]] == ["certain", "asks", "expected"]
    assert plan["waterings"][2]["conflicts"] == [{"vi": "Lan", "en": "Lan"}]
    assert [one["plot"] for one in plan["without"]] == ["lo-5", "lo-6"]
