"""The least that a receiver of this kind can cost, to measure the gateway against.

Codec, validation, one row a message in SQLite with synchronous=FULL, acknowledged after the
commit, one compiled rule. No registry, no duplicates, no reconnection, no pages. It runs as a
process of its own until it is ended: `python -m gateway.cli.bench.yardstick PORT FILE`.
"""

import asyncio
import queue
import sqlite3
import sys
import threading
import time
from pathlib import Path

import mqtt5
from pydantic_core import CoreSchema, SchemaValidator, core_schema

from devices.kinds import KINDS
from devices.metric import Metric

Row = tuple[str, str, float, bytes]

_INSERT = "INSERT INTO m (device, kind, received, body) VALUES (?, ?, ?, ?)"


def _validators() -> dict[str, SchemaValidator]:
    field = core_schema.typed_dict_field
    return {
        name: SchemaValidator(
            core_schema.typed_dict_schema(
                {metric.name: field(_schema(metric), required=False) for metric in kind.metrics}
                | {
                    "seq": field(core_schema.int_schema()),
                    "measured_at": field(core_schema.datetime_schema()),
                }
            )
        )
        for name, kind in KINDS.items()
    }


def _schema(metric: Metric) -> CoreSchema:
    if metric.type is bool:
        return core_schema.bool_schema()
    return core_schema.int_schema() if metric.type is int else core_schema.float_schema()


class Yardstick(asyncio.Protocol):
    """One connection."""

    def __init__(self, file: Path) -> None:
        self._validators = {name: v.validate_json for name, v in _validators().items()}
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._rows: list[Row] = []
        self._acks: list[bytes] = []
        self._busy = False
        self._jobs: queue.SimpleQueue[tuple[list[Row], list[bytes]]] = queue.SimpleQueue()
        threading.Thread(target=self._write, args=(file,), daemon=True).start()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connect with a clean session."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # what create_connection makes
        self._transport = transport
        connect = mqtt5.ConnectPacket("yardstick", clean_start=True, receive_max=4000)
        transport.write(connect.write())

    def data_received(self, data: bytes) -> None:
        """Every complete packet of what has come."""
        self._buffer += data
        view = memoryview(self._buffer)
        offset, total, now = 0, len(self._buffer), time.time()
        while offset < total:
            try:
                packet, length = mqtt5.read(view[offset:])
            except (IndexError, ValueError):
                break  # the rest has not come yet
            offset += length
            if isinstance(packet, mqtt5.PublishPacket):
                self._take(packet, now)
            elif isinstance(packet, mqtt5.ConnAckPacket):
                wanted = mqtt5.TopicFilter(
                    "hamlet/+/+/+/telemetry", max_qos=mqtt5.QoS.AT_LEAST_ONCE
                )
                self._transport.write(mqtt5.SubscribePacket(1, [wanted]).write())
            elif isinstance(packet, mqtt5.SubAckPacket):
                print("ready", flush=True)
        view.release()
        del self._buffer[:offset]
        self._flush()

    def _take(self, packet: "mqtt5.PublishPacket", now: float) -> None:
        _, _, kind, device, _ = packet.topic.split("/")
        body = packet.payload or b""
        values = self._validators[kind](body)
        if kind == "soil" and values["soil_moisture_pct"] < 0.1:  # the one rule
            self._transport.write(mqtt5.PublishPacket(f"hamlet/command/{device}", b"open").write())
        self._rows.append((device, kind, now, body))
        self._acks.append(b"\x40\x02" + (packet.packet_id or 0).to_bytes(2, "big"))

    def _flush(self) -> None:
        if self._rows and not self._busy:
            self._busy = True
            self._jobs.put((self._rows, self._acks))
            self._rows, self._acks = [], []

    def _write(self, file: Path) -> None:
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = full")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute(
            "CREATE TABLE m"
            " (id INTEGER PRIMARY KEY, device TEXT, kind TEXT, received REAL, body BLOB)"
        )
        while True:
            rows, acks = self._jobs.get()
            connection.execute("BEGIN")
            connection.executemany(_INSERT, rows)
            connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(self._committed, acks)

    def _committed(self, acks: list[bytes]) -> None:
        self._busy = False
        self._transport.write(b"".join(acks))
        self._flush()


async def _run(port: int, file: Path) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: Yardstick(file), "127.0.0.1", port)
    await loop.create_future()  # whoever measures ends it


def main() -> None:
    """Receive from the broker on PORT into FILE."""
    asyncio.run(_run(int(sys.argv[1]), Path(sys.argv[2])))


if __name__ == "__main__":
    main()
