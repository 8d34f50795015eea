"""What rules find again of the past: from the journal itself, after a start."""

from pathlib import Path

import orjson
import pytest

from devices.reading import Millis
from gateway.assembly import build_pipeline
from gateway.journal import recall as module
from gateway.journal.database import open_for_reading, open_journal
from gateway.journal.recall import recall
from gateway.journal.writer import commit
from gateway.pipeline import Pipeline
from gateway.rules.expression.nodes import Function
from tests.gateway.history_contract import MIDNIGHT
from tests.gateway.journal.recorder import JournalRecorder
from tests.gateway.small_site import HAMLET, small_site

MINUTE: Millis = 60_000
HOUR = 60 * MINUTE
WET = {
    "rule": "wet",
    "label": "x",
    "on": {"device": "soil-1"},
    "when": "avg(soil_moisture_pct, 1h) > 50",
    "then": [{"alert": {"severity": "info"}}],
}


@pytest.fixture
def recorder(tmp_path: Path) -> JournalRecorder:
    return JournalRecorder(tmp_path / "journal.db")


def test_readings_come_in_the_order_in_which_they_were_measured(
    recorder: JournalRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in (0, 10, 20, 40, 30):  # the last one came late
        recorder.say("soil-1", MIDNIGHT + minute * MINUTE, soil_ph=minute / 10)
    recorder.say("wifi-1", MIDNIGHT + 41 * MINUTE, rtt_ms=9.0)
    soil = recorder.fleet.get("soil-1")
    assert soil is not None
    before, *found = recorder.reader.recall(soil, MIDNIGHT + 10 * MINUTE)
    assert before == (MIDNIGHT, {})
    assert [values for _, values in found] == [{"soil_ph": ph} for ph in (1.0, 2.0, 3.0, 4.0)]
    assert [at - MIDNIGHT for at, _ in found] == [at * MINUTE for at in (10, 20, 30, 40)]
    monkeypatch.setattr(module, "MESSAGES_MAX", 2)
    assert len(recorder.reader.recall(soil, MIDNIGHT)) == 2


def receive(pipeline: Pipeline, at: Millis, moisture: float) -> None:
    payload = orjson.dumps({"seq": at // MINUTE, "soil_moisture_pct": moisture})
    pipeline.receive(f"hamlet/{HAMLET}/soil/soil-1/telemetry", payload, 0, 0, at)


def test_a_window_goes_on_after_a_restart(tmp_path: Path) -> None:
    site, rules = small_site(tmp_path, rules=[WET])
    connection = open_journal(tmp_path / "journal.db")
    pipeline = build_pipeline(connection, site, rules, MIDNIGHT)
    for minute in range(0, 60, 10):
        receive(pipeline, MIDNIGHT + minute * MINUTE, 10.0 + minute)
    commit(connection, pipeline.take_work().batch)
    now = MIDNIGHT + HOUR
    before = window_average(pipeline, now)
    assert before == pytest.approx(35.0)
    again = build_pipeline(connection, site, rules, now)
    assert window_average(again, now) == before
    connection.close()


def window_average(pipeline: Pipeline, now: Millis) -> float | None:
    watch = pipeline.engines.rules.around.watches["soil-1"]
    window = watch.windows["soil_moisture_pct", HOUR]
    return window.figure(Function.AVERAGE, now, 30 * MINUTE)


def test_a_device_that_was_silent_is_not_new_after_a_restart(tmp_path: Path) -> None:
    """So a count of few readings is known at once, as it would be without the restart."""
    few = {**WET, "when": "count(soil_moisture_pct, 1h) < 3"}
    site, rules = small_site(tmp_path, rules=[few])
    connection = open_journal(tmp_path / "journal.db")
    pipeline = build_pipeline(connection, site, rules, MIDNIGHT)
    week = 7 * 24 * HOUR
    receive(pipeline, MIDNIGHT, 10.0)
    receive(pipeline, MIDNIGHT + week, 10.0)
    commit(connection, pipeline.take_work().batch)
    now = MIDNIGHT + week + MINUTE
    again = build_pipeline(connection, site, rules, now)
    for one in (pipeline, again):
        window = one.engines.rules.around.watches["soil-1"].windows["soil_moisture_pct", HOUR]
        assert window.figure(Function.COUNT, now, 30 * MINUTE) == 1
    connection.close()


def test_readings_too_old_to_start_anything_count_in_windows(tmp_path: Path) -> None:
    site, rules = small_site(tmp_path, rules=[WET])
    connection = open_journal(tmp_path / "journal.db")
    pipeline = build_pipeline(connection, site, rules, MIDNIGHT)
    now = MIDNIGHT + HOUR
    for seq, minute in enumerate((5, 35, 20)):  # kept during an outage; the last out of order
        payload = orjson.dumps(
            {"seq": seq, "measured_at": MIDNIGHT + minute * MINUTE, "soil_moisture_pct": 40.0}
        )
        pipeline.receive(f"hamlet/{HAMLET}/soil/soil-1/telemetry", payload, 0, 0, now)
    watch = pipeline.engines.rules.around.watches["soil-1"]
    window = watch.windows["soil_moisture_pct", HOUR]
    assert window.figure(Function.COUNT, now, 30 * MINUTE) == 3
    connection.close()


def test_only_what_is_committed_is_found(tmp_path: Path) -> None:
    site, rules = small_site(tmp_path)
    connection = open_journal(tmp_path / "journal.db")
    pipeline = build_pipeline(connection, site, rules, MIDNIGHT)
    receive(pipeline, MIDNIGHT, 20.0)
    soil = pipeline.fleet.get("soil-1")
    assert soil is not None
    assert recall(open_for_reading(tmp_path / "journal.db"), soil, 0) == []
    connection.close()
