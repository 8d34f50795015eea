"""Water that flows over midnight: each litre counts for the day on which it flows."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.irrigation.garden import SECOND, Garden, day_start, plot
from tests.gateway.irrigation.grown_garden import DAY, MINUTE, GrownGarden, local, tea

MIDNIGHT = local("2026-03-11 00:00")
RATE_L_MIN = 60.0
CEILING_L = 500.0
LEASE_L = 2 * RATE_L_MIN
SEEN_LATE_L = RATE_L_MIN * 20 / 60
"""Of a report and of a tick, ten seconds each."""


def garden_at(before_s: int, *, metered: bool = True, **more: object) -> Garden:
    limits: dict[str, Any] = {"litres_per_day_max": CEILING_L, **more}
    return Garden(plot(**limits), metered=metered, start=MIDNIGHT - before_s * SECOND)


@pytest.mark.parametrize("metered", [True, False])
def test_each_day_has_its_litres(metered: bool) -> None:
    garden = garden_at(300, metered=metered)
    garden.ask(litres=500)
    garden.live_until_idle()
    run, days = garden.run(), garden.flowed_by_day()
    assert run.litres == pytest.approx(500, abs=SEEN_LATE_L)
    assert run.yesterday_l == pytest.approx(days["lo-1", MIDNIGHT - DAY], abs=SEEN_LATE_L)
    garden.ask(litres=5000)
    garden.live_until_idle()
    today = garden.flowed_by_day()["lo-1", MIDNIGHT]
    assert today == pytest.approx(CEILING_L, abs=2 * SEEN_LATE_L)


@pytest.mark.parametrize("before_s", [301, 304, 307])
def test_the_day_turns_at_midnight_and_not_when_something_comes(before_s: int) -> None:
    garden = garden_at(before_s, metered=False)
    garden.ask(litres=500)
    while garden.run().yesterday_l == 0:
        garden.live(1)
        assert garden.now <= MIDNIGHT


def test_a_restart_knows_what_was_of_yesterday() -> None:
    garden = garden_at(300)
    garden.ask(litres=400)
    garden.live_until_idle()
    garden.kill()
    garden.ask(litres=5000)
    garden.live_until_idle()
    assert garden.flowed_by_day()["lo-1", MIDNIGHT] == pytest.approx(CEILING_L, abs=2 * SEEN_LATE_L)


def test_a_midnight_without_a_gateway_counts_rather_too_much() -> None:
    garden = garden_at(200)
    garden.ask(litres=400)
    garden.live(150)
    garden.sleep(100)
    garden.kill()
    garden.live_until_idle()
    assert garden.run().yesterday_l == 0


def test_the_turns_after_midnight_get_what_they_were_to_have() -> None:
    garden = garden_at(300, soak={"water_min": 4, "rest_min": 5})
    garden.ask(litres=480)
    garden.live_until_idle()
    assert garden.run().litres == pytest.approx(480, abs=SEEN_LATE_L)


def test_the_balance_of_each_day_has_its_water() -> None:
    garden = GrownGarden(tea(), start=MIDNIGHT - 5 * MINUTE)
    garden.tick()
    garden.ask(litres=240 * 15)
    garden.last_until(MIDNIGHT + 30 * MINUTE)
    yesterday = garden.balances["lo-1", garden.today - timedelta(days=1)]
    today = garden.balances["lo-1", garden.today]
    assert yesterday.closed
    slack = 240 * 20 / 60 / 720
    flowed = garden.flowed_by_day()
    assert yesterday.irrigation_mm == pytest.approx(flowed["lo-1", MIDNIGHT - DAY] / 720, abs=slack)
    assert today.irrigation_mm == pytest.approx(flowed["lo-1", MIDNIGHT] / 720, abs=slack)
    assert yesterday.irrigation_mm > 1 < today.irrigation_mm


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    before_s=st.integers(0, 900),
    metered=st.booleans(),
    does=st.lists(
        st.tuples(
            st.sampled_from(["ask", "live", "kill", "stop", "late", "early"]),
            st.integers(1, 500),
        ),
        max_size=8,
    ),
)
def test_no_day_gets_more_than_its_ceiling(
    before_s: int, metered: bool, does: list[tuple[str, int]]
) -> None:
    garden = garden_at(before_s, metered=metered, after_power_cut="resume")
    garden.ask(litres=450)
    for what, number in does:
        match what:
            case "ask":
                garden.ask(litres=float(number))
            case "live":
                garden.live(number)
            case "kill":
                garden.sleep(number // 10)
                garden.kill()
            case "stop":
                garden.save(garden.engine.stop("lo-1", "person:hoa", garden.clock))
            case "late" | "early":
                garden.set_clock_by(number * (10 if what == "late" else -10))
    garden.live_until_idle()
    garden.ask(litres=5000)
    garden.live_until_idle(7200)
    for (_, day), litres in garden.flowed_by_day().items():
        assert day == day_start(day)
        assert litres <= CEILING_L + LEASE_L
