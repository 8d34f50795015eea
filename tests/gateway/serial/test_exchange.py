"""Questions and answers on a Modbus bus, as frames that makers publish and as damaged ones."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU

from devices.profile_reading import Block, decode, plan
from gateway.profiles import load_profiles
from gateway.serial.exchange import Cause, Exchange, ExchangeError
from tests.devices.test_profile import VECTORS

SOIL = Block(3, 0, 3)
ANSWER = bytes.fromhex("01030601EF01440004B559")


def frame(*body: int) -> bytes:
    data = bytes(body)
    return data + FramerRTU.compute_CRC(data).to_bytes(2, "big")


def feed(exchange: Exchange, data: bytes, size: int = 1) -> list[int] | None:
    for start in range(0, len(data), size):
        answer = exchange.feed(data[start : start + size])
        if answer is not None:
            return list(answer)
    return None


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_the_published_frames_of_a_soil_probe(size: int) -> None:
    vector = json.loads((VECTORS / "modbus-soil-7in1.json").read_text())
    exchange = Exchange(1, SOIL)
    assert exchange.request == bytes.fromhex(vector["request_hex"])
    words = feed(exchange, bytes.fromhex(vector["response_hex"]), size)
    assert words is not None
    profile = load_profiles()["soil-7in1"]
    assert plan(profile) == (Block(3, 0, 4),)
    values = decode(profile, {SOIL: words})
    assert values == {
        "soil_moisture_pct": vector["values"]["soil_moisture_pct"],
        "soil_temperature_c": vector["values"]["soil_temp_c"],
        "soil_ec_us_cm": vector["values"]["soil_ec_us_cm"],
    }


def test_bits_come_out_lowest_first() -> None:
    exchange = Exchange(7, Block(2, 0x200C, 10))
    assert exchange.request[:6] == bytes.fromhex("0702200C000A")
    answer = feed(exchange, frame(7, 2, 2, 0b00000101, 0b00000010))
    assert answer == [1, 0, 1, 0, 0, 0, 0, 0, 0, 1]


@given(noise=st.binary(max_size=40), size=st.integers(1, 60))
def test_noise_before_the_answer_does_not_hide_it(noise: bytes, size: int) -> None:
    assert feed(Exchange(1, SOIL), noise + ANSWER, size) == [495, 324, 4]


def test_the_adapters_echo_is_no_answer() -> None:
    exchange = Exchange(1, SOIL)
    assert feed(exchange, exchange.request + ANSWER) == [495, 324, 4]
    alone = Exchange(1, SOIL)
    assert feed(alone, alone.request) is None
    assert alone.verdict().cause is Cause.SILENT


@pytest.mark.parametrize(
    ("heard", "cause"),
    [
        (b"", Cause.SILENT),
        (ANSWER[:-1] + b"\0", Cause.CRC),
        (ANSWER[:-3], Cause.CRC),
        (b"\0", Cause.CRC),
        (frame(2, 3, 6, 1, 2, 3, 4, 5, 6), Cause.OTHER_DEVICE),
        (frame(1, 4, 6, 1, 2, 3, 4, 5, 6), Cause.WRONG_ANSWER),
        (frame(1, 3, 2, 1, 2), Cause.WRONG_ANSWER),
    ],
)
def test_what_is_no_answer_is_told_apart(heard: bytes, cause: Cause) -> None:
    exchange = Exchange(1, SOIL)
    assert feed(exchange, heard) is None
    assert exchange.verdict().cause is cause


def test_a_device_that_says_no() -> None:
    with pytest.raises(ExchangeError) as refused:
        feed(Exchange(1, SOIL), frame(1, 0x83, 2))
    assert refused.value.cause is Cause.EXCEPTION
    assert "2" in refused.value.detail


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_no_bytes_raise_anything_else(chunks: list[bytes]) -> None:
    exchange = Exchange(1, SOIL)
    for chunk in chunks:
        try:
            exchange.feed(chunk)
        except ExchangeError:
            return
    assert exchange.verdict().cause in Cause
