"""`hamlet irrigation simulate` as it is typed."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from tests.gateway.agronomy.maricopa import FILE
from tests.irrigation.tea_garden import write_garden


def simulate(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["irrigation", "simulate", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write_garden(tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    """Three days of a file that tells neither its place nor of wind."""
    file = tmp_path / "days.csv"
    days = [f"2019-04-0{day},25,17,16,{rain}\n" for day, rain in ((1, 0), (2, 30), (3, 0))]
    file.write_text("date,tmax,tmin,tdew,rain\n" + "".join(days), encoding="utf-8")
    return file


def test_a_table_compares_the_ways(site: Path) -> None:
    ended = simulate(
        "--site", site, "--plot", "lo-1", "--plot", "lo-3", "--days", 1,
        "--modes", "fixed,none", "--fixed", 3, "--lang", "en",
    )  # fmt: skip
    assert ended.exit_code == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == ("2 plots, 1 day from 1 Dec 2026 to 1 Dec 2026; simulated weather, seed 1")
    head, timer, none = lines[3:6]
    assert re.match(r"way +water m³ +water mm +stress days +stress hours", head)
    assert re.match(r"timer, 3 mm a day +4\.3 +3 +0\.0 ", timer)
    assert re.match(r"no watering +0\.0 +0 ", none)
    assert len({len(line) for line in (head, timer, none)}) == 1
    assert lines[-1] == "no watering: 100% less water than timer, 3 mm a day."


def test_both_languages(site: Path) -> None:
    asked = ("--site", site, "--days", 1, "--modes", "none", "--plot", "lo-1", "--lang", "vi")
    said = simulate(*asked).stdout
    assert "1 lô, 1 ngày từ 01/12/2026 đến 01/12/2026; thời tiết mô phỏng, mã ngẫu nhiên 1" in said
    assert "không tưới" in said


def test_json_has_every_day_of_every_plot(site: Path, weather: Path) -> None:
    ended = simulate(
        "--site", site, "--plot", "lo-1", "--weather", weather, "--modes", "none", "--json"
    )
    assert ended.exit_code == 0, ended.stderr
    assert ended.stderr.splitlines() == [
        "hamlet: 3 of 3 days: radiation from the day's range of temperature (Eq. 50)",
        "hamlet: 3 of 3 days: wind taken for 2 m/s (p. 63)",
    ]
    found = json.loads(ended.stdout)
    assert (found["from"], found["days"], found["recorded"]) == ("2019-04-01", 3, True)
    (way,) = found["ways"]
    (plot,) = way["plots"]
    assert [day["date"] for day in plot["days"]] == ["2019-04-01", "2019-04-02", "2019-04-03"]
    assert [day["rained_mm"] for day in plot["days"]] == [0, 30, 0]
    assert plot["days"][-1]["depletion_mm"] == plot["end_depletion_mm"]
    assert plot["days"][0]["believed_mm"] is not None


def test_of_a_file_is_told_what_was_not_taken(site: Path, tmp_path: Path) -> None:
    """As `irrigation et0` does, but only of the days that are played, and not by the hundred."""
    rows = [f"{date(2019, 4, 1) + timedelta(day)},25,17,101,1,9\n" for day in range(40)]
    file = tmp_path / "days.csv"
    file.write_text("date,tmax,tmin,rhmax,rain,eto\n" + "".join(rows), encoding="utf-8")
    asked = ("--site", site, "--plot", "lo-1", "--weather", file, "--modes", "none")
    told = simulate(*asked, "--days", 2).stderr.splitlines()
    assert told[:3] == [
        "hamlet: columns not used: eto",
        "hamlet: line 2, 2019-04-01: humidity 101 % taken for 100 %",
        "hamlet: line 3, 2019-04-02: humidity 101 % taken for 100 %",
    ]
    assert "hamlet: and 1 more like this" in simulate(*asked, "--days", 11).stderr


def test_a_chart_is_drawn(site: Path, tmp_path: Path) -> None:
    chart = tmp_path / "season.svg"
    asked = ("--site", site, "--days", 1, "--plot", "lo-1", "--modes", "fixed,none")
    assert simulate(*asked, "--chart", chart, "--lang", "vi").exit_code == 0
    drawn = chart.read_text(encoding="utf-8")
    assert drawn.startswith("<?xml")
    for told in (
        "<!-- 1 lô, 1 ngày từ 01/12/2026 đến 01/12/2026; thời tiết mô phỏng, mã ngẫu nhiên 1 -->",
        "<!-- đất thiếu, mm -->",
        " ngày thiếu nước, thấm mất ",
        "<!-- đất đủ nước, phần thừa sẽ thấm mất -->",
        "<!-- 01/12 -->",
    ):
        assert told in drawn
    ended = simulate(*asked, "--chart", tmp_path / "season.gif")
    assert ended.exit_code == 2
    assert "a chart is written as .svg or .png" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--plot", "lo-9"), "there is no plot 'lo-9'"),
        (("--plot", "lo1"), "there is no plot 'lo1'; did you mean 'lo-1'?"),
        (("--modes", "balance,drip"), "--modes: 'drip' is none of fixed, schedule, soil, balance"),
        (("--modes", ""), "--modes: '' is none of"),
        (("--fixed", 0), "--fixed is more than 0 and at most 60 mm"),
        (("--fixed", "nan"), "--fixed is more than 0"),
        (("--from", "1.12.2026"), "--from: '1.12.2026' is no day; write 2026-12-31"),
        (("--from", "0001-01-01"), "too far away"),
        (("--from", "2026-12-02", "--to", "2026-12-01"), "--to 2026-12-01 is before --from"),
        (("--from", "2026-01-01", "--to", "2026-02-01", "--days", 3), "give two of --from"),
        (("--to", "2026-12-01"), "--to needs --from or --days"),
        (("--from", "2026-01-01", "--to", "2046-01-01"), "at most 3660 days, not 7306"),
        (("--season", "dry", "--days", 3), "--season is a month of its own"),
        (("--latitude", 3), "those of a --weather file"),
        (("--weather", FILE, "--from", "2014-01-01"), "is not within the file, which has 2013-01"),
        (("--weather", FILE, "--season", "wet"), "--season is a month of its own"),
        (("--weather", FILE, "--latitude", 91), "latitude 91 is not between"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    site: Path, arguments: tuple[object, ...], complaint: str
) -> None:
    ended = simulate("--site", site, *arguments)
    assert ended.exit_code == 2
    assert complaint in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("date,tmax,tmin\n2024-01-01,25,17\n", "without rain (0 where none fell): 2024-01-01"),
        ("date,tmax,rain\n2024-01-01,25,0\n", "tmin"),
        ("hello\n", "heading"),
        ("date,tmax,tmin,rain\n2024-01-01,25,17,0\n2024-01-03,25,17,0\n", "not in the file"),
        ("date,tmax,tmin,rain,wind\n2024-01-01,25,17,0,2\n", "at which height was the wind"),
    ],
)
def test_weather_files_that_do_not_do(
    site: Path, tmp_path: Path, text: str, complaint: str
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(text, encoding="utf-8")
    ended = simulate("--site", site, "--weather", file)
    assert ended.exit_code == 2
    assert complaint in ended.stderr


def test_a_site_without_plots(site: Path) -> None:
    (site / "plots.yaml").unlink()
    ended = simulate("--site", site)
    assert ended.exit_code == 2
    assert "the site has no plots: describe them in its plots.yaml" in ended.stderr


def test_a_plot_without_probes_is_not_watered_by_them(tmp_path: Path) -> None:
    write_garden(tmp_path, {"lo-3": {"sensors": []}})
    ended = simulate("--site", tmp_path, "--modes", "soil")
    assert ended.exit_code == 2
    assert "--modes: lo-3 has no sensors; leave out soil" in ended.stderr
    ended = simulate("--site", tmp_path, "--plot", "lo-3", "--days", 1, "--json")
    assert "hamlet: without soil: lo-3 has no sensors" in ended.stderr
    ways = [way["way"] for way in json.loads(ended.stdout)["ways"]]
    assert ways == ["fixed", "schedule", "balance", "none"]


def test_runs_that_fail_are_counted_by_cause(tmp_path: Path) -> None:
    """Two plots of one pump, and a schedule that gives both of them the same hours."""
    schedule = {"at": ["05:00"], "depth_mm": 4}
    own = {"mode": "schedule", "schedule": schedule, "rate_l_min": 4, "minutes_per_run_max": 900}
    write_garden(tmp_path, {"lo-1": own, "lo-2": own})
    asked = ("--site", tmp_path, "--plot", "lo-1", "--plot", "lo-2", "--days", 1)
    ended = simulate(*asked, "--modes", "schedule", "--lang", "en")
    assert ended.exit_code == 1
    assert "schedule: 1 run failed: it waited ten hours for its turn (1)." in ended.stdout
