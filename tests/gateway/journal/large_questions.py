"""What questions about the past cost in a journal of many months: in memory, and not yet."""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

from devices.reading import Millis
from gateway.assembly import JOURNAL_FILE
from gateway.fleet import Fleet
from gateway.history import Point
from gateway.journal.database import open_journal
from gateway.journal.memory import load_fleet
from gateway.journal.reader import JournalReader
from gateway.journal.rollup import DAY_MS
from tests.gateway.journal.large_journal import ZONE, configs

ASKED = 15
"""Devices that each question is asked about."""
METRIC = "battery_v"
QUESTIONS: dict[str, tuple[Millis, Millis, Millis]] = {
    "a month as 500 points": (30 * DAY_MS, 0, 30 * DAY_MS // 500),
    "the last day by 5 minutes": (DAY_MS, 0, 300_000),
    "a day of 3 months ago by 5 minutes": (90 * DAY_MS, 89 * DAY_MS, 300_000),
    "a year by day": (365 * DAY_MS, 0, DAY_MS),
}
"""From and until so long before the newest message, and the step."""


def measure_history(folder: Path, *, devices: int, now: Millis) -> dict[str, object]:
    """Ask the journal that `write_large_journal` wrote into the folder. All times are ms."""
    file = folder / JOURNAL_FILE
    _forget(file)
    fleet, cold = _load(file, devices)
    fleet, warm = _load(file, devices)
    report: dict[str, object] = {"start": {"cold": cold, "warm": warm}}
    for name, (since, until, step) in QUESTIONS.items():
        question = (METRIC, now - since, now - until, step)
        report[name] = {
            "cold": _ask(file, fleet, question, cold=True),
            "warm": _ask(file, fleet, question, cold=False),
        }
    return report


def _load(file: Path, devices: int) -> tuple[Fleet, float]:
    """What a start reads."""
    began = time.perf_counter()
    with closing(open_journal(file)) as connection:
        fleet = load_fleet(connection, configs(devices))
    return fleet, _ms_since(began)


def _ask(
    file: Path, fleet: Fleet, question: tuple[str, Millis, Millis, Millis], *, cold: bool
) -> dict[str, float]:
    took: list[float] = []
    points: Sequence[Point] = ()
    lights = [device.id for device in fleet if device.kind.metric(METRIC)]
    for number in range(ASKED):
        device = lights[number * len(lights) // ASKED]
        if cold:
            _forget(file)
        with closing(JournalReader(file, fleet, ZONE, _fail)) as reader:
            if not cold:
                reader.series(device, *question)
            began = time.perf_counter()
            points = reader.series(device, *question)
            took.append(_ms_since(began))
    return {"median": median(took), "slowest": max(took), "points": len(points)}


def _forget(file: Path) -> None:
    """Have the operating system forget what it has of the file in memory."""
    for part in file.parent.glob(f"{file.name}*"):
        descriptor = os.open(part, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


def _fail(error: Exception) -> None:
    raise error
