"""What can still be read comes back, once, in its place."""

import random
import sqlite3
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from gateway.journal.check import check
from gateway.journal.database import PAGE_BYTES, JournalError
from gateway.journal.leaves import rows_on_leaf
from gateway.journal.pages import Pages
from gateway.journal.replacement import note_damage
from gateway.journal.salvage import Salvaged, salvage
from gateway.opening import open_sound_journal
from gateway.timekeeping.clocks import SystemClocks
from tests.gateway.lived_site import FULL, MESSAGES, NOW, Known, damage, save
from tests.gateway.small_site import soil, topic

TRIALS = 500 if FULL else 40
BEFORE_THE_OLDEST_MAX = 10
"""So many on the first page or two: if they are lost nobody knows that they were there."""
MESSAGE_ROOT = 4
ALL = MESSAGES + 2  # with the reading that fires the rule, and the new device's


def replace(known: Known) -> Path:
    """A new journal, in which a little has happened already."""
    note_damage(known.file, "for the test")
    connection, _, pipeline = open_sound_journal(known.site, known.rules, SystemClocks())
    pipeline.receive(topic("soil-1"), soil(MESSAGES + 1), 0, 0, NOW)
    pipeline.receive(topic("soil-1"), soil(MESSAGES + 2), 0, 0, NOW)
    save(connection, pipeline)
    connection.close()
    (aside,) = known.site.data.glob("journal.damaged-*.db")
    return aside


def bring_back(known: Known, aside: Path) -> Salvaged:
    return salvage(aside, known.file, NOW, lambda share: None)


def on_page(file: bytes, number: int) -> bytes:
    return file[(number - 1) * PAGE_BYTES : number * PAGE_BYTES]


def messages_by_page(file: bytes) -> dict[int, list[int]]:
    pages = Pages(BytesIO(file))
    return {
        number: [row[0] for row in rows_on_leaf(pages[number], pages) if len(row) == 10]
        for number in range(2, pages.count + 1)
    }


def salvaged_ids(known: Known) -> set[int]:
    """Of the messages that are there, those of the damaged journal."""
    with closing(sqlite3.connect(known.file)) as connection:
        (origin,) = connection.execute("SELECT max(message) FROM origin").fetchone()
        return {
            id for (id,) in connection.execute("SELECT id FROM message WHERE id <= ?", [origin])
        }


def overwrite(file: Path, page: int, at: int, patch: bytes) -> None:
    with file.open("r+b") as handle:
        handle.seek((page - 1) * PAGE_BYTES + at)
        handle.write(patch)


def chain(known: Known, device: str) -> list[int]:
    """The messages of a device as history walks them."""
    connection, _, pipeline = open_sound_journal(known.site, known.rules, SystemClocks())
    with closing(connection):
        found = pipeline.fleet.get(device)
        assert found
        ids = []
        id = found.last_message
        while id is not None:
            row = connection.execute("SELECT previous FROM message WHERE id = ?", [id]).fetchone()
            if row is None:
                break
            ids.append(id)
            id = row[0]
        return ids


def test_everything_comes_back_once_and_in_its_place(known: Known) -> None:
    aside = replace(known)
    assert len(chain(known, "soil-1")) == 2
    result = bring_back(known, aside)
    assert (result.added, result.already_there, result.missing) == (ALL, 0, 0)
    assert len(chain(known, "soil-1")) == MESSAGES + 1 + 2
    assert len(chain(known, "soil-new")) == 1
    assert list(check(known.file)) == []
    with closing(sqlite3.connect(known.file)) as connection:
        alerts = "SELECT count(*) FROM alert WHERE resolved_at IS NULL AND source LIKE 'gateway:%'"
        assert connection.execute(alerts).fetchone() == (0,)
        assert connection.execute("SELECT cursor FROM sink").fetchone() == (100,)
    again = bring_back(known, aside)
    assert (again.added, again.already_there, again.records_added) == (0, ALL, 0)
    assert len(chain(known, "soil-1")) == MESSAGES + 1 + 2


@pytest.mark.parametrize("seed", range(TRIALS))
def test_random_damage_takes_only_what_it_hit(known: Known, seed: int) -> None:
    sound = known.file.read_bytes()
    damage(known.file, random.Random(seed))
    damaged = known.file.read_bytes()
    spared = {
        id
        for page, ids in messages_by_page(sound).items()
        if on_page(damaged, page) == on_page(sound, page)
        for id in ids
    }
    aside = replace(known)
    result = bring_back(known, aside)
    found = salvaged_ids(known)
    assert len(spared - found) <= len(spared) // 100
    assert result.added == len(found)
    assert result.missing >= ALL - len(found) - BEFORE_THE_OLDEST_MAX
    again = bring_back(known, aside)
    assert again.added == 0
    assert again.already_there == result.added
    assert list(check(known.file)) == []


def test_a_damaged_page_takes_only_its_own_messages(known: Known) -> None:
    middle = known.file.stat().st_size // PAGE_BYTES // 2
    overwrite(known.file, middle, 0, b"\xa5" * PAGE_BYTES)
    result = bring_back(known, replace(known))
    assert 0 < ALL - result.added < 20
    assert result.missing == ALL - result.added
    lost = MESSAGES + 3 - len(chain(known, "soil-1"))
    assert lost == ALL - result.added, "history goes on behind the hole"


@pytest.mark.parametrize(
    ("at", "patch"),
    [
        (3, bytes(2)),  # no pages but the last
        (8, bytes([0, 0, 0, 5])),  # another table's page in place of the last
        (0, bytes(PAGE_BYTES)),  # nothing
    ],
)
def test_messages_to_which_nothing_leads_are_found(known: Known, at: int, patch: bytes) -> None:
    overwrite(known.file, MESSAGE_ROOT, at, patch)
    result = bring_back(known, replace(known))
    assert (result.added, result.missing) == (ALL, 0)
    assert list(check(known.file)) == []
    assert len(chain(known, "soil-1")) == MESSAGES + 1 + 2


@pytest.mark.parametrize("list_is_sound", [True, False])
def test_what_was_deleted_because_it_was_old_stays_so(known: Known, list_is_sound: bool) -> None:
    with closing(sqlite3.connect(known.file, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = off")
        connection.execute("DELETE FROM message WHERE id <= 2000")
    still_on_pages = {
        id for ids in messages_by_page(known.file.read_bytes()).values() for id in ids
    }
    assert len(still_on_pages) > ALL - 2000
    overwrite(known.file, MESSAGE_ROOT, 8, bytes([0, 0, 0, 5]))
    if not list_is_sound:
        overwrite(known.file, 1, 36, b"\xff")
    result = bring_back(known, replace(known))
    assert (result.added, result.missing) == (ALL - 2000, 0)
    assert min(salvaged_ids(known)) == 2001


def test_a_journal_in_the_place_of_a_damaged_one_may_be_damaged_too(known: Known) -> None:
    first = replace(known)
    bring_back(known, first)
    first.rename(first.with_name("first.db"))
    result = bring_back(known, replace(known))
    assert (result.added, result.missing) == (ALL + 2, 0)
    assert len(chain(known, "soil-1")) == MESSAGES + 1 + 2  # both came again and were known


def test_the_last_messages_are_missed_when_their_page_is_gone(known: Known) -> None:
    pages = messages_by_page(known.file.read_bytes())
    last = next(number for number, ids in pages.items() if MESSAGES in ids)
    overwrite(known.file, last, 0, bytes(PAGE_BYTES))
    result = bring_back(known, replace(known))
    assert result.missing == ALL - result.added > 0


def test_one_page_with_all_devices_does_not_take_their_messages(known: Known) -> None:
    """The index of their ids has their numbers, too."""
    with closing(sqlite3.connect(known.file)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'device'")
        (page,) = root.fetchone()
    with known.file.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)
    result = bring_back(known, replace(known))
    assert result.added == ALL - 1, "all but the message of the device that the site does not name"


@pytest.mark.parametrize("body", ["x'7b'", "x'ff'", "x'22'", """CAST('{"seq":5}' AS BLOB)"""])
def test_a_reading_that_cannot_be_what_was_written_stays_behind(known: Known, body: str) -> None:
    with closing(sqlite3.connect(known.file)) as connection, connection:
        connection.execute(f"UPDATE message SET body = {body} WHERE id = 100")  # noqa: S608
    result = bring_back(known, replace(known))
    assert (result.added, result.missing) == (ALL - 1, 1)
    assert len(chain(known, "soil-1")) == MESSAGES + 2


def test_rollups_that_cannot_be_read_are_made_anew(known: Known) -> None:
    with closing(sqlite3.connect(known.file)) as connection, connection:
        connection.execute("INSERT INTO rollup VALUES (1, 0, 'no JSON', NULL)")
        connection.execute("INSERT INTO rollup_cursor VALUES (1, 50)")
    bring_back(known, replace(known))
    with closing(sqlite3.connect(known.file)) as connection:
        assert connection.execute("SELECT * FROM rollup_cursor").fetchall() == [(1, 0)]


def test_without_a_first_page_all_that_was_decided_or_rolled_up_comes_back(known: Known) -> None:
    def content() -> list[list[tuple[object, ...]]]:
        with closing(sqlite3.connect(known.file)) as connection:
            return [
                connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
                for table in ("rollup", "rollup_cursor", "explanation", "rule_change")
            ]

    with closing(sqlite3.connect(known.file)) as connection, connection:
        connection.execute("INSERT INTO rollup VALUES (1, 0, '{}', NULL)")
        connection.execute("INSERT INTO rollup_cursor VALUES (1, 50)")
        connection.execute(
            """INSERT INTO explanation VALUES ('lo-1', 1, 'x', '["a", "b"]', '{}')"""
        )
    before = content()
    assert all(before)
    overwrite(known.file, 1, 0, b"\xa5" * PAGE_BYTES)
    bring_back(known, replace(known))
    for lost, found in zip(before, content(), strict=True):
        assert set(lost) <= set(found)


def test_a_file_that_is_no_journal_is_left_alone(known: Known, tmp_path: Path) -> None:
    foreign = tmp_path / "notes.txt"
    foreign.write_bytes(b"To do: water the tea.\n" * 1000)
    before = foreign.read_bytes()
    with pytest.raises(JournalError, match="no journal of this program"):
        bring_back(known, foreign)
    assert foreign.read_bytes() == before
