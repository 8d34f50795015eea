"""What the diary writes down by itself, and which days stay dry because of what people wrote."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import Explanation, Run, RunState
from gateway.diary.engine import DiaryEngine
from gateway.fleet import Device
from gateway.hamlet_time import HamletTime
from gateway.plot_records import (
    DiaryEntry,
    DiaryKind,
    NoGo,
    Override,
    PlotMemory,
    WeatherHour,
)
from gateway.plots import PlotsFile
from gateway.plots.guard import NoGoReason
from tests.gateway.diary.plots import PLOTS
from tests.gateway.fleets import NOW, device, fleet_of, reading

HOUR = 3_600_000
DAY = 24 * HOUR
HERE = HamletTime(ZoneInfo("Asia/Ho_Chi_Minh"), 21.72, 105.74)
DONE = Run(
    "lo-1.1", "lo-1", "rule:dry", RunState.DONE, NOW, NOW, NOW, 500.0,
    litres=498.04, measured=True, opened_at=NOW, ended_at=NOW + 600_000,
)  # fmt: skip


@pytest.fixture
def station() -> Device:
    return device("weather-1", "weather")


@pytest.fixture
def engine(station: Device) -> DiaryEngine:
    return DiaryEngine(
        PlotsFile.model_validate(PLOTS), fleet_of(station), HERE, {"wind": Text("gió", "wind")}
    )


def entry_of(engine: DiaryEngine, run: Run) -> DiaryEntry:
    [entry] = engine.on_run(run, NOW + 600_000)
    assert isinstance(entry, DiaryEntry)
    return entry


def test_water_keeps_its_source_when_the_plot_has_another_one_now(engine: DiaryEngine) -> None:
    moved = entry_of(engine, replace(DONE, plot="lo-2", source="pond"))
    assert (moved.facts["source_en"], moved.facts["water_test"]) == ("Pond", "XN-12/2026")
    removed = entry_of(engine, replace(DONE, source="brook"))
    assert (removed.facts["source_en"], removed.facts["water_test"]) == (None, None)


def spray(at: Millis = NOW, **more: object) -> DiaryEntry:
    entry = DiaryEntry("e1", "lo-1", DiaryKind.SPRAY, at, NOW, "person:Lan", {})
    return replace(entry, **more)  # type: ignore[arg-type]


def test_a_run_that_ended_is_written_down(engine: DiaryEngine, station: Device) -> None:
    at = NOW + 590_000
    reading(station, at, air_temperature_c=24.5, relative_humidity_pct=80.0, wind_speed_m_s=1.5)
    engine.on_explanation(Explanation("lo-1", NOW, "water", Text("vì khô", "it is dry"), {}))
    entry = entry_of(engine, DONE)
    assert (entry.id, entry.kind, entry.at, entry.by) == (
        "run.lo-1.1", DiaryKind.IRRIGATION, NOW, "rule:dry",
    )  # fmt: skip
    assert entry.facts == {
        "run": "lo-1.1", "litres": 498.0, "target_l": 500.0, "before_midnight_l": None,
        "unseen_l": None, "minutes": 10.0, "lasted_min": 10.0, "depth_mm": 0.5, "root_mm": 0.42,
        "measured": True,
        "automatic": True, "method": "drip", "reason_vi": "vì khô", "reason_en": "it is dry",
        "cause_vi": None, "cause_en": None, "curtailed_vi": None, "curtailed_en": None,
        "growing_area_code": "TN-07", "source_vi": "Ao",
        "source_en": "Pond", "water_test": "XN-12/2026", "temperature_c": 24.5,
        "humidity_pct": 80.0, "wind_m_s": 1.5, "rain_24h_mm": None,
    }  # fmt: skip


def test_a_run_that_never_opened_a_valve_is_not(engine: DiaryEngine) -> None:
    assert not engine.on_run(replace(DONE, opened_at=None), NOW)
    assert not engine.on_run(replace(DONE, ended_at=None), NOW)


def test_a_run_that_failed_after_opening_says_why(engine: DiaryEngine) -> None:
    failed = replace(DONE, state=RunState.FAILED, litres=0.0, cause=Text("ống vỡ", "a burst"))
    entry = entry_of(engine, failed)
    assert (entry.facts["cause_en"], entry.facts["litres"]) == ("a burst", 0.0)


def test_a_run_that_gave_less_says_what_was_planned_and_why(engine: DiaryEngine) -> None:
    rained = replace(DONE, litres=120.0, curtailed=Text("trời mưa", "it rains"))
    facts = entry_of(engine, rained).facts
    assert (facts["target_l"], facts["litres"]) == (500.0, 120.0)
    assert (facts["curtailed_vi"], facts["curtailed_en"]) == ("trời mưa", "it rains")


def test_water_that_no_run_wanted_was_not_planned(engine: DiaryEngine) -> None:
    assert entry_of(engine, replace(DONE, target_l=0.0)).facts["target_l"] is None


def test_a_run_over_midnight_tells_what_flowed_before_it(engine: DiaryEngine) -> None:
    late = replace(DONE, yesterday_l=300.04, ended_at=NOW + HOUR)
    facts = entry_of(engine, late).facts
    assert (facts["before_midnight_l"], facts["lasted_min"]) == (300.0, 60.0)


def test_the_reason_of_one_run_is_not_that_of_the_next(engine: DiaryEngine) -> None:
    engine.on_explanation(Explanation("lo-1", NOW, "water", Text("khô", "dry"), {}))
    engine.on_explanation(Explanation("lo-1", NOW, "finish", Text("xong", "done"), {}))
    assert entry_of(engine, DONE).facts["reason_en"] == "dry"
    assert entry_of(engine, DONE).facts["reason_en"] is None


def test_why_it_was_needed_outweighs_who_asked(engine: DiaryEngine) -> None:
    need = Explanation("lo-1", NOW, "water", Text("khô", "the soil is dry"), {"cause": "dry"})
    begun = Explanation("lo-1", NOW + 1, "water", Text("vì khô", "as asked"), {"run": "lo-1.1"})
    for told in ((begun, need), (need, begun)):
        for explanation in told:
            engine.on_explanation(explanation)
        assert entry_of(engine, DONE).facts["reason_en"] == "the soil is dry"


def test_rests_are_no_time_of_watering(engine: DiaryEngine) -> None:
    in_turns = replace(DONE, ended_at=NOW + 3 * HOUR, watered_ms=1_800_000)
    assert entry_of(engine, in_turns).facts["minutes"] == 30.0


def test_what_no_meter_saw_is_told_apart(engine: DiaryEngine) -> None:
    dead = replace(DONE, litres=0.0, unseen_l=240.04)
    facts = entry_of(engine, dead).facts
    assert (facts["litres"], facts["unseen_l"]) == (0.0, 240.0)


def test_what_a_person_asked_for_was_not_automatic(engine: DiaryEngine) -> None:
    assert entry_of(engine, replace(DONE, requester="person:Lan")).facts["automatic"] is False


def test_old_weather_is_unknown(engine: DiaryEngine, station: Device) -> None:
    reading(station, NOW - DAY, air_temperature_c=24.5)
    assert entry_of(engine, DONE).facts["temperature_c"] is None


@pytest.mark.parametrize(("hours", "told"), [(24, 12.0), (20, 10.0), (19, None)])
def test_rain_is_told_when_most_of_the_day_is_known(
    engine: DiaryEngine, hours: int, told: float | None
) -> None:
    for ago in range(hours, 0, -1):
        at = NOW - ago * HOUR
        engine.on_hour(WeatherHour(at, 60, None, None, None, None, None, None, 9.0))
        engine.on_hour(WeatherHour(at, 60, None, None, None, None, None, None, 0.5))
    assert entry_of(engine, DONE).facts["rain_24h_mm"] == told


def test_an_override_and_its_end_are_written_down(engine: DiaryEngine) -> None:
    override = Override("o1", "lo-1", "wind", "thử", "person:Lan", NOW, NOW + HOUR)
    [begun] = engine.on_override(override, NOW)
    [over] = engine.on_override(
        replace(override, ended_at=NOW + 60_000, ended_by="person:Tư"), NOW + 60_000
    )
    assert isinstance(begun, DiaryEntry)
    assert isinstance(over, DiaryEntry)
    assert begun.id != over.id
    assert begun.facts["ended"] is False
    for entry in (begun, over):  # in words, not by the name that the gateway has for it
        assert (entry.facts["interlock_vi"], entry.facts["interlock_en"]) == ("gió", "wind")
    assert (over.facts["ended"], over.at, over.by) == (True, NOW + 60_000, "person:Tư")


def test_a_sprayed_plot_stays_dry(engine: DiaryEngine) -> None:
    assert engine.on_entry(spray(), NOW) == [
        NoGo(
            "diary.e1", "lo-1", date(2026, 11, 22), date(2026, 11, 24), NoGoReason.SPRAYING,
            "person:Lan", NOW, "e1",
        )
    ]  # fmt: skip


def test_what_is_long_past_keeps_nothing_dry(engine: DiaryEngine) -> None:
    assert engine.on_entry(spray(NOW - 5 * DAY), NOW) == []
    withdrawn = spray(facts={"withdrawn": True})
    assert engine.on_entry(withdrawn, NOW) == []
    assert engine.on_entry(spray(plot="lo-2"), NOW) == []  # its spray_hours are 0


def test_the_days_before_a_planned_plucking_are_dry(engine: DiaryEngine) -> None:
    planned = spray(NOW + 3 * DAY, kind=DiaryKind.PLUCK, facts={"planned": True})
    [dry] = engine.on_entry(planned, NOW)
    assert isinstance(dry, NoGo)
    assert (dry.begin, dry.end) == (date(2026, 11, 24), date(2026, 11, 25))
    assert dry.reason is NoGoReason.PLUCKING
    assert engine.on_entry(spray(kind=DiaryKind.PLUCK), NOW) == []


def test_a_correction_moves_the_dry_days(engine: DiaryEngine) -> None:
    [dry] = engine.on_entry(spray(), NOW)
    assert isinstance(dry, NoGo)
    engine.on_no_go(dry)
    corrected = spray(NOW - DAY, id="e2", corrects="e1")
    void, moved = engine.on_entry(corrected, NOW + HOUR)
    assert void == replace(dry, removed_at=NOW + HOUR, removed_by="person:Lan")
    assert isinstance(moved, NoGo)
    assert (moved.entry, moved.end) == ("e2", date(2026, 11, 23))


def test_a_restart_knows_which_days_an_entry_made_dry(engine: DiaryEngine) -> None:
    [dry] = engine.on_entry(spray(), NOW)
    assert isinstance(dry, NoGo)
    reason = Explanation("lo-1", NOW, "water", Text("khô", "dry"), {})
    engine.restore(PlotMemory(no_gos=[dry]), [reason])
    withdrawn = spray(id="e2", corrects="e1", facts={"withdrawn": True})
    assert engine.on_entry(withdrawn, NOW) == [
        replace(dry, removed_at=NOW, removed_by="person:Lan")
    ]
    assert entry_of(engine, DONE).facts["reason_en"] == "dry"


def test_dry_days_that_a_person_removed_are_not_removed_again(engine: DiaryEngine) -> None:
    [dry] = engine.on_entry(spray(), NOW)
    assert isinstance(dry, NoGo)
    engine.on_no_go(dry)
    engine.on_no_go(replace(dry, removed_at=NOW))
    assert engine.on_entry(spray(id="e2", corrects="e1", plot="lo-2"), NOW) == []


def test_a_wrong_clock_is_corrected(engine: DiaryEngine) -> None:
    [dry] = engine.on_entry(spray(), NOW)
    assert isinstance(dry, NoGo)
    engine.on_no_go(dry)
    engine.correct(Correction(NOW - HOUR, DAY))
    [void] = engine.on_entry(spray(id="e2", corrects="e1", plot="lo-2"), NOW + DAY)
    assert isinstance(void, NoGo)
    assert void.at == NOW + DAY
