"""Every mistake in every file, with its place; and what a right file becomes."""

import os
from pathlib import Path

import pytest

from devices.kinds import KINDS
from devices.text import Text
from gateway.fleet import Fleet
from gateway.located_yaml import FILE_MAX, ProblemsError
from gateway.rules.loader import CheckedRules, check_files, rule_files
from gateway.rules.rule import Rule, Unknown
from gateway.rules.vocabulary import Vocabulary
from tests.gateway.rules.scene import device, fleet_of

BRIGHT = "command: set-brightness, brightness_pct: 61"
DEVICES = [
    device("soil", "soil-01a", plot="lo-1", tags=frozenset({"tea"})),
    device("soil", "soil-02a", tags=frozenset({"tea"})),
    device("valve", "valve-01", plot="lo-1"),
    device("light", "light-001", settings={"lamp_w": 30}),
    device("light", "light-002", place="cho", limits={"brightness_pct": 60}),
]


def check(folder: Path, *texts: str, fleet: Fleet | None = None) -> CheckedRules:
    for number, text in enumerate(texts, 1):
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    known = fleet_of(DEVICES) if fleet is None else fleet
    return check_files(rule_files(folder), Vocabulary(KINDS, known, {"lo-1", "lo-2"}))


def problems(folder: Path, *texts: str) -> list[tuple[int, int, str]]:
    return [(one.line, one.column, one.message) for one in check(folder, *texts).problems]


def rule(**replaced: str) -> str:
    """A right rule, with some of its lines written differently; an empty one is left out."""
    lines = {
        "rule": "dry",
        "label": "{vi: Khô, en: Dry}",
        "on": "{kind: soil}",
        "when": "soil_moisture_pct < 24",
        "then": "[{alert: {severity: warning}}]",
        **replaced,
    }
    written = [f"{name.rstrip('_')}: {value}" for name, value in lines.items() if value]
    return "- " + "\n  ".join(written) + "\n"


def test_a_right_rule(tmp_path: Path) -> None:
    text = rule(
        for_="10m", until="soil_moisture_pct > 27", cooldown="6h", unknown="clear", priority="-3"
    )
    checked = check(tmp_path, text)
    assert (checked.problems, checked.warnings) == ([], [])
    [found] = checked.rules
    assert isinstance(found, Rule)
    assert (found.id, found.label, found.unknown) == ("dry", Text("Khô", "Dry"), Unknown.CLEAR)
    assert (found.for_ms, found.cooldown_ms) == (600_000, 21_600_000)
    assert found.priority == -3
    assert found.metrics == {"soil_moisture_pct"}


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        (rule(wehn="x"), 6, 9, "unknown name 'wehn'; did you mean 'when'?"),
        (rule(rule=""), 1, 3, "rule is missing"),
        (rule(label=""), 1, 3, "label is missing"),
        (rule(then=""), 1, 3, "then is missing"),
        (rule(when=""), 1, 3, "say what begins it"),
        (rule(silent="30m"), 4, 9, "when does not go with silent"),
        (rule(when="", silent="30m", for_="1m"), 6, 8, "for does not go with silent"),
        (rule(when="", every="0 6 * *"), 5, 10, "every needs 5 parts: minute hour day month"),
        (rule(when="", every="0 25 * * *"), 5, 10, "every has a wrong hour"),
        (rule(when="", every="0 0 30 2 *"), 5, 10, "every has a wrong day of the month"),
        (rule(when="", every="0 0 29 2 mon#6"), 5, 10, "every has a wrong day of the week"),
        (rule(when="", every="5"), 5, 10, "every must be a text"),
        (rule(when="", at="25:00"), 5, 7, "'25:00' is no time of day"),
        (rule(when="", at="630"), 5, 7, "a time of day is written like 06:30"),
        (rule(when="", at="sunst-30m"), 5, 7, "did you mean 'sunset'?"),
        (rule(when="", at="sunset-30"), 5, 7, "'30' is no duration"),
        (rule(when="", at="sunset+7h"), 5, 7, "at most 6h"),
        (rule(when="", at="sunset+30s"), 5, 7, "whole minutes"),
        (rule(when="", at="[]"), 5, 7, "at is one time of day, or a list of 1 to 24"),
        (rule(when="", at="[06:00, 6 pm]"), 5, 15, "a time of day is written like"),
        (rule(when="", at="06:00", for_="1m"), 6, 8, "for does not go with at"),
        (rule(when="", at="06:00", unknown="fire"), 6, 12, "unknown does not go with at"),
        (rule(when="", event="{nam: x}"), 5, 16, "unknown name 'nam'; did you mean 'name'?"),
        (rule(when="", event="''"), 5, 10, "event is a name of 1 to 63 characters"),
        (rule(when="", event="{name: x, code: 1.5}"), 5, 26, "code is a text or a whole number"),
        (rule(missed="run"), 6, 11, "missed does not go with when"),
        (rule(when="", at="06:00", missed="late"), 6, 11, "must be one of run, skip"),
        (rule(until="2h"), 6, 10, "until does not go with when"),
        (rule(only="{}"), 6, 9, "say when: between, weekdays or months"),
        (rule(only="{betwen: [22:00, 05:00]}"), 6, 18, "did you mean 'between'?"),
        (rule(only="{between: [22:00]}"), 6, 19, "between has a begin and an end"),
        (rule(only="{between: [22:00, 22:00]}"), 6, 19, "begins when it ends"),
        (rule(only="{weekdays: [monday]}"), 6, 21, "a weekday must be one of mon, tue"),
        (rule(only="{weekdays: []}"), 6, 20, "weekdays is an empty list"),
        (rule(only="{months: [3, 13]}"), 6, 22, "a month is a number from 1 to 12"),
        (rule(only="{months: 3-11}"), 6, 18, "a month is a number from 1 to 12"),
        (rule(rule="Tea Dry"), 1, 9, "lower-case letters"),
        (rule(label="{vi: Khô}"), 2, 10, "needs both languages"),
        (rule(on="{}"), 3, 7, "say which devices"),
        (rule(on="{kind: soli}"), 3, 14, "no kind 'soli'; did you mean 'soil'?"),
        (rule(on="{kind: soil, road: x}"), 3, 26, "unknown name 'road'"),
        (rule(when="soil_mositure_pct < 24"), 4, 9, "did you mean 'soil_moisture_pct'?"),
        (rule(when="clients > 3"), 4, 9, "there is no metric 'clients'"),
        (rule(when="soil_ph < 4 and clients > 3"), 4, 25, "there is no metric 'clients'"),
        (rule(when="'soil_ph < 4 and clients > 3'"), 4, 26, "there is no metric 'clients'"),
        (rule(when="|\n    soil_ph < 4\n    and clients > 3"), 6, 9, "no metric 'clients'"),
        (rule(when=">-\n    soil_ph < 4\n\n    and clients > 3"), 7, 9, "no metric 'clients'"),
        (rule(when="soil_ph < 4\n    and clients > 3"), 5, 9, "there is no metric 'clients'"),
        (rule(when='"soil_ph < 4 \\x61nd clients > 3"'), 4, 9, "there is no metric 'clients'"),
        (rule(when="true"), 4, 9, "a condition is a text"),
        (rule(for_="10"), 6, 8, "needs its unit"),
        (rule(for_="-5m"), 6, 8, "is no duration"),
        (rule(cooldown="0s"), 6, 13, "more than nothing"),
        (rule(unknown="ignore"), 6, 12, "must be one of hold, clear, fire"),
        (rule(priority="high"), 6, 13, "priority must be a whole number from -100 to 100"),
        (rule(priority="1.5"), 6, 13, "priority must be a whole number"),
        (rule(priority="101"), 6, 13, "priority must be a whole number"),
        (rule(then="[]"), 5, 9, "then is empty"),
        (rule(then="{}"), 5, 9, "then is a list"),
        (rule(then="[{}]"), 5, 10, "exactly one action"),
        (rule(then="[{alrt: {severity: info}}]"), 5, 17, "'alrt'; did you mean 'alert'?"),
        (rule(then="[{alert: {}}]"), 5, 18, "severity is missing"),
        (rule(then="[{alert: {severity: bad}}]"), 5, 29, "info, warning, critical"),
        (
            rule(then='[{alert: {severity: info, message: "Đất {soil_mo}"}}]'),
            5, 49, "nothing is called {soil_mo}",
        ),
        (
            rule(then='[{alert: {severity: info, message: {vi: "ẩm", en: "a } b"}}}]'),
            5, 62, "a lone '}'",
        ),
        (rule(then="[{irrigate: {plot: lo-1}}]"), 5, 21, "exactly one amount"),
        (rule(then="[{irrigate: {plot: lo-1, litres: 1, minutes: 1}}]"), 5, 21, "exactly one"),
        (rule(then="[{irrigate: {plot: lo-9, litres: 1}}]"), 5, 28, "no plot 'lo-9'; did you"),
        (rule(then="[{irrigate: {plot: lo-1, depth_mm: 600}}]"), 5, 44, "at most 100"),
        (rule(then="[{irrigate: {plot: lo-1, depth_mm: true}}]"), 5, 44, "must be a number"),
        (rule(then="[{command: {command: close}}]"), 5, 20, "exactly one of device: and on:"),
        (rule(then="[{command: {device: valve-01}}]"), 5, 20, "command is missing"),
        (
            rule(then="[{command: {device: valve-1, command: close}}]"),
            5, 29, "no device 'valve-1'; did you mean 'valve-01'?",
        ),
        (
            rule(then="[{command: {device: valve-01, command: clsoe}}]"),
            5, 48, "did you mean 'close'?",
        ),
        (
            rule(then="[{command: {device: valve-01, command: open}}]"),
            5, 48, "open needs lease_s",
        ),
        (
            rule(then="[{command: {device: valve-01, command: open, lease_s: 99999}}]"),
            5, 48, "lease_s is 99999, allowed is 1 to 3600",
        ),
        (
            rule(then='[{command: {device: "{device.id}", command: close}}]'),
            5, 53, "a soil has no command 'close'",
        ),
        (
            rule(then="[{command: {on: {plot: lo-1}, command: close}}]"),
            5, 25, "say which kind",
        ),
        (
            rule(then=f"[{{command: {{device: light-002, {BRIGHT}}}}}]"),
            5, 49, "brightness_pct is 61, light-002 is limited to 60 in devices.yaml",
        ),
        ("rule: dry\n", 1, 1, "a file of rules is a list"),
        ("- dry\n", 1, 3, "a rule is written as names with values"),
        (rule() + rule(), 6, 9, "there is a rule 'dry' already, at 1.yaml:1"),
        (rule(when="*x"), 4, 9, "aliases"),
        (rule(on="{kind: soil, kind: soil}"), 3, 20, "here twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_where_it_is(
    tmp_path: Path, text: str, line: int, column: int, words: str
) -> None:
    [(found_line, found_column, message)] = problems(tmp_path, text)
    assert words in message
    assert (found_line, found_column) == (line, column)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    broken = rule(rule="a", when="soil_p < 1 and soil_q < 2", for_="x", then="[{alert: {}}]")
    texts = [broken + rule(rule="b", on="{kind: x}"), "- rule: [", rule(rule="a")]
    found = check(tmp_path, *texts).problems
    assert [(one.file.name, one.line) for one in found] == [
        ("1.yaml", 4),
        ("1.yaml", 4),
        ("1.yaml", 5),
        ("1.yaml", 6),
        ("1.yaml", 9),
        ("2.yaml", 1),
        ("3.yaml", 1),
    ]
    with pytest.raises(ProblemsError) as raised:
        check_files(rule_files(tmp_path), Vocabulary(KINDS, None, None)).sound()
    assert len(raised.value.problems) == len(found)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        (rule(on="{kind: soil, tag: tee}"), 25, "no device has the tag 'tee'; did you mean 'tea'?"),
        (rule(on="{device: soil-1a, kind: soil}"), 16, "there is no device 'soil-1a'"),
        (rule(on="{kind: soil, place: cho}"), 7, "no device matches"),
        (
            rule(then='[{irrigate: {plot: "{device.plot}", litres: 9}}]'),
            28,
            "soil-02a belongs to no plot (1 of 2 devices)",
        ),
        (
            rule(then=f"[{{command: {{on: {{kind: light}}, {BRIGHT}}}}}]"),
            49,
            "light-002 is limited to 60 in devices.yaml, so the command is refused (1 of 2",
        ),
        (
            rule(on="{kind: light}", when="load_power_w > device.lamp_w"),
            9,
            "light-002 has no number 'lamp_w' in its settings",
        ),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(
    tmp_path: Path, text: str, column: int, words: str
) -> None:
    checked = check(tmp_path, text)
    [warning] = checked.warnings
    assert words in warning.message
    assert warning.column == column
    assert not checked.problems
    assert len(checked.rules) == 1


def test_without_a_fleet_or_plots_only_the_rules_own_mistakes_are_told(tmp_path: Path) -> None:
    text = rule(then="[{irrigate: {plot: lo-9, litres: 1}}, {command: {device: v, command: x}}]")
    (tmp_path / "1.yaml").write_text(text)
    checked = check_files(rule_files(tmp_path), Vocabulary(KINDS, None, None))
    assert (checked.problems, checked.warnings) == ([], [])


def test_a_site_without_rules_has_none(tmp_path: Path) -> None:
    assert check(tmp_path, "# nothing yet\n").rules == []
    assert check_files(rule_files(tmp_path / "rules"), Vocabulary(KINDS, None, None)).rules == []


def test_a_rule_without_kind_is_for_the_kinds_that_measure_what_it_reads(tmp_path: Path) -> None:
    text = rule(on="{device: [soil-01a, light-001, valve-01]}", when="battery_v < 3")
    [found] = check(tmp_path, text).rules
    fitting = {name for name, kind in KINDS.items() if found.fits(kind)}
    assert fitting == {"soil", "light"}


def test_no_kind_may_have_to_measure_what_it_cannot(tmp_path: Path) -> None:
    text = rule(on="{device: [soil-01a, light-001]}", when="soil_ph < 3 and load_power_w > 1")
    [(_, _, message)] = problems(tmp_path, text)
    assert message == "no kind measures all of load_power_w, soil_ph"


def test_what_cannot_be_read_hides_nothing_else_of_its_file(tmp_path: Path) -> None:
    broken = rule(rule="a", label="&x [1]", then="*x") + rule(rule="b", label="!!binary x")
    found = problems(tmp_path, broken + rule(rule="c", when="soil_p < 1"))
    assert [(line, words.split(":")[0].split(";")[0]) for line, _, words in found] == [
        (5, "aliases (*name) are not allowed"),
        (7, "cannot be read"),
        (14, "there is no metric 'soil_p'"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a: b: c\n", "Put the text in quotes"),
        ("-\ta: [\n\t1]\n", "a tab; indent with blanks"),
        ("- a: 1\n b: 2\n", "is it indented like the line that it belongs to?"),
        ("- a: [1, 2\n  b: 3\n", "is not closed"),
        ('- a: "x\n', "is not closed"),
        ("- a: [\n", "is not closed"),
        ("- a: %x\n", "put the text in quotes"),
        ("- <<: {a: 1}\n", "a name must be plain text"),
        ("- &a [*a]\n", "aliases"),
        ("- !!python/object/apply:os.system [x]\n- *b\n", "aliases"),
        ("[" * 1000, "nested deeper than 20"),
    ],
)
def test_what_is_no_yaml_is_explained(tmp_path: Path, text: str, words: str) -> None:
    [(line, column, message)] = problems(tmp_path, text)
    assert words in message
    assert "\n" not in message
    assert (line, column) >= (1, 1)


def test_a_misspelt_name_is_one_mistake_and_its_value_is_read_all_the_same(tmp_path: Path) -> None:
    text = rule(when="", wehn="soil_p < 1", on="{knid: soil}")
    assert [words for *_, words in problems(tmp_path, text)] == [
        "unknown name 'knid'; did you mean 'kind'?",
        "there is no metric 'soil_p'; did you mean 'soil_ph'?",
        "unknown name 'wehn'; did you mean 'when'?",
    ]


def test_for_is_no_longer_than_what_the_journal_keeps(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(rule(for_="31d"))
    for days, mistakes in ((31, 0), (30, 1)):
        vocabulary = Vocabulary(KINDS, None, None, keep_days=days)
        checked = check_files([tmp_path / "1.yaml"], vocabulary)
        assert len(checked.problems) == mistakes
    assert "journal remembers: 30 days" in checked.problems[0].message
    assert (checked.problems[0].line, checked.problems[0].column) == (6, 8)


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    os.mkfifo(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").symlink_to("/dev/zero")
    (tmp_path / "d.yaml").symlink_to("nowhere")
    (tmp_path / "e.yaml").write_bytes(b"#" * (FILE_MAX + 1))
    (tmp_path / "f.yaml").write_bytes(b"\xff")
    found = check_files(rule_files(tmp_path), Vocabulary(KINDS, None, None)).problems
    words = ["is no file"] * 3 + ["does not exist", "is over 4194304 bytes", "is not UTF-8 text"]
    for one, said in zip(found, words, strict=True):
        assert one.message.startswith(said)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("!!bool maybe", "the tag does not fit; tags (!name) are not needed here"),
        ("!!timestamp soon", "the tag does not fit; tags (!name) are not needed here"),
        ('!!int ""', "the tag does not fit; tags (!name) are not needed here"),
        ('!!float ""', "the tag does not fit; tags (!name) are not needed here"),
        ("!!python/object/apply:os.system [id]", "priority must be a whole number"),
        ("0x" + "f" * 5000, "the number is too large"),
        ("9" * 5000, "cannot be read: "),
    ],
)
def test_what_yaml_stumbles_over_is_a_mistake_like_others(
    tmp_path: Path, written: str, words: str
) -> None:
    [(line, column, message)] = problems(tmp_path, rule(priority=written))
    assert (line, column) == (6, 13)
    assert words in message


def test_rules_are_not_lost_where_their_folder_cannot_be_listed(tmp_path: Path) -> None:
    """So it is also for a folder without permission, which there is none for root."""
    (tmp_path / "rules").write_text("somewhere/else")
    (tmp_path / "away").symlink_to(tmp_path / "nowhere")
    for folder in (tmp_path / "rules", tmp_path / "away"):
        [problem] = check_files(rule_files(folder), Vocabulary(KINDS, None, None)).problems
        assert problem.file == folder


def test_of_many_strangers_the_first_are_named(tmp_path: Path) -> None:
    """To look for what each may mean takes a minute where there are 3,000, and devices as many."""
    listed = ", ".join(f"soli-{number}" for number in range(10, 99))
    warnings = check(tmp_path, rule(on=f"{{device: [{listed}]}}")).warnings
    assert len(warnings) == 11
    assert sum("there is no device of 79 more of these names" in one.message for one in warnings)


@pytest.mark.parametrize("strange", ["\r", "\x85", "\u2028", "\u2029"])
def test_a_line_break_that_editors_do_not_show_is_a_mistake(tmp_path: Path, strange: str) -> None:
    text = rule(label="a" + strange + "  armed: true")
    (tmp_path / "1.yaml").write_bytes((text + rule(rule="other")).encode())
    [problem] = check(tmp_path).problems
    assert (problem.line, problem.column) == (2, 11)
    assert "a line break of another kind" in problem.message
    (tmp_path / "1.yaml").write_bytes(rule().replace("\n", "\r\n").encode())  # Windows
    assert check(tmp_path).sound()
