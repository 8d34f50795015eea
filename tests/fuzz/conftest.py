"""How long a property is tried: a hundred examples in the suite, in `make fuzz` FUZZ_SECONDS for
all of them together.

What fails is printed by Hypothesis with the values that did it, and tried first the next time.
"""

import os
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
EXAMPLES = 100

Fuzz = Callable[[Callable[[], None]], None]
"""Tries a function that Hypothesis gives its arguments."""
_TRIED = pytest.StashKey[dict[str, int]]()


@pytest.fixture
def fuzz(request: pytest.FixtureRequest) -> Fuzz:
    """For the properties of this test's inputs."""

    def try_out(check: Callable[[], None]) -> None:
        check = settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=False,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        )(check)
        targets = [item for item in request.session.items if "fuzz" in item.fixturenames]  # type: ignore[attr-defined]
        ends = time.monotonic() + SECONDS / len(targets)
        tried = request.config.stash.setdefault(_TRIED, {})
        name = request.node.name
        while True:
            check()
            tried[name] = tried.get(name, 0) + EXAMPLES
            if time.monotonic() >= ends:
                return

    return try_out


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """How much was tried, in `make fuzz`."""
    if SECONDS:
        for name, count in config.stash.get(_TRIED, {}).items():
            terminalreporter.write_line(f"{count:>10,} examples: {name}")
