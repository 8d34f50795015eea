"""Cuts the bytes of a serial port into lines, and finds its feet again after garbage. Pure."""

LINE_MAX = 4096
"""Bytes. The longest honest line, a JSON object with every metric of a kind, has under 1 KiB."""


class LineSplitter:
    """Feed it bytes, get whole lines.

    What comes before the first end of line may be the rest of a line, and half a number looks like
    a whole one: it is thrown away. So is a line that is too long. `overlong` counts those.
    """

    def __init__(self) -> None:
        self.overlong = 0
        self._pending = bytearray()
        self._skipping = True

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are complete now, without their ends; empty ones are none."""
        *ended, rest = data.replace(b"\r", b"\n").split(b"\n")
        lines = []
        for part in ended:
            self._add(part)
            if self._pending and not self._skipping:
                lines.append(bytes(self._pending))
            self._pending.clear()
            self._skipping = False
        self._add(rest)
        return lines

    def _add(self, part: bytes) -> None:
        if self._skipping:
            return
        self._pending += part
        if len(self._pending) > LINE_MAX:
            self._pending.clear()
            self._skipping = True
            self.overlong += 1
