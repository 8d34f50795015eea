"""Rows to lines, read back by a small parser written from the line protocol's description."""

import json
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.decode import DECODERS
from devices.kind import Kind
from devices.kinds import KINDS
from devices.metric import Value
from gateway.fleet import Fleet
from gateway.forward.line_protocol import NO_METRIC, STATE_MEASUREMENT, LineEncoder
from gateway.forward.lines import Lines
from gateway.outbound import OutboundRows, SetAside
from tests.gateway.forward.outbound import T0, MemoryRow, fleet_of, rows_of

SOIL = fleet_of(("soil-1", None, None))


def parse_line(line: bytes) -> tuple[str, dict[str, str], dict[str, Value], int]:
    """Measurement, tags, fields, time. A backslash escapes the comma, equals sign or space after
    it and is itself otherwise."""
    text = line.decode()
    words: list[str] = [""]
    ends = ""
    at = 0
    while at < len(text) and ends.count(" ") < 1:
        if text[at] == "\\" and text[at + 1 : at + 2] in {",", "=", " "}:
            words[-1] += text[at + 1]
            at += 1
        elif text[at] in ",= ":
            ends += text[at]
            words.append("")
        else:
            words[-1] += text[at]
        at += 1
    fields_text, time_text = text[at:].split(" ")
    names, values = words[1:-1:2], words[2::2]
    assert ends == ",=" * len(names) + " "
    assert names == sorted(names)
    fields = dict(_parse_field(field) for field in fields_text.split(","))
    return words[0], dict(zip(names, values, strict=True)), fields, int(time_text)


def _parse_field(text: str) -> tuple[str, Value]:
    name, value = text.split("=")
    if value in ("true", "false"):
        return name, value == "true"
    return name, int(value[:-1]) if value.endswith("i") else float(value)


def lines_of(fleet: Fleet, device: str, *messages: Mapping[str, Any]) -> Lines:
    """What becomes of messages of one device, a second apart from T0 on."""
    found = fleet.get(device)
    assert found is not None
    rows = [
        MemoryRow(7 + number, found.number, T0 + 1000 * number, message)
        for number, message in enumerate(messages)
    ]
    return LineEncoder("khe-coc", fleet).readings(rows_of(0, rows))


def encode(fleet: Fleet, device: str, **message: Any) -> bytes:
    encoded = lines_of(fleet, device, {"seq": 1} | message)
    assert (encoded.upto, encoded.ids, encoded.set_aside) == (7, [7], [])
    return encoded.lines[0]


def test_a_whole_line_with_every_type() -> None:
    fleet = fleet_of(("valve-3", "main-road", "lo-3"), kind="valve")
    line = encode(
        fleet, "valve-3", boot="b1", measured_at=T0, open=True, flow_l_min=12.5,
        volume_total_l=3, lease_remaining_s=12,
    )  # fmt: skip
    assert line == (
        b"valve,device=valve-3,hamlet=khe-coc,place=main-road,plot=lo-3"
        b" open=true,flow_l_min=12.5,volume_total_l=3,lease_remaining_s=12i 1795400000000"
    )


def test_what_the_kind_does_not_know_is_not_sent() -> None:
    line = encode(SOIL, "soil-1", soil_ph=5.5, mood={"a": [1, "},{"]}, note="soil_ec_us_cm=1")
    assert line == b"soil,device=soil-1,hamlet=khe-coc soil_ph=5.5 1795400000000"


def test_a_device_that_is_moved_gets_its_new_place() -> None:
    fleet = fleet_of(("soil-1", None, "lo-1"))
    encoder = LineEncoder("khe-coc", fleet)

    def line() -> bytes:
        return encoder.readings(rows_of(0, [MemoryRow(1, 1, T0, {"soil_ph": 5.0})])).lines[0]

    assert b",plot=lo-1 " in line()
    device = fleet.get("soil-1")
    assert device is not None
    device.plot = "lo-2"
    assert b",plot=lo-2 " in line()


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("Đồi chè số 1", r"Đồi\ chè\ số\ 1"),
        ("a,b=c d", r"a\,b\=c\ d"),
        (r"a\b", r"a\b"),
        (r"a\,b", r"a\\,b"),
        ("end\\\\", "end"),
        ("a\nlight,device=x y=1 1", r"a\ light\,device\=x\ y\=1\ 1"),
        ("nul\x00\r\ttab", r"nul\ tab"),
        ("half \ud800 letter", r"half\ ?\ letter"),
    ],
)
def test_hostile_tags(place: str, written: str) -> None:
    line = encode(fleet_of(("soil-1", place, None)), "soil-1", soil_ph=5.0)
    assert line == (f"soil,device=soil-1,hamlet=khe-coc,place={written} soil_ph=5.0 {T0}".encode())


@pytest.mark.parametrize("place", ["", "\\", None])
def test_an_empty_tag_is_left_out(place: str | None) -> None:
    line = encode(fleet_of(("soil-1", place, None)), "soil-1", soil_ph=5.0)
    assert b"place" not in line


def test_a_row_without_a_metric_is_set_aside_and_costs_no_other() -> None:
    nothing: dict[str, object] = {"seq": 2, "boot": "b", "measured_at": T0, "other": 1}
    encoded = lines_of(SOIL, "soil-1", {"soil_ph": 5.0}, nothing, {"soil_ph": 6.0})
    assert encoded.ids == [7, 9]
    assert [line.split(b" ")[1] for line in encoded.lines] == [b"soil_ph=5.0", b"soil_ph=6.0"]
    assert encoded.set_aside == [SetAside(8, NO_METRIC)]
    only = lines_of(SOIL, "soil-1", nothing)
    assert (only.upto, only.ids, only.lines) == (7, [], [])


def test_what_the_journal_sets_aside_stays_set_aside() -> None:
    unreadable = SetAside(3, "not JSON")
    rows = OutboundRows(3, (), (), (), (), [unreadable])
    encoded = LineEncoder("khe-coc", SOIL).readings(rows)
    assert (encoded.upto, encoded.set_aside, encoded.rows) == (3, [unreadable], 1)


def metrics_of(kind: Kind) -> st.SearchStrategy[dict[str, Value]]:
    strategies: dict[str, st.SearchStrategy[Value]] = {}
    for metric in kind.metrics:
        if metric.type is bool:
            strategies[metric.name] = st.booleans()
        elif metric.type is int:
            strategies[metric.name] = st.integers(int(metric.low), int(metric.high))
        else:
            # Sent with or without a fraction; past 2**53 not every whole number is a float.
            high = min(metric.high, 2**53)
            whole = st.integers(int(metric.low), int(high))
            strategies[metric.name] = st.floats(metric.low, high) | whole
    return st.fixed_dictionaries({}, optional=strategies).filter(bool)


@settings(deadline=None)  # the machine may be busy
@given(st.data())
def test_lines_say_what_the_decoder_understood(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(KINDS.values())))
    extra = st.text(alphabet="xyz", min_size=1), st.text() | st.lists(st.floats(0, 1))
    sent = data.draw(
        st.lists(st.tuples(st.dictionaries(*extra, max_size=2), metrics_of(kind)), min_size=1)
    )
    bodies = [json.dumps({"seq": 3} | extra | metrics).encode() for extra, metrics in sent]
    where = data.draw(st.tuples(*[st.none() | st.text(max_size=9)] * 2))
    fleet = fleet_of(("dev-1", *where), kind=kind.name)

    encoded = lines_of(fleet, "dev-1", *map(orjson.loads, bodies))

    assert not encoded.set_aside
    types = {metric.name: metric.type for metric in kind.metrics}
    for number, (body, line) in enumerate(zip(bodies, encoded.lines, strict=True)):
        measurement, tags, fields, time = parse_line(line)
        assert (measurement, tags["device"], tags["hamlet"], time) == (
            kind.name, "dev-1", "khe-coc", T0 + 1000 * number,
        )  # fmt: skip
        assert tags.keys() <= {"device", "hamlet", "place", "plot"}
        assert fields == DECODERS[kind.name]("dev-1", body, T0).values
        assert all(type(value) is types[name] for name, value in fields.items())


def test_a_state_is_a_line_of_its_own_measurement() -> None:
    fleet = fleet_of(("soil-1", "main road", None))
    changes = [MemoryRow(3, 1, T0, {"state": "down", "cause": "sensor-stuck"})]
    encoded = LineEncoder("khe-coc", fleet).states(rows_of(0, changes))
    assert encoded.lines == [
        rb"state,device=soil-1,hamlet=khe-coc,kind=soil,place=main\ road"
        rb' cause="sensor-stuck",state="down" 1795400000000'
    ]
    assert STATE_MEASUREMENT not in KINDS


@pytest.mark.parametrize(
    ("cause", "written"),
    [
        ('a "b" \\', rb"a \"b\" \\"),
        ("a\nstate,device=x state=1 1", b"a state,device=x state=1 1"),
        ("đèn hỏng", "đèn hỏng".encode()),
    ],
)
def test_hostile_causes(cause: str, written: bytes) -> None:
    rows = rows_of(0, [MemoryRow(3, 1, T0, {"state": "up", "cause": cause})])
    assert b' cause="%b",state' % written in LineEncoder("khe-coc", SOIL).states(rows).lines[0]
