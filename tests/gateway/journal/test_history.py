"""The journal as a store of the past: whatever is in its rollups, the answers are the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.metric import Value
from devices.reading import Millis
from gateway.journal.reader import JournalReader
from tests.gateway.history_contract import StoreContract
from tests.gateway.journal.recorder import JournalRecorder


class TestMessages(StoreContract):
    """Nothing is in rollups yet."""


class Rolled(JournalRecorder):
    """Everything is in rollups when it is asked for."""

    def store(self) -> JournalReader:
        self.roll()
        return super().store()


class TestRollups(StoreContract):
    @pytest.fixture
    def recorder(self, tmp_path: Path) -> Iterator[Rolled]:
        recorder = Rolled(tmp_path / "journal.db")
        yield recorder
        recorder.close()


class RolledAtOnce(JournalRecorder):
    """Each message goes into rollups as it comes."""

    def say(self, device: str, at: Millis, **values: Value) -> None:
        super().say(device, at, **values)
        self.roll()


class TestRollupsInPieces(StoreContract):
    @pytest.fixture
    def recorder(self, tmp_path: Path) -> Iterator[RolledAtOnce]:
        recorder = RolledAtOnce(tmp_path / "journal.db")
        yield recorder
        recorder.close()
