"""Each ready rule is right, fires for what it is about, and not on days on which nothing is."""

from collections import Counter
from dataclasses import replace

import pytest

from devices.kinds import KINDS
from devices.reading import Millis
from gateway.decisions import RuleState
from gateway.rules.loader import CheckedRules, check_files
from gateway.rules.ready import ready_rules
from gateway.rules.vocabulary import Vocabulary
from gateway.scenario.load import load_stories
from gateway.scenario.run import run
from gateway.scenario.story import Story
from gateway.scenario.written import Look

MINUTE: Millis = 60_000
NOTHING = Look(at=0, alerts=(), commands=(), irrigation=())
SUBJECTS = {"lights", "wifi", "speakers", "tea", "power", "gateway"}

RULES = pytest.mark.parametrize("id", ready_rules())


def stories(id: str) -> list[Story]:
    return load_stories(ready_rules()[id].scenarios, None)


def acts(look: Look) -> bool:
    """Whether a rule is expected to do something, or to have done it."""
    return bool(look.alerts or look.commands or look.irrigation)


def is_firing(look: Look) -> bool:
    return any(RuleState.FIRING in states.values() for states in look.states.values())


def test_there_are_rules_for_everything_that_the_gateway_watches() -> None:
    subjects = Counter(rule.subject for rule in ready_rules().values())
    assert set(subjects) == SUBJECTS
    assert min(subjects.values()) >= 5
    assert subjects.total() >= 25


@RULES
def test_a_file_holds_the_one_rule_that_it_is_named_after(id: str) -> None:
    checked = check_files([ready_rules()[id].file], Vocabulary(KINDS, None, None))
    assert [rule.id for rule in checked.rules] == [id]
    assert (checked.problems, checked.warnings) == ([], [])
    assert checked.rules[0].armed


def test_they_go_together() -> None:
    files = [rule.file for rule in ready_rules().values()]
    checked: CheckedRules = check_files(files, Vocabulary(KINDS, None, None))
    assert (checked.problems, checked.warnings) == ([], [])


@RULES
def test_it_does_what_its_scenarios_say(id: str) -> None:
    assert [str(failure) for story in stories(id) for failure in run(story)] == []


@RULES
def test_its_scenarios_show_it_at_work_and_at_rest(id: str) -> None:
    at_work = [any(acts(look) for look, _ in story.looks) for story in stories(id)]
    assert True in at_work
    assert False in at_work
    assert all({rule.id for rule in story.rules} == {id} for story in stories(id))


@RULES
def test_on_a_normal_day_it_does_nothing_at_any_minute(id: str) -> None:
    """A scenario looks now and then only; an alert that came and went would escape it."""
    quiet = [
        story
        for story in stories(id)
        if not any(acts(look) or is_firing(look) for look, _ in story.looks)
    ]
    for story in quiet:
        end = story.looks[-1][0].at
        looks = tuple(
            (NOTHING.model_copy(update={"at": at}), story.route) for at in range(0, end + 1, MINUTE)
        )
        assert [str(failure) for failure in run(replace(story, looks=looks))] == []
