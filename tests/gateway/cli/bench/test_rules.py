"""The bench of the rules measures what it says; how fast the machine is, is not asked here."""

import json

import pytest
from typer.testing import CliRunner

from gateway.cli.bench import rules as bench_rules
from gateway.cli.main import app


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "RULES": (1, 10),
        "TOUCHING": (0, 1, 10),
        "READINGS": 100,
        "REPEATS": 1,
        "IDLE_DEVICES": 20,
        "WINDOW_DEVICES": 5,
        "WINDOW_READINGS": 20,
        "LOADED_RULES": 10,
        "BACKTEST_READINGS": 2_000,
    }.items():
        monkeypatch.setattr(bench_rules, name, value)


def test_json_holds_every_measure() -> None:
    result = CliRunner().invoke(app, ["bench", "rules", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    sizes = [(one["rules"], one["touching"]) for one in report["reading_ns"]]
    assert sizes == [(1, 0), (1, 1), (10, 0), (10, 1), (10, 10)]
    assert isinstance(report["condition_ns"], float)
    assert 0 < report["instance_bytes"] < 5_000
    assert report["load_1000_rules_s"] >= 0
    assert (report["backtest"]["rules"], report["backtest"]["readings"]) == (20, 2_000)


def test_people_get_a_table() -> None:
    result = CliRunner().invoke(app, ["bench", "rules"])
    assert "rules  reading it  ns a reading" in result.stdout
    assert "back-test with 20 rules: " in result.stdout
