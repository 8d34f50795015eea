"""One transaction or none; a full disk is waited out and nothing is forgotten."""

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from devices.kinds import KINDS
from devices.text import Text
from gateway.decisions import State, StateChanged
from gateway.fleet import Device
from gateway.journal.batch import Batch, MessageRow, RejectedRow
from gateway.journal.database import JournalLogLostError, open_for_reading, open_journal
from gateway.journal.reserve import Reserve
from gateway.journal.writer import REJECTED_MAX, JournalWriter, StoppedError, commit

PATIENCE_S = 30.0


def message(seq: int, body: bytes = b"{}") -> MessageRow:
    return (seq + 1, 1, seq or None, 0, seq, seq, "b", seq, body)


def count(connection: sqlite3.Connection, table: str) -> int:
    rows: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    return rows


def test_a_batch_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "journal.db")
    soil = Device(1, "soil-1", KINDS["soil"], True, Text("a", "b"))
    batch = Batch(
        new_devices=[(soil, 1), (soil, 1)],  # the second breaks a constraint
        records=[StateChanged("soil-1", 1, State.UP, "reporting")],
    )
    batch.messages.append(message(1))
    with pytest.raises(sqlite3.IntegrityError):
        commit(connection, batch)
    assert [count(connection, t) for t in ("device", "message", "state_change")] == [0, 0, 0]
    connection.close()


def test_rejected_messages_are_kept_up_to_a_limit(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "journal.db")
    for start in range(0, REJECTED_MAX + 2000, 1000):
        rows = [
            RejectedRow(n, "t", "not-json", Text("", ""), b"") for n in range(start, start + 1000)
        ]
        commit(connection, Batch(rejected=rows))
    assert count(connection, "rejected") == REJECTED_MAX
    oldest = connection.execute("SELECT min(received_at) FROM rejected").fetchone()
    assert oldest == (2000,)
    connection.close()


def test_a_full_disk_is_reported_waited_out_and_nothing_is_lost(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "journal.db")
    pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    full, over = threading.Event(), threading.Event()
    committed: list[int] = []
    done = threading.Event()

    def on_trouble(trouble: str | None) -> None:
        if trouble is None:
            over.set()
        elif not full.is_set():
            assert "full" in trouble
            full.set()
            connection.execute("PRAGMA max_page_count = 1000000")  # in the journal's own thread

    def on_committed(number: int) -> None:
        committed.append(number)
        if len(committed) == 2:
            done.set()

    writer = JournalWriter(
        connection, Reserve(tmp_path), on_trouble, lambda error: pytest.fail(str(error))
    )
    batch = Batch()
    batch.messages.extend(message(seq, b"x" * 1000) for seq in range(100))
    writer.submit(batch, lambda: on_committed(1))
    later = Batch()
    later.messages.append(message(100))
    writer.submit(later, lambda: on_committed(2))
    assert done.wait(PATIENCE_S)
    assert full.is_set()
    assert over.is_set()
    assert committed == [1, 2]
    writer.close()
    reread = open_journal(tmp_path / "journal.db")
    found = [seq for (seq,) in reread.execute("SELECT seq FROM message ORDER BY id")]
    assert found == list(range(101))
    reread.close()


def test_a_job_runs_between_batches_and_its_error_comes_back(tmp_path: Path) -> None:
    writer = JournalWriter(open_journal(tmp_path / "journal.db"), Reserve(tmp_path), print, print)
    assert writer.run(lambda c: count(c, "message")).result(PATIENCE_S) == 0
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        writer.run(lambda c: c.execute("INSERT INTO nowhere VALUES (1)")).result(PATIENCE_S)
    with pytest.raises(ZeroDivisionError):
        writer.run(lambda c: 1 // 0).result(PATIENCE_S)
    assert writer.run(lambda c: count(c, "message")).result(PATIENCE_S) == 0
    writer.close()
    with pytest.raises(StoppedError):  # and nobody waits for a job that comes too late
        writer.run(lambda c: count(c, "message")).result(PATIENCE_S)


def test_an_error_that_waiting_does_not_mend_is_reported(tmp_path: Path) -> None:
    failed: list[BaseException] = []
    seen = threading.Event()

    def on_failure(error: BaseException) -> None:
        failed.append(error)
        seen.set()

    writer = JournalWriter(
        open_journal(tmp_path / "journal.db"), Reserve(tmp_path), print, on_failure
    )
    soil = Device(1, "soil-1", KINDS["soil"], True, Text("a", "b"))
    writer.submit(Batch(new_devices=[(soil, 1), (soil, 1)]), lambda: None)
    assert seen.wait(PATIENCE_S)
    assert isinstance(failed[0], sqlite3.IntegrityError)
    writer.close()


def test_after_a_failure_nothing_is_written_and_nobody_waits(tmp_path: Path) -> None:
    seen = threading.Event()
    writer = JournalWriter(
        open_journal(tmp_path / "journal.db"), Reserve(tmp_path), print, lambda _: seen.set()
    )
    soil = Device(1, "soil-1", KINDS["soil"], True, Text("a", "b"))
    writer.submit(Batch(new_devices=[(soil, 1), (soil, 1)]), lambda: None)
    later = Batch()
    later.messages.append(message(0))
    writer.submit(later, lambda: pytest.fail("committed without the batch before it"))
    with pytest.raises(StoppedError):
        writer.run(lambda c: count(c, "message")).result(PATIENCE_S)
    assert seen.is_set()
    writer.close()
    reread = open_journal(tmp_path / "journal.db")
    assert count(reread, "message") == 0
    reread.close()


def test_told_to_end_while_the_disk_is_full_it_ends(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "journal.db")
    pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    full = threading.Event()
    writer = JournalWriter(
        connection, Reserve(tmp_path), lambda _: full.set(), lambda error: pytest.fail(str(error))
    )
    batch = Batch()
    batch.messages.extend(message(seq, b"x" * 1000) for seq in range(100))
    writer.submit(batch, lambda: pytest.fail("committed to a full disk"))
    waiting = writer.run(lambda c: count(c, "message"))
    assert full.wait(PATIENCE_S)
    writer.close()
    with pytest.raises(StoppedError):
        waiting.result(PATIENCE_S)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_journal_that_was_moved_away_is_missed_until_it_is_back(
    tmp_path: Path, replaced: bool
) -> None:
    file, away = tmp_path / "journal.db", tmp_path / "away.db"
    missed, over = threading.Event(), threading.Event()
    writer = JournalWriter(
        open_journal(file),
        Reserve(tmp_path),
        lambda trouble: over.set() if trouble is None else missed.set(),
        lambda error: pytest.fail(str(error)),
    )
    file.rename(away)
    if replaced:
        file.write_bytes(b"")
    committed = threading.Event()
    batch = Batch()
    batch.messages.append(message(0))
    writer.submit(batch, committed.set)
    assert missed.wait(PATIENCE_S)
    assert not committed.is_set(), "nobody would find it"
    away.rename(file)
    assert committed.wait(PATIENCE_S)
    assert over.is_set()
    writer.close()
    reread = open_journal(file)
    assert count(reread, "message") == 1
    reread.close()


@pytest.mark.parametrize("replaced", [False, True])
def test_what_a_deleted_log_holds_is_saved_before_the_journal_is_opened_anew(
    tmp_path: Path, replaced: bool
) -> None:
    file, log = tmp_path / "journal.db", tmp_path / "journal.db-wal"
    failed: list[BaseException] = []
    missed, committed = threading.Event(), threading.Event()

    def on_failure(error: BaseException) -> None:
        failed.append(error)
        missed.set()

    writer = JournalWriter(open_journal(file), Reserve(tmp_path), print, on_failure)
    batch, later = Batch(), Batch()
    batch.messages.append(message(0))
    later.messages.append(message(1))
    writer.submit(batch, committed.set)
    assert committed.wait(PATIENCE_S)
    log.unlink()
    if replaced:
        log.write_bytes(b"")
    with pytest.raises(JournalLogLostError):
        writer.run(lambda c: pytest.fail("written where nobody would find it")).result(PATIENCE_S)
    writer.submit(later, lambda: pytest.fail("committed where nobody would find it"))
    assert missed.wait(PATIENCE_S)
    assert isinstance(failed[0], JournalLogLostError)
    shutil.copy(file, tmp_path / "as-a-kill-leaves-it.db")
    writer.close()
    for name in ("as-a-kill-leaves-it.db", "journal.db"):
        reread = open_journal(tmp_path / name)
        assert count(reread, "message") == 1
        reread.close()


def test_a_deleted_log_is_given_up_only_when_nobody_reads_what_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "journal.db"
    connection, other = open_journal(file), open_for_reading(file)
    connection.execute("PRAGMA busy_timeout = 0")
    trouble = threading.Event()
    writer = JournalWriter(connection, Reserve(tmp_path), lambda _: trouble.set(), print)
    other.execute("BEGIN")
    assert count(other, "message") == 0
    writer.run(lambda c: c.execute("INSERT INTO sink VALUES ('influxdb', 1)")).result(PATIENCE_S)
    Path(f"{file}-wal").unlink()
    late = writer.run(lambda c: pytest.fail("written where nobody would find it"))
    assert trouble.wait(PATIENCE_S)
    assert not late.done()
    other.close()
    with pytest.raises(JournalLogLostError):
        late.result(PATIENCE_S)
    shutil.copy(file, tmp_path / "as-a-kill-leaves-it.db")
    writer.close()
    reread = open_journal(tmp_path / "as-a-kill-leaves-it.db")
    assert count(reread, "sink") == 1
    reread.close()
