"""Corrections of times that a damaged journal did not live to see.

The new journal goes on with its clock periods. Whatever it has found out of them and thinks done is
still to be done to what is fetched from the damaged one.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from devices.reading import Millis
from gateway.decisions import Record
from gateway.journal.periods import STAMPS, corrected
from gateway.journal.rescue import readable_rows

R = TypeVar("R", bound=Record)


class LateCorrection(NamedTuple):
    """The messages from `first` to `last` are to be moved by `by`; so are the records of `since`
    to `until`, unless the damaged journal moved these itself."""

    first: int
    last: int
    by: Millis
    since: Millis
    until: Millis
    of_records: bool


def late_corrections(
    source: sqlite3.Connection, target: sqlite3.Connection
) -> Sequence[LateCorrection]:
    """What the new journal `target` knows of times better than the damaged one."""
    found = []
    former = {
        (boot, first): (correction, repaired)
        for boot, first, correction, repaired in readable_rows(
            source, target, "clock_period", "boot, first_message, correction, repaired"
        )
        if isinstance(repaired, int | None)
    }
    rows = target.execute(
        "SELECT boot, first_message, repaired, correction, since,"
        " (SELECT since FROM clock_period AS next WHERE next.id > period.id ORDER BY id LIMIT 1)"
        " FROM clock_period AS period WHERE correction <> 0 AND repaired IS NOT NULL"
    ).fetchall()
    for boot, first, repaired, by, since, end in rows:
        if (boot, first) in former:
            known_by, known_repaired = former[boot, first]
            done = first - 1 if known_repaired is None else known_repaired
            late = LateCorrection(done + 1, repaired, by, since, end - by, known_by is None)
            found.append(late)
    return found


def message_in_time(row: tuple[Any, ...], late: Sequence[LateCorrection]) -> tuple[Any, ...]:
    """A row of `message` with its times put right."""
    id, device, previous, channel, measured_at, received_at, boot, seq, body = row
    for one in late:
        if one.first <= id <= one.last:
            times = corrected((id, channel, measured_at, received_at, body), one.by)
            measured_at, received_at, _ = times
    return (id, device, previous, channel, measured_at, received_at, boot, seq, body)


def record_in_time(table: str, record: R, late: Sequence[LateCorrection]) -> R:
    """A record of a table with its times put right."""
    own, following = STAMPS[table]
    of = {name: name for name in own} | following
    for one in late:
        if one.of_records:
            moved = {
                name: at + one.by
                for name, along_with in of.items()
                if (at := getattr(record, name)) is not None
                and one.since <= (getattr(record, along_with) or 0) <= one.until
            }
            record = replace(record, **moved)
    return record
