"""What a command says when it cannot do its work: one clear sentence, or one per mistake."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

from firmware_sim.layout import LayoutError
from firmware_sim.live import BrokerError
from firmware_sim.scenario import ScenarioError
from gateway.app import SiteError
from gateway.cli.chart_file import ChartError
from gateway.history import StoreError
from gateway.intake.contract import FatalIntakeError
from gateway.intake.embedded import EmbeddedBrokerError
from gateway.journal.database import JournalError
from gateway.journal.memory import DeviceConflictError
from gateway.located_yaml import Problem, ProblemsError
from gateway.serial.port import PortError

USAGE = 2
"""Exit status when nothing was started because the site or the call is wrong."""

_EXPECTED = (
    BrokerError,
    ChartError,
    DeviceConflictError,
    EmbeddedBrokerError,
    FatalIntakeError,
    JournalError,
    LayoutError,
    PortError,
    SiteError,
    StoreError,
)


@contextmanager
def complaints() -> Iterator[None]:
    """End the command with status 2 and a sentence, instead of a traceback, where it is the site
    or the machine that is wrong. A bug keeps its traceback."""
    try:
        yield
    except* ProblemsError as group:
        for error in _leaves(group):
            say_problems(error.problems)  # type: ignore[attr-defined]
        raise typer.Exit(USAGE) from None
    except* ScenarioError as group:
        for error in _leaves(group):
            print(error, file=sys.stderr)
        raise typer.Exit(USAGE) from None
    except* _EXPECTED as group:
        for error in _leaves(group):
            print(f"hamlet: {error}", file=sys.stderr)
        raise typer.Exit(USAGE) from None


def refuse(message: str) -> NoReturn:
    """End the command with status 2 and this sentence: it was not called as it must be."""
    print(f"hamlet: {message}", file=sys.stderr)
    raise typer.Exit(USAGE)


def say_problems(problems: list[Problem]) -> None:
    """Every mistake on a line of its own, with file, line and column."""
    for problem in problems:
        print(problem._replace(file=_short(problem.file)), file=sys.stderr)
    count = len(problems)
    print(f"hamlet: {count} mistake{'s'[: count > 1]}; nothing was started", file=sys.stderr)


def _short(file: Path) -> Path:
    try:
        return file.resolve().relative_to(Path.cwd())
    except ValueError:
        return file


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
