"""Fixtures of the tests that drive a pipeline or a journal by hand."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.gateway import committer_bench
from tests.gateway.driven_hamlet import Hamlet, Open
from tests.gateway.journal.recorder import JournalRecorder
from tests.gateway.lived_site import Known


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
def open_bench(tmp_path: Path) -> committer_bench.OpenBench:
    return partial(committer_bench.open_bench, tmp_path)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[JournalRecorder]:
    recorder = JournalRecorder(tmp_path / "journal.db")
    yield recorder
    recorder.close()


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of a site that has lived, made once."""
    known = Known(tmp_path_factory.mktemp("lived"))
    known.live()
    return known.file


@pytest.fixture
def known(tmp_path: Path, lived: Path) -> Known:
    """The same site with a journal to damage."""
    known = Known(tmp_path)
    known.site.data.mkdir(exist_ok=True)
    shutil.copy(lived, known.file)
    return known
