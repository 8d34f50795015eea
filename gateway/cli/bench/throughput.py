"""CPU per message at full speed: one subject, once."""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import NamedTuple

from gateway.assembly import JOURNAL_FILE
from gateway.cli.bench.bench_site import write_site
from gateway.cli.bench.gateway import MeasuredGateway
from gateway.cli.bench.load import warm_up
from gateway.cli.bench.process import Measured, await_true, some_port
from gateway.cli.bench.store import Store
from gateway.forward.influx import InfluxSink
from gateway.journal.database import open_for_reading

BURST, STEADY = 500, 200
"""Messages in flight on each connection of the load."""


class Run(NamedTuple):
    """One subject, once. `rate` is of messages on disk, a second."""

    cpu_us: float
    rate: float
    peak_rss_mb: float


class Subject(NamedTuple):
    """What is measured: the gateway with so many rules, or the yardstick (None). `forwarding`
    says whether the gateway also writes to a store, and is measured until that has everything."""

    devices: int
    rules: int | None
    window: int = STEADY
    forwarding: bool = False


def measure(subject: Subject, broker_port: int, messages: int, store: Store | None) -> Run:
    """Send `messages` at full speed and see what they cost until the last is where it belongs."""
    with (
        tempfile.TemporaryDirectory(prefix="hamlet-bench-") as name,
        Measured(
            "gateway.cli.bench.load", broker_port, messages, subject.devices, 0, subject.window
        ) as load,
    ):
        if subject.rules is None:
            return _measure_yardstick(load, broker_port, subject.devices, messages, Path(name))
        web_port = some_port()
        store = store if subject.forwarding else None
        write_site(
            Path(name),
            devices=subject.devices,
            rules=subject.rules,
            broker_port=broker_port,
            web_port=web_port,
            store=store,
        )
        with MeasuredGateway(Path(name), web_port) as gateway:
            load.await_line("ready")
            gateway.await_receiving()
            with closing(open_for_reading(Path(name) / "data" / JOURNAL_FILE)) as connection:
                run = _run(
                    load,
                    gateway,
                    subject.devices,
                    messages,
                    on_disk=lambda: _ask(connection, "SELECT max(id) FROM message"),
                    finish=lambda: _await_store(connection, gateway) if store else None,
                )
            gateway.check_balance(warm_up(subject.devices) + messages)
            return run


def _measure_yardstick(
    load: Measured, broker_port: int, devices: int, messages: int, folder: Path
) -> Run:
    file = folder / "yardstick.db"
    with Measured("gateway.cli.bench.yardstick", broker_port, file) as yardstick:
        load.await_line("ready")
        yardstick.await_line("ready")
        with closing(open_for_reading(file)) as connection:
            return _run(
                load,
                yardstick,
                devices,
                messages,
                on_disk=lambda: _ask(connection, "SELECT max(id) FROM m"),
            )


def _run(
    load: Measured,
    measured: Measured,
    devices: int,
    messages: int,
    *,
    on_disk: Callable[[], int],
    finish: Callable[[], None] = lambda: None,
) -> Run:
    warm = on_disk() + warm_up(devices)
    load.say("warm up")
    load.await_line("warm")
    await_true(lambda: on_disk() >= warm, "the first messages on disk", measured, load)
    wanted = on_disk() + messages
    cpu_before, began = measured.cpu_s(), time.monotonic()
    load.say("go")
    await_true(lambda: on_disk() >= wanted, f"{messages} messages on disk", measured, load)
    took = time.monotonic() - began
    finish()
    return Run(
        cpu_us=(measured.cpu_s() - cpu_before) / messages * 1e6,
        rate=messages / took,
        peak_rss_mb=measured.peak_rss_mb(),
    )


def _await_store(connection: sqlite3.Connection, gateway: Measured) -> None:
    newest = _ask(connection, "SELECT id FROM message WHERE channel = 0 ORDER BY id DESC LIMIT 1")
    cursor = f"SELECT max(cursor) FROM sink WHERE name = '{InfluxSink.name}'"  # noqa: S608  # ours
    await_true(lambda: _ask(connection, cursor) >= newest, "everything in the store", gateway)


def _ask(connection: sqlite3.Connection, question: str) -> int:
    found: tuple[int | None] | None = connection.execute(question).fetchone()
    return (found and found[0]) or 0


def summarise(runs: list[Run], yardsticks: list[Run]) -> dict[str, object]:
    """The medians; `of_yardstick` is the median of the ratios of runs of the same round. The first
    rounds of the yardsticks are those of the runs."""
    ratios = [run.cpu_us / mark.cpu_us for run, mark in zip(runs, yardsticks, strict=False)]
    return {
        "cpu_us_per_message": round(median(run.cpu_us for run in runs), 2),
        "messages_per_s": round(median(run.rate for run in runs)),
        "peak_rss_mb": round(max(run.peak_rss_mb for run in runs), 1),
        "of_yardstick": round(median(ratios), 2),
        "of_yardstick_range": [round(min(ratios), 2), round(max(ratios), 2)],
    }
