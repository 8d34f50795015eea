"""`hamlet journal …`: what a technician does with the journal of a site."""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from devices.reading import Millis
from gateway.assembly import JOURNAL_FILE
from gateway.cli.complaints import complaints
from gateway.cli.progress import progress
from gateway.cli.written_time import typed_time
from gateway.journal.check import check as find_faults
from gateway.journal.database import JournalDamagedError, JournalError, passes
from gateway.journal.export import Wanted
from gateway.journal.export import export as read_out
from gateway.journal.lock import sole_writer
from gateway.journal.mending import refuse_foreign
from gateway.journal.replacement import note_damage, replace_if_noted
from gateway.journal.salvage import salvage as bring_back

SALVAGE_IT = "stop the gateway and run: hamlet journal salvage"

ASK_DISK = "does the disk fail, is it full, or does the file belong to somebody else?"

journal = typer.Typer(help="Check, mend and read the journal of a site.", no_args_is_help=True)

Site = Annotated[Path, typer.Option(exists=True, file_okay=False, help="The site's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@journal.command()
def check(
    site: Site = Path("site"),
    file: Annotated[Path | None, typer.Option(help="Another file, e.g. a damaged one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look at every page and every chain. The gateway may run.

    The exit status is 1 when something is wrong.
    """
    checked = file or site / "data" / JOURNAL_FILE
    with complaints(), _disk_trouble(checked):
        findings = list(find_faults(_existing(checked)))
    if as_json:
        print(json.dumps({"sound": not findings, "findings": findings}, indent=1))
    else:
        print("\n".join(findings) or "the journal is sound")
    if findings:
        if file is None:
            print(f"hamlet: {SALVAGE_IT}", file=sys.stderr)
        raise typer.Exit(1)


@journal.command()
def salvage(
    damaged: Annotated[
        Path | None,
        typer.Argument(
            help="A journal that was moved aside; its name is enough. Without, the site's own."
        ),
    ] = None,
    site: Site = Path("site"),
    as_json: AsJson = False,
) -> None:
    """Bring everything that a damaged journal still holds into the site's journal.

    The gateway must be stopped. Doing it again adds nothing twice. The site's own journal is moved
    aside first, and a new one begun. The exit status is 1 when messages are missing.
    """
    file = site / "data" / JOURNAL_FILE
    now = int(time.time() * 1000)
    if damaged and not damaged.exists() and (file.parent / damaged.name).exists():
        damaged = file.parent / damaged.name  # as the alert names it
    with (
        complaints(),
        _disk_trouble(file),
        sole_writer(file.parent),
        progress("salvaging") as on_progress,
    ):
        if damaged is None or _existing(damaged).resolve() == file.resolve():
            damaged = _move_aside(file, now)
        result = bring_back(damaged, file, now, on_progress)
    if as_json:
        print(json.dumps(asdict(result), indent=1))
    else:
        print(f"messages brought back: {result.added}")
        print(f"messages already there: {result.already_there}")
        print(f"messages missing: {result.missing}")
        print(f"other records brought back: {result.records_added}")
    if result.missing:
        raise typer.Exit(1)


@journal.command()
def export(
    site: Site = Path("site"),
    device: Annotated[str | None, typer.Option(help="Only this device.")] = None,
    since: Annotated[str | None, typer.Option(help="RFC 3339 or epoch ms.")] = None,
    until: Annotated[str | None, typer.Option(help="The same; not included.")] = None,
) -> None:
    """Print readings as JSON Lines, in the order in which they came. The gateway may run.

    The exit status is 1 when something could not be read.
    """
    unreadable = 0

    def on_unreadable() -> None:
        nonlocal unreadable
        unreadable += 1

    wanted = Wanted(device, typed_time("--since", since), typed_time("--until", until))
    file = site / "data" / JOURNAL_FILE
    with complaints(), _disk_trouble(file):
        try:
            for reading in read_out(_existing(file), wanted, on_unreadable):
                print(json.dumps(reading, ensure_ascii=False))
            sys.stdout.flush()
        except JournalDamagedError as error:
            raise JournalError(f"{file} is damaged ({error}); {SALVAGE_IT}") from None
        except sqlite3.OperationalError as error:
            if passes(error):
                raise
            raise JournalError(f"{file}: {error}; is it the journal of a site?") from None
        except BrokenPipeError:  # who reads has seen enough, e.g. `head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if unreadable:
        print(f"hamlet: {unreadable} readings cannot be read; {SALVAGE_IT}", file=sys.stderr)
        raise typer.Exit(1)


def _move_aside(file: Path, now: Millis) -> Path:
    refuse_foreign(_existing(file), named=True)
    if not any(find_faults(file)):
        raise JournalError(f"{file} is sound: there is nothing to bring back")
    note_damage(file, "hamlet journal salvage")
    aside = replace_if_noted(file, now)
    if aside is None:
        raise JournalError(f"{file} cannot be moved aside; is the disk full, the folder writable?")
    print(f"{file} is now {aside}", file=sys.stderr)
    return aside


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise JournalError(f"{file}: there is no such file")
    return file


@contextmanager
def _disk_trouble(file: Path) -> Iterator[None]:
    """Raise JournalError in place of what is said of a disk that fails or does not let us."""
    try:
        yield
    except OSError as error:
        raise JournalError(f"{error.filename or file}: {error.strerror}; {ASK_DISK}") from error
    except sqlite3.OperationalError as error:
        if not passes(error):
            raise
        raise JournalError(f"{file}: {error}; {ASK_DISK}") from error
