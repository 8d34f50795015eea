"""The journal of a site opened and found sound, or a new one in the place of a damaged one."""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack

from gateway.assembly import JOURNAL_FILE, build_pipeline
from gateway.journal.damage import check_start_tables, reading_back
from gateway.journal.database import JournalDamagedError, JournalError, naming_damage, open_journal
from gateway.journal.replacement import note_damage, replace_if_noted
from gateway.journal.reserve import RESERVE_FILE
from gateway.pipeline import Pipeline
from gateway.rules.rule import Rule
from gateway.site import Site
from gateway.starting_clock import start_clock
from gateway.timekeeping.clocks import Clocks
from gateway.timekeeping.own_clock import OwnClock

log = logging.getLogger(__name__)

Opened = tuple[sqlite3.Connection, OwnClock, Pipeline]


def open_sound_journal(site: Site, rules: Sequence[Rule], clocks: Clocks) -> Opened:
    """The connection that writes, and clock and pipeline as the journal knows them.

    Looks only at what a start needs. Raises JournalError and DeviceConflictError.
    """
    file = site.data / JOURNAL_FILE
    if (site.data / RESERVE_FILE).exists() and file.exists() and not file.stat().st_size:
        note_damage(file, "the file is empty")  # the reserve is only made beside one that is not
    try:
        return _open(site, rules, clocks)
    except JournalDamagedError as error:
        note_damage(file, str(error))
        return _open(site, rules, clocks)


def _open(site: Site, rules: Sequence[Rule], clocks: Clocks) -> Opened:
    file = site.data / JOURNAL_FILE
    aside = replace_if_noted(file, OwnClock(clocks).now())
    if aside is not None:
        log.error("the journal was damaged and is now %s; a new one was begun", aside)
    with ExitStack() as unless_opened:
        connection = open_journal(file)
        unless_opened.callback(connection.close)
        try:
            check_start_tables(connection)
            with naming_damage():
                with reading_back("clock_period"):
                    clock = start_clock(clocks, connection)
                now, trusted = clock.now(), clock.scale.trusted
                pipeline = build_pipeline(connection, site, rules, now, clock_trusted=trusted)
        except sqlite3.OperationalError as error:
            raise JournalError(
                f"{file} cannot be used: {error}; is the disk full, read-only, or failing?"
            ) from error
        unless_opened.pop_all()
        return connection, clock, pipeline
