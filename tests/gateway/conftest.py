"""Fixtures of the tests that drive a pipeline or a journal by hand."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.gateway.driven_hamlet import Hamlet, Open
from tests.gateway.journal.recorder import JournalRecorder


@pytest.fixture
def open_hamlet(tmp_path: Path, request: pytest.FixtureRequest) -> Open:
    def build(
        *, rules: Sequence[Mapping[str, object]] = (), adopt: bool = False, **more: object
    ) -> Hamlet:
        hamlet = Hamlet(tmp_path, rules, adopt, **more)
        request.addfinalizer(hamlet.connection.close)
        return hamlet

    return build


@pytest.fixture
def hamlet(open_hamlet: Open) -> Hamlet:
    return open_hamlet()


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[JournalRecorder]:
    recorder = JournalRecorder(tmp_path / "journal.db")
    yield recorder
    recorder.close()
