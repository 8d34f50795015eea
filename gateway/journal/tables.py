"""How each record of `gateway.decisions` stands in its table: a column per field, by name."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, Generic, TypeVar, get_type_hints

from gateway.decisions import (
    Alert,
    Command,
    Explanation,
    Record,
    RuleChanged,
    RuleVersion,
    Run,
    StateChanged,
)
from gateway.journal.columns import from_column, to_column
from gateway.journal.damage import reading_back
from gateway.plot_records import (
    BalanceDay,
    DiaryEntry,
    NoGo,
    Override,
    PlotSetting,
    Proposal,
    UnfinishedWatering,
    WeatherHour,
)

R = TypeVar("R", bound=Record)


class Table(Generic[R]):
    """Rows of one table as records of one type."""

    def __init__(self, name: str, record: type[R]) -> None:
        self.name = name
        self._record: Callable[..., R] = record
        self._names = [field.name for field in fields(record)]
        hints = get_type_hints(record)
        self._readers = [from_column(hints[name]) for name in self._names]
        self.columns = ", ".join(f'"{name}"' for name in self._names)
        marks = ", ".join("?" * len(self._names))
        self._into = f"INTO {name} ({self.columns}) VALUES ({marks})"

    def save(self, connection: sqlite3.Connection, record: R) -> None:
        """Insert the record, or replace the one with the same key."""
        connection.execute("INSERT OR REPLACE " + self._into, self._row(record))

    def add(self, connection: sqlite3.Connection, record: R) -> None:
        """Insert the record where there is none with the same key."""
        connection.execute("INSERT OR IGNORE " + self._into, self._row(record))

    def select(
        self, connection: sqlite3.Connection, rest: str, arguments: tuple[object, ...] = ()
    ) -> list[R]:
        """The records of `SELECT … FROM table <rest>`."""
        return list(self.each(connection, rest, arguments))

    def each(
        self, connection: sqlite3.Connection, rest: str, arguments: tuple[object, ...] = ()
    ) -> Iterator[R]:
        """The same one by one, for who may not need them all."""
        rows = connection.execute(
            f"SELECT {self.columns} FROM {self.name} {rest}",  # noqa: S608  # `rest` is a constant
            arguments,
        )
        return map(self.read, rows)

    def _row(self, record: R) -> list[object]:
        return [to_column(getattr(record, name)) for name in self._names]

    def read(self, row: tuple[Any, ...]) -> R:
        """The record of a row of `columns`. Raises JournalDamagedError."""
        with reading_back(self.name):
            return self._record(
                *(
                    None if value is None else read(value)
                    for read, value in zip(self._readers, row, strict=True)
                )
            )


RULE_STATES = Table("rule_state", RuleChanged)
RULE_CHANGES = Table("rule_change", RuleChanged)
ALERTS = Table("alert", Alert)
COMMANDS = Table("command", Command)
RUNS = Table("run", Run)
EXPLANATIONS = Table("explanation", Explanation)
STATE_CHANGES = Table("state_change", StateChanged)
RULE_VERSIONS = Table("rule_version", RuleVersion)
PLOT_SETTINGS = Table("plot_setting", PlotSetting)
NO_GOS = Table("no_go", NoGo)
OVERRIDES = Table("interlock_override", Override)
PROPOSALS = Table("proposal", Proposal)
BALANCE_DAYS = Table("balance_day", BalanceDay)
WEATHER_HOURS = Table("weather_hour", WeatherHour)
DIARY = Table("diary_entry", DiaryEntry)
UNFINISHED = Table("unfinished_watering", UnfinishedWatering)

TABLES_OF: dict[type, tuple[Table[Any], ...]] = {
    RuleChanged: (RULE_STATES, RULE_CHANGES),
    Alert: (ALERTS,),
    Command: (COMMANDS,),
    Run: (RUNS,),
    Explanation: (EXPLANATIONS,),
    StateChanged: (STATE_CHANGES,),
    RuleVersion: (RULE_VERSIONS,),
    PlotSetting: (PLOT_SETTINGS,),
    NoGo: (NO_GOS,),
    Override: (OVERRIDES,),
    Proposal: (PROPOSALS,),
    BalanceDay: (BALANCE_DAYS,),
    WeatherHour: (WEATHER_HOURS,),
    DiaryEntry: (DIARY,),
    UnfinishedWatering: (UNFINISHED,),
}
"""Where a record is saved, by its type."""

WHAT_HAPPENED = (
    RULE_CHANGES,
    ALERTS,
    COMMANDS,
    RUNS,
    EXPLANATIONS,
    STATE_CHANGES,
    RULE_VERSIONS,
    PLOT_SETTINGS,
    NO_GOS,
    OVERRIDES,
    PROPOSALS,
    BALANCE_DAYS,
    WEATHER_HOURS,
    DIARY,
)
"""The tables that tell the past. The present state of a rule, and what a plot
still wants, are no part of it."""


def save_record(connection: sqlite3.Connection, record: Record) -> None:
    """Save a record of any type."""
    for table in TABLES_OF[type(record)]:
        table.save(connection, record)
