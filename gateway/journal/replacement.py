"""A new journal in the place of a damaged one, which is moved aside.

The steps are such that a power cut after any of them is made good by the next start: a note says
why and where to, and is deleted last.
"""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from devices.reading import Millis
from gateway.durable_file import sync_folder, write_durably
from gateway.journal.database import JournalError
from gateway.journal.rescue import rescue

_NOTE = "journal.damage"
_NEW = "journal.new.db"
LOG_SUFFIXES = ("-wal", "-shm")
REASON_MAX = 500


def note_damage(file: Path, reason: str) -> None:
    """Leave word for the next start that the journal is to be replaced. A disk that does not take
    it says so in its own way."""
    with suppress(OSError):
        _write(file.with_name(_NOTE), {"reason": reason[:REASON_MAX]})


def replace_if_noted(file: Path, now: Millis) -> Path | None:
    """Replace the journal when a note says so, or finish what a power cut interrupted.

    Returns where the damaged one is now, None when there was nothing to do. Raises JournalError.
    """
    note_file = file.with_name(_NOTE)
    try:
        note = json.loads(note_file.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        note = {}
    try:
        return _replace(file, note_file, note, now)
    except OSError as error:
        raise JournalError(
            f"{file} is damaged and cannot be moved aside: {error.strerror}; is the disk writable?"
        ) from error


def _replace(file: Path, note_file: Path, note: dict[str, str], now: Millis) -> Path | None:
    reason = note.get("reason", "")
    if "moved_to" not in note:
        at = datetime.fromtimestamp(now / 1000, UTC)
        note = {"reason": reason, "moved_to": f"journal.damaged-{at:%Y%m%dT%H%M%SZ}.db"}
        _write(note_file, note)
    aside = file.with_name(note["moved_to"])
    if not aside.exists() and file.exists():
        for suffix in (*LOG_SUFFIXES, ""):
            with suppress(FileNotFoundError):
                Path(f"{file}{suffix}").rename(f"{aside}{suffix}")
    if aside.exists() and not file.exists():
        new = file.with_name(_NEW)
        for suffix in (*LOG_SUFFIXES, ""):
            Path(f"{new}{suffix}").unlink(missing_ok=True)
        rescue(aside, new, now)
        new.rename(file)
    sync_folder(file.parent)
    note_file.unlink()
    return aside


def _write(note_file: Path, note: dict[str, str]) -> None:
    write_durably(note_file, json.dumps(note))
