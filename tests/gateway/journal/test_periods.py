"""Which clock stamped which messages, where a gateway ends at the worst moment."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.kinds import KINDS
from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction, Scale, Trust
from gateway.fleet import Device
from gateway.journal.batch import Batch, MessageRow, PeriodEnd
from gateway.journal.database import open_journal
from gateway.journal.periods import Repair, begin_period, held_from, lasting_scale, repair
from gateway.journal.writer import commit, in_transaction

T0: Millis = 1_795_305_600_000
HOUR: Millis = 3_600_000
UNKNOWN = Scale(Trust.NONE, T0, T0)
KNOWN = Scale(Trust.PROVEN, T0 + HOUR, T0 + HOUR)
END = PeriodEnd(Correction(T0, HOUR), KNOWN, 3)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_journal(tmp_path / "journal.db")
    device = Device(1, "soil-1", KINDS["soil"], True, Text("s", "s"))
    commit(connection, Batch(new_devices=[(device, T0)]))
    begin_period(connection, "boot-1", UNKNOWN)
    yield connection
    connection.close()


def message(id: int, at: Millis) -> MessageRow:
    return (id, 1, None, 0, at, at, "b", id, b'{"seq":0,"soil_moisture_pct":20}')


def received(journal: sqlite3.Connection) -> list[Millis]:
    return [at for (at,) in journal.execute("SELECT received_at FROM message ORDER BY id")]


def test_what_was_stamped_but_never_committed_takes_no_later_message_with_it(
    journal: sqlite3.Connection,
) -> None:
    """Killed when the correction was on disk and the messages before it were not: they come again,
    under numbers that the correction names."""
    commit(journal, Batch(messages=[message(1, T0)]))
    commit(journal, Batch(records=[END]))
    begin_period(journal, "boot-1", KNOWN)
    commit(journal, Batch(messages=[message(2, T0 + HOUR + 5)]))
    while in_transaction(journal, repair) is Repair.MORE:
        pass
    assert received(journal) == [T0 + HOUR, T0 + HOUR + 5]
    assert held_from(journal) is None


def test_the_repair_waits_for_messages_that_wait_for_room(journal: sqlite3.Connection) -> None:
    commit(journal, Batch(messages=[message(1, T0)]))
    commit(journal, Batch(records=[END]))
    assert in_transaction(journal, repair) is Repair.MORE
    assert in_transaction(journal, repair) is Repair.WAITS
    assert held_from(journal) == 2
    rest = [message(2, T0), message(3, T0), message(4, T0 + HOUR + 5)]
    commit(journal, Batch(messages=rest))
    assert in_transaction(journal, repair) is Repair.MORE
    assert in_transaction(journal, repair) is Repair.DONE
    assert received(journal) == [T0 + HOUR] * 3 + [T0 + HOUR + 5]


def test_only_the_same_run_of_the_machine_goes_on(journal: sqlite3.Connection) -> None:
    assert lasting_scale(journal, "boot-1") == UNKNOWN
    assert lasting_scale(journal, "boot-2") is None
    begin_period(journal, "boot-1", UNKNOWN)
    assert journal.execute("SELECT count(*) FROM clock_period").fetchone() == (1,)
    begin_period(journal, "boot-2", KNOWN)
    assert lasting_scale(journal, "boot-1") is None
    assert held_from(journal) is None
