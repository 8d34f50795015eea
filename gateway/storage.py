"""The journal of a running gateway: opened, looked through after a hard end, and closed in order.

Says in the log what becomes of it. Refuses to know what is written.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gateway.assembly import JOURNAL_FILE
from gateway.journal.clean_end import clean_end
from gateway.journal.damage import WholeCheck
from gateway.journal.database import JournalDamagedError
from gateway.journal.periods import uncertain_times
from gateway.journal.reader import JournalReader
from gateway.journal.replacement import note_damage
from gateway.journal.reserve import Reserve
from gateway.journal.writer import JournalWriter
from gateway.observations import Observations
from gateway.opening import open_sound_journal
from gateway.pipeline import Pipeline
from gateway.rules.rule import Rule
from gateway.site import Site
from gateway.timekeeping.clocks import Clocks
from gateway.timekeeping.own_clock import OwnClock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Storage:
    """Clock and pipeline are as the journal knows them. `uncertain` is how many of its messages
    have a time that nobody will ever know."""

    clock: OwnClock
    pipeline: Pipeline
    writer: JournalWriter
    reader: JournalReader
    reserve: Reserve
    uncertain: int


@contextmanager
def open_storage(
    site: Site,
    rules: Sequence[Rule],
    clocks: Clocks,
    observations: Observations,
    fail: Callable[[BaseException], None],
) -> Iterator[Storage]:
    """`fail` is called, in the event loop, with an error that waiting does not mend.

    Raises JournalError and DeviceConflictError.
    """
    loop = asyncio.get_running_loop()
    file = site.data / JOURNAL_FILE

    def on_failure(error: BaseException) -> None:
        log.critical("journal: %s", error)
        if isinstance(error, JournalDamagedError):
            note_damage(file, str(error))
        loop.call_soon_threadsafe(fail, error)

    reserve = Reserve(site.data)
    if reserve.disk_is_full():
        reserve.release_for_start()  # SQLite needs a little room to open the file at all
    with ExitStack() as stack:
        was_clean = stack.enter_context(clean_end(site.data))
        connection, clock, pipeline = open_sound_journal(site, rules, clocks)
        stack.callback(connection.close)
        uncertain = sum(one.messages for one in uncertain_times(connection))
        writer = JournalWriter(connection, reserve, _tell_trouble(observations), on_failure)
        stack.callback(writer.close)
        zone = ZoneInfo(site.config.place.timezone)
        reader = JournalReader(file, pipeline.fleet, zone, on_failure)
        stack.callback(reader.close)
        pipeline.engines.rules.around.recall = reader.recall
        if not was_clean:
            stack.callback(WholeCheck(file, on_failure).close)
        yield Storage(clock, pipeline, writer, reader, reserve, uncertain)


def _tell_trouble(observations: Observations) -> Callable[[str | None], None]:
    def on_trouble(trouble: str | None) -> None:
        if trouble is None:
            log.info("journal: writing again")
        elif trouble != observations.journal_trouble:
            log.error("journal: %s; messages wait at the broker until it can", trouble)
        observations.journal_trouble = trouble

    return on_trouble
