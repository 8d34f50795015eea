"""The journal that the bench makes up is one that the gateway could have written itself."""

import json
import os
from pathlib import Path

import pytest

from gateway.assembly import JOURNAL_FILE
from gateway.journal.chain import walk
from gateway.journal.database import open_journal
from gateway.journal.memory import load_fleet
from gateway.journal.rollup import LocalDays, dump_hours, dump_total, fold
from tests.gateway.history_contract import MIDNIGHT
from tests.gateway.journal.large_journal import KIND, ZONE, configs, write_large_journal
from tests.gateway.journal.large_questions import QUESTIONS, measure_history

MESSAGES = 20_000_000 if os.environ.get("HAMLET_FULL") else 10_000
DEVICES = 340 if os.environ.get("HAMLET_FULL") else 7


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    parts = list(
        write_large_journal(folder / JOURNAL_FILE, messages=MESSAGES, devices=DEVICES, now=MIDNIGHT)
    )
    assert parts[-1] == 1
    return folder


def test_its_rollups_are_those_of_its_messages(folder: Path) -> None:
    connection = open_journal(folder / JOURNAL_FILE)
    fleet = load_fleet(connection, configs(DEVICES))
    device = fleet.get(f"light-{DEVICES}")
    assert device is not None
    oldest = connection.execute(
        "SELECT id FROM message WHERE measured_at >= (SELECT max(day) FROM rollup) LIMIT 1"
    ).fetchone()[0]
    newest = device.committed_message
    assert newest is not None
    ((start, day),) = fold(walk(connection, newest, oldest), KIND, LocalDays(ZONE)).items()
    stored = connection.execute(
        "SELECT total, hours FROM rollup WHERE device = ? AND day = ?", [device.number, start]
    ).fetchone()
    assert day.hours is not None
    assert stored == (dump_total(day), dump_hours(day.hours))
    connection.close()


def test_questions_are_answered_in_full(folder: Path) -> None:
    report = measure_history(folder, devices=DEVICES, now=MIDNIGHT)
    print(json.dumps(report, indent=2))  # for who asks for it with -s
    assert set(report) == {"start", *QUESTIONS}
    today = report["the last day by 5 minutes"]
    assert isinstance(today, dict)
    for how in ("warm", "cold"):
        assert today[how]["points"] == 288
