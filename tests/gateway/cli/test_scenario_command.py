import json
import shutil
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from gateway.scenario.load import load_stories

SITE = Path(__file__).parents[3] / "site.example"
DOCS = SITE.parent / "docs"
HEAD = """\
devices: [{id: soil-1, kind: soil, plot: lo-3}, {id: valve-1, kind: valve}]
rules:
  - rule: dry
    label: Dry
    on: {kind: soil}
    when: soil_moisture_pct < 24
    then:
      - alert: {severity: warning}
      - command: {device: valve-1, command: open, lease_s: 600}
      - irrigate: {plot: "{device.plot}", depth_mm: 6}
scenarios:
  - scenario: dry soil
    readings:
      - {device: soil-1, soil_moisture_pct: 30 20}
    expect:
"""
"""The first look is in line 16."""


def write(folder: Path, *looks: str, head: str = HEAD) -> Path:
    file = folder / "dry.yaml"
    file.write_text(head + "".join(f"      - {look}\n" for look in looks))
    return file


def test(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["rules", "test", *map(str, arguments)])


test.__test__ = False  # type: ignore[attr-defined]


def test_all_is_as_expected(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "{at: 0, states: {dry: inactive}, alerts: [], commands: [], irrigation: []}",
        "{at: 1m, states: {dry: {soil-1: firing}}, alerts: [{rule: dry, device: soil-1}],"
        " commands: [{device: valve-1, command: open, lease_s: 600, rule: dry}],"
        " irrigation: [{plot: lo-3, depth_mm: 6}]}",
        "{at: 2m, commands: [], irrigation: [], alerts: [{rule: dry}]}",
    )
    result = test(file)
    assert (result.exit_code, result.stdout) == (0, "1 passed, 0 failed\n")


@pytest.mark.parametrize(
    ("look", "column", "expected", "got"),
    [
        ("{at: 0, states: {dry: firing}}", 31, "firing", "soil-1: inactive"),
        ("{at: 0, states: {dry: {soil-1: firing}}}", 40, "firing", "inactive"),
        ("{at: 0, states: {dry: {valve-1: firing}}}", 41, "firing", "the rule does not concern it"),
        ("{at: 0, alerts: [{rule: dry}]}", 25, "{rule: dry}", "none"),
        (
            "{at: 1m, alerts: []}",
            26,
            "none",
            "{rule: dry, device: soil-1, severity: warning, vi: Dry: soil-1, en: Dry: soil-1}",
        ),
        (
            "{at: 1m, commands: [{device: valve-1, command: close}]}",
            28,
            "{device: valve-1, command: close}",
            "{rule: dry, device: valve-1, command: open, lease_s: 600}",
        ),
        (
            "{at: 1m, irrigation: [{plot: lo-3, litres: 5}]}",
            30,
            "{plot: lo-3, litres: 5.0}",
            "{rule: dry, plot: lo-3, depth_mm: 6.0}",
        ),
    ],
)
def test_what_differs_is_told_with_its_place(
    tmp_path: Path, look: str, column: int, expected: str, got: str
) -> None:
    file = write(tmp_path, look)
    result = test(file)
    assert result.exit_code == 1
    line, summary = result.stdout.splitlines()
    assert line.startswith(f"{file}:16:{column}: dry soil, at ")
    assert line.endswith(f": expected {expected}, got {got}")
    assert summary == "0 passed, 1 failed"


def test_json_says_the_same(tmp_path: Path) -> None:
    file = write(tmp_path, "{at: 1m, states: {dry: {soil-1: pending}}}")
    result = test(file, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "file": str(file),
            "line": 12,
            "scenario": "dry soil",
            "passed": False,
            "failures": [
                {
                    "line": 16,
                    "column": 41,
                    "at_ms": 60_000,
                    "what": "dry for soil-1",
                    "expected": "pending",
                    "got": "firing",
                }
            ],
        }
    ]


def test_one_wrong_scenario_is_not_called_too_few(tmp_path: Path) -> None:
    head = HEAD.replace("dry soil\n", "dry soil\n    start: yesterday\n")
    told = test(write(tmp_path, "{at: 1m}", head=head)).stderr.splitlines()
    assert "start: must be a time; write e.g. 2026-03-02T22:00" in told[0]
    assert told[1] == "hamlet: 1 mistake; nothing was started"
    told = test(write(tmp_path, head=HEAD.replace("expect:", "expect: []"))).stderr.splitlines()
    assert "expect: must have at least 1 item" in told[0]
    assert told[1] == "hamlet: 1 mistake; nothing was started"


@pytest.mark.parametrize(
    ("old", "new", "place", "complaint"),
    [
        ("soil-1, soil_m", "soil-9, soil_m", "14:18", "there is no device 'soil-9'; did you mean"),
        ("soil_moisture_pct: 30", "moisture: 30", "14:36", "a soil has no metric 'moisture'"),
        ("30 20}", "30 2O}", "14:45", "'2O' is no value"),
        ("30 20}", "0x3}", "14:45", "0x3 is a number in YAML; for zeros write 0+0x3"),
        ("expect:", "expects:", "12:5", "'expect' is missing"),
        ("soil_moisture_pct < 24", "soil_moisture < 24", "6:11", "there is no metric"),
    ],
)
def test_a_file_with_mistakes_is_not_run(
    tmp_path: Path, old: str, new: str, place: str, complaint: str
) -> None:
    head = HEAD.replace(old, new)
    result = test(write(tmp_path, "{at: 1m}", head=head))
    assert result.exit_code == 2
    assert f"dry.yaml:{place}" in result.stderr
    assert complaint in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("look", "complaint"),
    [
        ("{at: 5}", "at: is a time after the start with its unit"),
        ("{at: 1m, states: {dri: firing}}", "there is no rule 'dri'; did you mean 'dry'?"),
        ("{at: 1m, alerts: [{rule: dry, device: soil-2}]}", "there is no device 'soil-2'"),
        ("{at: 1m, states: {dry: fires}}", "Input should be 'inactive', 'pending' or 'firing'"),
        ("{at: 1m, alert: []}", "unknown name 'alert'; did you mean 'alerts'?"),
    ],
)
def test_a_look_with_mistakes_is_told(tmp_path: Path, look: str, complaint: str) -> None:
    result = test(write(tmp_path, look))
    assert result.exit_code == 2
    assert "dry.yaml:16:" in result.stderr
    assert complaint in result.stderr


def test_a_reading_that_the_gateway_would_reject_is_no_reading(tmp_path: Path) -> None:
    result = test(write(tmp_path, "{at: 1m}", head=HEAD.replace("30 20", "30 200")))
    assert result.exit_code == 1
    assert "dry.yaml:14:9: dry soil, at 1m: message of soil-1" in result.stdout
    assert "soil_moisture_pct" in result.stdout


def test_a_command_that_was_refused_is_not_one_that_was_given(tmp_path: Path) -> None:
    """The seventh within ten minutes is refused."""
    dim = "{device: light-1, command: set-brightness, brightness_pct: 50}"
    head = HEAD.replace("{id: valve-1, kind: valve}", "{id: light-1, kind: light}")
    head = head.replace("{device: valve-1, command: open, lease_s: 600}", dim)
    head = head.replace("30 20}", f"{'30 20 ' * 7}, interval: 5s}}")
    given = f"{{at: 3m, commands: [{', '.join([dim] * 6)}, {dim[:-1]}, refused: true}}]}}"
    assert test(write(tmp_path, given, head=head)).exit_code == 0
    result = test(write(tmp_path, given.replace(", refused: true", ""), head=head))
    assert result.exit_code == 1
    assert "refused: True, error: the rule commands it too often" in result.stdout


def test_the_rules_and_devices_of_a_site(tmp_path: Path) -> None:
    file = tmp_path / "tea.yaml"
    file.write_text(
        textwrap.dedent("""\
        scenarios:
          - scenario: the example's tea is dry
            interval: 10m
            readings: [{device: soil-01a, soil_moisture_pct: 22 22}]
            expect:
              - at: 10m
                states: {tea-plot-dry: {soil-01a: firing}}
                alerts: [{device: soil-01a, rule: tea-plot-dry}]
        """)
    )
    result = test(file, "--site", SITE)
    assert (result.exit_code, result.stdout) == (0, "1 passed, 0 failed\n"), result.output
    alone = test(file)
    assert alone.exit_code == 2
    assert "lists no devices" in alone.stderr


def test_rules_in_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    rule = (
        "- {rule: dry, label: D, on: {kind: soil}, when: soil_ph < 4,"
        " then: [{alert: {severity: info}}]}\n"
    )
    (tmp_path / "rules" / "tea.yaml").write_text(rule)
    scenario = (
        "  - scenario: s\n    readings: [{device: a, soil_ph: 3}]\n"
        "    expect: [{at: 0, states: {dry: firing}}]\n"
    )
    for name in ("rules/tea.yaml", "rules", "[rules/tea.yaml]"):
        head = f"devices: [{{id: a, kind: soil}}]\nrules: {name}\nscenarios:\n"
        (tmp_path / "one.yaml").write_text(head + scenario)
        assert test(tmp_path / "one.yaml").exit_code == 0, name
        assert test(tmp_path).stdout == "1 passed, 0 failed\n", "the rules are no scenarios"


def test_a_folder_without_scenarios_is_a_wrong_call(tmp_path: Path) -> None:
    assert test(tmp_path).exit_code == 2
    assert test(tmp_path / "none.yaml").exit_code == 2


def test_the_example_of_the_documentation_passes(tmp_path: Path) -> None:
    """With the rules of the example site, of which it speaks."""
    (tmp_path / "rules").mkdir()
    shutil.copy(SITE / "rules" / "tea.yaml", tmp_path / "rules")
    chapter = (DOCS / "rules.md").read_text().split("## Testing rules")[1]
    (tmp_path / "tests").mkdir()
    file = tmp_path / "tests" / "tea.yaml"
    file.write_text(chapter.split("```yaml\n")[1].split("```")[0])
    assert test(file).stdout == "1 passed, 0 failed\n"


def test_a_week_has_its_weekdays_and_the_default_start_is_a_monday(tmp_path: Path) -> None:
    [story] = load_stories(write(tmp_path, "{at: 0}"), None)
    local = datetime.fromtimestamp(story.start / 1000, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert f"{local:%A %H:%M}" == "Monday 00:00"


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("2026-11-22T17:30", "2026-11-22T10:30"),
        ("2026-11-22T17:30:00+09:00", "2026-11-22T08:30"),
        ("2026-11-22 17:30:00", "2026-11-22T10:30"),
    ],
)
def test_a_start_is_local_unless_it_says_otherwise(tmp_path: Path, start: str, utc: str) -> None:
    head = HEAD.replace("dry soil\n", f"dry soil\n    start: {start}\n")
    [story] = load_stories(write(tmp_path, "{at: 0}", head=head), None)
    assert datetime.fromtimestamp(story.start / 1000, UTC).isoformat()[:16] == utc


@pytest.mark.parametrize("start", ["9999-12-31", "0001-01-01", "1999-12-31T23:59", "2100-01-01"])
def test_a_start_is_of_our_time(tmp_path: Path, start: str) -> None:
    head = HEAD.replace("dry soil\n", f"dry soil\n    start: {start}\n")
    result = test(write(tmp_path, "{at: 0}", head=head))
    assert result.exit_code == 2
    assert "dry.yaml:13:12: start: must lie in the years 2000 to 2099" in result.stderr


def test_where_the_hamlet_is(tmp_path: Path) -> None:
    place = "place: {latitude: 48, longitude: 11, timezone: Europe/Berlin}\n"
    [story] = load_stories(write(tmp_path, "{at: 0}", head=place + HEAD), None)
    assert story.site.config.place.timezone == "Europe/Berlin"
    assert datetime.fromtimestamp(story.start / 1000, UTC).hour == 23


def test_constants_of_the_site(tmp_path: Path) -> None:
    head = HEAD.replace("< 24", "< site.dry_pct")
    look = "{at: 1m, states: {dry: firing}}"
    result = test(write(tmp_path, look, head="constants: {dry_pct: 21}\n" + head))
    assert result.exit_code == 0, result.output
    assert test(write(tmp_path, look, head="constants: {dry_pct: 19}\n" + head)).exit_code == 1
    assert test(write(tmp_path, look, head=head)).exit_code == 2


@pytest.mark.parametrize("name", ["place", "constants"])
def test_what_a_site_says_is_not_said_again(tmp_path: Path, name: str) -> None:
    part = {
        "place": "{latitude: 1, longitude: 1, timezone: Asia/Ho_Chi_Minh}",
        "constants": "{a: 1}",
    }[name]
    file = tmp_path / "one.yaml"
    file.write_text(f"{name}: {part}\nscenarios: [{{scenario: s, expect: [{{at: 0}}]}}]\n")
    result = test(file, "--site", SITE)
    assert result.exit_code == 2
    assert f"one.yaml:1:{len(name) + 3}: the {name} is the site's" in result.stderr


def test_health_is_told(tmp_path: Path) -> None:
    assert test(write(tmp_path, "{at: 1m, healthy: {dry: true}}")).exit_code == 0
    result = test(write(tmp_path, "{at: 1m, healthy: {dry: false}}"))
    assert result.exit_code == 1
    assert ": dry: expected a fault, got healthy" in result.stdout


def test_an_alert_has_one_source(tmp_path: Path) -> None:
    for alert in ("{}", "{rule: dry, source: gateway:command-storm}", "{source: gateway:other}"):
        assert test(write(tmp_path, f"{{at: 1m, alerts: [{alert}]}}")).exit_code == 2, alert


@pytest.mark.parametrize(
    ("outages", "complaint"),
    [
        ("[{off: 2h, on: 1h}]", "on must come after off"),
        ("[{off: 1h, on: 3h}, {off: 2h, on: 4h}]", "begins before the one above has ended"),
        ("[{off: 1h}]", "'on' is missing"),
    ],
)
def test_outages_that_cannot_be(tmp_path: Path, outages: str, complaint: str) -> None:
    head = HEAD.replace("dry soil\n", f"dry soil\n    gateway: {outages}\n")
    result = test(write(tmp_path, "{at: 1m}", head=head))
    assert result.exit_code == 2
    assert "dry.yaml:13:" in result.stderr
    assert complaint in result.stderr


def test_what_a_device_says_while_the_gateway_is_off_is_heard_when_it_is_on(
    tmp_path: Path,
) -> None:
    head = HEAD.replace("dry soil\n", "dry soil\n    gateway: [{off: 30s, on: 5m}]\n")
    looks = ["{at: 4m, states: {dry: inactive}}", "{at: 5m, states: {dry: firing}}"]
    result = test(write(tmp_path, *looks, head=head))
    assert result.exit_code == 0, result.output
    wrong = test(write(tmp_path, *looks, head=head.replace("30 20", "30 200")))
    assert wrong.exit_code == 1
    assert "message of soil-1" in wrong.stdout


def test_a_disarmed_rule_is_tested_like_any_other(tmp_path: Path) -> None:
    head = HEAD.replace("label: Dry", "label: Dry\n    armed: false")
    look = "{at: 1m, states: {dry: firing}}"
    assert test(write(tmp_path, look, head=head)).stdout == "1 passed, 0 failed\n"


def test_a_device_may_say_as_much_as_the_scenario_wants(tmp_path: Path) -> None:
    """More than a device of a real hamlet may."""
    head = HEAD.replace("30 20}", "30x7999}")
    reading = "      - {device: soil-1, soil_moisture_pct: 30x7999, interval: 1s}\n"
    head = head.replace("    expect:\n", f"{reading * 2}    expect:\n")
    assert test(write(tmp_path, "{at: 5d 14h, states: {dry: inactive}}", head=head)).exit_code == 0


def test_a_scenario_has_an_end(tmp_path: Path) -> None:
    reading = "      - {device: soil-1, soil_moisture_pct: 30x9999}\n"
    head = HEAD.replace("    expect:\n", f"{reading * 10}    expect:\n")
    result = test(write(tmp_path, "{at: 0}", head=head))
    assert result.exit_code == 2
    assert "makes more than 100000 messages in this scenario" in result.stderr


def test_what_it_hears_late_is_as_measured_then(tmp_path: Path) -> None:
    """So nothing is moved because of a reading of an hour ago."""
    head = HEAD.replace("dry soil\n", "dry soil\n    gateway: [{off: 30s, on: 1h}]\n")
    looks = ["{at: 1h, states: {dry: inactive}, commands: [], irrigation: []}"]
    result = test(write(tmp_path, *looks, head=head))
    assert result.exit_code == 0, result.output
