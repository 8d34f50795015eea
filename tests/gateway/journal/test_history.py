"""The journal as a store of the past."""

import json
from collections.abc import Iterator
from pathlib import Path

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
from gateway.journal.writer import commit
from gateway.site import DeviceConfig
from tests.gateway.history_contract import KINDS_OF, MIDNIGHT, StoreContract


class JournalRecorder:
    """A journal that is told what devices say; the gateway hears it when it was measured, or
    together with what it has heard already."""

    def __init__(self, file: Path) -> None:
        self._connection = open_journal(file)
        configs = [
            DeviceConfig(id=id, kind=kind, label=Text(id, id)) for id, kind in KINDS_OF.items()
        ]
        self.fleet = load_fleet(self._connection, configs)
        new = unknown_to_journal(self._connection, self.fleet)
        commit(self._connection, Batch(new_devices=[(device, MIDNIGHT) for device in new]))
        self._reader = JournalReader(file, self.fleet, print)
        self._now = MIDNIGHT
        self._newest = 0

    def say(self, device: str, at: Millis, **values: Value) -> None:
        found = self.fleet.get(device)
        assert found is not None
        self._newest += 1
        self._now = max(self._now, at)
        body = json.dumps({"seq": self._newest, "measured_at": at, **values}).encode()
        reading = DECODERS[found.kind.name](device, body, self._now)
        if found.measured_at is None or at >= found.measured_at:
            found.apply(reading)
        row = (self._newest, found.number, found.last_message, 0, at, self._now, "b", 0, body)
        commit(self._connection, Batch(messages=[row]))
        found.last_message = found.committed_message = self._newest

    def turn(self, device: str, state: State, since: Millis, cause: str) -> None:
        commit(self._connection, Batch(records=[StateChanged(device, since, state, cause)]))

    def store(self) -> JournalReader:
        return self._reader

    def close(self) -> None:
        self._reader.close()
        self._connection.close()


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[JournalRecorder]:
    recorder = JournalRecorder(tmp_path / "journal.db")
    yield recorder
    recorder.close()


class TestJournal(StoreContract):
    """Everything, as what has just come is not in any rollup."""
