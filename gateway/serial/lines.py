"""All serial lines of a site: keeps each port open, and opens it again when it was unplugged."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence

from devices.reading import Millis
from gateway.clock import Now
from gateway.profiles import Profiles
from gateway.sequences import WIRED
from gateway.serial.bus import ModbusBus
from gateway.serial.listener import Listener
from gateway.serial.port import PortError, PortTrouble, open_port
from gateway.serial.reports import Inbox, Reports
from gateway.serial.statistics import LineStatistics
from gateway.serial.steady import steady_ms
from gateway.serial_lines import SerialLine

REOPEN_S = (0.5, 10.0)
"""First and longest pause before a port is tried again. Trying costs next to nothing, and whoever
plugs an adapter in stands there and waits."""
PATIENCE_MS: Millis = 60_000
"""Long enough for a cable that is moved to another socket."""

log = logging.getLogger(__name__)


class SerialLines:
    """Runs every line beside the others. `on_port` is told, again and again, that a port has not
    been usable for PATIENCE_MS, and that it is usable."""

    def __init__(
        self,
        lines: Sequence[SerialLine],
        *,
        hamlet: str,
        profiles: Profiles,
        inbox: Inbox,
        now: Now,
        on_port: Callable[[str, bool], None],
    ) -> None:
        self.reports = Reports(hamlet, WIRED + secrets.token_hex(8), inbox, now, steady_ms)
        self.statistics = [LineStatistics(line.port) for line in lines]
        self._lines = lines
        self._profiles = profiles
        self._now = now
        self._on_port = on_port
        self._servers = list(map(self._server, lines, self.statistics))

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for parts in zip(self._lines, self.statistics, self._servers, strict=True):
                tasks.create_task(self._run(*parts))

    async def _run(
        self, line: SerialLine, statistics: LineStatistics, server: ModbusBus | Listener
    ) -> None:
        if isinstance(server, ModbusBus):
            server.introduce()
        pause_s, longest_s = REOPEN_S
        usable_at = steady_ms()
        while True:
            try:
                await self._serve(line, statistics, server)
            except PortError as error:
                if statistics.usable:  # up to this moment
                    usable_at, pause_s = steady_ms(), REOPEN_S[0]
                self._note(statistics, error)
                if steady_ms() - usable_at >= PATIENCE_MS:
                    self._on_port(line.port, False)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, longest_s)

    async def _serve(
        self, line: SerialLine, statistics: LineStatistics, server: ModbusBus | Listener
    ) -> None:
        async with open_port(line.port, line.baud, line.parity, line.stop_bits) as port:
            if statistics.turn(None, self._now()):
                log.info("%s: open", line.port)
            self._on_port(line.port, True)
            await server.serve(port)

    def _note(self, statistics: LineStatistics, error: PortError) -> None:
        # The driver of an adapter may need longer to start than the gateway.
        early = statistics.since is None and error.trouble is PortTrouble.MISSING
        if statistics.turn(error.trouble, self._now()):
            log.log(logging.INFO if early else logging.WARNING, "%s", error)

    def _server(self, line: SerialLine, statistics: LineStatistics) -> ModbusBus | Listener:
        if line.lines is not None:
            return Listener(line.lines, statistics, self.reports, self._now)
        return ModbusBus(line, self._profiles, statistics, self.reports, self._now)
