"""Twenty different mistakes in a folder are twenty messages, each where its mistake is."""

import json
from pathlib import Path

from typer.testing import CliRunner

from gateway.cli.rules_commands import rules

HERE = Path(__file__).parent / "mistakes"
SITE = Path(__file__).parents[3] / "site.example"

EXPECTED = [
    ("conditions.yaml", 5, 9, "'__import__' is not allowed here"),
    ("conditions.yaml", 11, 9, "only device.<setting> and site.<constant> have a dot"),
    ("conditions.yaml", 17, 11, "'lambda' is not allowed here; conditions are made of metrics"),
    ("conditions.yaml", 23, 33, "'for' is not allowed here"),
    ("conditions.yaml", 29, 22, "powers are not allowed; multiply instead"),
    ("conditions.yaml", 35, 9, "there is no such function; there are: age(…)"),
    ("conditions.yaml", 41, 9, "there is no metric 'batery_v'; did you mean 'battery_v'?"),
    ("conditions.yaml", 47, 19, "'=' is not allowed here; use == to compare"),
    ("conditions.yaml", 53, 179, "is nested deeper than 30; split it into several rules"),
    ("rules.yaml", 5, 9, "unknown name 'wehn'; did you mean 'when'?"),
    ("rules.yaml", 10, 14, "there is no kind 'soli'; did you mean 'soil'?"),
    ("rules.yaml", 18, 8, "a duration needs its unit: write e.g. 20s, 10m"),
    ("rules.yaml", 25, 13, "'-5m' is no duration"),
    ("rules.yaml", 32, 8, "'400d' must be more than nothing and at most 366d"),
    ("rules.yaml", 39, 49, "a light has no command 'open'; it knows: set-brightness"),
    ("rules.yaml", 41, 9, "there is a rule 'without-unit' already, at rules.yaml:14"),
    ("yaml-bomb.yaml", 4, 11, "aliases (*name) are not allowed: write the value out"),
    ("yaml-bomb.yaml", 12, 3, "'when' is here twice, first in line 11"),
    ("yaml-bomb.yaml", 16, 10, "YAML reads on, off, yes and no as true or false"),
    ("yaml-unfinished.yaml", 5, 7, "a bracket or brace is not closed, or a comma is missing"),
]


def test_twenty_mistakes_are_twenty_messages() -> None:
    result = CliRunner().invoke(rules, ["check", str(HERE), "--site", str(SITE), "--json"])
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    places = [(Path(one["file"]).name, one["line"], one["column"]) for one in found]
    assert places == [expected[:3] for expected in EXPECTED]
    for one, (*_, words) in zip(found, EXPECTED, strict=True):
        assert words in one["message"]
        assert one["severity"] == "error"
    assert len({one["message"] for one in found}) == len(found) == 20


def test_without_json_each_is_a_line() -> None:
    result = CliRunner().invoke(rules, ["check", str(HERE), "--site", str(SITE)])
    *lines, summary = result.stdout.splitlines()
    for line, (file, row, column, words) in zip(lines, EXPECTED, strict=True):
        assert line.startswith(f"{HERE / file}:{row}:{column}: error: ")
        assert words in line
    assert summary == "20 error(s), 0 warning(s)"
