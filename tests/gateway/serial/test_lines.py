"""Lines of sensors that speak by themselves: cut, read, and refused."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.serial.line_reading import LineError, read_line
from gateway.serial.line_splitter import LINE_MAX, LineSplitter
from gateway.serial_lines import LineFormat

CSV = LineFormat.model_validate(
    {
        "format": "csv",
        "kind": "soil",
        "columns": ["device", "soil_moisture_pct", "-", "soil_temperature_c"],
        "separator": ";",
    }
)
JSON = LineFormat.model_validate(
    {
        "format": "json",
        "kind": "weather",
        "device": "weather-1",
        "fields": {"t": "air_temperature_c"},
    }
)
WIFI = LineFormat.model_validate(
    {
        "format": "csv",
        "kind": "wifi",
        "device": "w",
        "columns": ["clients", "internet_ok", "rtt_ms"],
    }
)


def split(*chunks: bytes) -> list[bytes]:
    splitter = LineSplitter()
    return [line for chunk in chunks for line in splitter.feed(chunk)]


def test_the_rest_of_a_line_at_the_beginning_is_no_line() -> None:
    assert split(b"4;1.5\nsoil-1;24;x;20\r\n\r\nnext") == [b"soil-1;24;x;20"]


def test_a_line_without_end_costs_no_memory_and_only_itself() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"\n") == []
    for _ in range(100):
        assert splitter.feed(b"x" * LINE_MAX) == []
    assert splitter.overlong == 1
    assert splitter.feed(b"x\nwhole\n") == [b"whole"]
    assert splitter.feed(b"y" * LINE_MAX + b"\n") == [b"y" * LINE_MAX]


@given(data=st.binary(max_size=200), size=st.integers(1, 20))
def test_bytes_give_the_same_lines_however_they_come(data: bytes, size: int) -> None:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    assert split(*chunks) == split(data)


def test_a_csv_line_is_a_reading() -> None:
    device, fields = read_line(b"soil-1; 24.5 ;whatever;-1e1", CSV)
    assert device == "soil-1"
    assert fields == {"soil_moisture_pct": 24.5, "soil_temperature_c": -10.0}


def test_an_empty_cell_is_unknown_and_not_zero() -> None:
    assert read_line(b"soil-1;24.5;;", CSV).fields == {"soil_moisture_pct": 24.5}
    with pytest.raises(LineError, match="nothing measured"):
        read_line(b"soil-1;;;", CSV)


def test_cells_have_the_types_of_the_kind() -> None:
    assert read_line(b"7,on,12", WIFI).fields == {"clients": 7, "internet_ok": True, "rtt_ms": 12.0}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"soil-1;24", "2 columns, not 4"),
        (b"soil-1;24;;20;1", "5 columns"),
        (b"soil-1;twenty;;20", "no number"),
        (b"soil-1;nan;;20", "no number"),
        (b"soil-1;0x10;;20", "no number"),
        (b"soil-1;1e999;;20", "no number"),
        (b"soil-1;1_0;;20", "no number"),
        (b"Soil 1;24;;20", "no device id"),
        (b";24;;20", "no device id"),
        (b"soil-1;\xff\xfe;;20", "no ASCII"),
    ],
)
def test_a_csv_line_that_cannot_be_read_is_refused(line: bytes, complaint: str) -> None:
    with pytest.raises(LineError, match=complaint):
        read_line(line, CSV)


def test_a_time_that_no_number_has_room_for_is_refused() -> None:
    form = CSV.model_copy(update={"columns": ("device", "measured_at", "soil_moisture_pct")})
    for time in (b"-9999999999999999999", b"9999999999999999999"):
        with pytest.raises(LineError, match="measured_at"):
            read_line(b"soil-1;" + time + b";24", form)


def test_a_json_line_is_a_reading() -> None:
    line = b'{"t": 23.1, "wind_speed_m_s": 2, "seq": 9, "boot": "x", "more": {"a": 1}, "rh": null}'
    device, fields = read_line(line, JSON)
    assert device == "weather-1"
    assert fields == {"air_temperature_c": 23.1, "wind_speed_m_s": 2}


@pytest.mark.parametrize(
    "line", [b"[]", b"7", b"{", b'{"t":NaN}', b'{"t":\xff}', b"{}", b"[" * 4000, b'{"a":null}']
)
def test_a_json_line_that_cannot_be_read_is_refused(line: bytes) -> None:
    with pytest.raises(LineError):
        read_line(line, JSON)


@given(line=st.binary(max_size=120), form=st.sampled_from([CSV, JSON, WIFI]))
def test_no_line_raises_anything_else(line: bytes, form: LineFormat) -> None:
    try:
        reading = read_line(line, form)
    except LineError:
        return
    orjson.dumps(dict(reading.fields))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)


@given(st.dictionaries(st.sampled_from(["t", "device", "seq", "x"]), json_values))
def test_whatever_a_json_line_says_can_be_handed_on(data: dict[str, object]) -> None:
    try:
        reading = read_line(orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS), JSON)
    except (LineError, TypeError):  # TypeError: orjson cannot write that number
        return
    orjson.dumps(dict(reading.fields))


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"format": "csv"}, "needs columns"),
        ({"format": "json", "columns": ["soil_ph"]}, "needs columns"),
        ({"format": "csv", "columns": ["device"], "fields": {"a": "soil_ph"}}, "only a JSON"),
        ({"format": "csv", "columns": ["soil_ph"]}, "say the device"),
        ({"format": "csv", "columns": ["soil_ph", "device"], "device": "a"}, "say the device"),
        ({"format": "csv", "columns": ["soil_ph", "soil_ph", "device"]}, "twice"),
        ({"format": "csv", "columns": ["moist", "device"]}, "no metric 'moist'"),
        ({"format": "json", "fields": {"a": "moist"}}, "no metric 'moist'"),
        ({"format": "json", "kind": "toaster"}, "unknown kind"),
    ],
)
def test_a_format_that_cannot_be_is_refused(form: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        LineFormat.model_validate({"kind": "soil", **form})
