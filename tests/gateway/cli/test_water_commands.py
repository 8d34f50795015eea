"""`hamlet irrigation plan` and `explain`: what the journal tells, while the gateway may run."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from tests.gateway.driven_hamlet import MINUTE, NOW, Hamlet
from tests.gateway.small_site import soil, topic
from tests.gateway.watered_site import write_watered_site


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    """At 07:00 its plot is dry, and watered by itself."""
    thresholds = {"start_pct": 24, "stop_pct": 27}
    write_watered_site(tmp_path, mode="soil", thresholds=thresholds, litres_per_day_max=90_000)
    hamlet = Hamlet(tmp_path, [], False)
    hamlet.say(topic("valve-1"), json.dumps({"seq": 0, "boot": "b", "open": False}).encode())
    hamlet.say(topic("soil-1"), soil(0, 21))
    hamlet.commit()
    yield hamlet
    hamlet.connection.close()


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["irrigation", *arguments, "--site", str(folder)])


def lines(folder: Path, *arguments: str) -> list[str]:
    result = run(folder, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_why_a_plot_is_watered(hamlet: Hamlet, tmp_path: Path) -> None:
    english = lines(tmp_path, "explain", "lo-1", "--lang", "en")
    assert english[0] == "lo-1: Tea plot one"
    assert english[1].startswith("07:00: Watering Tea plot one")
    assert "  Soil moisture: 21%" in english
    assert "  Way of watering: By soil moisture" in english
    vietnamese = lines(tmp_path, "explain", "lo-1", "--lang", "vi")
    assert vietnamese[1].startswith("07:00: Tưới Lô chè một")
    assert "  Độ ẩm đất: 21\N{NO-BREAK SPACE}%" in vietnamese
    for line in (*english, *vietnamese):
        assert "_" not in line, "the name of a figure, not a word"


def test_what_is_expected_stands_beside_what_was_decided(hamlet: Hamlet, tmp_path: Path) -> None:
    told = lines(tmp_path, "explain", "lo-1", "--lang", "en")
    planned = [line for line in lines(tmp_path, "plan", "--lang", "en") if line.startswith("  ")]
    assert planned
    assert told[told.index("The next 24 hours:") + 1 :] == planned


def test_what_was_decided_before(hamlet: Hamlet, tmp_path: Path) -> None:
    before = lines(tmp_path, "explain", "lo-1", "2026-11-22T06:59", "--lang", "en")
    assert before[1] == "Nothing has been decided yet."
    after = lines(tmp_path, "explain", "lo-1", "2026-11-22T07:01", "--lang", "en")
    assert lines(tmp_path, "explain", "lo-1", "--lang", "en")[: len(after)] == after


def test_an_explanation_for_a_program(hamlet: Hamlet, tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "explain", "lo-1", "--json").stdout)
    assert (told["plot"], told["at"], told["action"]) == ("lo-1", NOW, "water")
    assert told["inputs"]["moisture_pct"] == 21
    assert told["sentence"].keys() == {"vi", "en"}


def test_the_plan_of_the_next_day(hamlet: Hamlet, tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "plan", "--json").stdout)
    assert told["at"] == NOW
    assert [one["plot"] for one in (*told["waterings"], *told["without"])] == ["lo-1"]
    shown = lines(tmp_path, "plan", "--lang", "en")
    assert shown[0].startswith("Worked out at Sunday 22 Nov 2026, 07:00")
    assert any("lo-1 (Tea plot one)" in line for line in shown)
    assert lines(tmp_path, "plan", "--lang", "vi")[0].startswith("Tính lúc Chủ Nhật 22/11/2026")


def test_the_journal_stays_as_it_was(hamlet: Hamlet, tmp_path: Path) -> None:
    """The plan is worked out on a pipeline of its own, whose decisions nobody carries out."""
    before = hamlet.ask("SELECT count(*), max(at) FROM explanation")
    hamlet.now += MINUTE
    lines(tmp_path, "plan")
    assert hamlet.ask("SELECT count(*), max(at) FROM explanation") == before


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("explain", "lo-2"), "there is no plot 'lo-2'; did you mean 'lo-1'?"),
        (("explain", "lo-1", "yesterday"), "TIME:"),
        (("explain", "lo-1", "2099-01-01T06:00"), "TIME: 2099-01-01T06:00 is still to come"),
    ],
)
def test_a_call_that_makes_no_sense(
    hamlet: Hamlet, tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    result = run(tmp_path, *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_a_site_that_has_never_run(tmp_path: Path) -> None:
    write_watered_site(tmp_path)
    for arguments in (("plan",), ("explain", "lo-1")):
        result = run(tmp_path, *arguments)
        assert result.exit_code == 2
        assert "there is no journal yet" in result.stderr


def test_a_journal_without_readings(tmp_path: Path) -> None:
    write_watered_site(tmp_path)
    Hamlet(tmp_path, [], False).connection.close()
    result = run(tmp_path, "plan")
    assert result.exit_code == 2
    assert "no readings yet" in result.stderr
    assert lines(tmp_path, "explain", "lo-1", "--lang", "en")[1] == "Nothing has been decided yet."


def test_a_journal_that_an_older_version_wrote(hamlet: Hamlet, tmp_path: Path) -> None:
    hamlet.connection.execute("PRAGMA user_version = 14")
    for arguments in (("plan",), ("explain", "lo-1")):
        result = run(tmp_path, *arguments)
        assert result.exit_code == 2
        assert "the gateway brings it up to date when it starts" in result.stderr


def test_a_season_ahead_in_the_simulated_climate(hamlet: Hamlet, tmp_path: Path) -> None:
    shown = lines(tmp_path, "plan", "--season", "--days", "40", "--lang", "en")
    assert shown[0].split()[:4] == ["plot", "11/2026", "12/2026", "in"]
    assert shown[1].startswith("lo-1")
    assert shown[2].startswith("all plots")
    told = json.loads(run(tmp_path, "plan", "--season", "--days", "40", "--json").stdout)
    assert (told["from"], told["days"]) == ("2026-11-22", 40)
    assert told["et0_mm"] > 40
    (plot,) = told["plots"]
    assert plot["waterings"]
    assert {one["date"][:7] for one in plot["waterings"]} <= {"2026-11", "2026-12"}
    assert lines(tmp_path, "plan", "--season", "--lang", "vi")[0].startswith("lô")


def test_a_season_ahead_with_the_days_of_a_file(hamlet: Hamlet, tmp_path: Path) -> None:
    file = tmp_path / "weather.csv"
    dry = [f"2024-11-{day},28,18,0" for day in range(22, 31)]
    file.write_text("\n".join(["date,tmax,tmin,rain", *dry]))
    ended = run(tmp_path, "plan", "--season", "--days", "9", "--weather", str(file), "--json")
    assert json.loads(ended.stdout)["rain_mm"] == 0
    assert "hamlet: 9 of 9 days: wind taken for 2 m/s (p. 63)" in ended.stderr.splitlines()
    missing = run(tmp_path, "plan", "--season", "--days", "10", "--weather", str(file))
    assert missing.exit_code == 2
    assert "first for 12-01" in missing.output
    assert run(tmp_path, "plan", "--weather", str(file)).exit_code == 2


def test_a_source_that_cannot_keep_up_is_named(hamlet: Hamlet, tmp_path: Path) -> None:
    file = tmp_path / "plots.yaml"
    water = yaml.safe_load(file.read_text())
    pond = {"id": "pond", "label": {"vi": "Ao làng", "en": "Pond"}, "litres_per_day_max": 4000}
    water["sources"] = [pond]
    water["plots"][0].pop("pump", None)
    water["plots"][0]["source"] = "pond"
    water.pop("pumps", None)
    file.write_text(yaml.safe_dump(water, allow_unicode=True))
    shown = lines(tmp_path, "plan", "--season", "--days", "40", "--lang", "en")
    assert any(line.startswith("Pond cannot keep up in 12/2026: on ") for line in shown)
