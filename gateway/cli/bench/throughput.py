"""CPU per message at full speed, the gateway and its yardstick in turn."""

import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from gateway.assembly import JOURNAL_FILE
from gateway.cli.bench.bench_site import write_site
from gateway.cli.bench.process import Measured, await_healthy
from gateway.cli.demo.broker import free_port
from gateway.journal.database import open_for_reading

POLL_S = 0.02
GIVE_UP_S = 300.0
WEB_PORT = 28_000


class Run(NamedTuple):
    """One subject, once. `accepted` are the messages on disk."""

    cpu_us: float
    rate: float
    peak_rss_mb: float
    accepted: int


class Subject(NamedTuple):
    """What is measured: the gateway with so many rules, or the yardstick (None)."""

    name: str
    rules: int | None


def measure(subject: Subject, broker_port: int, *, messages: int, devices: int) -> Run:
    """Send `messages` at full speed and see what they cost until the last is on disk."""
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as name:
        folder = Path(name)
        web_port = free_port(WEB_PORT)
        if subject.rules is None:
            file = folder / "yardstick.db"
            start: tuple[object, ...] = (broker_port, messages, file)
            module = "gateway.cli.bench.yardstick"
            table = "m"
        else:
            write_site(
                folder,
                devices=devices,
                rules=subject.rules,
                broker_port=broker_port,
                web_port=web_port,
            )
            file = folder / "data" / JOURNAL_FILE
            start = ("run", "--site", folder)
            module = "gateway.cli.main"
            table = "message"
        with (
            Measured("gateway.cli.bench.load", broker_port, messages, devices, 0) as load,
            Measured(module, *start) as measured,
        ):
            load.await_line("ready")
            measured.await_line("ready")
            if subject.rules is not None:
                await_healthy(web_port)
            return _run(load, measured, file, table, messages)


def _run(load: Measured, measured: Measured, file: Path, table: str, messages: int) -> Run:
    connection = open_for_reading(file)
    before = _newest(connection, table)
    cpu_before, began = measured.cpu_s(), time.monotonic()
    load.say("go")
    while (newest := _newest(connection, table)) < before + messages:
        if time.monotonic() - began > GIVE_UP_S:
            raise RuntimeError(f"only {newest - before} of {messages} arrived in {GIVE_UP_S:g} s")
        time.sleep(POLL_S)
    took = time.monotonic() - began
    cpu = measured.cpu_s() - cpu_before
    connection.close()
    return Run(
        cpu_us=cpu / messages * 1e6,
        rate=messages / took,
        peak_rss_mb=measured.peak_rss_mb(),
        accepted=newest - before,
    )


def _newest(connection: sqlite3.Connection, table: str) -> int:
    newest: int | None = connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]  # noqa: S608  # one of two names of ours
    return newest or 0


def summarise(runs: list[Run], yardsticks: list[Run]) -> dict[str, object]:
    """The medians; `of_yardstick` is the median of the ratios of runs that followed each other."""
    ratios = [run.cpu_us / mark.cpu_us for run, mark in zip(runs, yardsticks, strict=True)]
    return {
        "cpu_us_per_message": round(median(run.cpu_us for run in runs), 2),
        "messages_per_s": round(median(run.rate for run in runs)),
        "peak_rss_mb": round(max(run.peak_rss_mb for run in runs), 1),
        "of_yardstick": round(median(ratios), 2),
        "of_yardstick_range": [round(min(ratios), 2), round(max(ratios), 2)],
        "accepted": runs[-1].accepted,
    }
