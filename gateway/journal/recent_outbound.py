"""Telemetry on its way out, from memory where it is still there: an `OutboundSource`."""

from collections.abc import Sequence

import orjson

from gateway.clock import Now
from gateway.journal.batch import MessageRow
from gateway.journal.outbound import TOGETHER_MAX_BYTES, JournalOutbound
from gateway.journal.periods import times_are_final
from gateway.journal.reader import JournalReader
from gateway.journal.recent import RecentMessages
from gateway.journal.writer import JournalWriter
from gateway.outbound import OutboundRows, SetAside


class RecentOutbound(JournalOutbound):
    """Gives what the journal would give, and asks the journal where anything is out of the
    ordinary: so what is sent again is what was sent before. One forwarder alone uses it."""

    def __init__(
        self, recent: RecentMessages, reader: JournalReader, writer: JournalWriter, now: Now
    ) -> None:
        super().__init__(reader, writer, now)
        self._recent = recent

    def read_after(self, cursor: int, limit: int) -> OutboundRows:
        """See OutboundSource."""
        recent = self._recent.telemetry_after(cursor, limit)
        if recent is not None:
            # Asked after the rows were taken, so that the journal knows the clock of each of them.
            with self._reader.connection() as connection:
                final = times_are_final(connection, cursor)
            rows = _parse(cursor, recent) if final else None
            if rows is not None:
                return rows
        return super().read_after(cursor, limit)

    def save_cursor(self, name: str, cursor: int, set_aside: Sequence[SetAside]) -> None:
        """See OutboundSource."""
        super().save_cursor(name, cursor, set_aside)
        self._recent.forget(cursor)


def _parse(cursor: int, recent: Sequence[MessageRow]) -> OutboundRows | None:
    """The rows in columns; None when one of them must be read by itself."""
    if not recent:
        return OutboundRows(cursor, (), (), (), ())
    ids, devices, _, _, times, _, _, _, bodies = zip(*recent, strict=True)
    if max(map(len, bodies)) > TOGETHER_MAX_BYTES:
        return None
    try:
        messages = orjson.loads(b"[%b]" % b",".join(bodies))
    except ValueError:  # what only a slower parser takes
        return None
    return OutboundRows(ids[-1], ids, devices, times, messages)
