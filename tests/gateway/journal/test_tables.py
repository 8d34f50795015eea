"""Every record comes back from its table as it was, and tables and records agree."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

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
from gateway.journal.database import open_journal
from gateway.journal.tables import TABLES_OF, save_record
from gateway.plot_records import (
    BalanceDay,
    DiaryEntry,
    DiaryKind,
    NoGo,
    Override,
    PlotSetting,
    Proposal,
    ProposalState,
    UnfinishedWatering,
    WeatherHour,
)
from gateway.plots.guard import NoGoReason
from gateway.plots.modes import Mode

DAY = date(2026, 3, 5)
TEXT = Text("Tưới lô 3 – “6 mm”", "Water plot 3")
RECORDS: list[Record] = [
    RuleChanged("dry", "soil-1", RuleState.PENDING, 5, 65, None, {"soil_moisture_pct": None}),
    RuleChanged("dry", "soil-2", RuleState.FIRING, 65, None, 95, {"a": 1.5, "b": True}),
    Alert("a1", "dry", "soil-1", Severity.WARNING, TEXT, 5),
    Alert("a2", "dry", "soil-2", Severity.CRITICAL, TEXT, 5, 6, 7),
    Command("c1", "valve-1", "open", {"lease_s": 60}, "rule:dry", 1, 2, CommandState.QUEUED),
    Command(
        "c2", "light-1", "set-profile", {"profile": "đông"}, "person:web", 1, 2,
        CommandState.FAILED, 3, 9, "mất điện", {"open": False, "deep": {"x": [1, None]}},
    ),
    Run("r1", "lo-3", "rule:dry", RunState.FLOWING, 1, 2, 3, 360.0, 12.5, True, 2, 1000.25),
    Run("r2", "lo-3", "rule:dry", RunState.FAILED, 1, 2, 3, 360.0, ended_at=9, cause=TEXT),
    Explanation("lo-3", 5, "refuse", TEXT, {"rain_mm": 12.0, "why": "mưa", "wind": None}),
    StateChanged("light-1", 5, State.UNKNOWN, "silent"),
    PlotSetting("lo-3", 5, "person:Lan", Mode.BALANCE, None),
    PlotSetting("lo-4", 5, "person:Lan", None, True),
    NoGo("n1", "lo-3", DAY, DAY, NoGoReason.SPRAYING, "person:Lan", 5, "d1", None),
    NoGo("n2", "lo-3", DAY, DAY, NoGoReason.OTHER, "person:Lan", 5, None, 7, "person:Minh"),
    Override("o2", "lo-3", "wind", "x", "person:Lan", 5, 9, 7, "person:Minh"),
    Override("o1", "lo-3", "wind", "gió trong thung lũng", "person:Lan", 5, 9, None),
    Proposal("p1", "lo-3", 5, 9, 1800.0, TEXT, ProposalState.APPROVED, 7, "person:Lan"),
    BalanceDay(
        "lo-3", DAY, 12.5, None, 1.0, 0.9, 4.5, 0.0, 0.0, 6.0, 0.0, -1.5, 11.0, 84.0, 33.6,
        "et0", False,
    ),
    UnfinishedWatering("lo-3", 5, filling=True, rest_mm=None),
    UnfinishedWatering("lo-4", 5, filling=False, rest_mm=2.5),
    WeatherHour(5, 60, 21.5, 22.0, 21.0, None, 1.5, 0.0, 0.2),
    DiaryEntry("d1", "lo-3", DiaryKind.SPRAY, 5, 9, "person:Lan", {"product": "Bt", "kg": 1.5}),
    DiaryEntry("d2", "lo-3", DiaryKind.SPRAY, 5, 9, "person:Lan", {"product": None}, "d1"),
    RuleVersion("dry", 5, "person:Lan", RuleEdit.EDITED, "- rule: dry\n  # đất khô\n"),
]  # fmt: skip


NUMBERED = {"state_change": '"number"'}
"""Columns that SQLite fills."""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_journal(tmp_path / "journal.db")
    yield connection
    connection.close()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_comes_back_as_it_was(connection: sqlite3.Connection, record: Record) -> None:
    save_record(connection, record)
    save_record(connection, record)
    for table in TABLES_OF[type(record)]:
        assert table.select(connection, "") == [record]


def test_tables_have_a_column_for_each_field_and_no_other(connection: sqlite3.Connection) -> None:
    for tables in TABLES_OF.values():
        for table in tables:
            columns = connection.execute(f"SELECT name FROM pragma_table_info('{table.name}')")  # noqa: S608
            names = {f'"{name}"' for (name,) in columns} - {NUMBERED.get(table.name)}
            assert names == set(table.columns.split(", "))
