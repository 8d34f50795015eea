"""Modbus RTU slaves on one wire: bytes in, bytes out. Knows no port and no clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsResponse, ReadDiscreteInputsResponse
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersResponse,
    ReadInputRegistersResponse,
)

from firmware_sim.registers import Memory

HEARD_MAX = 512
"""Bytes: more than the longest request that noise can begin."""

_BIT_ANSWERS: dict[int, type[ModbusPDU]] = {1: ReadCoilsResponse, 2: ReadDiscreteInputsResponse}
_WORD_ANSWERS: dict[int, type[ModbusPDU]] = {
    3: ReadHoldingRegistersResponse,
    4: ReadInputRegistersResponse,
}


class SlaveFault(Enum):
    """What can be wrong with a slave."""

    SILENT = "silent"
    LYING = "lying"  # every register is stuck at its highest number
    DAMAGED = "damaged"  # of two answers one arrives with a flipped bit


@dataclass(slots=True)
class Slave:
    """One device. `memory` gives its registers as they are now; None when nobody is at home."""

    address: int
    memory: Callable[[], Memory | None]
    fault: SlaveFault | None = None
    answers: int = 0


class Wire:
    """The slaves of one bus. Each hears everything and answers to its own address alone."""

    def __init__(self, slaves: Sequence[Slave]) -> None:
        self.slaves = {slave.address: slave for slave in slaves}
        self._framer = FramerRTU(DecodePDU(is_server=True))
        self._heard = b""

    def feed(self, data: bytes) -> bytes:
        """What the slaves answer to what has come by now."""
        self._heard = (self._heard + data)[-HEARD_MAX:]
        try:
            used, request = self._framer.handleFrame(self._heard, 0, 0)
        except ModbusException:
            used, request = len(self._heard), None
        self._heard = self._heard[used:]
        slave = self.slaves.get(request.dev_id) if request is not None else None
        if request is None or slave is None or slave.fault is SlaveFault.SILENT:
            return b""
        memory = slave.memory()
        return b"" if memory is None else self._answer(slave, memory, request)

    def _answer(self, slave: Slave, memory: Memory, request: ModbusPDU) -> bytes:
        slave.answers += 1
        answer = _read(memory, request, stuck=slave.fault is SlaveFault.LYING)
        answer.dev_id = slave.address
        frame = bytearray(self._framer.buildFrame(answer))
        if slave.fault is SlaveFault.DAMAGED and slave.answers % 2:
            frame[-3] ^= 0x10
        return bytes(frame)


def _read(memory: Memory, request: ModbusPDU, *, stuck: bool) -> ModbusPDU:
    function = request.function_code
    if function not in _BIT_ANSWERS and function not in _WORD_ANSWERS:
        return ExceptionResponse(function, ExcCodes.ILLEGAL_FUNCTION)
    wanted = [(function, request.address + place) for place in range(request.count)]
    known = {at[1] for at in memory if at[0] == function}
    # Real devices have the few registers between those that are worth reading.
    if not known or wanted[0][1] < min(known) or wanted[-1][1] > max(known):
        return ExceptionResponse(function, ExcCodes.ILLEGAL_ADDRESS)
    words = [memory.get(at, 0) for at in wanted]
    if function in _BIT_ANSWERS:
        return _BIT_ANSWERS[function](bits=[bool(word) or stuck for word in words])
    return _WORD_ANSWERS[function](registers=[0xFFFF if stuck else word for word in words])
