"""A watering that was cut goes on, whenever the gateway starts anew in between."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.plot_records import PlotSetting
from gateway.plots import Mode, Plot
from gateway.watering_plan import Plan
from tests.gateway.irrigation.any_garden import NATURES, Nature, any_plot
from tests.gateway.irrigation.garden import SECOND
from tests.gateway.irrigation.grown_garden import HOUR, MINUTE, GrownGarden, local, tea

MORNING = local("2026-03-10 05:00")
AT_SIX: dict[str, object] = {"at": ["06:00"], "depth_mm": 5}
LONGEST_S = 600 * 60
"""What `any_plot` lets one run last."""
SHORT_RUNS: dict[str, object] = {"minutes_per_run_max": 10}
"""Of 2 400 litres, or 3.3 mm."""


def filling() -> GrownGarden:
    """A plot by its balance that lacks 30 mm and gets 9 mm a day."""
    garden = GrownGarden(tea(mode="balance", litres_per_day_max=9 * 720), start=MORNING)
    garden.moisture["soil-1"] = 27.0
    garden.report()
    garden.last_until(MORNING + 10 * MINUTE)
    garden.moisture["soil-1"] = None
    return garden


def by_schedule(**changes: object) -> GrownGarden:
    plot = tea("lo-1", mode="schedule", schedule=AT_SIX, **SHORT_RUNS, **changes)
    return GrownGarden(plot, start=MORNING)


def test_the_plan_waits_for_the_look_that_goes_on() -> None:
    garden = GrownGarden(tea("lo-1", mode="balance", **SHORT_RUNS), start=MORNING)
    garden.moisture["soil-1"] = 20.0
    garden.report()
    garden.last_until(MORNING + 20 * MINUTE)
    assert [run.ended_at is not None for run in garden.runs.values()] == [True]
    (planned,) = garden.engine.plan(garden.clock).waterings
    assert planned.begin == garden.engine.status("lo-1", garden.clock).next_look
    garden.last_until(planned.begin + MINUTE)
    assert garden.run().opened_at == pytest.approx(planned.begin, abs=MINUTE)


class TestRest:
    @pytest.mark.parametrize("away_min", [0, 20, 60])
    def test_of_a_schedule_follows_over_a_restart(self, away_min: int) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 06:15"))
        assert len(garden.runs) == 1
        garden.sleep(away_min * 60)
        garden.kill()
        garden.last_until(local("2026-03-10 09:00"))
        assert len(garden.runs) == 2
        assert garden.flowed_l() == pytest.approx(3600, rel=0.05)

    def test_follows_when_the_clock_is_trusted_again(self) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 06:15"))
        garden.clock_trusted = False
        garden.kill()
        garden.last_until(local("2026-03-10 06:40"))
        garden.engine.clock_trusted = True
        garden.last_until(local("2026-03-10 09:00"))
        assert garden.flowed_l() == pytest.approx(3600, rel=0.05)

    @pytest.mark.parametrize("dies_s", [*range(-1, 9), *range(9, 2700, 89)])
    def test_is_given_once_though_what_was_decided_is_lost(self, dies_s: int) -> None:
        garden = by_schedule(after_power_cut="resume")
        garden.last_until(local("2026-03-10 06:00") + dies_s * SECOND)
        garden.crash = True
        garden.live(1)
        garden.kill()
        garden.last_until(local("2026-03-10 09:30"))
        assert 3600 - 240 <= garden.flowed_l() <= 3600 + 240

    def test_is_given_up_when_it_is_too_late(self) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 06:15"))
        garden.sleep(3 * 3600)
        garden.kill()
        garden.last_until(local("2026-03-10 12:00"))
        assert len(garden.runs) == 1

    def test_waits_for_the_wind_as_a_schedule_does(self) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 06:15"))
        assert garden.weather
        garden.weather["wind_speed_m_s"] = 9.0
        garden.last_until(local("2026-03-10 07:00"))
        assert garden.decided()[-1] == ("skip", "interlock:wind")
        garden.weather["wind_speed_m_s"] = 1.0
        garden.last_until(local("2026-03-10 09:00"))
        assert garden.flowed_l() == pytest.approx(3600, rel=0.05)

    def test_stands_in_the_plan(self) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 06:15"))
        begins = [one.begin for one in garden.engine.plan(garden.now).waterings]
        assert begins[0] == garden.engine.status("lo-1", garden.now).next_look
        assert len(begins) == 2

    def test_is_nothing_any_more_when_somebody_wants_it_otherwise(self) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 06:15"))
        garden.set(PlotSetting("lo-1", garden.now, "person:lan", Mode.OFF, None))
        garden.kill()
        garden.set(PlotSetting("lo-1", garden.now + 1, "person:lan", Mode.SCHEDULE, None))
        garden.last_until(local("2026-03-10 09:00"))
        assert len(garden.runs) == 1

    def test_is_not_wanted_by_whoever_stops_the_run(self) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 06:05"))
        garden.save(garden.engine.stop("lo-1", "person:lan", garden.clock))
        garden.last_until(local("2026-03-10 09:00"))
        assert len(garden.runs) == 1

    @pytest.mark.parametrize(("by_hand_l", "then_l"), [(300, 900), (1000, 0), (2400, 0)])
    def test_is_less_by_what_somebody_else_gave(self, by_hand_l: float, then_l: float) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 06:15"))
        garden.ask(litres=by_hand_l, requester="person:lan")
        garden.last_until(local("2026-03-10 09:00"))
        assert garden.flowed_l() == pytest.approx(2400 + by_hand_l + then_l, abs=30)


class TestFilling:
    def test_goes_on_after_a_restart_until_the_soil_is_full(self) -> None:
        garden = filling()
        days = 0
        while (garden.engine.status("lo-1", garden.now).depletion_mm or 0) > 8:
            garden.last_until(garden.now + 24 * HOUR)
            garden.kill()
            days += 1
            assert days < 6
        assert 3 <= days <= 5

    def test_says_the_same_before_and_after(self) -> None:
        garden = filling()
        garden.last_until(local("2026-03-11 20:00"))  # room for more: its day has had its 9 mm
        before = garden.engine.plan(garden.now)
        garden.kill()
        assert garden.engine.plan(garden.now) == before

    def test_is_forgotten_with_the_plot(self) -> None:
        garden = filling()
        garden.kill(tea("lo-2"))
        assert not garden.engine.plan(garden.now).waterings

    @pytest.mark.parametrize("meanwhile", ["manual", "off", "schedule"])
    def test_is_over_when_the_file_wants_it_otherwise(self, meanwhile: str) -> None:
        garden = filling()
        garden.last_until(local("2026-03-10 12:00"))
        nightly = {"at": ["20:00"], "depth_mm": 5}
        garden.kill(tea(mode=meanwhile, schedule=nightly))
        garden.kill(tea(mode="balance"))
        garden.last_until(local("2026-03-10 19:00"))
        depletion_mm = garden.engine.status("lo-1", garden.now).depletion_mm
        assert depletion_mm
        assert depletion_mm > 10
        assert len(garden.runs) == 1


steps = st.lists(st.tuples(st.integers(7, 400), NATURES), min_size=1, max_size=5)
"""So many minutes it goes on so."""
plots = any_plot("06:00", asks=st.just(False))


@settings(deadline=None, max_examples=25)
@given(plots, steps)
def test_a_gateway_that_starts_anew_means_to_do_the_same(
    plot: Plot, steps: list[tuple[int, Nature]]
) -> None:
    garden = GrownGarden(plot, start=MORNING - 70 * MINUTE)
    garden.last_until(MORNING)  # an hour of weather is known
    for minutes, nature in steps:
        nature.comes_over(garden)
        garden.last_until(garden.now + minutes * MINUTE)
        while garden.engine.runs():
            garden.live_until_idle(LONGEST_S)
            garden.report()
        before = wanted(garden.engine.plan(garden.now))
        garden.kill()
        garden.report()
        assert wanted(garden.engine.plan(garden.now)) == before


def wanted(plan: Plan) -> list[tuple[object, ...]]:
    """What is given and why, and why nothing is; not at which minute, since a start waits for its
    probes first."""
    return [
        *((one.plot, round(one.litres), one.reason) for one in plan.waterings),
        *((one.plot, one.reason) for one in plan.without),
    ]
