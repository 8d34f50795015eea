"""The journal of a site, read-only, for the commands about its water; the gateway may run."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from devices.reading import Millis
from gateway.assembly import JOURNAL_FILE, build_pipeline
from gateway.cli.complaints import refuse
from gateway.irrigation.engine import IrrigationEngine
from gateway.journal.database import (
    JournalError,
    check_up_to_date,
    naming_damage,
    open_for_reading,
)
from gateway.located_yaml import did_you_mean
from gateway.plots import Plot
from gateway.site import Site


@contextmanager
def reading_journal(site: Site) -> Iterator[sqlite3.Connection]:
    """All answers as of one moment. Raises JournalError."""
    file = site.data / JOURNAL_FILE
    if not file.is_file():
        raise JournalError(f"{file}: there is no journal yet; has the gateway ever run?")
    try:
        with closing(open_for_reading(file)) as connection, naming_damage():
            connection.execute("BEGIN")
            check_up_to_date(connection)
            yield connection
    except sqlite3.OperationalError as error:
        raise JournalError(f"{file}: {error}; is it the journal of a site?") from error


def irrigation_of(journal: sqlite3.Connection, site: Site, now: Millis) -> IrrigationEngine:
    """As it would be had the gateway been started `now`."""
    return build_pipeline(journal, site, (), now).engines.irrigation


def named_plot(site: Site, id: str) -> Plot:
    """The plot of that id; ends the command with a sentence where there is none."""
    plots = {plot.id: plot for plot in site.plots}
    if id not in plots:
        refuse(f"there is no plot {id!r}{did_you_mean(id, list(plots))}")
    return plots[id]
