"""One question on a Modbus RTU bus and what comes back, byte by byte. Pure.

Frames, checksums and messages are pymodbus's. Its client is not used: to it silence, damage and
somebody else's answer are the same missing response, and a technician must tell them apart.
"""

from collections.abc import Sequence
from enum import Enum

from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from devices.profile_reading import Block

HEARD_MAX = 1024
"""Bytes kept of what comes while an answer is awaited; the longest answer has 256."""
EXCEPTION_LENGTH = 5
"""Bytes of an answer that says no: address, function, code, checksum."""
FRAME_MIN = 4

_REQUESTS: dict[int, type[ModbusPDU]] = {
    1: ReadCoilsRequest,
    2: ReadDiscreteInputsRequest,
    3: ReadHoldingRegistersRequest,
    4: ReadInputRegistersRequest,
}
_FRAMER = FramerRTU(DecodePDU(is_server=False))


class Cause(Enum):
    """Why a question had no answer; the values label a metric."""

    SILENT = "silent"
    CRC = "crc"  # what came was damaged or cut short
    EXCEPTION = "exception"  # the device says no
    OTHER_DEVICE = "other-device"  # an answer, but from another address
    WRONG_ANSWER = "wrong-answer"  # another function or size than what was asked for


class ExchangeError(Exception):
    """There is no answer; `detail` says what came instead."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(f"{cause.value}: {detail}")
        self.cause = cause
        self.detail = detail


class Exchange:
    """A question to one device. `feed` it what comes until it gives the answer; when time is up,
    `verdict` says what went wrong."""

    def __init__(self, address: int, block: Block) -> None:
        self._address = address
        self._block = block
        self._heard = bytearray()
        body = (block.size + 7) // 8 if block.is_bits else 2 * block.size
        self._length = 3 + body + 2  # address, function, size; checksum
        pdu = _REQUESTS[block.function](address=block.address, count=block.size, dev_id=address)
        self.request: bytes = _FRAMER.buildFrame(pdu)

    def feed(self, data: bytes) -> Sequence[int] | None:
        """The registers or bits, once they are complete, whatever noise came before them.

        Raises ExchangeError when the device says no.
        """
        self._heard += data
        del self._heard[:-HEARD_MAX]
        for start in range(len(self._heard)):
            if self._heard[start] != self._address:
                continue
            if (frame := self._frame(start)) is not None:
                return self._read(frame)
        return None

    def verdict(self) -> ExchangeError:
        """What to say when the time is up."""
        heard = bytes(self._heard).removeprefix(self.request)  # some adapters echo it
        if not heard:
            return ExchangeError(Cause.SILENT, "no answer")
        if is_frame(heard):
            if heard[0] != self._address:
                return ExchangeError(Cause.OTHER_DEVICE, f"device {heard[0]} answered instead")
            return ExchangeError(Cause.WRONG_ANSWER, f"it answered {heard.hex(' ')}")
        return ExchangeError(Cause.CRC, f"{len(heard)} bytes without a valid checksum")

    def _frame(self, start: int) -> bytes | None:
        """The answer that begins there, without its checksum; None if there is none (yet)."""
        heard = self._heard
        function = heard[start + 1] if start + 1 < len(heard) else -1
        if function == self._block.function:
            length = self._length
        elif function == self._block.function | 0x80:
            length = EXCEPTION_LENGTH
        else:
            return None
        frame = bytes(heard[start : start + length])
        if len(frame) < length or not is_frame(frame):
            return None
        if function < 0x80 and frame[2] != length - 5:  # the size that it names itself
            return None
        return frame[:-2]

    def _read(self, frame: bytes) -> Sequence[int]:
        if frame[1] & 0x80:
            raise ExchangeError(Cause.EXCEPTION, f"exception code {frame[2]}")
        body = frame[3:]
        if self._block.is_bits:
            return [body[bit // 8] >> bit % 8 & 1 for bit in range(self._block.size)]
        return [high << 8 | low for high, low in zip(body[::2], body[1::2], strict=True)]


def is_frame(data: bytes) -> bool:
    """Whether it ends in its own checksum."""
    checksum = int.from_bytes(data[-2:], "big")
    return len(data) >= FRAME_MIN and FramerRTU.check_CRC(data[:-2], checksum)
