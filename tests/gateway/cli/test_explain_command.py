import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from tests.gateway.driven_hamlet import MINUTE, NOW, Hamlet
from tests.gateway.small_site import DRY_RULE, soil, topic

RULE = {
    **DRY_RULE,
    "on": {"kind": "soil"},
    "when": "soil_moisture_pct < 24 or not soil_ph < 7",
    "until": "soil_moisture_pct > 27",
    "for": "10m",
    "cooldown": "6h",
}
SILENT = {
    "rule": "quiet",
    "label": {"vi": "Im lặng", "en": "Quiet"},
    "on": {"kind": "soil"},
    "silent": "30m",
    "then": [{"alert": {"severity": "info"}}],
}


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    """07:00 moist, 07:10 and 07:20 dry, 07:30 moist again; still open, as if it ran."""
    hamlet = Hamlet(tmp_path, [RULE, SILENT], False)
    for number, moisture in enumerate((30, 20, 20, 28)):
        hamlet.soil(number, moisture)
        hamlet.commit()
        hamlet.now += 10 * MINUTE
    yield hamlet
    hamlet.connection.close()


def explain(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["rules", "explain", *arguments, "--site", str(folder)])


def lines(folder: Path, *arguments: str) -> list[str]:
    result = explain(folder, *arguments, "--lang", "en")
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_why_it_was_pending(hamlet: Hamlet, tmp_path: Path) -> None:
    assert lines(tmp_path, "dry", "soil-1", "--at", "2026-11-22T07:15") == [
        "dry: Dry",
        "soil-1 (Device soil-1): pending since 07:10:00",
        "  fires at 07:20:00 if its condition still holds",
        "  when:",
        "    ✓ soil_moisture_pct < 24 or not soil_ph < 7",
        "      ✓ soil_moisture_pct < 24",
        "          soil_moisture_pct = 20% (measured at 07:10:00)",
        "      ? not soil_ph < 7",
        "        ? soil_ph < 7",
        "            soil_ph = unknown (never came)",
        "  until:",
        "    ✗ soil_moisture_pct > 27",
        "        soil_moisture_pct = 20% (measured at 07:10:00)",
    ]


def test_why_it_fired_and_why_not_any_more(hamlet: Hamlet, tmp_path: Path) -> None:
    firing = lines(tmp_path, "dry", "soil-1", "--at", "2026-11-22T07:25")
    assert firing[1:3] == [
        "soil-1 (Device soil-1): firing since 07:20:00",
        "  does not fire again before 13:20:00",
    ]
    ended = lines(tmp_path, "dry", "soil-1", "--at", "2026-11-22T00:31:00+00:00")
    assert ended[1] == "soil-1 (Device soil-1): quiet since 07:30:00"
    assert "    ✓ soil_moisture_pct > 27" in ended


def test_values_that_are_too_old_say_so(hamlet: Hamlet, tmp_path: Path) -> None:
    told = lines(tmp_path, "dry", "soil-1", "--at", "2026-11-23T07:00")
    expected = "          soil_moisture_pct = unknown (too old, measured at 07:30:00 yesterday)"
    assert expected in told


def test_silence_says_since_when(hamlet: Hamlet, tmp_path: Path) -> None:
    assert lines(tmp_path, "quiet", "soil-1", "--at", "2026-11-22T07:25") == [
        "quiet: Quiet",
        "soil-1 (Device soil-1): quiet, has never changed",
        "  fires when nothing was heard for 30 min",
        "  last heard at 07:20:00",
        "  fires at 07:50:00 if its condition still holds",
    ]


def test_now_is_the_default_and_all_devices_are_told(hamlet: Hamlet, tmp_path: Path) -> None:
    told = lines(tmp_path, "dry")
    assert told[1].startswith("soil-1 (Device soil-1): quiet since 07:30:00")
    assert "soil-2 (Device soil-2): quiet, has never changed" in told


def test_of_many_devices_each_gets_a_line(tmp_path: Path) -> None:
    hamlet = Hamlet(tmp_path, [{**SILENT, "on": {"kind": ["soil", "light", "valve"]}}], False)
    hamlet.connection.close()
    told = lines(tmp_path, "quiet")
    assert len(told) == 5
    assert told[1] == "  soil-1 (Device soil-1): quiet, has never changed"


def test_of_many_devices_those_that_fire_come_first(tmp_path: Path) -> None:
    rule = {**DRY_RULE, "on": {"kind": "soil"}, "when": "soil_moisture_pct < 24"}
    hamlet = Hamlet(tmp_path, [rule], True)
    for name in ("soil-1", "soil-2", "soil-3", "soil-4"):
        hamlet.say(topic(name, kind="soil"), soil(1, 20 if name == "soil-3" else 30))
    hamlet.commit()
    hamlet.connection.close()
    told = lines(tmp_path, "dry", "--at", str(NOW))[1:]
    assert told[0] == "✓ soil-3 (soil-3): firing since 07:00:00"
    assert [line.split()[1] for line in told[1:]] == ["soil-1", "soil-2", "soil-4"]


def test_json_has_the_whole_tree(hamlet: Hamlet, tmp_path: Path) -> None:
    result = explain(tmp_path, "dry", "soil-1", "--at", str(NOW + 15 * MINUTE), "--json")
    [found] = json.loads(result.stdout)
    assert (found["state"], found["since"]) == ("pending", NOW + 10 * MINUTE)
    assert (found["due"], found["at"]) == (NOW + 20 * MINUTE, NOW + 15 * MINUTE)
    assert found["when"]["outcome"] is True
    assert [part["outcome"] for part in found["when"]["parts"]] == [True, None]
    assert found["when"]["parts"][0]["inputs"] == {"soil_moisture_pct": 20}
    assert found["measured"] == {"soil_moisture_pct": NOW + 10 * MINUTE, "soil_ph": None}


def test_it_speaks_vietnamese_where_the_terminal_does(
    hamlet: Hamlet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    arguments = ("dry", "soil-1", "--at", "2026-11-22T07:15")
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    assert "đang chờ từ 07:10:00" in explain(tmp_path, *arguments).stdout
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert "pending since 07:10:00" in explain(tmp_path, *arguments).stdout
    assert "đang chờ" in explain(tmp_path, *arguments, "--lang", "vi").stdout


def test_a_device_that_the_rule_does_not_concern(hamlet: Hamlet, tmp_path: Path) -> None:
    [told] = lines(tmp_path, "dry", "light-1")
    assert told.startswith("dry does not concern light-1: ")
    assert json.loads(explain(tmp_path, "dry", "light-1", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["quet"], "there is no rule 'quet'; did you mean 'quiet'?"),
        (["dry", "soil-3"], "there is no device 'soil-3'; did you mean 'soil-"),
        (["dry", "--at", "yesterday"], "--at: time 'yesterday' is no RFC 3339; write e.g."),
        (["dry", "--at", "9" * 30], "is after 2099"),
    ],
)
def test_a_wrong_call_is_told(
    hamlet: Hamlet, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    result = explain(tmp_path, *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert result.stdout == ""


def test_without_a_journal_there_is_nothing_to_explain(hamlet: Hamlet, tmp_path: Path) -> None:
    for file in (tmp_path / "data").glob("journal.db*"):
        file.unlink()
    result = explain(tmp_path, "dry")
    assert result.exit_code == 2
    assert "has the gateway ever run?" in result.stderr


def test_it_writes_nothing_and_waits_for_nobody(hamlet: Hamlet, tmp_path: Path) -> None:
    """The gateway is in the middle of a transaction."""
    hamlet.connection.execute("BEGIN IMMEDIATE")
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "data").glob("journal.db")}
    assert lines(tmp_path, "dry", "soil-1")
    assert {file: file.stat().st_mtime_ns for file in before} == before
    hamlet.connection.execute("ROLLBACK")


def test_the_newest_reading_of_another_kind_is_no_reading_of_this(
    hamlet: Hamlet, tmp_path: Path
) -> None:
    hamlet.say(topic("light-1"), b'{"seq":1,"boot":"b","brightness_pct":5}')
    hamlet.commit()
    told = lines(tmp_path, "dry", "soil-1", "--at", "2026-11-22T07:45")
    assert "          soil_moisture_pct = 28% (measured at 07:30:00)" in told


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"only": {"between": ["07:00", "08:00"]}}, "open until 08:00"),
        ({"only": {"between": ["20:00", "08:00"]}}, "open until 08:00"),
        ({"only": {"between": ["09:00", "10:00"]}}, "closed until 09:00"),
        ({"at": "06:30"}, "acts next at 06:30"),
        ({"every": "0 12 * * *"}, "acts next at 12:00"),
        ({"event": "tamper", "until": "1h"}, "acts when the device tells of tamper"),
    ],
)
def test_hours_and_moments_are_told(tmp_path: Path, more: dict[str, object], told: str) -> None:
    rule = {**SILENT, "when": "soil_ph > 5", **more}
    hamlet = Hamlet(tmp_path, [{name: rule[name] for name in rule if name != "silent"}], False)
    hamlet.connection.close()
    found = lines(tmp_path, "quiet", "soil-1", "--at", "2026-11-22T07:15")
    assert any(told in line for line in found), found


def test_hours_are_those_of_the_time_asked_for_and_not_of_the_newest_message(
    tmp_path: Path,
) -> None:
    rule = {**RULE, "only": {"between": ["20:00", "22:00"]}}
    hamlet = Hamlet(tmp_path, [rule], False)
    hamlet.soil(1, 20)
    hamlet.commit()
    hamlet.connection.close()
    told = lines(tmp_path, "dry", "soil-1", "--at", "2026-11-22T21:00")
    assert "  open until 22:00" in told


def test_windows_are_as_they_were(tmp_path: Path) -> None:
    """07:00 30, 07:10 20, 07:20 20, 07:30 28, and so on as in `hamlet`."""
    rule = {**RULE, "when": "avg(soil_moisture_pct, 20m) < 24 and changed(soil_moisture_pct)"}
    hamlet = Hamlet(tmp_path, [rule], False)
    for number, moisture in enumerate((30, 20, 20, 28)):
        hamlet.soil(number, moisture)
        hamlet.commit()
        hamlet.now += 10 * MINUTE
    hamlet.connection.close()
    then = lines(tmp_path, "dry", "soil-1", "--at", "2026-11-22T07:20")
    assert "      ✗ avg(soil_moisture_pct, 20m) < 24" in then
    assert "          avg(soil_moisture_pct, 20m) = 25.00" in then
    later = lines(tmp_path, "dry", "soil-1", "--at", "2026-11-22T07:30")
    assert "          avg(soil_moisture_pct, 20m) = 20.00" in later
    assert "      ✓ changed(soil_moisture_pct)" in later


GROUPED = {
    "rule": "all-dry",
    "label": {"vi": "Khô cả", "en": "All dry"},
    "on": {"kind": "soil"},
    "when": "soil_moisture_pct < 24",
    "group": {"by": "kind", "at_least": 2},
    "then": [{"alert": {"severity": "info"}}],
}


@pytest.fixture
def group(tmp_path: Path) -> None:
    """07:00 soil-1 is dry, 07:01 soil-2, too."""
    hamlet = Hamlet(tmp_path, [GROUPED], False)
    for device in ("soil-1", "soil-2"):
        hamlet.say(topic(device), soil(1, 20))
        hamlet.commit()
        hamlet.now += MINUTE
    hamlet.connection.close()


@pytest.mark.usefixtures("group")
def test_a_group_tells_of_how_many_it_holds(tmp_path: Path) -> None:
    assert lines(tmp_path, "all-dry", "--at", "2026-11-22T07:00:30") == [
        "all-dry: All dry",
        "group:kind:soil: quiet, has never changed",
        "  group:kind:soil: holds for 1 of 2 devices, 2 needed, unknown for 1",
        "    soil-1",
    ]
    told = lines(tmp_path, "all-dry", "group:kind:soil", "--at", "2026-11-22T07:02")
    assert told[1:] == [
        "group:kind:soil: firing since 07:01:00",
        "  group:kind:soil: holds for 2 of 2 devices, 2 needed",
        "    soil-1, soil-2",
    ]


@pytest.mark.usefixtures("group")
def test_a_device_of_a_group_tells_its_part_and_how_the_group_stands(tmp_path: Path) -> None:
    assert lines(tmp_path, "all-dry", "soil-1", "--at", "2026-11-22T07:02") == [
        "all-dry: All dry",
        "soil-1 (Device soil-1): firing since 07:01:00",
        "  group:kind:soil: holds for 2 of 2 devices, 2 needed",
        "    soil-1, soil-2",
        "  when:",
        "    ✓ soil_moisture_pct < 24",
        "        soil_moisture_pct = 20% (measured at 07:00:00)",
    ]
    [found] = json.loads(explain(tmp_path, "all-dry", "soil-1", "--json").stdout)
    assert (found["subject"], found["group"]["subject"]) == ("soil-1", "group:kind:soil")


def test_a_disarmed_rule_says_so(tmp_path: Path) -> None:
    hamlet = Hamlet(tmp_path, [{**RULE, "armed": False}], False)
    hamlet.soil(1, 20)
    hamlet.commit()
    hamlet.connection.close()
    told = lines(tmp_path, "dry", "soil-1")
    assert told[1] == "This rule is disarmed; below is what it would see."


def test_a_file_that_is_no_journal_is_told(hamlet: Hamlet, tmp_path: Path) -> None:
    hamlet.connection.close()
    for file in (tmp_path / "data").glob("journal.db*"):
        file.unlink()
    journal = tmp_path / "data" / "journal.db"
    journal.write_bytes(b"no database" * 1000)
    assert explain(tmp_path, "dry").exit_code == 2
    journal.unlink()
    sqlite3.connect(journal).close()
    journal.write_bytes(b"")
    result = explain(tmp_path, "dry")
    assert result.exit_code == 2
    assert "is it the journal of a site?" in result.stderr


def test_the_past_is_explained_as_it_was(tmp_path: Path) -> None:
    """Without `for` and `until`, a rule fires exactly while its condition is known to hold."""
    rule = {**DRY_RULE, "when": "soil_moisture_pct < 24 and max(soil_moisture_pct, 20m) > 25"}
    hamlet = Hamlet(tmp_path, [rule], False)
    then: list[tuple[int, str]] = []
    for number, moisture in enumerate((30, 20, 20, 20, 26, 23, 22, 40, 10, 30, 20)):
        late = 2 * MINUTE if number in (3, 6) else 0
        hamlet.soil(number, moisture, at=hamlet.now - late)
        hamlet.commit()
        [status] = hamlet.pipeline.engines.rules.rules_of("soil-1")
        then.append((hamlet.now, status.state.value))
        hamlet.now += 7 * MINUTE
    hamlet.connection.close()
    assert {state for _, state in then} == {"inactive", "firing"}
    outcomes: list[bool | None] = []
    for at, state in then:
        [found] = json.loads(explain(tmp_path, "dry", "soil-1", "--json", "--at", str(at)).stdout)
        assert found["state"] == state
        outcomes.append(found["when"]["outcome"])
    known = [
        (one, state) for one, (_, state) in zip(outcomes, then, strict=True) if one is not None
    ]
    assert len(known) > len(then) / 2
    assert all(outcome is (state == "firing") for outcome, state in known)
