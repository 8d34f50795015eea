"""Records that are over go by age; what still counts stays."""

import sqlite3
from dataclasses import replace

from devices.text import Text
from gateway.decisions import (
    Alert,
    Command,
    CommandState,
    Explanation,
    Record,
    RuleChanged,
    RuleEdit,
    RuleState,
    RuleVersion,
    Run,
    RunState,
    Severity,
    State,
    StateChanged,
)
from gateway.journal.pruning import ROWS_AT_ONCE, prune
from gateway.journal.tables import TABLES_OF, save_record
from tests.gateway.journal.recorder import JournalRecorder

TEXT = Text("a", "b")
OLD, CUT, NEW = 10, 100, 1000
ALERT = Alert("open", "dry", "soil-1", Severity.WARNING, TEXT, OLD)
COMMAND = Command("queued", "valve-1", "open", {}, "rule:dry", OLD, OLD, CommandState.QUEUED)
RUN = Run("flowing", "lo-3", "rule:dry", RunState.FLOWING, OLD, OLD, OLD, 360.0)
DONE = replace(COMMAND, state=CommandState.DONE)
STAYS: list[Record] = [
    ALERT,
    replace(ALERT, id="new", resolved_at=NEW),
    COMMAND,
    replace(DONE, id="new", finished_at=NEW),
    RUN,
    replace(RUN, id="new", ended_at=NEW),
    Explanation("lo-3", NEW, "refuse", TEXT, {}),
    RuleChanged("dry", "soil-1", RuleState.FIRING, NEW, None, None, {}),
    StateChanged("wifi-1", OLD + 1, State.DOWN, "the last that was known"),
    StateChanged("wifi-1", OLD + 3, State.UNKNOWN, "the one at the cut"),
    StateChanged("wifi-1", NEW, State.UP, "ok"),
    StateChanged("wifi-2", OLD, State.UP, "the present one"),
    RuleVersion("dry", OLD + 1, "file", RuleEdit.EDITED, "how it read at the cut"),
    RuleVersion("dry", NEW, "file", RuleEdit.REMOVED, ""),
    RuleVersion("wet", OLD, "file", RuleEdit.ADDED, "the present one"),
]
GOES: list[Record] = [
    replace(ALERT, id="old", resolved_at=OLD),
    replace(DONE, id="old", finished_at=OLD),
    replace(RUN, id="old", ended_at=OLD),
    Explanation("lo-3", OLD, "refuse", TEXT, {}),
    StateChanged("wifi-1", OLD, State.UP, "ok"),
    RuleVersion("dry", OLD, "file", RuleEdit.ADDED, "how it read before"),
]


def saved(recorder: JournalRecorder) -> list[Record]:
    """Of every table but that of present states of rules, which are replaced and not pruned."""
    with recorder.reader.connection() as connection:
        tables = [tables[-1] for tables in TABLES_OF.values()]
        return [record for table in tables for record in table.select(connection, "")]


def test_what_is_over_goes_and_what_counts_stays(recorder: JournalRecorder) -> None:
    def save(connection: sqlite3.Connection) -> None:
        for record in (*STAYS, *GOES):
            save_record(connection, record)

    recorder.writer.run(save).result()
    prune(recorder.reader, recorder.writer, CUT, ())
    found = saved(recorder)
    assert [record for record in STAYS if record not in found] == []
    assert [record for record in GOES if record in found] == []


def test_many_go_in_pieces(recorder: JournalRecorder) -> None:
    def save(connection: sqlite3.Connection) -> None:
        for number in range(2 * ROWS_AT_ONCE + 3):
            save_record(connection, replace(DONE, id=str(number), finished_at=OLD))

    recorder.writer.run(save).result()
    prune(recorder.reader, recorder.writer, CUT, ())
    assert recorder.ask("SELECT count(*) FROM command") == [(0,)]


def test_states_stay_until_every_store_has_them(recorder: JournalRecorder) -> None:
    for number in range(5):
        recorder.turn("wifi-1", State.UP, OLD + number, "ok")

    def left(*sinks: str) -> list[int]:
        prune(recorder.reader, recorder.writer, CUT, sinks)
        return [at for (at,) in recorder.ask("SELECT since - 10 FROM state_change ORDER BY 1")]

    assert left("store") == [0, 1, 2, 3, 4]  # it has none yet
    recorder.write("INSERT INTO sink VALUES ('store', 2), ('other', 1)")
    assert left("store", "other") == [1, 2, 3, 4]
    assert left("store") == [2, 3, 4]
    assert left() == [4]  # the present one
