"""What people write into the diary: taken, refused with a reason, corrected, never overwritten."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devices.metric import Value
from gateway.diary.draft import Draft, DraftError, TakenError
from gateway.diary.lots import lot_code
from gateway.history import DiaryPart
from gateway.plot_records import DiaryEntry, DiaryKind
from gateway.site import Site, load_site
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet
from tests.real import PROJECT

BY = "person:Lan"
TODAY = "2026-11-22"
SPRAY = Draft(
    "a" * 32, "lo-3", DiaryKind.SPRAY, TODAY, "06:30",
    {"product": "Abamectin 1.8EC", "interval_days": "7", "water_l": "16,5"},
)  # fmt: skip
PLUCK = Draft("b" * 32, "lo-3", DiaryKind.PLUCK, TODAY, "", {"kg": "42,5", "people": "6"})


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(PROJECT / "site.example")


@pytest.fixture
def hamlet(tmp_path: Path, site: Site) -> Iterator[Hamlet]:
    hamlet = Hamlet(tmp_path, site)
    yield hamlet
    hamlet.close()


async def refused(hamlet: Hamlet, draft: Draft) -> DraftError:
    with pytest.raises(DraftError) as error:
        await hamlet.diary.write(draft, BY)
    return error.value


def everything(hamlet: Hamlet) -> list[DiaryEntry]:
    part = DiaryPart(0, NOW + 100 * DAY_MS, 1000)
    return [line.entry for line in hamlet.reader.diary(part)]


async def test_what_is_written_stands_in_the_diary(hamlet: Hamlet) -> None:
    entry = await hamlet.diary.write(SPRAY, BY)
    assert everything(hamlet) == [entry]
    assert (entry.by, entry.at, entry.written_at) == (BY, NOW - 30 * 60_000, NOW)
    assert entry.facts == {
        "product": "Abamectin 1.8EC", "interval_days": 7, "water_l": 16.5,
        "growing_area_code": "CHE-KC-03", "temperature_c": None, "humidity_pct": None,
        "wind_m_s": None, "rain_24h_mm": None,
    }  # fmt: skip


async def test_what_is_sent_twice_is_written_once(hamlet: Hamlet) -> None:
    first, second = await asyncio.gather(
        hamlet.diary.write(SPRAY, BY), hamlet.diary.write(SPRAY, BY)
    )
    assert first == second
    assert everything(hamlet) == [first]
    hamlet.now += HOUR_MS
    assert await hamlet.diary.write(replace(SPRAY, confirmed=True), "person:Ai") == first


@pytest.mark.parametrize(
    "change",
    [
        {"plot": "lo-4"},
        {"kind": DiaryKind.OTHER, "facts": {"what": "x"}},
        {"day": "2026-11-21"},
        {"clock": "06:31"},
        {"facts": {**SPRAY.facts, "product": "Emamectin"}},
        {"facts": {**SPRAY.facts, "note": "gần suối"}},
        {"facts": {"product": "Abamectin 1.8EC", "interval_days": "7"}},
        {"facts": {}},
        {"corrects": "a" * 32},
    ],
)
async def test_an_id_stands_for_one_entry(hamlet: Hamlet, change: dict[str, object]) -> None:
    first = await hamlet.diary.write(SPRAY, BY)
    error = await refused(hamlet, replace(SPRAY, **change))  # type: ignore[arg-type]
    assert isinstance(error, TakenError)
    assert everything(hamlet) == [first]


async def test_corrections_and_pluckings_can_be_sent_again(hamlet: Hamlet) -> None:
    first = await hamlet.diary.write(PLUCK, BY)
    hamlet.now += 60_000  # it had no clock of its own
    assert await hamlet.diary.write(PLUCK, BY) == first
    better = replace(PLUCK, id="c" * 32, facts={"kg": 40}, corrects=first.id, why="cân lại")
    second = await hamlet.diary.write(better, BY)
    assert await hamlet.diary.write(better, BY) == second
    strike = replace(better, id="d" * 32, corrects=second.id, withdrawn=True)
    third = await hamlet.diary.write(strike, BY)
    assert await hamlet.diary.write(strike, BY) == third
    for other in (replace(strike, withdrawn=False), replace(strike, why="nhầm")):
        assert isinstance(await refused(hamlet, other), TakenError)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "x"}, "id"),
        ({"plot": "lo-99"}, "plot"),
        ({"kind": DiaryKind.OVERRIDE}, "kind"),
        ({"day": ""}, "day"),
        ({"day": "2026-11-23"}, "day"),
        ({"day": "2016-11-22"}, "day"),
        ({"clock": "25:00"}, "clock"),
        ({"clock": "08:00"}, "clock"),
        ({"facts": {}}, "product"),
        ({"facts": {"product": "x" * 81, "interval_days": "7"}}, "product"),
        ({"facts": {"product": "A", "interval_days": "700"}}, "interval_days"),
        ({"facts": {"product": "A", "interval_days": 1.5}}, "interval_days"),
        ({"facts": {"product": "A", "interval_days": 7, "planned": 1}}, "planned"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    hamlet: Hamlet, change: dict[str, object], field: str
) -> None:
    error = await refused(hamlet, replace(SPRAY, **change))  # type: ignore[arg-type]
    assert field in error.problems
    assert all(text.vi and text.en for text in error.problems.values())
    assert everything(hamlet) == []


async def test_nothing_is_written_while_nobody_knows_the_day(hamlet: Hamlet) -> None:
    clock = replace(hamlet.condition.clock, trusted=False)
    hamlet.condition = replace(hamlet.condition, clock=clock)
    assert (await refused(hamlet, SPRAY)).problems.keys() == {""}


async def test_another_day_without_a_clock_is_its_noon(hamlet: Hamlet) -> None:
    entry = await hamlet.diary.write(replace(SPRAY, day="20/11/2026", clock=""), BY)
    assert entry.at == NOW - 2 * DAY_MS + 5 * HOUR_MS
    assert "temperature_c" not in entry.facts  # nobody knows the weather of then


async def test_a_correction_takes_the_place_of_what_it_corrects(hamlet: Hamlet) -> None:
    first = await hamlet.diary.write(SPRAY, BY)
    draft = replace(
        SPRAY,
        id="c" * 32,
        corrects=first.id,
        facts={"product": "B", "interval_days": 3},
        why="nhầm",
    )
    second = await hamlet.diary.write(draft, "person:Tư")
    assert everything(hamlet) == [first, second]
    line = hamlet.reader.entry(first.id)
    assert line is not None
    assert line.corrected_by == second.id
    assert (second.facts["product"], second.facts["why"]) == ("B", "nhầm")
    assert "water_l" not in second.facts
    assert (await refused(hamlet, replace(draft, id="d" * 32))).problems.keys() == {""}
    again = await hamlet.diary.write(replace(draft, id="d" * 32, corrects=second.id), BY)
    assert await hamlet.views.diary.earlier(again) == [second, first]


async def test_two_people_cannot_correct_the_same_line(hamlet: Hamlet) -> None:
    first = await hamlet.diary.write(SPRAY, BY)
    drafts = [replace(SPRAY, id=id * 32, corrects=first.id) for id in "cd"]
    done = await asyncio.gather(
        *(hamlet.diary.write(draft, BY) for draft in drafts), return_exceptions=True
    )
    assert [type(one) for one in done] == [DiaryEntry, DraftError]


async def test_a_withdrawn_entry_stays_to_be_read(hamlet: Hamlet) -> None:
    first = await hamlet.diary.write(SPRAY, BY)
    draft = Draft(
        "c" * 32, "lo-3", DiaryKind.SPRAY, "", corrects=first.id, withdrawn=True, why="chưa phun"
    )
    second = await hamlet.diary.write(draft, BY)
    assert second.facts == {**first.facts, "withdrawn": True, "why": "chưa phun"}
    assert second.at == first.at
    assert (await hamlet.diary.write(PLUCK, BY)).facts.get("warning_en") is None


async def test_a_watering_by_the_gateway_can_be_corrected_but_not_moved(hamlet: Hamlet) -> None:
    facts: dict[str, Value | str | None] = {
        "run": "r",
        "litres": 900.0,
        "measured": True,
        "automatic": True,
        "method": "drip",
    }
    led = DiaryEntry("run.r", "lo-3", DiaryKind.IRRIGATION, NOW - HOUR_MS, NOW, "rule:dry", facts)
    hamlet.save(led)
    draft = Draft(
        "c" * 32, "lo-3", DiaryKind.IRRIGATION, TODAY, "06:00", {"litres": 668}, corrects="run.r"
    )
    assert (await refused(hamlet, replace(draft, plot="lo-4"))).problems.keys() == {"plot"}
    entry = await hamlet.diary.write(draft, BY)
    assert entry.facts["litres"] == 668
    assert entry.facts["depth_mm"] == 0.2
    assert (entry.facts["method"], entry.facts["automatic"]) == ("drip", True)


async def test_a_correction_keeps_only_what_still_holds(hamlet: Hamlet) -> None:
    facts: dict[str, Value | str | None] = {
        "run": "r",
        "litres": 900.0,
        "before_midnight_l": 300.0,
        "lasted_min": 480.0,
        "root_mm": 0.2,
        "automatic": True,
    }
    at = NOW - 8 * HOUR_MS + 20_000  # 23:00:20
    led = DiaryEntry("run.r", "lo-3", DiaryKind.IRRIGATION, at, NOW, "rule:dry", facts)
    hamlet.save(led)
    less = Draft(
        "c" * 32, "lo-3", DiaryKind.IRRIGATION, "2026-11-21", "23:00", {"litres": 600},
        corrects="run.r",
    )  # fmt: skip
    entry = await hamlet.diary.write(less, BY)
    assert (entry.facts["before_midnight_l"], entry.facts["lasted_min"]) == (200.0, 480.0)
    assert entry.facts["root_mm"] == pytest.approx(entry.facts["depth_mm"], rel=0.3)
    assert entry.facts["root_mm"] != 0.2
    later = replace(less, id="d" * 32, corrects=entry.id, clock="23:30")
    entry = await hamlet.diary.write(later, BY)
    assert (entry.facts["before_midnight_l"], entry.facts["lasted_min"]) == (None, None)


async def test_a_watering_by_hand_is_written_like_any_other(hamlet: Hamlet) -> None:
    draft = Draft("c" * 32, "lo-3", DiaryKind.IRRIGATION, TODAY, "", {"litres": "334"})
    entry = await hamlet.diary.write(draft, BY)
    assert entry.facts["depth_mm"] == 0.1
    assert (entry.facts["method"], entry.facts["automatic"]) == ("hand", False)


async def test_an_override_is_not_corrected(hamlet: Hamlet) -> None:
    hamlet.save(DiaryEntry("override.o", "lo-3", DiaryKind.OVERRIDE, NOW, NOW, BY, {}))
    assert (await refused(hamlet, replace(SPRAY, corrects="override.o"))).problems.keys() == {""}
    assert (await refused(hamlet, replace(SPRAY, corrects="nothing"))).problems.keys() == {""}


async def test_plucking_within_the_days_to_wait_is_warned_of(hamlet: Hamlet) -> None:
    await hamlet.diary.write(replace(SPRAY, day="2026-11-18"), BY)
    error = await refused(hamlet, PLUCK)
    assert not error.problems
    assert "4 days" in error.warnings[0].en
    assert "4 ngày" in error.warnings[0].vi
    entry = await hamlet.diary.write(replace(PLUCK, confirmed=True), BY)
    assert entry.facts["warning_en"] == error.warnings[0].en
    other = await hamlet.diary.write(replace(PLUCK, id="c" * 32, plot="lo-4"), BY)
    assert "warning_en" not in other.facts


async def test_spraying_that_is_written_down_late_is_warned_of_too(hamlet: Hamlet) -> None:
    await hamlet.diary.write(PLUCK, BY)
    late = replace(SPRAY, day="2026-11-16")
    assert (await refused(hamlet, late)).warnings
    assert await hamlet.diary.write(replace(late, day="2026-11-15"), BY)


async def test_a_plucking_makes_a_lot_and_a_plan_does_not(hamlet: Hamlet) -> None:
    plan = replace(PLUCK, day="2026-11-30", facts={})
    planned = await hamlet.diary.write(plan, BY)
    assert planned.facts["planned"] is True
    assert "lot" not in planned.facts
    assert (await refused(hamlet, replace(plan, id="c" * 32, day="2027-03-01"))).problems
    done = await hamlet.diary.write(replace(PLUCK, id="d" * 32, corrects=planned.id), BY)
    assert done.facts["lot"] == lot_code("d" * 32)
    assert "planned" not in done.facts
    later = replace(PLUCK, id="e" * 32, corrects=done.id, facts={"kg": 40})
    assert (await hamlet.diary.write(later, BY)).facts["lot"] == done.facts["lot"]


async def test_plots_plucked_on_one_day_may_be_one_lot(hamlet: Hamlet) -> None:
    first = await hamlet.diary.write(PLUCK, BY)
    lot = str(first.facts["lot"])
    joined = replace(PLUCK, id="c" * 32, plot="lo-4", facts={"kg": 10, "lot": lot.lower()})
    assert (await hamlet.diary.write(joined, BY)).facts["lot"] == lot
    told = await hamlet.views.diary.lot(lot)
    assert told is not None
    assert {origin.plot for origin in told.origins} == {"lo-3", "lo-4"}
    for wrong in (replace(joined, day="2026-11-21"), replace(joined, facts={"kg": 1, "lot": "X"})):
        assert (await refused(hamlet, replace(wrong, id="d" * 32))).problems.keys() == {"lot"}
    assert await hamlet.views.diary.lot("22222222") is None
