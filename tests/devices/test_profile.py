"""Register maps: what they may say, the reads that they need, and the numbers that come out."""

import itertools
import json
import struct
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.decode import DECODERS
from devices.kinds import KINDS
from devices.profile import Profile, Register, profile_problems
from devices.profile_reading import Answers, Block, decode, plan
from devices.rejection import RejectedError

VECTORS = Path(__file__).parent / "vectors"


def profile(kind: str = "soil", **more: object) -> Profile:
    return Profile.model_validate({"label": {"vi": "Thử", "en": "Test"}, "kind": kind, **more})


def of_soil(register: dict[str, object]) -> Profile:
    """A profile with the moisture alone."""
    return profile(metrics={"soil_moisture_pct": {"unit": "%", **register}})


def moisture(register: dict[str, object], *words: int) -> object:
    """What those registers say, read in one block."""
    made = of_soil({"address": 0, "function": 3, **register})
    (block,) = plan(made)
    assert block.size == len(words)
    return decode(made, {block: words}).get("soil_moisture_pct")


@pytest.mark.parametrize(
    ("register", "words", "value"),
    [
        ({"type": "u16", "scale": 0.1}, [495], 49.5),
        ({"type": "u16"}, [0xFFFF], 65535),
        ({"type": "i16", "scale": 0.1}, [0xFFF6], -1.0),
        ({"type": "i16", "scale": 0.1, "offset": 40}, [0xFFF6], 39.0),
        # EPEVER's own example: 3000 W at two decimals is low word 0x93E0, high word 0x0004.
        ({"type": "u32", "words": "low-first", "scale": 0.01}, [0x93E0, 0x0004], 3000),
        ({"type": "u32", "words": "high-first", "scale": 0.01}, [0x0004, 0x93E0], 3000),
        ({"type": "i32", "words": "low-first", "scale": 0.01}, [0xFF38, 0xFFFF], -2.0),
        ({"type": "f32"}, struct.unpack(">HH", struct.pack(">f", 12.345)), 12.345),
        ({"type": "f32"}, struct.unpack(">HH", struct.pack(">f", float("nan"))), None),
        ({"type": "f32"}, struct.unpack(">HH", struct.pack(">f", float("inf"))), None),
        ({"type": "u16", "scale": 1e308}, [0xFFFF], None),
        ({"type": "u16", "bit": 3}, [0b1000], 1),
        ({"type": "u16", "bit": 3}, [0b0111], 0),
        ({"type": "u16", "values": {"1": 30, "2": 60}}, [2], 60),
        ({"type": "u16", "values": {"1": 30, "2": 60}}, [3], None),
        ({"type": "i16", "values": {"-1": 30}}, [0xFFFF], 30),
        ({"type": "u16", "bit": 0, "values": {"0": 0, "1": 100}}, [0xFFFF], 100),
        ({"type": "i16", "absent": [0x7FFF]}, [0x7FFF], None),
        ({"type": "i16", "absent": [0xFFFF]}, [0xFFFF], None),
        ({"type": "i16", "absent": [0x7FFF]}, [0x7FFE], 0x7FFE),
    ],
)
def test_a_raw_number_becomes_a_value(
    register: dict[str, object], words: list[int], value: object
) -> None:
    assert moisture(register, *words) == value


def test_the_types_of_the_kind_come_out() -> None:
    light = profile(
        "light",
        metrics={
            "is_night": {"address": 5, "function": 2, "type": "bit"},
            "controller_status": {"address": 1, "function": 4, "scale": 1.0},
            "battery_v": {"address": 0, "function": 4, "unit": "V"},
        },
    )
    values = decode(light, {Block(2, 5, 1): [1], Block(4, 0, 2): [13, 7]})
    assert values == {"is_night": True, "controller_status": 7, "battery_v": 13}
    payload = json.dumps({"seq": 0, **values}).encode()
    assert DECODERS["light"]("light-1", payload, 0).values == values


def test_a_count_that_nobody_can_have_counted_is_rejected_as_any_other_lie() -> None:
    made = profile("wifi", metrics={"clients": {"address": 0, "function": 3, "type": "f32"}})
    words = struct.unpack(">HH", struct.pack(">f", 1e30))
    values = decode(made, {Block(3, 0, 2): words})
    with pytest.raises(RejectedError):
        DECODERS["wifi"]("wifi-1", orjson.dumps({"seq": 0, **values}), 0)


def test_what_a_refused_read_would_have_brought_is_missing() -> None:
    soil = profile(
        metrics={
            "soil_moisture_pct": {"address": 0, "function": 3, "unit": "%"},
            "soil_ph": {"address": 9, "function": 3, "unit": "pH"},
        },
    )
    assert plan(soil) == (Block(3, 0, 1), Block(3, 9, 1))
    assert decode(soil, {Block(3, 9, 1): [5]}) == {"soil_ph": 5}
    assert decode(soil, {}) == {}


@pytest.mark.parametrize(
    ("register", "complaint"),
    [
        ({"function": 3, "type": "bit"}, "functions 1 and 2"),
        ({"function": 2, "type": "u16"}, "functions 1 and 2"),
        ({"function": 3, "type": "i16", "bit": 1}, "one bit"),
        ({"function": 3, "type": "f32", "values": {"1": 1}}, "f32"),
        ({"function": 3, "scale": 0}, "scale 0"),
        ({"function": 3, "type": "u32", "address": 0xFFFF}, "65536"),
        ({"function": 5}, "function"),
        ({"function": 3, "unknown": 1}, "unknown"),
        ({"function": 3, "scale": float("nan")}, "finite"),
    ],
)
def test_a_register_that_cannot_be_is_refused(register: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Register.model_validate({"address": 0, **register})


def test_a_profile_is_held_against_its_kind() -> None:
    wrong = profile(
        "light",
        metrics={
            "soil_ph": {"address": 0, "function": 3},
            "battery_v": {"address": 1, "function": 3, "unit": "mV"},
            "is_night": {"address": 2, "function": 3},
        },
    )
    found = dict(profile_problems(wrong))
    assert "no metric 'soil_ph'" in found["metrics", "soil_ph"]
    assert "in V, not mV" in found["metrics", "battery_v", "unit"]
    assert "yes or no" in found["metrics", "is_night"]


spans = st.builds(
    lambda address, width, function: (address, width, function),
    st.integers(0, 120),
    st.sampled_from(["u16", "u32"]),
    st.sampled_from([3, 4]),
)


@given(
    placed=st.lists(spans, min_size=1, max_size=13),
    block=st.integers(2, 40),
    hole=st.integers(0, 6),
    data=st.data(),
)
def test_a_plan_brings_every_number_with_few_reads_within_the_limits(
    placed: list[tuple[int, str, int]], block: int, hole: int, data: st.DataObject
) -> None:
    gauges = [metric for metric in KINDS["light"].metrics if metric.type is float]
    made = profile(
        "light",
        block=block,
        hole=hole,
        metrics={
            metric.name: {"address": address, "type": width, "function": function}
            for metric, (address, width, function) in zip(gauges, placed, strict=False)
        },
    )
    blocks = plan(made)
    wanted: set[tuple[int, int]] = {
        (register.function, register.address + word)
        for register in made.metrics.values()
        for word in range(register.width)
    }
    for read in blocks:
        assert read.size <= block
        used = sorted(at for function, at in wanted if function == read.function)
        inside = [at for at in used if read.address <= at < read.address + read.size]
        assert inside[0] == read.address
        assert inside[-1] == read.address + read.size - 1
        steps = (after - before - 1 for before, after in itertools.pairwise(inside))
        assert all(step <= hole for step in steps)
    for first, second in itertools.pairwise(blocks):
        if first.function == second.function:
            end = second.address + second.size
            assert (
                second.address - first.address - first.size > hole or end - first.address > block
            ), "two reads that could have been one"
    memory: dict[tuple[int, int], int] = {
        at: data.draw(st.integers(0, 0xFFFF)) for at in sorted(wanted)
    }
    answers: Answers = {
        read: [memory.get((read.function, read.address + word), 0) for word in range(read.size)]
        for read in blocks
    }
    values = decode(made, answers)
    for name, register in made.metrics.items():
        raw = [memory[register.function, register.address + word] for word in range(register.width)]
        assert values[name] == (raw[0] if len(raw) == 1 else raw[0] << 16 | raw[1])
