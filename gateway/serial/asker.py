"""Asks questions on a Modbus bus, one at a time, with the silence between them that it needs."""

import asyncio
from collections.abc import Sequence

from devices.profile_reading import Block
from gateway.serial.exchange import Exchange
from gateway.serial.port import Port

GAP_MIN_S = 0.005
"""Cheap adapters need it to turn from sending to receiving; the standard asks for 3.5 characters,
which is less from 9600 baud on."""
GAP_CHARACTERS = 3.5
BITS_PER_CHARACTER = 11
QUIET_MAX_S = 2.0
"""How long to wait for a bus on which somebody talks without end."""


class Asker:
    """Asks one question at a time on an open port."""

    def __init__(self, port: Port, baud: int, timeout_ms: int) -> None:
        self._port = port
        self._gap_s = max(GAP_MIN_S, GAP_CHARACTERS * BITS_PER_CHARACTER / baud)
        self._timeout_s = timeout_ms / 1000

    async def ask(self, address: int, block: Block) -> Sequence[int]:
        """The registers or bits. Raises ExchangeError, and PortError when the port is gone."""
        await self._port.quiet(self._gap_s, QUIET_MAX_S)
        exchange = Exchange(address, block)
        self._port.write(exchange.request)
        try:
            async with asyncio.timeout(self._timeout_s):
                while True:
                    answer = exchange.feed(await self._port.read())
                    if answer is not None:
                        return answer
        except TimeoutError:
            # Nothing in an answer says which question it belongs to: one that comes late must not
            # be taken for the answer to the next.
            await self._port.quiet(self._timeout_s, QUIET_MAX_S)
            raise exchange.verdict() from None
