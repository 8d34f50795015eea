"""A journal that a test tells what devices say, with its rollups."""

import json
import threading
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from devices.decode import DECODERS
from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.decisions import State, StateChanged
from gateway.journal.batch import Batch
from gateway.journal.database import open_journal
from gateway.journal.memory import load_fleet, unknown_to_journal
from gateway.journal.reader import JournalReader
from gateway.journal.reserve import Reserve
from gateway.journal.rollup_job import RollupJob
from gateway.journal.writer import JournalWriter
from gateway.site import DeviceConfig
from tests.gateway.history_contract import KINDS_OF, MIDNIGHT, TIMEZONE

ZONE = ZoneInfo(TIMEZONE)
PATIENCE_S = 60.0


class JournalRecorder:
    """What is said is heard when it was measured, or with what has been heard already."""

    def __init__(self, file: Path) -> None:
        connection = open_journal(file)
        configs = [
            DeviceConfig(id=id, kind=kind, label=Text(id, id)) for id, kind in KINDS_OF.items()
        ]
        self.fleet = load_fleet(connection, configs)
        new = unknown_to_journal(connection, self.fleet)
        self.writer = JournalWriter(
            connection, Reserve(file.parent), print, lambda error: pytest.fail(str(error))
        )
        self._commit(Batch(new_devices=[(device, MIDNIGHT) for device in new]))
        self.reader = JournalReader(file, self.fleet, ZONE, print)
        self.now = MIDNIGHT
        self.newest = 0
        self.restart_job()

    def say(self, device: str, at: Millis, **values: Value) -> None:
        found = self.fleet.get(device)
        assert found is not None
        self.newest += 1
        self.now = max(self.now, at)
        body = json.dumps({"seq": self.newest, "measured_at": at, **values}).encode()
        reading = DECODERS[found.kind.name](device, body, self.now)
        if found.measured_at is None or at >= found.measured_at:
            found.apply(reading)
        else:
            found.fill_in(reading)
        row = (self.newest, found.number, found.last_message, 0, at, self.now, "b", 0, body)
        self._commit(Batch(messages=[row]))
        found.last_message = found.committed_message = self.newest

    def turn(self, device: str, state: State, since: Millis, cause: str) -> None:
        self._commit(Batch(records=[StateChanged(device, since, state, cause)]))

    def roll(self, devices: int = len(KINDS_OF), hours_from: Millis = 0) -> None:
        self.job.run(devices, hours_from)

    def restart_job(self) -> None:
        """What a kill leaves: nothing but the file."""
        self.job = RollupJob(self.reader, self.writer, self.fleet, ZONE)

    def forget(self, up_to: int) -> None:
        """The oldest messages are deleted."""
        self.write("DELETE FROM message WHERE id <= ?", up_to)

    def write(self, statement: str, *arguments: int) -> None:
        """Do something to the file that the gateway does not do."""
        self.writer.run(lambda connection: connection.execute(statement, arguments)).result()

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with self.reader.connection() as connection:
            return connection.execute(question).fetchall()

    def store(self) -> JournalReader:
        return self.reader

    def close(self) -> None:
        self.reader.close()
        self.writer.close()

    def _commit(self, batch: Batch) -> None:
        committed = threading.Event()
        self.writer.submit(batch, committed.set)
        assert committed.wait(PATIENCE_S)
