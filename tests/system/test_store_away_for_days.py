"""The store is away for days of a whole hamlet, played fast: nothing is lost, memory stays flat.

Six hours in the suite, 72 with HAMLET_FULL=1.
"""

import asyncio
import csv
import io
import mmap
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from devices.kinds import KINDS
from devices.reading import Millis
from firmware_sim.cadence import Cadence
from firmware_sim.layout import load_layout
from firmware_sim.world import World
from gateway.assembly import JOURNAL_FILE, read_site
from gateway.cli.drive.drive import Drive
from gateway.forward.backoff import BATCH_MAX
from gateway.forward.forwarder import Forwarder
from gateway.forward.influx import InfluxSink
from gateway.journal.database import open_for_reading, open_journal
from gateway.journal.memory import load_fleet
from gateway.journal.reader import JournalReader
from gateway.journal.recent import RecentMessages
from gateway.journal.reserve import Reserve
from gateway.journal.writer import JournalWriter
from gateway.long_term import STATES_STREAM, build_forwarder
from gateway.rules.rule import Rule
from gateway.site import InfluxConfig, Site
from tests.conftest import InfluxBucket
from tests.real import PROJECT
from tests.system.gateway_process import FULL

START = 1_795_280_400_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
HOURS = 72 if FULL else 6
END = START + HOURS * HOUR_MS
INTERVAL_S = 300
GROWTH_MAX_MB = 32
"""A fraction of what 72 hours weigh as messages; what is flat is so to the page of an allocator."""
LOOK_S = 0.1
DEADLINE_S = 1800.0


async def test_all_that_was_measured_meanwhile_is_in_the_store_in_the_end(
    tmp_path: Path, influxd: InfluxBucket
) -> None:
    site, rules = site_with(influxd, tmp_path)
    file = site.data / JOURNAL_FILE
    influxd.server.stop()
    drive = begin(site, rules)
    held: list[tuple[Millis, float]] = []
    async with forwarding(file, site):
        for at in range(START, END + 1, MINUTE_MS):
            await asyncio.to_thread(drive.play, at)
            held.append((at, memory_mb()))
    messages = drive.gateway.pipeline.counters.received
    drive.close()
    # The first third has what any day needs: engines look back over hours.
    at_first = max(held for now, held in held if now < START + (END - START) // 3)
    assert held[-1][1] - at_first < GROWTH_MAX_MB
    assert messages > HOURS * len(site.devices) * 3600 / INTERVAL_S
    assert cursor(file) == 0

    influxd.server.start()
    async with forwarding(file, site) as forwarder:  # the gateway has been restarted meanwhile
        began, spent = time.perf_counter(), time.process_time()
        async with asyncio.timeout(DEADLINE_S):
            await until_behind(forwarder, at_most=newest(file) - BATCH_MAX)
            before = memory_mb()
            await until_behind(forwarder, at_most=0)
        took_s, spent_s = time.perf_counter() - began, time.process_time() - spent
        assert memory_mb() - before < GROWTH_MAX_MB
        print(f"{messages / took_s:,.0f} messages/s, {spent_s / messages * 1e6:.1f} µs of CPU each")
        for stream in (InfluxSink.name, STATES_STREAM):
            assert (await forwarder.statistics(stream, START)).dead == 0
    measured = ask(
        file,
        "SELECT device.id, count(DISTINCT measured_at) FROM message"
        " JOIN device ON device.number = message.device WHERE channel = 0 GROUP BY device.id",
    )
    assert points(influxd, '|> filter(fn: (r) => r._measurement != "state")') == dict(measured)
    turned = ask(file, "SELECT device, count(*) FROM state_change GROUP BY device")
    assert points(influxd, '|> filter(fn: (r) => r._measurement == "state")') == dict(turned)


def site_with(influxd: InfluxBucket, folder: Path) -> tuple[Site, list[Rule]]:
    """The hamlet of the example, with that store, and with its journal in `folder`."""
    site, rules = read_site(PROJECT / "site.example")
    token = folder / "token"
    token.touch(0o600)
    token.write_text(influxd.token)
    store = InfluxConfig(
        url=influxd.url, org=influxd.org, bucket=influxd.bucket, token_file=str(token)
    )
    config = site.config.model_copy(update={"influxdb": store})
    return replace(site, folder=folder, config=config), rules


def begin(site: Site, rules: list[Rule]) -> Drive:
    """The hamlet's days, about to be played."""
    cadence = Cadence(dict.fromkeys(KINDS, INTERVAL_S), active_s=30, start_s=INTERVAL_S)
    layout = load_layout(PROJECT / "site.example")
    return Drive(site, rules, World(layout, seed=7, start=START, cadence=cadence))


@asynccontextmanager
async def forwarding(file: Path, site: Site) -> AsyncIterator[Forwarder]:
    """The forwarder of a gateway that runs on that journal."""
    connection = open_journal(file)
    fleet = load_fleet(connection, site.devices)
    writer = JournalWriter(connection, Reserve(file.parent), print, print)
    reader = JournalReader(file, fleet, ZoneInfo(site.config.place.timezone), print)
    forwarder = build_forwarder(site, fleet, RecentMessages(), reader, writer, lambda: START)
    assert forwarder is not None
    task = asyncio.create_task(forwarder.run())
    try:
        yield forwarder
    finally:
        task.cancel()
        await asyncio.wait([task])
        reader.close()
        writer.close()
    assert task.cancelled()


async def until_behind(forwarder: Forwarder, at_most: int) -> None:
    """Until the store lacks no more than so many messages, and no state."""
    while True:
        readings = await forwarder.statistics(InfluxSink.name, START)
        states = await forwarder.statistics(STATES_STREAM, START)
        if readings.backlog_rows <= at_most and states.backlog_rows <= at_most:
            return
        await asyncio.sleep(LOOK_S)


def memory_mb() -> float:
    """What this process holds of the machine's memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * mmap.PAGESIZE / 2**20


def points(influxd: InfluxBucket, chosen: str) -> dict[str, int]:
    """How many points each device has: as many as its most frequent field, for some metric of each
    kind is in all of its readings."""
    answer = influxd.query(
        f'from(bucket: "{influxd.bucket}") |> range(start: 2020-01-01, stop: 2100-01-01) {chosen}'
        ' |> count() |> group(columns: ["device"]) |> max() |> keep(columns: ["device", "_value"])'
    )
    rows = csv.DictReader(line for line in io.StringIO(answer) if line.startswith(","))
    return {row["device"]: int(row["_value"]) for row in rows if row["device"] != "device"}


def cursor(file: Path) -> int:
    found = ask(file, "SELECT cursor FROM sink WHERE name = 'influxdb'")
    return int(found[0][0]) if found else 0


def newest(file: Path) -> int:
    return int(ask(file, "SELECT max(id) FROM message")[0][0])


def ask(file: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(open_for_reading(file)) as connection:
        return connection.execute(question).fetchall()
