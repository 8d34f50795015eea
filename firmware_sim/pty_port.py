"""A serial port that is none: a pseudo-terminal behind a name, which can be unplugged."""

import asyncio
import contextlib
import os
import tty
from collections.abc import Callable
from pathlib import Path

CHUNK = 1024


class PtyPort:
    """The far end of a serial cable. `answer` gets what is sent to the port called `path`, and
    says what comes back."""

    def __init__(self, path: Path, answer: Callable[[bytes], bytes]) -> None:
        self.path = path
        self._answer = answer
        self._ends: tuple[int, int] | None = None

    def plug(self) -> None:
        """Make the port appear. Call it with a running loop. Raises OSError."""
        far, near = os.openpty()
        tty.setraw(near)
        os.set_blocking(far, False)
        self._ends = far, near  # while the near end is open here, the other side may come and go
        fresh = self.path.with_name(f"{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(near))
        fresh.replace(self.path)
        asyncio.get_running_loop().add_reader(far, self._read)

    def unplug(self) -> None:
        """Pull the plug: whoever has the port open notices."""
        if self._ends is None:
            return
        asyncio.get_running_loop().remove_reader(self._ends[0])
        for end in self._ends:
            os.close(end)
        self._ends = None
        self.path.unlink(missing_ok=True)

    def send(self, data: bytes) -> None:
        """Say something without being asked. What nobody reads is lost, as on a real cable."""
        if self._ends is not None and data:
            with contextlib.suppress(BlockingIOError):
                os.write(self._ends[0], data)

    def _read(self) -> None:
        if self._ends is None:
            return
        with contextlib.suppress(BlockingIOError):
            self.send(self._answer(os.read(self._ends[0], CHUNK)))
