"""Small files that a power cut finds whole or not at all."""

import os
from pathlib import Path


def write_durably(file: Path, content: str, mode: int = 0o600) -> None:
    """Write or replace a file, readable by its owner only unless `mode` says otherwise. On disk
    when this returns; before that it is as it was, whatever happens meanwhile. Raises OSError."""
    draft = file.with_name(f"{file.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as opened:
        os.fchmod(handle, mode)
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.rename(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Return when the names of its files are on disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
