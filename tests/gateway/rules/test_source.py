"""The text of single rules in the files of technicians."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.located_yaml import Problem, parse_yaml
from gateway.rules.source import (
    Source,
    SourceError,
    added,
    replaced,
    rule_in,
    sources_in,
    with_armed,
)
from tests.real import PROJECT

FILE = Path("tea.yaml")
TEXT = """\
# Tea plots.

# Dry soil.
# Volumetric.
- rule: dry
  when: |
    x < 1

    # no comment, but a part of the text

# Wet soil.
- rule: wet  # and cold

  when: y > 1


- when: z
"""


def _sources(text: str) -> dict[str, Source]:
    return {source.rule: source for source in sources_in(text, parse_yaml(text, FILE))}


def test_a_rule_is_found_with_the_comments_above_it() -> None:
    sources = _sources(TEXT)
    assert list(sources) == ["dry", "wet"]
    assert sources["dry"].text == "\n".join(TEXT.split("\n")[2:9]) + "\n"
    assert sources["wet"].text == "# Wet soil.\n- rule: wet  # and cold\n\n  when: y > 1\n"


def test_another_text_leaves_the_rest_as_it_was() -> None:
    sources = _sources(TEXT)
    new = replaced(TEXT, sources["dry"], "- rule: moist\n")
    assert new == TEXT.replace(sources["dry"].text, "- rule: moist\n")
    assert replaced(TEXT, sources["wet"], sources["wet"].text) == TEXT
    assert list(_sources(replaced(TEXT, sources["wet"], ""))) == ["dry"]


def test_rules_may_be_indented_and_their_dashes_stand_alone() -> None:
    text = "  -\n    rule: a\n    when: x\n  # second\n  - when: y\n    rule: b\n"
    sources = _sources(text)
    assert sources["a"].text == "-\n  rule: a\n  when: x\n"
    assert sources["b"].text == "# second\n- when: y\n  rule: b\n"
    assert replaced(text, sources["b"], "- rule: b\n  when: z\n") == (
        "  -\n    rule: a\n    when: x\n  - rule: b\n    when: z\n"
    )


def test_the_place_of_a_problem_is_told_within_the_rule() -> None:
    wet = _sources(TEXT)["wet"]
    assert wet.place(Problem(FILE, 12, 3, "x")) == (2, 3)
    assert wet.place(Problem(FILE, 5, 3, "x")) is None
    assert wet.place(Problem(Path("other.yaml"), 12, 3, "x")) is None


def test_rules_in_brackets_have_no_lines_of_their_own() -> None:
    assert _sources('[{"rule": "a"}, {"rule": "b"}]') == {}
    assert list(_sources("- {rule: a}\n- {rule: b}\n")) == ["a", "b"]


def test_a_rule_is_added_at_the_end() -> None:
    assert added("", "- rule: a\n") == "- rule: a\n"
    assert added("- rule: a\n\n\n", "\n- rule: b") == "- rule: a\n\n- rule: b\n"


@pytest.mark.parametrize("text", ["", "x", "rule: a", "- rule: a\n- rule: b", "- when: x", "[]"])
def test_what_is_not_one_rule_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="rule"):
        rule_in(text)


def test_the_brackets_of_a_list_are_refused() -> None:
    with pytest.raises(SourceError, match="brackets"):
        rule_in("[{rule: a}]")
    assert rule_in("# why\n- {rule: a}") == "a"


@pytest.mark.parametrize(
    ("text", "armed", "expected"),
    [
        ("- rule: a\n  when: x\n", False, "- armed: false\n  rule: a\n  when: x\n"),
        ("- rule: a\n  when: x\n", True, "- rule: a\n  when: x\n"),
        ("# c\n- rule: a\n  armed: false # why\n", True, "# c\n- rule: a\n  armed: true # why\n"),
        ("- rule: a\n  armed: yes\n", False, "- rule: a\n  armed: false\n"),
        ("- {rule: a, when: x}\n", False, "- {armed: false, rule: a, when: x}\n"),
        ("-\n  rule: a\n", False, "-\n  armed: false\n  rule: a\n"),
    ],
)
def test_a_rule_is_armed_and_disarmed(text: str, armed: bool, expected: str) -> None:
    assert with_armed(text, armed) == expected


@pytest.mark.parametrize("file", sorted((PROJECT / "site.example/rules").glob("*.yaml")))
def test_the_rules_of_the_demo_are_found_and_change_alone(file: Path) -> None:
    text = file.read_text()
    located = parse_yaml(text, file)
    assert isinstance(located.data, list)
    sources = sources_in(text, located)
    assert len(sources) == len(located.data)
    for source, data in zip(sources, located.data, strict=True):
        assert parse_yaml(source.text, file).data == [data]
        assert replaced(text, source, source.text) == text
        disarmed = parse_yaml(with_armed(source.text, False), file).data
        assert disarmed == [{**data, "armed": False}]


ITEM = st.sampled_from(
    [
        "- rule: {id}\n  when: x\n",
        "# why\n- rule: {id}\n  when: |\n    x\n\n    # y\n",
        "- {{rule: {id}, when: x}}\n",
        "-\n  # first\n  rule: {id}\n",
        "\n\n# above\n\n- rule: {id}  # beside\n\n  then:\n    - a: b\n",
        "- when: nothing\n",
    ]
)


@given(st.lists(ITEM, min_size=1, max_size=6), st.data())
def test_nothing_but_the_rule_changes(items: list[str], data: st.DataObject) -> None:
    text = "".join(item.format(id=f"r{index}") for index, item in enumerate(items))
    sources = list(_sources(text).values())
    assume(sources)
    chosen = data.draw(st.sampled_from(sources))
    assert replaced(text, chosen, chosen.text) == text
    before, after = _sources(text), _sources(replaced(text, chosen, "- rule: new\n"))
    assert list(after) == ["new" if id == chosen.rule else id for id in before]
    for id, source in before.items():
        if id != chosen.rule:
            assert after[id].text == source.text
    kept = _sources(replaced(text, chosen, "")) if len(sources) > 1 else {}
    assert list(kept) == [id for id in before if id != chosen.rule][: len(kept)]
