"""The bench of agronomy measures what it says; how fast the machine is, is not asked here."""

import json

import pytest
from typer.testing import CliRunner

from gateway.cli.bench import irrigation, season
from gateway.cli.main import app


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(irrigation, "YEARS", 1)
    monkeypatch.setattr(irrigation, "REPEATS", 1)
    monkeypatch.setattr(season, "PLOTS", 20)
    monkeypatch.setattr(season, "DAYS", 2)


def test_json_holds_every_measure() -> None:
    result = CliRunner().invoke(app, ["bench", "irrigation", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report.pop("days") == 365
    of_season = report.pop("season")
    assert (of_season.pop("plots"), of_season.pop("days")) == (20, 2)
    assert of_season.pop("waterings") > 0
    assert all(value >= 0 for value in of_season.values())
    assert set(report) == {"et0_s", "et0_us_per_day", "read_s", "balance_us_per_step"}
    assert all(value >= 0 for value in report.values())


def test_people_get_sentences() -> None:
    result = CliRunner().invoke(app, ["bench", "irrigation"])
    assert "ET0 of 365 days: " in result.stdout
    assert "a step of the water balance: " in result.stdout
