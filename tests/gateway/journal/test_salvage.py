"""What can still be read comes back, once, in its place."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.journal.check import check
from gateway.journal.database import JournalError
from gateway.journal.replacement import note_damage
from gateway.journal.salvage import Salvaged, salvage
from gateway.opening import open_sound_journal
from gateway.timekeeping.clocks import SystemClocks
from tests.gateway.lived_site import FULL, MESSAGES, NOW, Known, damage, save
from tests.gateway.small_site import soil, topic

TRIALS = 500 if FULL else 15
ALL = MESSAGES + 2  # with the reading that fires the rule, and the new device's


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    known = Known(tmp_path_factory.mktemp("lived"))
    known.live()
    return known.file


@pytest.fixture
def known(tmp_path: Path, lived: Path) -> Known:
    known = Known(tmp_path)
    known.site.data.mkdir(exist_ok=True)
    shutil.copy(lived, known.file)
    return known


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
    assert (result.added, result.already_there, result.unreadable) == (ALL, 0, 0)
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
def test_random_damage_is_survived_and_counted(known: Known, seed: int) -> None:
    damage(known.file, random.Random(seed))
    aside = replace(known)
    result = bring_back(known, aside)
    again = bring_back(known, aside)
    assert again.added == 0
    assert again.already_there == result.added + result.already_there
    findings = list(check(known.file))
    assert findings == []


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


def test_a_damaged_page_takes_only_its_own_messages(known: Known) -> None:
    size = known.file.stat().st_size
    with known.file.open("r+b") as handle:
        handle.seek(size // 2 // 4096 * 4096)
        handle.write(b"\xa5" * 4096)
    result = bring_back(known, replace(known))
    assert 0 < ALL - result.added < 20
    assert result.unreadable == ALL - result.added
    lost = MESSAGES + 3 - len(chain(known, "soil-1"))
    assert lost == ALL - result.added, "history goes on behind the hole"


def test_a_damaged_page_above_all_others_takes_none_with_it(known: Known) -> None:
    with closing(sqlite3.connect(known.file)) as connection:
        question = "SELECT rootpage FROM sqlite_master WHERE name = 'message'"
        root: int = connection.execute(question).fetchone()[0]
    with known.file.open("r+b") as handle:
        handle.seek((root - 1) * 4096)
        handle.write(b"\xa5" * 4096)
    result = bring_back(known, replace(known))
    assert result.added == ALL
    assert list(check(known.file)) == []


@pytest.mark.parametrize("body", ["x'7b'", "x'ff'", "x'22'", """CAST('{"seq":5}' AS BLOB)"""])
def test_a_reading_that_cannot_be_what_was_written_stays_behind(known: Known, body: str) -> None:
    with closing(sqlite3.connect(known.file)) as connection, connection:
        connection.execute(f"UPDATE message SET body = {body} WHERE id = 100")  # noqa: S608
    result = bring_back(known, replace(known))
    assert (result.added, result.unreadable) == (ALL - 1, 1)
    assert len(chain(known, "soil-1")) == MESSAGES + 2


def test_rollups_that_cannot_be_read_are_made_anew(known: Known) -> None:
    with closing(sqlite3.connect(known.file)) as connection, connection:
        connection.execute("INSERT INTO rollup VALUES (1, 0, 'no JSON', NULL)")
        connection.execute("INSERT INTO rollup_cursor VALUES (1, 50)")
    bring_back(known, replace(known))
    with closing(sqlite3.connect(known.file)) as connection:
        assert connection.execute("SELECT * FROM rollup_cursor").fetchall() == [(1, 0)]


def test_a_file_that_is_no_journal_is_left_alone(known: Known, tmp_path: Path) -> None:
    foreign = tmp_path / "notes.txt"
    foreign.write_bytes(b"To do: water the tea.\n" * 1000)
    before = foreign.read_bytes()
    with pytest.raises(JournalError, match="no journal of this program"):
        bring_back(known, foreign)
    assert foreign.read_bytes() == before
