"""Mistakes in what begins a rule, when it is open, and what it counts; each with its place."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.kinds import KINDS
from gateway.located_yaml import Located
from gateway.rules.document import Document
from gateway.rules.rule_yaml import read_rule
from gateway.rules.vocabulary import Vocabulary
from tests.gateway.rules.scene import fleet_of
from tests.gateway.rules.test_loader import DEVICES, check, problems, rule

ALERT = "{alert: {severity: warning}}"
CLOSE = "{command: {device: valve-01, command: close}}"


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        (rule(group="{by: rod, at_least: 3}"), 6, 15, "must be one of road, place, plot, kind"),
        (rule(group="{at_least: 3}"), 6, 10, "by is missing"),
        (rule(group="{by: plot}"), 6, 10, "exactly one of at_least: (a number) and share:"),
        (rule(group="{by: plot, at_least: 0}"), 6, 31, "whole number of devices from 1 to 5000"),
        (rule(group="{by: plot, at_least: 2.5}"), 6, 31, "whole number of devices"),
        (rule(group="{by: plot, share: 0.3}"), 6, 28, "share is a percentage from 1% to 100%"),
        (rule(group="{by: plot, share: 130%}"), 6, 28, "share is a percentage"),
        (rule(group="{by: plot, atleast: 3}"), 6, 30, "did you mean 'at_least'?"),
        (
            rule(when="", at="06:00", until="1h", group="{by: plot, at_least: 3}"),
            7, 10, "group counts the devices for which when or silent holds",
        ),
        (
            rule(when="", event="x", until="1h", group="{by: plot, at_least: 3}"),
            7, 10, "group does not go with event",
        ),
        (
            rule(
                group="{by: plot, at_least: 3}",
                then='[{alert: {severity: info, message: "{device.label}"}}]',
            ),
            5, 45, "nothing is called {device.label}",
        ),
        (
            rule(
                group="{by: plot, at_least: 3}",
                then='[{alert: {severity: info, message: "{group.nam}"}}]',
            ),
            5, 45, "did you mean 'group.name'?",
        ),
        (
            rule(
                group="{by: kind, at_least: 3}",
                then='[{irrigate: {plot: "{device.plot}", litres: 1}}]',
            ),
            5, 28, "a kind is on no plot",
        ),
        (
            rule(
                on="{kind: valve}", when="open", group="{by: plot, at_least: 3}",
                then='[{command: {device: "{device.id}", command: close}}]',
            ),
            5, 29, "a group is no device: say which with on:",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_where_it_is(
    tmp_path: Path, text: str, line: int, column: int, words: str
) -> None:
    [(found_line, found_column, message)] = problems(tmp_path, text)
    assert words in message
    assert (found_line, found_column) == (line, column)


def test_two_beginnings_are_one_too_many(tmp_path: Path) -> None:
    text = rule(when="", at="06:30", every="0 6 * * *", until="1h")
    assert problems(tmp_path, text) == [(5, 7, "at does not go with every: make two rules of it")]


def test_an_alert_that_nothing_would_end_is_refused(tmp_path: Path) -> None:
    [(line, column, message)] = problems(tmp_path, rule(when="", at="06:30"))
    assert (line, column) == (4, 9)
    assert "an alert stays open until something ends it" in message
    for name, value in (("until", "soil_ph > 5"), ("until", "12h"), ("when", "soil_ph < 5")):
        assert problems(tmp_path, rule(**{"when": "", "at": "06:30", name: value})) == []


@pytest.mark.parametrize(("then", "late"), [(CLOSE, False), (ALERT, True)])
def test_what_was_missed_is_made_up_for_where_nothing_moves(
    tmp_path: Path, then: str, late: bool
) -> None:
    text = rule(when="", at="06:30", until="1h", then=f"[{then}]")
    assert check(tmp_path, text).rules[0].runs_late is late
    text = rule(when="", at="06:30", until="1h", then=f"[{then}]", missed="run")
    assert check(tmp_path, text).rules[0].runs_late


@pytest.mark.parametrize(
    ("replaced", "words"),
    [
        (
            {"at": "12:00", "until": "1h", "only": "{between: [22:00, 05:00]}"},
            "is never open when at or every comes",
        ),
        (
            {"every": "0 6 * * sun", "until": "1h", "only": "{weekdays: [mon, tue]}"},
            "is never open when at or every comes",
        ),
        (
            {"group": "{by: plot, at_least: 1}"},
            "soil-02a has no plot, so it belongs to no group (1",
        ),
        ({"group": "{by: kind, at_least: 3}"}, "never holds: no kind has more than 2 of these"),
        ({"at": "23:00", "until": "1h", "only": "{between: [22:00, 05:00]}"}, None),
        ({"at": "12:00", "until": "1h", "only": "{between: [sunset, sunrise]}"}, None),
        ({"at": "sunrise", "until": "1h", "only": "{months: [3, 11]}"}, None),
        ({"group": "{by: kind, share: 100%}"}, None),
    ],
)
def test_what_never_comes_is_warned_of(
    tmp_path: Path, replaced: dict[str, str], words: str | None
) -> None:
    checked = check(tmp_path, rule(**replaced))
    assert checked.problems == []
    assert [words in one.message for one in checked.warnings if words] == [True] * bool(words)
    assert bool(checked.warnings) is bool(words)


VALUES = st.recursive(
    st.one_of(
        st.text(max_size=30),
        st.text("0123456789*/,-#LWmonsuset+: ", max_size=30),
        st.integers(),
        st.floats(),
        st.none(),
        st.booleans(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["between", "weekdays", "months", "name", "code", "by", "share", "at_least"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["at", "every", "event", "only", "missed", "group", "until", "silent"]),
        VALUES,
        min_size=1,
    )
)
def test_nothing_that_anybody_writes_breaks_the_reader(parts: dict[str, object]) -> None:
    plain = {"rule": "x", "label": "x", "on": {"kind": "soil"}, "then": [{"alert": {}}]}
    located = Located(Path("x.yaml"), [{**plain, **parts}], {})
    document = Document(located, [""])
    nodes = document.root.items("rules")
    assert nodes is not None
    [node] = nodes
    assert read_rule(node, Vocabulary(KINDS, fleet_of(DEVICES), ())) is None
    assert document.problems
