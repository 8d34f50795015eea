"""The journal as a forwarder sees it: the implementation of `gateway.outbound.OutboundSource`."""

import sqlite3
from collections.abc import Sequence

from devices.reading import Millis
from gateway.clock import now_ms
from gateway.journal.reader import JournalReader
from gateway.journal.writer import JournalWriter
from gateway.outbound import OutboundRow, SetAside


class JournalOutbound:
    """Reads telemetry by cursor; what it saves goes through the one writer."""

    def __init__(self, reader: JournalReader, writer: JournalWriter) -> None:
        self._reader = reader
        self._writer = writer

    def read_after(self, cursor: int, limit: int) -> Sequence[OutboundRow]:
        """See OutboundSource."""
        with self._reader.connection() as connection:
            rows = connection.execute(
                "SELECT message.id, device.id, device.kind, measured_at, body FROM message"
                " JOIN device ON device.number = message.device"
                " WHERE message.id > ? AND channel = 0 ORDER BY message.id LIMIT ?",
                [cursor, limit],
            )
            return [OutboundRow(*row) for row in rows]

    def newest(self) -> int:
        """See OutboundSource."""
        return self._ask("SELECT id FROM message WHERE channel = 0 ORDER BY id DESC LIMIT 1") or 0

    def oldest_received_after(self, cursor: int) -> Millis | None:
        """See OutboundSource."""
        return self._ask(
            "SELECT received_at FROM message WHERE id > ? AND channel = 0 ORDER BY id LIMIT 1",
            cursor,
        )

    def cursor(self, sink: str) -> int:
        """See OutboundSource."""
        return self._ask("SELECT cursor FROM sink WHERE name = ?", sink) or 0

    def save_cursor(self, sink: str, cursor: int, set_aside: Sequence[SetAside]) -> None:
        """See OutboundSource."""
        rows = [(sink, row.row_id, now_ms(), row.reason) for row in set_aside]

        def save(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO sink VALUES (?, ?)", [sink, cursor])
            connection.executemany("INSERT OR IGNORE INTO set_aside VALUES (?, ?, ?, ?)", rows)

        self._writer.run(save).result()

    def _ask(self, question: str, *arguments: object) -> int | None:
        with self._reader.connection() as connection:
            row: tuple[int | None] | None = connection.execute(question, arguments).fetchone()
            return row[0] if row else None
