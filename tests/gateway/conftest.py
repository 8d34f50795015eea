"""Fixtures of the tests that drive a pipeline by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.gateway.driven_hamlet import Hamlet, Open


@pytest.fixture
def open_hamlet(tmp_path: Path, request: pytest.FixtureRequest) -> Open:
    def build(*, rules: Sequence[Mapping[str, object]] = (), adopt: bool = False) -> Hamlet:
        hamlet = Hamlet(tmp_path, rules, adopt)
        request.addfinalizer(hamlet.connection.close)
        return hamlet

    return build


@pytest.fixture
def hamlet(open_hamlet: Open) -> Hamlet:
    return open_hamlet()
