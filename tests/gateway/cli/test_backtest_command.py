"""`hamlet rules backtest` as it is typed."""

import importlib.util
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.rules_commands import rules
from tests.gateway.small_site import DRY_RULE, write_small_site

ARMED = {
    **DRY_RULE,
    "on": {"kind": "soil"},
    "when": "soil_moisture_pct < 24",
    "then": [{"alert": {"severity": "warning"}}],
}
LINES = [
    f"2026-11-03 {hour:02}:{minute:02},soil-{number},soil,{20 if minute % 20 else 30}"
    for hour in range(6, 12)
    for minute in range(0, 60, 10)
    for number in (1, 2)
]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    write_small_site(folder, rules=[ARMED])
    (folder / "day.csv").write_text("\n".join(["time,device,kind,soil_moisture_pct", *LINES]))
    (folder / "new.yaml").write_text(json.dumps([{**ARMED, "for": "30m"}]))
    return folder


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(rules, ["backtest", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_a_table_is_tried(site: Path) -> None:
    status, said, _ = run("--site", site, "--csv", site / "day.csv")
    assert status == 0
    assert "2026-11-03 06:00 to 2026-11-03 11:50: 72 readings" in said
    assert "would have sent 36 alerts, 0 commands" in said


def test_new_rules_are_compared_with_the_armed_ones_of_the_same_name(site: Path) -> None:
    new = ("--rules", site / "new.yaml")
    status, said, _ = run("--site", site, "--csv", site / "day.csv", *new)
    assert status == 0
    assert "would have sent 0 alerts instead of 36" in said
    (site / "rules" / "more.yaml").write_text(json.dumps([{**ARMED, "rule": "more"}]))
    _, said, _ = run("--site", site, "--csv", site / "day.csv", *new)
    assert "0 alerts instead of 36," in said
    _, said, _ = run("--site", site, "--csv", site / "day.csv", *new, "--against", "armed")
    assert "0 alerts instead of 72," in said
    _, said, _ = run("--site", site, "--csv", site / "day.csv", "--against", site / "new.yaml")
    assert "72 alerts instead of 0," in said


def test_json_is_a_list_in_order_of_time_with_a_summary_at_its_end(site: Path) -> None:
    _, said, _ = run("--site", site, "--csv", site / "day.csv", "--json")
    *changes, last = json.loads(said)
    assert [set(change) for change in changes] == [{"rule", "device", "time", "state"}] * 70
    assert [change["time"] for change in changes] == sorted(one["time"] for one in changes)
    assert changes[0] == {
        "rule": "dry",
        "device": "soil-1",
        "time": 1793661000000,
        "state": "firing",
    }
    summary = last["summary"]
    assert (summary["firings"], summary["alerts"], summary["readings"]) == (36, 36, 72)
    assert summary["rules"][0]["rule"] == "dry"
    assert summary["armed"] is None


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_a_chart_is_drawn(site: Path, suffix: str) -> None:
    chart = site / f"chart.{suffix}"
    new = ("--rules", site / "new.yaml", "--chart", chart)
    assert run("--site", site, "--csv", site / "day.csv", "--chart", chart)[0] == 0
    drawn = chart.read_bytes()
    assert drawn.startswith(b"<?xml" if suffix == "svg" else b"\x89PNG")
    assert run("--site", site, "--csv", site / "day.csv", *new)[0] == 0
    assert chart.read_bytes() != drawn, "no rule fires in this one"


def test_what_a_chart_needs_is_said_before_anything_is_tried(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = ("--site", site, "--csv", site / "day.csv")
    assert run(*table, "--chart", site / "x.gif")[::2] == (
        2,
        f"hamlet: {site / 'x.gif'}: a chart is written as .svg or .png\n",
    )
    assert "there is no folder" in run(*table, "--chart", site / "no" / "x.svg")[2]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "charts need matplotlib: pip install" in run(*table, "--chart", site / "x.svg")[2]


def test_times_are_local_as_for_explain(site: Path) -> None:
    arguments = ("--from", "2026-11-03T06:30", "--to", "2026-11-03T07:00Z")
    status, _, error = run("--site", site, *arguments)
    assert (status, "there is no such file" in error) == (2, True)  # the times were understood


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--simulated", 1, "--days", 2), "give only one of --csv, --simulated and a time"),
        (("--days", 2, "--from", "2026-11-03T00:00:00Z"), "give only one of --days and --from"),
        (("--from", "yesterday"), "--from: time 'yesterday' is no RFC 3339; write e.g."),
        (("--against", "nothing.yaml"), "there is no such file"),
        ((), "there is no such file; try the rules with --csv or --simulated"),
    ],
)
def test_a_wrong_call_is_told(site: Path, arguments: tuple[object, ...], said: str) -> None:
    table = ("--csv", site / "day.csv") if "--against" in arguments else ()
    status, _, error = run("--site", site, *table, *arguments)
    assert status == 2
    assert said in error


def test_mistakes_in_rules_and_tables_have_their_places(site: Path) -> None:
    (site / "day.csv").write_text("time,device,kind,soil_ph\nx,soil-1,soil,7\n")
    assert f"{site / 'day.csv'}:2:1: " in run("--site", site, "--csv", site / "day.csv")[2]
    (site / "new.yaml").write_text("- rule: a\n")
    status, _, error = run("--site", site, "--simulated", 1, "--rules", site / "new.yaml")
    assert (status, f"{site / 'new.yaml'}:1:3: " in error) == (2, True)


def test_the_simulated_hamlet_is_tried(site: Path) -> None:
    status, said, _ = run("--site", site, "--simulated", 1, "--json")
    assert status == 0
    assert json.loads(said)[-1]["summary"]["readings"] > 4 * 90
