"""The diary in the journal: written once with what caused it, over restarts, and never changed."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devices.reading import Millis
from gateway.clock import Correction, Scale, Trust
from gateway.decisions import IrrigationAsked
from gateway.journal.periods import begin_period
from gateway.journal.tables import DIARY
from gateway.plot_records import DiaryEntry, DiaryKind
from tests.gateway.diary.plots import PLOTS
from tests.gateway.driven_hamlet import NOW, Hamlet
from tests.gateway.small_site import topic

STEPS = 6
"""Of the run that `water` leads: what is committed at a step is there after a power cut."""
ENTRY = DiaryEntry("e1", "lo-1", DiaryKind.SPRAY, NOW, NOW, "person:Lan", {"product": "Thuốc"})


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    plots = {**PLOTS, "plots": PLOTS["plots"][:1]}
    (tmp_path / "plots.yaml").write_text(json.dumps(plots, ensure_ascii=False))
    (tmp_path / "data").mkdir()
    hamlet = Hamlet(tmp_path, [], False)
    yield hamlet
    hamlet.connection.close()


def entries(hamlet: Hamlet) -> list[DiaryEntry]:
    return DIARY.select(hamlet.connection, "ORDER BY at, id")


def valve(hamlet: Hamlet, seq: int, is_open: bool, total_l: float) -> None:
    flow = 50.0 if is_open else 0.0
    values = {"seq": seq, "boot": "b", "open": is_open, "flow_l_min": flow}
    hamlet.say(topic("valve-1"), json.dumps({**values, "volume_total_l": total_l}).encode())


def water(hamlet: Hamlet, cut_at: int) -> None:
    """Water 100 litres; power is cut after step `cut_at`, before what it did is committed, and
    comes back at once."""
    valve(hamlet, 0, False, 1000.0)
    hamlet.commit()
    for step in range(STEPS):
        hamlet.now += 60_000
        if step == 0:
            asked = IrrigationAsked("lo-1", "rule:dry", hamlet.now, litres=100.0)
            hamlet.pipeline.ask(asked, hamlet.now)
        else:
            valve(hamlet, step, step < 3, 1000.0 + 50 * min(step - 1, 2))
        hamlet.pipeline.tick(hamlet.now)
        if step == cut_at:
            hamlet.restart()
        hamlet.commit()
    for seq in range(STEPS, STEPS + 4):
        hamlet.now += 60_000
        valve(hamlet, seq, False, 1100.0)
        hamlet.pipeline.tick(hamlet.now)
        hamlet.commit()


@pytest.mark.parametrize("cut_at", [*range(STEPS), STEPS])
def test_a_run_is_written_down_once_whenever_power_is_cut(hamlet: Hamlet, cut_at: int) -> None:
    water(hamlet, cut_at)
    hamlet.restart()
    hamlet.commit()
    runs = hamlet.ask("SELECT id, litres FROM run WHERE opened_at IS NOT NULL")
    found = [entry for entry in entries(hamlet) if entry.kind is DiaryKind.IRRIGATION]
    told = sum(float(entry.facts["litres"] or 0) for entry in found)
    assert [entry.facts["run"] for entry in found] == [id for id, _ in runs]
    assert told == pytest.approx(sum(litres for _, litres in runs), abs=0.1)
    if cut_at == STEPS:  # nothing was cut short
        assert told == pytest.approx(100.0)
        reason = found[0].facts["reason_en"]
        assert isinstance(reason, str)
        assert "rule dry" in reason


def test_the_reason_of_a_run_outlives_a_restart(hamlet: Hamlet) -> None:
    water(hamlet, cut_at=2)
    [entry] = entries(hamlet)
    assert "100 litres" in str(entry.facts["reason_en"])
    assert entry.facts["cause_en"]


def test_what_a_person_writes_comes_with_its_dry_days(hamlet: Hamlet) -> None:
    hamlet.pipeline.ask(ENTRY, hamlet.now)
    hamlet.commit()
    assert entries(hamlet) == [ENTRY]
    assert hamlet.ask("SELECT entry, removed_at FROM no_go") == [("e1", None)]
    hamlet.restart()
    withdrawn = replace(ENTRY, id="e2", corrects="e1", facts={"withdrawn": True})
    hamlet.pipeline.ask(withdrawn, hamlet.now)
    hamlet.commit()
    assert hamlet.ask("SELECT entry, removed_at FROM no_go") == [("e1", hamlet.now)]


def test_nothing_that_is_written_changes(hamlet: Hamlet) -> None:
    hamlet.pipeline.ask(ENTRY, hamlet.now)
    hamlet.pipeline.ask(replace(ENTRY, by="person:Tư", facts={}), hamlet.now)
    hamlet.commit()
    DIARY.save(hamlet.connection, replace(ENTRY, plot="lo-9"))
    assert entries(hamlet) == [ENTRY]
    for statement in (
        "DELETE FROM diary_entry",
        "UPDATE diary_entry SET facts = '{}'",
        "UPDATE diary_entry SET \"by\" = 'x'",
        "UPDATE diary_entry SET corrects = 'x'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            hamlet.connection.execute(statement)
        hamlet.connection.rollback()
    assert entries(hamlet) == [ENTRY]


def test_its_times_are_set_right_with_all_others(hamlet: Hamlet) -> None:
    hamlet.pipeline.ask(ENTRY, hamlet.now)
    hamlet.commit()
    moved: Millis = 3_600_000
    begin_period(hamlet.connection, "boot", Scale(Trust.NONE, 0, NOW - 1000))
    right = Scale(Trust.PROVEN, 0, NOW + moved)
    hamlet.pipeline.correct(Correction(NOW - 1000, moved), right, hamlet.now + moved)
    hamlet.commit()
    [entry] = entries(hamlet)
    assert (entry.at, entry.written_at) == (NOW + moved, NOW + moved)
