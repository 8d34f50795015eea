"""A journal of twenty million messages: how long a start takes with it, and a month of one device.

The gateway's own pipeline writes it, with the time told by hand: so it is what a commune's journal
is after a month of a report every eleven minutes from each device.
"""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from devices.reading import Millis
from firmware_sim.world import World
from gateway.assembly import JOURNAL_FILE, build_pipeline, read_site
from gateway.cli.bench.bench_site import make_world, write_site
from gateway.cli.bench.gateway import MeasuredGateway
from gateway.cli.bench.process import some_port
from gateway.journal.database import open_journal
from gateway.journal.reader import JournalReader
from gateway.journal.reserve import Reserve
from gateway.journal.rollup_job import RollupJob
from gateway.journal.writer import JournalWriter, commit

ROWS = 20_000_000
MONTH_MS = 30 * 86_400_000
POINTS = 500
"""Of a month on a page's chart."""
ASKED = 20
"""Devices of which a month is asked, one after the other."""


def measure_history(
    broker_port: int, *, devices: int, rules: int, rows: int, on_turn: Callable[[], None]
) -> dict[str, float]:
    """Seconds from calling the program until it receives, and ms of a month as 500 points: half of
    the devices that were asked took less, and none more. `on_turn` is called when every device has
    reported once more, `rows // devices` times."""
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as name:
        web_port = some_port()
        folder = Path(name)
        write_site(folder, devices=devices, rules=rules, broker_port=broker_port, web_port=web_port)
        end = round(time.time() * 1000)
        asked = _write_journal(folder, devices, rows, end, on_turn)
        began = time.monotonic()
        with MeasuredGateway(folder, web_port) as gateway:
            gateway.await_receiving()
            start_s = time.monotonic() - began
            months = [_month_ms(web_port, device, metric, end) for device, metric in asked]
    return {
        "rows": rows,
        "start_s": round(start_s, 2),
        "month_p50_ms": round(median(months), 1),
        "month_max_ms": round(max(months), 1),
    }


def _ignore(trouble: object) -> None:
    """There is none on a disk of the bench's own; what cannot be written is seen by who waits."""


def _write_journal(
    folder: Path, devices: int, rows: int, end: Millis, on_turn: Callable[[], None]
) -> Sequence[tuple[str, str]]:
    """Returns some devices with a metric of each."""
    site, rules = read_site(folder)
    file = site.data / JOURNAL_FILE
    connection = open_journal(file)
    turns = rows // devices
    began = end - MONTH_MS
    pipeline = build_pipeline(connection, site, rules, began)
    reports = _reports(make_world(devices, began), began)
    for turn in range(turns):
        at = began + MONTH_MS * turn // turns
        for topic, metrics in reports:
            body = b'{"boot":"bench","seq":%d,"measured_at":%d,%b}' % (turn, at, metrics)
            pipeline.receive(topic, body, 0, 0, at)
        if turn == turns - 1:
            pipeline.snapshot_all()
        work = pipeline.take_work()
        commit(connection, work.batch)
        pipeline.committed(work)
        on_turn()
    fleet = pipeline.fleet
    zone = ZoneInfo(site.config.place.timezone)
    writer = JournalWriter(connection, Reserve(site.data), _ignore, _ignore)
    with closing(writer), closing(JournalReader(file, fleet, zone, _ignore)) as reader:
        # Of the others the rollups would take an hour, and nobody asks for them.
        RollupJob(reader, writer, fleet, zone).run(ASKED, 0)
    some = list(fleet.adopted())[:ASKED]
    return [(device.id, device.kind.metrics[0].name) for device in some]


def _reports(world: World, now: Millis) -> list[tuple[str, bytes]]:
    """The topic of each device, and its metrics as they stand in the JSON of a report."""
    reports = []
    for device in world.devices.values():
        message = device.report(now)
        metrics = json.loads(message.payload)
        for name in ("boot", "seq", "measured_at"):
            metrics.pop(name, None)
        text = json.dumps(metrics, separators=(",", ":")).encode()
        reports.append((message.topic, text.strip(b"{}")))
    return reports


def _month_ms(web_port: int, device: str, metric: str, end: Millis) -> float:
    series = f"{web_port}/api/v1/devices/{device}/series"
    query = f"metric={metric}&start={end - MONTH_MS}&end={end}&step={MONTH_MS // POINTS}"
    began = time.perf_counter()
    with urlopen(f"http://127.0.0.1:{series}?{query}") as answer:
        answer.read()
    return (time.perf_counter() - began) * 1000
