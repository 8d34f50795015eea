"""How much of the disk the journal may have, and what it leaves to others."""

import shutil
from pathlib import Path

from devices.metric import INT64_MAX

KEPT_FREE_BYTES = 256 * 2**20
"""What a broker hands out after hours away is 100 MB, and other programs must live, too."""
KEPT_FREE_SHARE = 0.05
"""Of a small disk no more than that."""


def room_bytes(file: Path) -> int:
    """What the journal's file has and may still take. What is in the log is yet to come into the
    file: whoever compares must count its pages, too."""
    try:
        disk, size = shutil.disk_usage(file.parent), file.stat().st_size
    except OSError:  # an unplugged disk, which others make known
        return INT64_MAX
    if not disk.total:  # a file system that does not tell
        return INT64_MAX
    return size + disk.free - min(KEPT_FREE_BYTES, round(disk.total * KEPT_FREE_SHARE))
