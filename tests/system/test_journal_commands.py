"""`hamlet journal …` as a technician types it, also wrongly."""

import json
import sqlite3
from pathlib import Path

import pytest

from gateway.assembly import JOURNAL_FILE
from gateway.journal.database import PAGE_BYTES
from gateway.journal.lock import sole_writer
from gateway.journal.replacement import note_damage
from gateway.opening import open_sound_journal
from gateway.timekeeping.clocks import SystemClocks
from tests.gateway.lived_site import MESSAGES, Known
from tests.system.gateway_process import run_hamlet

READINGS = MESSAGES + 2


@pytest.fixture
def known(tmp_path: Path) -> Known:
    known = Known(tmp_path)
    known.live()
    return known


def test_a_sound_journal_is_sound(known: Known, tmp_path: Path) -> None:
    done = run_hamlet("journal", "check", "--site", tmp_path)
    assert (done.returncode, done.stdout) == (0, "the journal is sound\n")
    done = run_hamlet("journal", "check", "--site", tmp_path, "--json")
    assert json.loads(done.stdout) == {"sound": True, "findings": []}


def test_what_is_wrong_is_said(known: Known, tmp_path: Path) -> None:
    with sqlite3.connect(known.file) as connection:
        connection.execute("UPDATE message SET device = 99 WHERE id = 17")
        connection.execute("DELETE FROM message WHERE id = 1000")
        connection.execute("UPDATE sink SET cursor = 1000000")
    connection.close()
    done = run_hamlet("journal", "check", "--site", tmp_path)
    assert done.returncode == 1
    assert "1 messages of a device that is not listed" in done.stdout
    assert "1 messages that follow one that is missing" in done.stdout
    assert "1 stores that were sent more than there is" in done.stdout
    with known.file.open("r+b") as handle:
        handle.seek(known.file.stat().st_size // 2)
        handle.write(b"\xa5" * 4096)
    done = run_hamlet("journal", "check", "--site", tmp_path, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["findings"]


def test_a_damaged_journal_comes_back(known: Known, tmp_path: Path) -> None:
    note_damage(known.file, "for the test")
    open_sound_journal(known.site, known.rules, SystemClocks())[0].close()
    (aside,) = known.site.data.glob("journal.damaged-*.db")
    done = run_hamlet("journal", "salvage", aside, "--site", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["added"] == READINGS
    done = run_hamlet("journal", "salvage", aside.name, "--site", tmp_path)
    assert f"messages already there: {READINGS}" in done.stdout
    assert run_hamlet("journal", "check", "--site", tmp_path).returncode == 0


def test_what_is_missing_is_counted(known: Known, tmp_path: Path) -> None:
    with known.file.open("r+b") as handle:
        handle.seek(known.file.stat().st_size // PAGE_BYTES // 2 * PAGE_BYTES)
        handle.write(b"\xa5" * PAGE_BYTES)
    note_damage(known.file, "for the test")
    open_sound_journal(known.site, known.rules, SystemClocks())[0].close()
    (aside,) = known.site.data.glob("journal.damaged-*.db")
    done = run_hamlet("journal", "salvage", aside, "--site", tmp_path, "--json")
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert result["missing"] == READINGS - result["added"] > 0
    done = run_hamlet("journal", "salvage", aside, "--site", tmp_path)
    assert done.returncode == 1
    assert f"messages missing: {result['missing']}\n" in done.stdout


def test_readings_are_exported_as_lines(known: Known, tmp_path: Path) -> None:
    done = run_hamlet("journal", "export", "--site", tmp_path)
    assert done.returncode == 0, done.stderr
    readings = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(readings) == READINGS
    first = readings[0]
    assert list(first) == [
        "device", "kind", "boot", "seq", "measured_at", "received_at", "values",
    ]  # fmt: skip
    assert (first["device"], first["kind"], first["boot"], first["seq"]) == (
        "soil-1", "soil", "b", 0,
    )  # fmt: skip
    assert first["values"]["soil_moisture_pct"] == 20
    done = run_hamlet("journal", "export", "--site", tmp_path, "--device", "soil-new")
    assert len(done.stdout.splitlines()) == 1
    for option in ("--until", "--since"):
        done = run_hamlet("journal", "export", "--site", tmp_path, option, first["measured_at"])
        assert len(done.stdout.splitlines()) == (0 if option == "--until" else READINGS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check"], "no such file"),
        (["export"], "no such file"),
        (["export", "--since", "yesterday"], "--since"),
        (["salvage", "missing.db"], "no such file"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = run_hamlet("journal", *arguments, "--site", tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["check", "export", "salvage"])
def test_a_disk_that_fails_is_one_sentence(tmp_path: Path, command: str) -> None:
    file = tmp_path / "data" / JOURNAL_FILE
    file.parent.mkdir()
    file.symlink_to("/proc/self/mem")  # a file of which no byte at its start can be read
    done = run_hamlet("journal", command, "--site", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "error; does the disk fail" in done.stderr


def test_a_device_that_is_not_there_is_not_taken_for_one_that_said_nothing(
    known: Known, tmp_path: Path
) -> None:
    done = run_hamlet("journal", "export", "--site", tmp_path, "--device", "soil-one")
    assert (done.returncode, done.stdout) == (2, "")
    assert "knows no device soil-one" in done.stderr


def test_the_sites_own_journal_is_moved_aside_and_comes_back(known: Known, tmp_path: Path) -> None:
    with sqlite3.connect(known.file) as connection:
        connection.execute("UPDATE message SET body = x'7b' WHERE id IN (17, 18)")
    connection.close()
    done = run_hamlet("journal", "export", "--site", tmp_path)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == READINGS - 2
    assert "2 readings cannot be read" in done.stderr
    done = run_hamlet("journal", "check", "--site", tmp_path)
    assert done.stdout == "2 readings that are no JSON\n"
    assert "hamlet journal salvage" in done.stderr
    done = run_hamlet("journal", "salvage", "--site", tmp_path)
    assert done.returncode == 1, done.stderr
    assert f"messages brought back: {READINGS - 2}" in done.stdout
    assert run_hamlet("journal", "check", "--site", tmp_path).returncode == 0
    assert run_hamlet("journal", "export", "--site", tmp_path).returncode == 0


def test_a_sound_journal_and_a_running_gateway_are_refused(known: Known, tmp_path: Path) -> None:
    done = run_hamlet("journal", "salvage", known.file, "--site", tmp_path)
    assert done.returncode == 2
    assert "is sound" in done.stderr
    other = tmp_path / JOURNAL_FILE
    other.write_bytes(known.file.read_bytes())
    with sole_writer(known.site.data):
        done = run_hamlet("journal", "salvage", other, "--site", tmp_path)
    assert done.returncode == 2
    assert "in use" in done.stderr


@pytest.mark.parametrize("command", ["check", "export", "salvage"])
def test_the_file_of_another_program_is_left_alone(
    known: Known, tmp_path: Path, command: str
) -> None:
    known.file.unlink()
    with sqlite3.connect(known.file) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
    connection.close()
    before = known.file.read_bytes()
    done = run_hamlet("journal", command, "--site", tmp_path)
    assert done.returncode in (1, 2)
    assert len(done.stderr.splitlines()) == 1
    assert known.file.read_bytes() == before
