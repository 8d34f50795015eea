"""A table of readings: what is taken, and what is said of a mistake in it."""

from pathlib import Path

import orjson
import pytest

from gateway.backtest.csv_rows import PROBLEMS_MAX, CsvRows
from gateway.backtest.rows import Row
from gateway.located_yaml import ProblemsError
from gateway.site import Site
from tests.gateway.small_site import small_site

HEAD = "time,device,kind,soil_moisture_pct,open,flow_l_min,clients\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path / "site")[0]


def read(site: Site, text: str | bytes) -> CsvRows:
    file = site.folder / "readings.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return CsvRows(file, site)


def rows(source: CsvRows) -> list[Row]:
    return [row for piece in source for row in piece.rows]


def wrong(site: Site, text: str | bytes) -> list[str]:
    """Each mistake as line:column: message."""
    with pytest.raises(ProblemsError) as raised:
        read(site, text)
    return [f"{one.line}:{one.column}: {one.message}" for one in raised.value.problems]


def test_rows_are_put_in_order_and_empty_cells_are_nothing(site: Site) -> None:
    source = read(
        site,
        HEAD
        + "2026-11-03T06:40:00+07:00,valve-1,valve,,true,2.5,\n"
        + "2026-11-03T06:30:00+07:00,soil-1,soil,24.5,,,\n"
        + "2026-11-03T06:35:00+07:00,soil-1,soil,,,,\n",
    )
    assert [(row[4], orjson.loads(row[5])) for row in rows(source)] == [
        (1793662200000, {"soil_moisture_pct": 24.5}),
        (1793662800000, {"open": True, "flow_l_min": 2.5}),
    ]
    assert (source.span.start, source.span.end) == (1793662200000, 1793662800001)


@pytest.mark.parametrize(
    "time", ["2026-11-03 06:30", "2026-11-03T06:30:00", "2026-11-02T23:30:00Z", "1793662200000"]
)
def test_a_time_without_an_offset_is_the_hamlets(site: Site, time: str) -> None:
    source = read(site, f"{HEAD}{time},soil-1,soil,24,,,\n")
    assert source.span.start == 1793662200000


def test_a_spreadsheets_mark_at_the_beginning_is_no_letter(site: Site) -> None:
    assert rows(read(site, "\ufeff" + HEAD + "2026-11-03 06:30,soil-1,soil,24,,,\n"))


def test_other_devices_are_adopted_and_report_as_often_as_they_do(site: Site) -> None:
    lines = "".join(f"2026-11-03 {hour:02}:00,w-9,wifi,,,,{hour}\n" for hour in range(6))
    device = read(site, HEAD + lines).fleet.get("w-9")
    assert device
    assert (device.adopted, device.kind.name, device.interval_s) == (True, "wifi", 3600)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("yesterday,soil-1,soil,24,,,", "2:1: time 'yesterday' is no RFC 3339; write it like"),
        ("1999-01-01,soil-1,soil,24,,,", "2:1: time '1999-01-01T00:00:00+07:00' is before 2020"),
        ("9999-12-31 23:59,soil-1,soil,24,,,", "2:1: time '9999-12-31 23:59' is after 2099; write"),
        ("999999999999999,soil-1,soil,24,,,", "2:1: time '999999999999999' is after 2099; write"),
        ("2026-11-03 06:30,soil-1,soli,24,,,", "2:25: there is no kind 'soli'; did you mean"),
        ("2026-11-03 06:30,soil-1,wifi,,,,3", "2:25: soil-1 is a soil, not a wifi"),
        ("2026-11-03 06:30,Soil 1,soil,24,,,", "2:18: 'Soil 1' must be lower-case letters"),
        ("2026-11-03 06:30,soil-1,soil,wet,,,", "2:30: soil_moisture_pct is 'wet', which is no"),
        ('2026-11-03 06:30,soil-1,soil,"24,5",,,', "is '24,5', which is no number; write a frac"),
        ("2026-11-03 06:30,soil-1,soil,240,,,", "2:30: soil_moisture_pct is '240', but must be"),
        ("2026-11-03 06:30,soil-1,soil,nan,,,", "2:30: soil_moisture_pct is 'nan', but must be"),
        ("2026-11-03 06:30,soil-1,soil,,true,,", "2:31: a soil does not measure open"),
        ("2026-11-03 06:30,valve-1,valve,,maybe,,", "open is 'maybe', but must be true or false"),
        ("2026-11-03 06:30,w-1,wifi,,,,2.5", "clients is '2.5', but must be a whole number"),
        ("2026-11-03 06:30,soil-1,soil,24", "2:1: has 4 cells, but there are 7 columns"),
        ('2026-11-03 06:30,soil-1,soil,"24,,,', "2:1: is no line of a table"),
    ],
)
def test_a_mistake_in_a_line_has_its_place(site: Site, line: str, found: str) -> None:
    (said,) = wrong(site, f"{HEAD}{line}\n")
    assert found in said


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("", "1:1: is empty"),
        ("when,device,kind,soil_ph\n", "1:1: the column is 'when', but must be 'time'"),
        ("time;device;kind;soil_ph\n", "1:1: its columns are separated by ';'"),
        ("time,device,kind,soil_hp\n", "1:18: no kind has a metric 'soil_hp'; did you mean"),
        ("time,device,kind,soil_ph,soil_ph\n", "1:26: there is a column 'soil_ph' already"),
        ("time,device,kind\n", "1:18: there is no column of a metric"),
        ("time,device,kind,soil_ph\n", "1:1: has no readings"),
    ],
)
def test_a_mistake_in_the_head_has_its_place(site: Site, head: str, found: str) -> None:
    (said,) = wrong(site, head)
    assert found in said


def test_bytes_that_are_no_text_are_told(site: Site) -> None:
    (said,) = wrong(site, HEAD.encode() + b"2026-11-03 06:30,soil-1,soil,24,,,\xff\n")
    assert said.startswith("2:35: is not written in UTF-8")


def test_mistakes_are_told_together_but_not_by_the_thousand(site: Site) -> None:
    said = wrong(site, HEAD + "2026-11-03 06:30,soil-1,soil,x,,,\n" * 1000)
    assert len(said) == PROBLEMS_MAX
