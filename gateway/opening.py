"""The journal of a site opened and found sound, or a new one in the place of a damaged one."""

import logging
import sqlite3
from collections.abc import Sequence

from devices.reading import Millis
from gateway.assembly import JOURNAL_FILE, build_pipeline
from gateway.journal.damage import check_start_tables
from gateway.journal.database import JournalDamagedError, naming_damage, open_journal
from gateway.journal.replacement import note_damage, replace_if_noted
from gateway.pipeline import Pipeline
from gateway.rules.rule import Rule
from gateway.site import Site

log = logging.getLogger(__name__)


def open_sound_journal(
    site: Site, rules: Sequence[Rule], now: Millis
) -> tuple[sqlite3.Connection, Pipeline]:
    """The connection that writes, and the pipeline as the journal knows it.

    Looks only at what a start needs. Raises JournalError and DeviceConflictError.
    """
    try:
        return _open(site, rules, now)
    except JournalDamagedError as error:
        note_damage(site.data / JOURNAL_FILE, str(error))
        return _open(site, rules, now)


def _open(site: Site, rules: Sequence[Rule], now: Millis) -> tuple[sqlite3.Connection, Pipeline]:
    file = site.data / JOURNAL_FILE
    aside = replace_if_noted(file, now)
    if aside is not None:
        log.error("the journal was damaged and is now %s; a new one was begun", aside)
    connection = open_journal(file)
    try:
        check_start_tables(connection)
        with naming_damage():
            return connection, build_pipeline(connection, site, rules, now)
    except BaseException:
        connection.close()
        raise
