"""Each way of watering over hours and days: when it waters, how much, and what it says."""

import json

import pytest

from gateway.decisions import RunState
from gateway.plot_records import PlotSetting, ProposalAnswered, ProposalState
from gateway.plots import Mode
from tests.gateway.irrigation.grown_garden import DAY, HOUR, MINUTE, GrownGarden, local, tea

MORNING = local("2026-03-10 05:00")
AT_SIX: dict[str, object] = {"at": ["06:00"], "depth_mm": 5}
THRESHOLDS = {"start_pct": 25, "stop_pct": 28}


def by_schedule(**changes: object) -> GrownGarden:
    return GrownGarden(
        tea(mode="schedule", schedule={**AT_SIX, **changes}),
        start=MORNING,
    )


def forecast(garden: GrownGarden, rain_mm: float) -> bytes:
    periods = [{"from": garden.now, "to": garden.now + DAY, "rain_mm": rain_mm}]
    return json.dumps({"issued_at": garden.now, "periods": periods}).encode()


def by_soil(moisture: float | None = 26.0, **changes: object) -> GrownGarden:
    garden = GrownGarden(tea("lo-1", mode="soil", thresholds=THRESHOLDS, **changes), start=MORNING)
    garden.moisture["soil-1"] = moisture
    garden.last_until(MORNING + 10 * MINUTE)
    return garden


def by_balance(moisture: float | None = 30.0, **changes: object) -> GrownGarden:
    garden = GrownGarden(tea("lo-1", mode="balance", **changes), start=MORNING)
    garden.moisture["soil-1"] = moisture
    garden.report()
    garden.last_until(MORNING + 10 * MINUTE)
    return garden


class TestForecast:
    @pytest.mark.parametrize(("rain_mm", "depth_mm"), [(0.0, 24), (9.0, 15), (20.0, 4)])
    def test_a_plot_leaves_room_for_rain(self, rain_mm: float, depth_mm: float) -> None:
        garden = by_soil(26.0)
        garden.engine.forecasts.take("f", forecast(garden, rain_mm))
        garden.hear("soil-1", {"soil_moisture_pct": 24.0})
        assert garden.run().target_l == pytest.approx(depth_mm * 720)
        told = f"; {rain_mm:g} mm of rain is forecast" in garden.last_said().sentence.en
        assert told is (rain_mm > 0)

    def test_rain_that_is_enough_keeps_water_back(self) -> None:
        garden = by_soil(26.0)
        garden.engine.forecasts.take("f", forecast(garden, 24.0))
        garden.hear("soil-1", {"soil_moisture_pct": 24.0})
        assert not garden.runs
        assert garden.decided()[-1] == ("skip", "forecast")

    @pytest.mark.parametrize(("rain_mm", "runs"), [(4.9, 1), (6.0, 0)])
    def test_a_schedule_gives_way_to_rain_that_is_enough(self, rain_mm: float, runs: int) -> None:
        garden = by_schedule()
        garden.engine.forecasts.take("f", forecast(garden, rain_mm))
        garden.last_until(local("2026-03-10 08:30"))
        assert len(garden.runs) == runs
        assert ("of rain are forecast" in garden.last_said().sentence.en) is not runs


class TestSchedule:
    def test_it_waters_at_its_time_what_it_says(self) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 05:59"))
        assert not garden.runs
        garden.last_until(local("2026-03-10 07:00"))
        assert garden.run().target_l == 5 * 720
        assert garden.flowed_l() == pytest.approx(5 * 720, rel=0.02)
        assert garden.run().requester == "plan:schedule"
        assert garden.decided() == [("water", "schedule")]
        assert garden.balances["lo-1", garden.today].irrigation_mm == pytest.approx(5, rel=0.02)

    def test_losses_on_the_way_are_added(self) -> None:
        garden = GrownGarden(
            tea(mode="schedule", schedule=AT_SIX, emitters={"efficiency_pct": 50}), start=MORNING
        )
        garden.last_until(local("2026-03-10 08:00"))
        assert garden.run().target_l == 5 * 720 / 0.5
        assert garden.balances["lo-1", garden.today].irrigation_mm == pytest.approx(5, rel=0.02)

    @pytest.mark.parametrize(("pct", "litres"), [(100, 3600), (40, 1440), (0, None)])
    def test_the_season_has_its_share(self, pct: float, litres: float | None) -> None:
        garden = by_schedule(seasonal_pct={3: pct})
        garden.last_until(local("2026-03-10 07:00"))
        assert (garden.run().target_l if garden.runs else None) == litres
        if litres is None:
            assert garden.decided() == [("skip", "season")]

    def test_rain_takes_its_place_and_it_says_so(self) -> None:
        garden = by_schedule()
        garden.report()
        garden.rain_mm += 6
        garden.last_until(local("2026-03-10 07:00"))
        assert not garden.runs
        assert garden.decided() == [("skip", "rained")]
        said = garden.last_said().sentence.en
        assert "6 mm of rain fell" in said
        assert said.endswith("Next look at 06:00 on 11 Mar.")

    @pytest.mark.parametrize(
        ("away_h", "decided"), [(1, ("water", "schedule")), (5, ("skip", "missed"))]
    )
    def test_a_time_that_was_missed_is_caught_up_or_explained(
        self, away_h: int, decided: tuple[str, str]
    ) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-11 05:30"))
        garden.sleep(30 * 60 + away_h * 3600)
        garden.kill()
        garden.report()
        garden.last_until(garden.now + 15 * MINUTE)
        assert garden.decided()[-1] == decided
        garden.last_until(local("2026-03-12 07:00"))
        assert garden.decided()[-1] == ("water", "schedule")

    def test_a_restart_waters_nothing_twice(self) -> None:
        garden = by_schedule()
        garden.last_until(local("2026-03-10 06:40"))
        assert [run.state for run in garden.runs.values()] == [RunState.DONE]
        garden.kill()
        garden.last_until(local("2026-03-11 05:00"))
        assert len(garden.runs) == 1

    def test_what_one_run_may_not_give_another_does(self) -> None:
        garden = GrownGarden(
            tea(mode="schedule", schedule=AT_SIX, minutes_per_run_max=10), start=MORNING
        )
        garden.last_until(local("2026-03-10 09:00"))
        assert len(garden.runs) == 2
        assert garden.flowed_l() == pytest.approx(3600, rel=0.05)

    def test_wind_is_waited_out_for_a_while(self) -> None:
        garden = by_schedule()
        assert garden.weather
        garden.weather["wind_speed_m_s"] = 9.0
        garden.last_until(local("2026-03-10 07:00"))
        assert garden.decided() == [("skip", "interlock:wind")]
        garden.weather["wind_speed_m_s"] = 1.0
        garden.last_until(local("2026-03-10 08:30"))
        assert garden.decided()[-1] == ("water", "schedule")


class TestSoil:
    def test_the_reading_itself_starts_the_water(self) -> None:
        garden = by_soil(26.0)
        assert garden.decided() == [("skip", "moist")]
        garden.hear("soil-1", {"soil_moisture_pct": 24.0})
        run = garden.run()
        assert run.state is RunState.PUMP, "the first command is in the same work as the reading"
        assert run.target_l == pytest.approx((28 - 24) * 10 * 0.6 * 720)
        assert garden.commands

    def test_it_waits_until_the_water_has_sunk_in(self) -> None:
        garden = by_soil(26.0)
        garden.moisture["soil-1"] = 24.0
        garden.last_until(MORNING + 3 * HOUR)
        assert len(garden.runs) == 1
        ended = garden.run().ended_at
        assert ended
        garden.last_until(ended + 3 * HOUR - MINUTE)
        assert len(garden.runs) == 1
        assert garden.decided()[-1] == ("skip", "sinking")
        garden.last_until(ended + 3 * HOUR + 10 * MINUTE)
        assert len(garden.runs) == 2

    def test_between_the_thresholds_nothing_begins(self) -> None:
        garden = by_soil(25.1)
        garden.last_until(MORNING + 6 * HOUR)
        assert not garden.runs

    def test_probes_that_fall_silent_stop_it_and_a_technician_hears_of_it(self) -> None:
        garden = by_soil(26.0)
        garden.moisture["soil-1"] = None
        garden.last_until(MORNING + 5 * HOUR)
        assert garden.decided()[-1] == ("skip", "stale")
        assert "does not water itself" in garden.alerts["lo-1"].message.en
        garden.moisture["soil-1"] = 26.0
        garden.last_until(MORNING + 7 * HOUR)
        assert "lo-1" not in garden.alerts

    def test_or_the_schedule_takes_over(self) -> None:
        garden = by_soil(26.0, when_stale="schedule", schedule=AT_SIX)
        garden.moisture["soil-1"] = None
        garden.last_until(local("2026-03-11 07:00"))
        assert garden.run().requester == "plan:schedule"
        assert len(garden.runs) == 1

    def test_an_implausible_probe_is_named_and_left_out(self) -> None:
        garden = by_soil(78.0)
        garden.last_until(MORNING + 2 * HOUR)
        assert not garden.runs
        assert "per cent of field capacity" in garden.alerts["soil-1"].message.en
        garden.moisture["soil-1"] = 26.0
        garden.last_until(MORNING + 4 * HOUR)
        assert "soil-1" not in garden.alerts

    def test_a_frozen_probe_stays_left_out_over_a_restart_until_it_moves(self) -> None:
        garden = by_balance(30.0)
        while "soil-1" not in garden.alerts:
            garden.last_until(garden.now + HOUR)
        garden.kill()
        for _ in range(2):
            garden.last_until(garden.now + HOUR)
            [probe] = garden.engine.status("lo-1", garden.now).probes
            assert probe.distrust is not None
            assert "the same value" in probe.distrust.en
        garden.moisture["soil-1"] = 29.9
        garden.last_until(garden.now + 2 * HOUR)
        [probe] = garden.engine.status("lo-1", garden.now).probes
        assert probe.distrust is None
        assert "soil-1" not in garden.alerts


class TestBalance:
    def test_without_any_measurement_nobody_knows(self) -> None:
        garden = GrownGarden(tea("lo-1", mode="balance"), start=MORNING)
        garden.weather = None
        for _ in range(2):
            garden.last_until(garden.now + 12 * HOUR)
            status = garden.engine.status("lo-1", garden.now)
            assert (status.depletion_mm, status.raw_mm, status.needs_mm) == (None, None, None)
            garden.kill()
        garden.moisture["soil-1"] = 30.0
        garden.last_until(garden.now + 2 * HOUR)
        status = garden.engine.status("lo-1", garden.now)
        assert status.depletion_mm is not None
        assert status.needs_mm == 0

    def test_it_drinks_from_what_the_soil_holds_and_is_filled_up(self) -> None:
        garden = by_balance(30.0)
        begun = garden.engine.status("lo-1", garden.now)
        assert begun.depletion_mm == pytest.approx((32 - 30) * 6, abs=1)
        assert garden.decided() == [("skip", "enough")]
        garden.moisture["soil-1"] = None
        while not garden.runs:
            garden.last_until(garden.now + HOUR)
        assert 4 <= (garden.now - MORNING) / DAY <= 12
        before = garden.engine.status("lo-1", garden.now).depletion_mm
        raw = garden.engine.status("lo-1", garden.now).raw_mm
        assert before
        assert raw
        assert before == pytest.approx(0.8 * raw, abs=1)
        assert garden.run().target_l == pytest.approx(before * 720, rel=0.1)
        garden.last_until(garden.now + 6 * HOUR)
        after = garden.engine.status("lo-1", garden.now).depletion_mm
        assert after is not None
        assert after < 5

    def test_a_ceiling_spreads_it_over_days(self) -> None:
        garden = by_balance(25.0, litres_per_day_max=9 * 720)
        garden.moisture["soil-1"] = None
        garden.last_until(MORNING + 4 * DAY)
        by_day = garden.flowed_by_day()
        assert len(by_day) == 5
        assert all(litres <= 9 * 720 + 240 * 2 for litres in by_day.values())

    def test_outside_its_hours_it_waits_and_says_until_when(self) -> None:
        garden = by_balance(20.0, windows=[{"from": "17:00", "to": "20:00"}])
        assert not garden.runs
        assert garden.decided() == [("wait", "window")]
        assert "It waits until 17:00." in garden.last_said().sentence.en
        garden.last_until(local("2026-03-10 17:02"))
        assert garden.run().created_at == local("2026-03-10 17:00")

    def test_nothing_known_is_said_and_not_taken_for_wet(self) -> None:
        garden = GrownGarden(tea(mode="balance"), start=MORNING)
        garden.weather = None
        garden.last_until(MORNING + 3 * DAY)
        assert garden.decided()[-1] == ("skip", "stale")
        assert not garden.runs


class TestAskFirst:
    def test_a_person_says_yes(self) -> None:
        garden = by_balance(20.0, ask_first=True)
        (asked,) = garden.proposals.values()
        assert asked.state is ProposalState.OPEN
        assert "Water it?" in asked.sentence.en
        assert garden.alerts["lo-1"].message == asked.sentence
        assert not garden.runs
        yes = ProposalAnswered(asked.id, True, "person:lan", garden.now)
        garden.save(garden.engine.answer(yes, garden.now))
        assert garden.run().requester == "person:lan"
        assert garden.run().target_l == asked.litres
        assert garden.proposals[asked.id].state is ProposalState.APPROVED
        assert not garden.alerts
        why = garden.last_said()
        assert (why.action, why.inputs["cause"]) == ("water", "agreed")
        assert why.sentence.en.startswith("Watering as agreed. ")
        assert "Water it?" not in why.sentence.en

    def test_it_asks_for_no_more_than_a_yes_can_bring(self) -> None:
        garden = by_balance(20.0, ask_first=True, litres_per_day_max=720)
        (asked,) = garden.proposals.values()
        assert asked.litres == 720
        assert "1 mm (720 litres)" in asked.sentence.en

    @pytest.mark.parametrize("killed", [False, True])
    def test_a_no_is_quiet_until_the_next_morning(self, killed: bool) -> None:
        garden = by_balance(20.0, ask_first=True)
        (asked,) = garden.proposals.values()
        no = ProposalAnswered(asked.id, False, "person:lan", garden.now)
        garden.save(garden.engine.answer(no, garden.now))
        assert garden.engine.answer(no, garden.now) == []
        if killed:
            garden.kill()
        garden.last_until(local("2026-03-11 04:59"))
        assert len(garden.proposals) == 1
        garden.last_until(local("2026-03-11 06:10"))
        assert len(garden.proposals) == 2

    def test_silence_ends_in_the_evening_and_is_explained(self) -> None:
        garden = by_balance(20.0, ask_first=True)
        garden.last_until(local("2026-03-10 20:01"))
        states = [one.state for one in garden.proposals.values()]
        assert states[-1] is ProposalState.EXPIRED
        assert not garden.alerts
        assert garden.decided()[-1] == ("skip", "unanswered")

    def test_rain_takes_the_question_back(self) -> None:
        garden = by_balance(24.0, ask_first=True)
        assert garden.alerts
        garden.moisture["soil-1"] = None
        garden.rain_mm += 40
        garden.last_until(garden.now + 2 * HOUR)
        assert {one.state for one in garden.proposals.values()} == {ProposalState.WITHDRAWN}
        assert not garden.alerts

    def test_a_question_survives_a_restart(self) -> None:
        garden = by_balance(20.0, ask_first=True)
        (asked,) = garden.proposals.values()
        garden.kill()
        garden.last_until(garden.now + 10 * MINUTE)
        assert garden.engine.status("lo-1", garden.now).proposal == asked


def test_off_and_manual_are_not_looked_at() -> None:
    garden = GrownGarden(tea("lo-1"), tea("lo-2", mode="off"), start=MORNING)
    garden.moisture |= {"soil-1": 15.0, "soil-2": 15.0}
    garden.last_until(MORNING + DAY)
    assert not garden.runs
    assert not garden.said
    assert garden.engine.status("lo-1", garden.now).next_look is None
    assert garden.engine.status("lo-1", garden.now).depletion_mm is not None


def test_a_person_changes_the_mode() -> None:
    garden = by_soil(24.0, windows=[{"from": "17:00", "to": "20:00"}])
    assert garden.decided() == [("wait", "window")]
    setting = PlotSetting("lo-1", garden.now, "person:lan", Mode.MANUAL, None)
    garden.save(garden.engine.on_setting(setting, garden.now))
    garden.last_until(local("2026-03-10 19:00"))
    assert not garden.runs


def test_without_the_time_it_holds_and_says_so_once() -> None:
    garden = GrownGarden(tea(mode="schedule", schedule=AT_SIX), start=MORNING)
    garden.engine.clock_trusted = False
    garden.last_until(MORNING + 2 * DAY)
    assert garden.decided() == [("hold", "clock")]
    assert not garden.balances
    assert not garden.hours
    garden.engine.clock_trusted = True
    garden.last_until(MORNING + 2 * DAY + 2 * HOUR)
    assert garden.decided()[-1] == ("water", "schedule")


def test_it_tells_no_more_than_a_handful_a_day() -> None:
    garden = by_balance(20.0)
    garden.said.clear()
    for hour in range(24):
        assert garden.weather
        garden.weather["wind_speed_m_s"] = 9.0 if hour % 2 else 3.9
        garden.moisture["soil-1"] = 33.0 - hour % 3
        garden.last_until(garden.now + HOUR)
    assert len([one for one in garden.said if one.action == "skip"]) <= 8
