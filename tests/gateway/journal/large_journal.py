"""A journal as it is after many months, written directly: 20 million messages in 80 s."""

import json
import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from devices.decode import DECODERS
from devices.kinds import KINDS
from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.fleet import Device
from gateway.journal.batch import Batch
from gateway.journal.chain import Telemetry
from gateway.journal.database import open_journal
from gateway.journal.memory import load_fleet, take_snapshot, unknown_to_journal
from gateway.journal.rollup import DAY_MS, HOUR_MS, LocalDays, dump_hours, dump_total, fold
from gateway.journal.writer import commit
from gateway.pipeline import MESSAGES_PER_SNAPSHOT
from gateway.site import DeviceConfig

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
KIND = KINDS["light"]
"""The kind with the most metrics."""
INTERVAL_MS = 300_000
A_DAY = DAY_MS // INTERVAL_MS
AN_HOUR = HOUR_MS // INTERVAL_MS
DAYS_AT_ONCE = 10
"""Written in one transaction."""
Values = dict[str, Value]

_SOME_DAYS = (
    "INSERT INTO message"
    " WITH RECURSIVE tick (n) AS"
    " (SELECT :first UNION ALL SELECT n + 1 FROM tick WHERE n + 1 < :end)"
    " SELECT n * :devices + number, number, CASE WHEN n > 0 THEN (n - 1) * :devices + number END,"
    " 0, :start + n * :interval, :start + n * :interval + 300, 'b', n,"
    ' CAST(\'{"seq":\' || n || \',"boot":"b","measured_at":\' || (:start + n * :interval)'
    " || ',' || sample.body AS BLOB)"
    " FROM tick CROSS JOIN sample ON sample.slot = n % :a_day"
    " CROSS JOIN device ON device.number <= :devices"
)


def configs(devices: int) -> list[DeviceConfig]:
    """The devices of the journal, as devices.yaml would list them."""
    return [
        DeviceConfig(id=f"light-{number}", kind=KIND.name, label=Text("", ""))
        for number in range(1, devices + 1)
    ]


def write_large_journal(file: Path, *, messages: int, devices: int, now: Millis) -> Iterator[float]:
    """About so many messages of whole days until the local midnight before `now`, with their
    rollups, and snapshots as a gateway that is killed leaves them. Yields what part is done."""
    days = messages // (devices * A_DAY)
    start = LocalDays(ZONE).start(now) - days * DAY_MS
    connection = open_journal(file)
    connection.execute("PRAGMA journal_mode = off")
    connection.execute("PRAGMA synchronous = off")
    fleet = load_fleet(connection, configs(devices))
    new = unknown_to_journal(connection, fleet)
    commit(connection, Batch(new_devices=[(device, start) for device in new]))
    bodies = [_values(slot) for slot in range(A_DAY)]
    connection.execute("CREATE TEMP TABLE sample (slot INTEGER PRIMARY KEY, body TEXT)")
    texts = [json.dumps(values, separators=(",", ":"))[1:] for values in bodies]
    connection.executemany("INSERT INTO sample VALUES (?, ?)", enumerate(texts))
    for first in range(0, days, DAYS_AT_ONCE):
        last = min(first + DAYS_AT_ONCE, days)
        connection.execute(
            _SOME_DAYS,
            {
                "first": first * A_DAY, "end": last * A_DAY, "devices": devices,
                "start": start, "interval": INTERVAL_MS, "a_day": A_DAY,
            },
        )  # fmt: skip
        yield last / days
    telemetry = [
        Telemetry(slot + 1, start + slot * INTERVAL_MS, start + slot * INTERVAL_MS, values)
        for slot, values in enumerate(bodies)
    ]
    (day,) = fold(telemetry, KIND, LocalDays(ZONE)).values()
    total, hours = dump_total(day), orjson.loads(dump_hours(day.hours or {}))

    def rollups() -> Iterator[tuple[int, Millis, str, str]]:
        for number in range(1, devices + 1):
            for index in range(days):
                tick = index * A_DAY
                hours["spans"] = [
                    (
                        hour,
                        (tick + hour * AN_HOUR) * devices + number,
                        (tick + (hour + 1) * AN_HOUR - 1) * devices + number,
                        0,
                        0,
                    )
                    for hour in range(24)
                ]
                yield number, start + index * DAY_MS, total, orjson.dumps(hours).decode()

    connection.execute("BEGIN")
    connection.executemany("INSERT INTO rollup VALUES (?, ?, ?, ?)", rollups())
    newest = days * A_DAY * devices
    connection.execute(
        "INSERT INTO rollup_cursor SELECT number, ? + number FROM device WHERE number <= ?",
        [newest - devices, devices],
    )
    for device in islice(fleet, devices):
        as_of = newest - device.number * MESSAGES_PER_SNAPSHOT
        tick = (as_of - device.number) // devices
        _hear(device, tick, start, bodies[tick % A_DAY])
        device.last_message = tick * devices + device.number
        connection.execute(
            "UPDATE device SET snapshot = ?, snapshot_message = ? WHERE number = ?",
            [take_snapshot(device).snapshot, as_of, device.number],
        )
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = wal")
    connection.close()


def _values(slot: int) -> Values:
    """What a streetlight says at this time of the day."""
    sun = max(0.0, math.sin(2 * math.pi * (slot / A_DAY - 0.25)))
    night = sun == 0
    return {
        "battery_v": round(12.4 + 1.6 * sun + 0.01 * (slot % 7), 2),
        "battery_current_a": round(6 * sun - 1.9 * night, 2),
        "battery_soc_pct": round(60 + 35 * sun, 1),
        "battery_temperature_c": round(24 + 9 * sun, 1),
        "pv_voltage_v": round(18.5 * sun, 2),
        "pv_power_w": round(95 * sun, 1),
        "load_power_w": 21.4 if night else 0.0,
        "brightness_pct": 70.0 if night else 0.0,
        "generated_today_wh": round(4.1 * slot * sun, 1),
        "used_today_wh": round(0.9 * slot, 1),
        "is_night": night,
        "tilt_deg": 1.2,
        "controller_status": 0,
    }


def _hear(device: Device, tick: int, start: Millis, values: Values) -> None:
    at = start + tick * INTERVAL_MS
    body = orjson.dumps({"seq": tick, "boot": "b", "measured_at": at, **values})
    device.apply(DECODERS[KIND.name](device.id, body, at))
    device.sequences.add("b", tick, at, newer=True)
