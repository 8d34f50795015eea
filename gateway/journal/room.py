"""How much of the disk the journal leaves to others."""

import shutil
from pathlib import Path

KEPT_FREE_BYTES = 256 * 2**20
"""What a broker hands out after hours away is 100 MB, and other programs must live, too."""
KEPT_FREE_SHARE = 0.05
"""Of a small disk no more than that."""


def spare_bytes(folder: Path) -> int:
    """What is free on the disk beyond what must stay so; negative when less is."""
    try:
        disk = shutil.disk_usage(folder)
    except OSError:  # an unplugged disk, which others make known
        return 0
    return disk.free - min(KEPT_FREE_BYTES, round(disk.total * KEPT_FREE_SHARE))
