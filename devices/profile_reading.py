"""From a profile to the reads that fetch it, and from what they brought to metrics. Pure."""

import math
import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from devices.kinds import KINDS
from devices.metric import INT64_MAX, Value
from devices.profile import BITS_MAX, Profile, Register

DIGITS = 6
"""Decimals that are kept: 324 × 0.1 is 32.4, and not 32.400000000000006."""


class Block(NamedTuple):
    """One read: `size` registers or bits from `address` on."""

    function: int
    address: int
    size: int

    @property
    def is_bits(self) -> bool:
        """Whether it brings bits, each 0 or 1, instead of registers."""
        return self.function in (1, 2)


Answers = Mapping[Block, Sequence[int]]
"""What each read brought, in the order of the registers; a read that was refused is missing."""


def plan(profile: Profile) -> tuple[Block, ...]:
    """The fewest reads that bring every metric, none over the device's limits. A number of two
    registers is never torn apart."""
    blocks: list[Block] = []
    spans = sorted({(r.function, r.address, r.width) for r in profile.metrics.values()})
    for function, start, width in spans:
        last = blocks[-1] if blocks else None
        if last is not None and last.function == function:
            end = last.address + last.size
            limit = BITS_MAX if last.is_bits else profile.block
            joined = max(end, start + width) - last.address
            if start - end <= profile.hole and joined <= limit:
                blocks[-1] = last._replace(size=joined)
                continue
        blocks.append(Block(function, start, width))
    return tuple(blocks)


def decode(profile: Profile, answers: Answers) -> dict[str, Value]:
    """The metrics that the answers hold, in their units. What is unknown is left out: a read that
    is missing, an absent mark, a number without meaning, one that is not finite."""
    kind = KINDS[profile.kind]
    values: dict[str, Value] = {}
    for name, register in profile.metrics.items():
        words = raw_words(register, answers)
        value = None if words is None else _interpret(register, words)
        metric = kind.metric(name)
        if value is None or metric is None:
            continue
        if metric.type is bool:
            values[name] = bool(value)
        elif abs(value) > INT64_MAX:
            values[name] = float(value)  # JSON has no such integer; no range has room for it either
        else:
            values[name] = round(value) if metric.type is int else round(value, DIGITS)
    return values


def raw_words(register: Register, answers: Answers) -> Sequence[int] | None:
    """What came for one metric, in the order of the registers; None when that read is missing."""
    for block, words in answers.items():
        place = register.address - block.address
        if block.function == register.function and 0 <= place <= block.size - register.width:
            return words[place : place + register.width]
    return None


def _interpret(register: Register, words: Sequence[int]) -> Value | None:
    if register.words == "low-first":
        words = words[::-1]
    raw = words[0] if len(words) == 1 else words[0] << 16 | words[1]
    if raw in register.absent:
        return None
    if register.bit is not None:
        raw = raw >> register.bit & 1
    if register.values is not None:
        return register.values.get(_signed(register, raw))
    number = _float(raw) if register.type == "f32" else _signed(register, raw)
    value = number * register.scale + register.offset
    return value if math.isfinite(value) else None


def _signed(register: Register, raw: int) -> int:
    if register.type in ("i16", "i32"):
        bits = 16 * register.width
        return raw - (raw >> bits - 1 << bits)
    return raw


def _float(raw: int) -> float:
    (number,) = struct.unpack(">f", raw.to_bytes(4, "big"))
    return float(number)
