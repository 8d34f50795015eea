"""Hostile and honest bytes through the decoder."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.decode import AHEAD_MAX_MS, DECODERS, EARLIEST, PAYLOAD_MAX, parse_time
from devices.reading import Reading
from devices.rejection import Reason, RejectedError

NOW = 1_795_400_000_000
decode = DECODERS["soil"]


def soil(**fields: Any) -> bytes:
    return json.dumps({"seq": 1, "soil_moisture_pct": 25.5} | fields).encode()


def reason_of(payload: bytes) -> Reason:
    with pytest.raises(RejectedError) as caught:
        decode("soil-1", payload, NOW)
    vi, en = caught.value.detail
    assert vi != en
    assert "wrong value" not in en
    return caught.value.reason


def test_a_message_without_its_own_time_was_measured_when_it_came() -> None:
    reading = decode("soil-1", soil(), NOW)
    assert reading == Reading("soil-1", "soil", None, 1, NOW, NOW, {"soil_moisture_pct": 25.5})


@pytest.mark.parametrize(
    "sent",
    [
        "2026-11-23T02:13:20Z",
        "2026-11-23T09:13:20+07:00",
        "2026-11-23T02:13:20.000Z",
        1_795_400_000_000,
    ],
)
def test_times_in_every_allowed_form_are_the_same_instant(sent: object) -> None:
    assert decode("soil-1", soil(measured_at=sent), NOW + 5).measured_at == 1_795_400_000_000


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"\xff\xfe\x00", Reason.NOT_JSON),
        (b"[" * 5000, Reason.NOT_JSON),
        (b'{"seq":1,"soil_moisture_pct":25', Reason.NOT_JSON),
        (b"[1,2]", Reason.WRONG_TYPE),
        (b"null", Reason.WRONG_TYPE),
        (b'{"soil_moisture_pct":25}', Reason.NO_SEQUENCE),
        (b'{"seq":1}', Reason.NO_METRIC),
        (b'{"seq":1,"colour":"red"}', Reason.NO_METRIC),
        (b'{"seq":-1,"soil_moisture_pct":25}', Reason.OUT_OF_RANGE),
        (b'{"seq":1.5,"soil_moisture_pct":25}', Reason.WRONG_TYPE),
        (b'{"seq":true,"soil_moisture_pct":25}', Reason.WRONG_TYPE),
        (b'{"seq":99999999999999999999,"soil_moisture_pct":25}', Reason.OUT_OF_RANGE),
        (b'{"seq":1,"soil_moisture_pct":NaN}', Reason.NOT_FINITE),
        (b'{"seq":1,"soil_moisture_pct":1e999}', Reason.NOT_FINITE),
        (b'{"seq":1,"soil_moisture_pct":2,"x":NaN}', Reason.NOT_FINITE),
        (b'{"seq":1,"soil_moisture_pct":2,"x":[{"y":-Infinity}]}', Reason.NOT_FINITE),
        (b'{"seq":1,"soil_moisture_pct":101}', Reason.OUT_OF_RANGE),
        (b'{"seq":1,"soil_moisture_pct":"25"}', Reason.WRONG_TYPE),
        (soil(boot=""), Reason.WRONG_TYPE),
        (soil(boot="x" * 65), Reason.WRONG_TYPE),
        (soil(x="y" * PAYLOAD_MAX), Reason.TOO_LARGE),
        (soil(measured_at="yesterday"), Reason.BAD_TIME),
        (soil(measured_at="2026-11-23T02:13:20"), Reason.BAD_TIME),
        (soil(measured_at="0001-01-01T00:00:00+14:00"), Reason.BAD_TIME),
        (soil(measured_at=True), Reason.WRONG_TYPE),
        (soil(measured_at=None), Reason.WRONG_TYPE),
        (soil(measured_at=1.5), Reason.WRONG_TYPE),
        (soil(measured_at=["2026-11-23T02:13:20Z"]), Reason.WRONG_TYPE),
        (soil(measured_at=EARLIEST - 1), Reason.BAD_TIME),
        (soil(measured_at=-(10**30)), Reason.BAD_TIME),
        (soil(measured_at=NOW + AHEAD_MAX_MS + 1), Reason.FUTURE_TIME),
        (soil(measured_at=10**30), Reason.FUTURE_TIME),
    ],
)
def test_bad_messages_are_rejected_with_the_reason(payload: bytes, reason: Reason) -> None:
    assert reason_of(payload) is reason


def test_unknown_fields_are_kept_apart_up_to_a_depth() -> None:
    nested: object = "deep"
    for _ in range(7):
        nested = {"n": nested}
    reading = decode("soil-1", soil(note=nested), NOW)
    assert reading.extra == {"note": nested}
    assert reading.values == {"soil_moisture_pct": 25.5}
    assert reason_of(soil(note={"n": nested})) is Reason.TOO_DEEP


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_rejection(payload: bytes) -> None:
    with suppress(RejectedError):
        decode("soil-1", payload, NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("sent", "same"),
    [
        ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z"),
        ("2027-01-01T06:59:60.5+07:00", "2027-01-01T00:00:00Z"),
        ("2028-02-29T23:59:59.999Z", "2028-02-29T23:59:59.999+00:00"),
        ("2028-03-01T00:00:00+07:00", "2028-02-29T17:00:00Z"),
    ],
)
def test_the_last_seconds_of_a_day_are_times(sent: str, same: str) -> None:
    assert parse_time(sent) == parse_time(same)


@pytest.mark.parametrize(
    "sent",
    ["2026-12-31T12:59:60Z", "2026-12-31T23:59:61Z", "2026-12-31T23:59:60", "2027-02-29T12:00:00Z",
     "2026-02-30T23:59:60Z", "9999-12-31T23:59:60Z", "2026-12-31T23:58:60Z"],
)  # fmt: skip
def test_what_no_clock_shows_is_no_time(sent: str) -> None:
    with pytest.raises(RejectedError) as caught:
        parse_time(sent)
    assert caught.value.reason is Reason.BAD_TIME


fields = st.sampled_from(["seq", "boot", "measured_at", "soil_moisture_pct", "soil_ph", "x"])


@given(st.dictionaries(fields, json_values))
def test_what_is_accepted_is_in_range_and_of_the_right_type(message: dict[str, object]) -> None:
    try:
        reading = decode("soil-1", json.dumps(message).encode(), NOW)
    except RejectedError:
        return
    assert reading.values
    for name, value in reading.values.items():
        assert type(value) is float
        assert 0 <= value <= (100 if name == "soil_moisture_pct" else 14)
    assert reading.seq >= 0
    assert EARLIEST <= reading.measured_at <= NOW + AHEAD_MAX_MS
