"""A site whose journal holds something of everything, and ways to damage it."""

import os
import random
import sqlite3
from pathlib import Path

from devices.reading import Millis
from devices.text import Text
from gateway.assembly import JOURNAL_FILE
from gateway.decisions import AlertAsked, CommandAsked, Severity
from gateway.journal.writer import commit
from gateway.opening import open_sound_journal
from gateway.pipeline import Pipeline
from gateway.timekeeping.clocks import SystemClocks
from tests.gateway.small_site import DRY_RULE, small_site, soil, topic

FULL = os.environ.get("HAMLET_FULL") == "1"
PLACES = 100
MESSAGES = 4000
NOW: Millis = 1_795_305_600_000


class Known:
    """A site whose journal holds something of everything."""

    def __init__(self, folder: Path) -> None:
        self.site, self.rules = small_site(folder, rules=[DRY_RULE])
        self.file = self.site.data / JOURNAL_FILE

    def live(self) -> None:
        connection, _, pipeline = open_sound_journal(self.site, self.rules, SystemClocks())
        now = NOW
        for seq in range(MESSAGES):
            pipeline.receive(topic("soil-1"), soil(seq, 20, pad="x" * 500), 0, 0, now)
            if seq % 100 == 0:
                save(connection, pipeline)
        pipeline.receive(topic("soil-new", kind="soil"), soil(0), 0, 0, now)
        device = pipeline.fleet.get("soil-new")
        assert device
        pipeline.adopt(device, now)
        pipeline.receive(topic("soil-1"), soil(MESSAGES, 3), 0, 0, now)  # fires the rule
        pipeline.ask(AlertAsked("health:x", "soil-1", Severity.INFO, Text("a", "b"), now), now)
        close_valve(pipeline, "old", now)
        save(connection, pipeline)
        pipeline.snapshot_all()
        save(connection, pipeline)
        connection.execute("INSERT INTO sink VALUES ('influxdb', 100)")
        connection.close()


def save(connection: sqlite3.Connection, pipeline: Pipeline) -> None:
    work = pipeline.take_work()
    commit(connection, work.batch)
    pipeline.committed(work)


def close_valve(pipeline: Pipeline, key: str, now: Millis) -> None:
    asked = CommandAsked(key, "valve-1", "close", {}, "person:x", now, now + 3_600_000)
    pipeline.ask(asked, now)


def damage(file: Path, chance: random.Random, *, header: bool = True) -> None:
    """A few bytes at each of many places, and at times a header too."""
    size = file.stat().st_size
    with file.open("r+b") as handle:
        for _ in range(PLACES):
            handle.seek(chance.randrange(0, size))
            handle.write(chance.randbytes(chance.randint(1, 64)))
        if header and chance.random() < 0.3:
            handle.seek(chance.randrange(0, 100))
            handle.write(chance.randbytes(chance.randint(1, 40)))
