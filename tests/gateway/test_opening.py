"""A journal is damaged in any way: the gateway starts, knows what can be known, and goes on."""

import os
import random
import sqlite3

import pytest

from devices.reading import Millis
from gateway.journal.notices import JOURNAL_DAMAGED
from gateway.journal.replacement import note_damage
from gateway.journal.rescue import IDS_UNKNOWN
from gateway.opening import open_sound_journal
from gateway.timekeeping.clocks import SystemClocks
from tests.gateway.lived_site import FULL, MESSAGES, NOW, Known, close_valve, damage, save
from tests.gateway.small_site import soil, topic

TRIALS = 2000 if FULL else 40
PAGE = 4096


def count(connection: sqlite3.Connection, what: str) -> int:
    rows: int = connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0]  # noqa: S608
    return rows


def assert_goes_on(known: Known, now: Millis) -> None:
    """It starts, takes messages and commands, and knows them at the next start."""
    connection, _, pipeline = open_sound_journal(known.site, known.rules, SystemClocks())
    before = pipeline.counters.accepted
    for seq in range(10):
        pipeline.receive(topic("soil-2"), soil(seq), 0, 0, now)
    close_valve(pipeline, f"new-{now}", now)
    save(connection, pipeline)
    assert pipeline.counters.accepted == before + 10
    assert "soil-2" in {device.id for device in pipeline.fleet}
    connection.close()
    connection, _, pipeline = open_sound_journal(known.site, known.rules, SystemClocks())
    soil_2 = pipeline.fleet.get("soil-2")
    assert soil_2
    assert soil_2.sequences.seen("b", 9)
    assert count(connection, f"command WHERE id = 'new-{now}'") == 1
    assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    connection.close()


@pytest.mark.parametrize("seed", range(TRIALS))
def test_random_bytes_at_a_hundred_places(known: Known, seed: int) -> None:
    damage(known.file, random.Random(seed))
    open_sound_journal(known.site, known.rules, SystemClocks())[0].close()
    note_damage(known.file, "as the check in the background does")
    assert_goes_on(known, NOW)
    assert list(known.site.data.glob("journal.damaged-*.db"))


@pytest.mark.parametrize("pages", [range(1), range(3), range(1, 30, 2), range(10**6)])
def test_whole_pages_are_gone(known: Known, pages: range) -> None:
    with known.file.open("r+b") as handle:
        for page in pages[: known.file.stat().st_size // PAGE]:
            handle.seek(page * PAGE)
            handle.write(bytes(PAGE))
    assert_goes_on(known, NOW)


@pytest.mark.parametrize("share", [0.0001, 0.1, 0.9])
def test_a_journal_is_cut_short(known: Known, share: float) -> None:
    os.truncate(known.file, int(known.file.stat().st_size * share))
    assert_goes_on(known, NOW)


def test_what_can_be_read_is_taken_over(known: Known) -> None:
    note_damage(known.file, "a page of messages")
    connection, _, pipeline = open_sound_journal(known.site, known.rules, SystemClocks())
    assert count(connection, "message") == 0
    soil_1, soil_new = pipeline.fleet.get("soil-1"), pipeline.fleet.get("soil-new")
    assert soil_1
    assert soil_new
    assert soil_1.sequences.seen("b", MESSAGES), "what comes again is a duplicate"
    assert soil_1.values["soil_moisture_pct"] == 3
    assert soil_new.adopted
    assert connection.execute("SELECT state FROM rule_state").fetchall() == [("firing",)]
    assert {alert.source for alert in pipeline.engines.alerts.open_alerts()} == {
        "health:x",
        JOURNAL_DAMAGED,
    }
    assert count(connection, "command WHERE state = 'queued'") == 2
    assert connection.execute("SELECT cursor FROM sink").fetchone() == (100,)
    assert not (known.site.data / "journal.damage").exists()
    pipeline.receive(topic("soil-1"), soil(MESSAGES + 1), 0, False, NOW)
    save(connection, pipeline)
    ids = connection.execute("SELECT id, previous FROM message").fetchall()
    assert ids == [(MESSAGES + 2 + IDS_UNKNOWN + 1, MESSAGES + 2)], "others keep their ids"
    connection.close()


def test_a_journal_that_lost_its_content_is_no_new_one(known: Known) -> None:
    known.file.write_bytes(b"")
    (known.site.data / "reserve").touch()
    connection, _, pipeline = open_sound_journal(known.site, known.rules, SystemClocks())
    connection.close()
    assert [alert.source for alert in pipeline.engines.alerts.open_alerts()] == [JOURNAL_DAMAGED]
    connection, _, _ = open_sound_journal(known.site, known.rules, SystemClocks())
    connection.close()
    assert len(list(known.site.data.glob("journal.damaged-*.db"))) == 1
