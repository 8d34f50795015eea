"""How it stands with the plots, as a program reads it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from devices.text import Text
from gateway.decisions import Run, RunState
from gateway.plots.guard import DryDays
from gateway.watering_plan import Certainty, Plan
from tests.dashboards.client import client_of
from tests.dashboards.gardening import PROPOSAL, balances, garden, planned
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


async def test_no_figure_is_finer_than_anybody_knows(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    garden(hamlet, "Lan")
    odd, text = 7.614583333333333, Text("Lan", "Lan")
    third = hamlet.outlooks["lo-3"]
    probe = replace(third.probes[0], moisture_pct=27.200000000000003)
    hamlet.outlooks["lo-3"] = replace(third, depletion_mm=odd, probes=(probe,))
    hamlet.plan = Plan(
        NOW, NOW + DAY_MS, (planned("lo-3", 1.0, 10917.64705882353, Certainty.CERTAIN, text),), ()
    )
    run = Run("lo-3.odd", "lo-3", "rule:x", RunState.DONE, NOW, NOW, NOW, odd, odd, True)
    hamlet.save(run, replace(balances("lo-3")[0], ks=odd, et_mm=odd, depletion_mm=odd))
    plot = body_of(await web.get("/api/v1/plots/lo-3"))
    assert (plot["depletion_mm"], plot["probes"][0]["moisture_pct"]) == (7.61, 27.2)
    [watering] = body_of(await web.get("/api/v1/plan"))["waterings"]
    assert (watering["litres"], watering["depth_mm"]) == (10917.6, 4.1)
    day = body_of(await web.get("/api/v1/plots/lo-3/balance"))[0]
    assert (day["ks"], day["et_mm"], day["depletion_mm"]) == (7.615, 7.61, 7.61)
    newest = body_of(await web.get("/api/v1/runs"))[0]
    assert (newest["id"], newest["target_l"], newest["litres"]) == ("lo-3.odd", 7.6, 7.6)
