"""`hamlet irrigation et0`: the table on stdout, everything else on stderr."""

import csv
import json
from pathlib import Path
from statistics import mean

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from tests.gateway.agronomy.maricopa import FILE

LYON = ("--latitude", "45.72", "--altitude", "200")
THREE_DAYS = "date,tmax,tmin,rhmax,rhmin,srad,wind\n" + "".join(
    f"2015-07-{day},26,15,90,50,20,2\n" for day in (14, 15, 16)
)


def et0(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["irrigation", "et0", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "weather.csv"
    found.write_text(THREE_DAYS, encoding="utf-8")
    return found


def test_a_year_of_a_real_station() -> None:
    ended = et0("--weather", FILE)
    assert ended.exit_code == 0, ended.stderr
    rows = list(csv.DictReader(ended.stdout.splitlines()))
    assert [rows[0]["date"], rows[-1]["date"], len(rows)] == ["2013-01-01", "2013-12-31", 365]
    assert set(rows[0]) == {"date", "et0_mm"}
    assert mean(float(row["et0_mm"]) for row in rows) == pytest.approx(5.125, abs=0.001)
    assert ended.stderr.splitlines() == [
        "hamlet: columns not used: ETref, MorP",
        "hamlet: 12 of 365 days: dew point and relative humidity make ET0s more than 0.2 mm apart;"
        " --humidity says which of them counts",
    ]


def test_the_call_counts_more_than_the_file() -> None:
    high = et0("--weather", FILE, "--wind-height", 10, "--json")
    low = et0("--weather", FILE, "--json")
    assert json.loads(high.stdout)["station"]["wind_height_m"] == 10.0
    assert json.loads(low.stdout)["station"]["wind_height_m"] == 3.0
    one, other = (json.loads(ended.stdout)["days"][200]["et0_mm"] for ended in (high, low))
    assert one < other
    assert "hamlet: wind height 10, as called; the file says 3\n" in high.stderr


def test_a_reference_of_alfalfa_in_the_file_is_told(tmp_path: Path) -> None:
    tall = tmp_path / "tall.wth"
    text = FILE.read_text(encoding="utf-8")
    tall.write_text(text.replace("S Reference crop", "T Reference crop"), encoding="utf-8")
    ended = et0("--weather", tall)
    assert ended.stdout == et0("--weather", FILE).stdout
    assert "hamlet: ETref of the file is that of alfalfa (T); ET0 is that of grass" in ended.stderr


def test_relative_humidity_on_request() -> None:
    ended = et0("--weather", FILE, "--humidity", "relative")
    assert ended.stdout.splitlines()[1] == "2013-01-01,1.359"
    assert ended.stderr == et0("--weather", FILE).stderr


def test_estimates_are_told(tmp_path: Path) -> None:
    file = tmp_path / "lyon.csv"
    file.write_text("date,tmax,tmin\n2015-07-15,26.6,14.8\n", encoding="utf-8")
    ended = et0("--weather", file, *LYON, "--details")
    assert ended.stdout.splitlines() == [
        "date,et0_mm,method,estimates",
        "2015-07-15,4.560,penman-monteith,"
        "radiation-from-temperatures humidity-from-tmin wind-assumed",
    ]
    assert ended.exit_code == 0
    assert "1 of 1 days: wind taken for 2 m/s" in ended.stderr
    assert "--method hargreaves" in ended.stderr
    second = et0("--weather", file, *LYON, "--method", "hargreaves", "--details")
    assert second.stdout.splitlines()[1] == "2015-07-15,5.033,hargreaves,"
    assert second.stderr == ""
    coast = et0("--weather", file, *LYON, "--k-rs", 0.19, "--dew-below-tmin", 2)
    assert coast.stdout.splitlines()[1] > "2015-07-15,5"


def test_what_is_left_out_or_missing_is_told(file: Path) -> None:
    text = THREE_DAYS.replace("15,26,15,90", "15,26,15,190").replace("07-16", "07-19")
    file.write_text(text + "2015-07-20,,15,90,50,20,2\n", encoding="utf-8")
    ended = et0("--weather", file, *LYON, "--wind-height", 2, "--details")
    assert ended.exit_code == 1
    assert ended.stdout.splitlines()[2].endswith("penman-monteith,humidity-from-rh-min")
    assert ended.stdout.splitlines()[4] == "2015-07-20,,,"
    assert ended.stderr.splitlines() == [
        "hamlet: line 3, 2015-07-15: a relative humidity of 190 % there is not; left out",
        "hamlet: 2015-07-16 to 2015-07-18: 3 days are missing",
        "hamlet: 2015-07-20: no tmax or tmin, no ET0",
        "hamlet: 1 of 4 days: humidity from its minimum alone (ASCE-EWRI 2005, Eq. 13)",
    ]
    told = json.loads(et0("--weather", file, *LYON, "--wind-height", 2, "--json").stdout)
    assert told["days"][3] == {
        "date": "2015-07-20",
        "et0_mm": None,
        "method": None,
        "estimates": [],
    }
    assert told["gaps"] == [{"first": "2015-07-16", "last": "2015-07-18"}]
    assert told["notes"] == [line.removeprefix("hamlet: ") for line in ended.stderr.splitlines()]


def test_many_lines_of_one_kind_are_counted(file: Path) -> None:
    days = "".join(f"2015-07-{day},26,15,101,50,20,2\n" for day in range(17, 32))
    file.write_text(THREE_DAYS + days, encoding="utf-8")
    ended = et0("--weather", file, *LYON, "--wind-height", 2)
    assert len(ended.stderr.splitlines()) == 11
    assert ended.stderr.endswith("hamlet: and 5 more like this\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "add --latitude and --altitude"),
        (LYON, "at which height was the wind measured? Add --wind-height"),
        (("--latitude", 95, "--altitude", 0, "--wind-height", 2), "latitude 95 is not between"),
        ((*LYON, "--wind-height", 0), "wind height 0 is not between"),
    ],
)
def test_a_place_that_is_not_told_is_asked_for(
    file: Path, arguments: tuple[object, ...], said: str
) -> None:
    ended = et0("--weather", file, *arguments)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert said in ended.stderr


def test_a_wrong_file_is_refused(file: Path) -> None:
    file.write_text(THREE_DAYS + "2015-07-16,26,15,90,50,20,2\n1,2\n", encoding="utf-8")
    ended = et0("--weather", file, *LYON, "--wind-height", 2)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [
        f"hamlet: {file}: line 5: 2015-07-16 is here twice",
        f"hamlet: {file}: line 6: 2 values for 7 columns",
    ]


def test_figures_of_another_unit_need_a_word(file: Path) -> None:
    days = "".join(f"2015-07-{day},26,15,90,50,20,9\n" for day in range(17, 32))
    file.write_text(THREE_DAYS + days, encoding="utf-8")
    ended = et0("--weather", file, *LYON, "--wind-height", 2)
    assert ended.exit_code == 2
    assert "Perhaps km/h" in ended.stderr
    insisted = et0("--weather", file, *LYON, "--wind-height", 2, "--units-are-right")
    assert insisted.exit_code == 0
    assert "Perhaps km/h" in insisted.stderr


@pytest.mark.parametrize("junk", [b"\xff\xfe\0d\0a", b"\0" * 3_000_000, b"", b"PK\3\4" * 999])
def test_no_table_at_all(file: Path, junk: bytes) -> None:
    file.write_bytes(junk)
    ended = et0("--weather", file, *LYON)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "the file has no heading" in ended.stderr
