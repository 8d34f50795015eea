"""Opens a serial port for this process alone, and says in words why that is not possible."""

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

import serial_asyncio_fast
from serial import SerialException

CHUNK = 1024


class PortTrouble(Enum):
    """Why a port cannot be used; the page puts the values into words."""

    MISSING = "missing"
    FORBIDDEN = "forbidden"
    BUSY = "busy"
    NOT_SERIAL = "not-serial"
    UNPLUGGED = "unplugged"
    FAILED = "failed"


class PortError(Exception):
    """The port cannot be used, or no more; the message says what to do."""

    def __init__(self, trouble: PortTrouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


class Port:
    """An open port."""

    def __init__(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._name = name
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        """What has come, at least one byte. Raises PortError when the port is gone."""
        try:
            data = await self._reader.read(CHUNK)
        except OSError as error:  # SerialException is one
            raise self._lost(error) from None
        if not data:
            raise self._lost(None)
        return data

    def write(self, data: bytes) -> None:
        """Send. Raises PortError when the port is gone."""
        if self._writer.is_closing():
            raise self._lost(None)
        self._writer.write(data)

    async def quiet(self, seconds: float, at_most: float) -> None:
        """Throw away what comes until nothing has come for so long; a line that is never quiet
        gets `at_most` seconds. Raises PortError when the port is gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                heard = True
                while heard:
                    heard = await self._heard_within(seconds)

    async def idle(self, seconds: float) -> None:
        """Throw away what comes for so long. Raises PortError as soon as the port is gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self.read()

    async def _heard_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.read()
        except TimeoutError:
            return False
        return True

    def _lost(self, error: Exception | None) -> PortError:
        why = f" ({error})" if error else ""
        return PortError(PortTrouble.UNPLUGGED, f"{self._name} was unplugged{why}")


@asynccontextmanager
async def open_port(name: str, baud: int, parity: str, stop_bits: int) -> AsyncIterator[Port]:
    """The port, locked against every other program, until the context ends. Raises PortError."""
    if "://" in name:  # pyserial has ports that are none, for its own tests and for networks
        raise PortError(PortTrouble.NOT_SERIAL, f"{name} is no serial port")
    try:
        reader, writer = await serial_asyncio_fast.open_serial_connection(
            url=name, baudrate=baud, parity=parity, stopbits=stop_bits, exclusive=True
        )
    except (OSError, ValueError) as error:
        raise _explain(name, error) from None
    try:
        yield Port(name, reader, writer)
    finally:
        if not writer.is_closing():  # as it is after the plug was pulled
            writer.transport.abort()  # close() waits until all is sent, for ever if nobody reads
        with contextlib.suppress(OSError):  # it may be gone already
            await writer.wait_closed()


def _explain(name: str, error: Exception) -> PortError:
    match getattr(error, "errno", None):
        case errno.ENOENT | errno.ENXIO | errno.ENODEV:
            message = f"there is no port {name}: plug the adapter in, or look for its name with "
            return PortError(PortTrouble.MISSING, message + "ls /dev/serial/by-id")
        case errno.EACCES | errno.EPERM:
            message = f"{name} may not be opened: add this user to the group dialout and log in"
            return PortError(PortTrouble.FORBIDDEN, message + " anew")
        case errno.EAGAIN | errno.EBUSY:
            message = f"{name} is in use by another program, perhaps by the running gateway"
            return PortError(PortTrouble.BUSY, message + ": stop it first")
        case errno.ENOTTY | errno.EISDIR:
            return PortError(PortTrouble.NOT_SERIAL, f"{name} is no serial port")
    if isinstance(error, SerialException) and "onfigure port" in str(error):
        return PortError(PortTrouble.NOT_SERIAL, f"{name} is no serial port")
    return PortError(PortTrouble.FAILED, f"{name} cannot be opened: {error}")
