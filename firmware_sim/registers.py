"""Puts what a device measures into the registers where its profile says that they are."""

import struct
from collections.abc import Mapping

from devices.metric import Value
from devices.profile import Profile, Register

Memory = dict[tuple[int, int], int]
"""Registers and bits by function and address."""


def encode(profile: Profile, values: Mapping[str, Value]) -> Memory:
    """The registers of a device. What it does not measure is absent where the profile has a word
    for that, else zero: a device has all its registers."""
    memory: Memory = {}
    for name, register in profile.metrics.items():
        value = values.get(name)
        raw = _absent(register) if value is None else _raw(register, value)
        bits = 16 * register.width
        raw &= (1 << bits) - 1
        words = [raw] if register.width == 1 else [raw >> 16, raw & 0xFFFF]
        if register.words == "low-first":
            words.reverse()
        for place, word in enumerate(words):
            at = register.function, register.address + place
            memory[at] = memory.get(at, 0) | word  # several bits may share a register
    return memory


def _absent(register: Register) -> int:
    return min(register.absent, default=0)


def _raw(register: Register, value: Value) -> int:
    if register.values is not None:
        meanings = register.values
        raw = min(meanings, key=lambda key: abs(meanings[key] - value))
    elif register.type == "f32":
        packed = struct.pack(">f", (value - register.offset) / register.scale)
        return int.from_bytes(packed, "big")
    else:
        raw = round((value - register.offset) / register.scale)
    return raw << register.bit if register.bit is not None else raw
