"""What comes over a serial line: noise, torn frames and lines, and registers that lie."""

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from devices.decode import DECODERS
from devices.profile_reading import decode, plan
from devices.rejection import RejectedError
from gateway.profiles import load_profiles
from gateway.serial.exchange import Cause, Exchange, ExchangeError
from gateway.serial.line_reading import LineError, LineReading, read_line
from gateway.serial.line_splitter import LineSplitter
from gateway.serial_lines import LineFormat
from tests.fuzz.conftest import Fuzz
from tests.fuzz.mutation import mutated, pieces
from tests.gateway.driven_hamlet import NOW
from tests.gateway.serial.test_exchange import ANSWER, SOIL, frame
from tests.gateway.serial.test_lines import CSV, JSON, WIFI

LINES = [
    b"soil-1;24.5;x;-1e1\nsoil-2;20;;\r\n",
    b'{"t": 23.1, "wind_speed_m_s": 2, "seq": 9}\n{"t": null, "rain_total_mm": 3}\n',
    b"7,on,12\n8,off,\n",
]
FRAMES = [ANSWER, frame(1, 0x83, 2), frame(2, 3, 6, 1, 2, 3, 4, 5, 6), Exchange(1, SOIL).request]


def read_all(chunks: Sequence[bytes], form: LineFormat) -> list[LineReading]:
    splitter, found = LineSplitter(), []
    for chunk in chunks:
        for line in splitter.feed(chunk):
            try:
                found.append(read_line(line, form))
            except LineError:
                continue
    return found


def test_lines_mean_the_same_in_any_pieces(fuzz: Fuzz) -> None:
    cuts = st.lists(st.integers(0, 1 << 16), max_size=8)

    @given(mutated([b"\n" + lines for lines in LINES]), cuts, st.sampled_from([CSV, JSON, WIFI]))
    def check(data: bytes, cuts: list[int], form: LineFormat) -> None:
        whole = read_all([data], form)
        assert read_all(pieces(data, cuts), form) == whole
        assert read_all(pieces(data, range(len(data))), form) == whole
        for reading in whole:
            body = json.dumps({**reading.fields, "seq": 1}).encode()
            try:
                DECODERS[form.kind]("d", body, NOW)
            except RejectedError:
                continue

    fuzz(check)


def test_frames(fuzz: Fuzz) -> None:
    @given(st.lists(mutated(FRAMES), max_size=3), st.lists(st.integers(0, 1 << 16), max_size=8))
    def check(frames: list[bytes], cuts: list[int]) -> None:
        exchange = Exchange(1, SOIL)
        for chunk in pieces(b"".join(frames), cuts):
            try:
                answer = exchange.feed(chunk)
            except ExchangeError as refused:
                assert refused.cause is Cause.EXCEPTION  # noqa: PT017  # any other is a verdict
                return
            if answer is not None:
                assert len(answer) == SOIL.size
                return
        assert exchange.verdict().cause in Cause

    fuzz(check)


def test_registers(fuzz: Fuzz) -> None:
    profiles = load_profiles()

    @given(st.sampled_from(sorted(profiles)), st.data())
    def check(name: str, data: st.DataObject) -> None:
        profile = profiles[name]
        word = st.sampled_from([0, 1, 0x7F80, 0x7FC0, 0x7FFF, 0x8000, 0xFFFF])
        answers = {
            block: data.draw(
                st.lists(
                    st.integers(0, 1) if block.is_bits else word | st.integers(0, 0xFFFF),
                    min_size=block.size,
                    max_size=block.size,
                )
            )
            for block in plan(profile)
            if data.draw(st.booleans())
        }
        body = {"seq": 1, **decode(profile, answers)}
        try:
            DECODERS[profile.kind]("d", json.dumps(body).encode(), NOW)
        except RejectedError as refused:
            assert refused.reason.value in ("out-of-range", "no-metric")  # noqa: PT017  # a liar

    fuzz(check)
