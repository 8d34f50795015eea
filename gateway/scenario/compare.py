"""Whether the rules did what a scenario expects, in words with expected and got."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from pydantic import BaseModel

from gateway.decisions import Alert, Command, CommandState, IrrigationAsked
from gateway.located_yaml import Route
from gateway.rules.rule import source_of
from gateway.scenario.world import World
from gateway.scenario.written import (
    ALL,
    ExpectedAlert,
    ExpectedCommand,
    ExpectedWater,
    Look,
)

E = TypeVar("E", bound=BaseModel)
G = TypeVar("G")
NONE = "none"


class Difference(NamedTuple):
    """`what` was looked at, and where in the file that is written."""

    route: Route
    what: str
    expected: str
    got: str


def compare(look: Look, route: Route, world: World) -> Iterator[Difference]:
    """All that differs. Commands and water are those since the last look, and are taken out."""
    yield from _states(look, (*route, "states"), world)
    yield from _health(look, (*route, "healthy"), world)
    commands, world.commands[:] = list(world.commands), []
    water, world.water[:] = list(world.water), []
    parts = (
        _differ("alerts", look.alerts, world.alerts(), _is_alert, _write_alert),
        _differ("commands", look.commands, commands, _is_command, _write_command),
        _differ("irrigation", look.irrigation, water, _is_water, _write_water),
    )
    for found in parts:
        if found is not None:
            what, expected, got = found
            yield Difference((*route, what), what, expected, got)


def _states(look: Look, route: Route, world: World) -> Iterator[Difference]:
    for rule, expected in look.states.items():
        found = world.subjects(rule)
        if ALL in expected:
            wanted = expected[ALL]
            others = {subject: state for subject, state in found.items() if state is not wanted}
            got = ", ".join(f"{subject}: {state.value}" for subject, state in others.items())
            if others or not found:
                got = got or "it concerns no device"
                yield Difference((*route, rule), f"{rule} for all", wanted.value, got)
            continue
        for subject, wanted in expected.items():
            state = found.get(subject)
            if state is not wanted:
                got = state.value if state else "the rule does not concern it"
                where = (*route, rule, subject)
                yield Difference(where, f"{rule} for {subject}", wanted.value, got)


def _health(look: Look, route: Route, world: World) -> Iterator[Difference]:
    for rule, wanted in look.healthy.items():
        fault = world.fault_of(rule)
        if (fault is None) is not wanted:
            words = {True: "healthy", False: "a fault"}
            yield Difference((*route, rule), rule, words[wanted], fault or words[True])


def _differ(
    what: str,
    expected: Sequence[E] | None,
    got: Sequence[G],
    matches: Callable[[E, G], bool],
    write: Callable[[G], str],
) -> tuple[str, str, str] | None:
    """Each of one side must have its own of the other."""
    if expected is None:
        return None
    left = list(got)
    missing = 0
    # Who says most chooses first, so that nobody takes what only another can have.
    for one in sorted(expected, key=lambda one: -len(one.model_fields_set)):
        found = next((other for other in left if matches(one, other)), None)
        if found is None:
            missing += 1
        else:
            left.remove(found)
    if not missing and not left:
        return None
    written = [_write(one.model_dump(mode="json", exclude_unset=True)) for one in expected]
    return what, "; ".join(written) or NONE, "; ".join(map(write, got)) or NONE


def _is_alert(expected: ExpectedAlert, alert: Alert) -> bool:
    return (
        alert.source == (expected.source or source_of(expected.rule or ""))
        and expected.device in (None, alert.subject)
        and expected.severity in (None, alert.severity)
        and expected.vi in (None, alert.message.vi)
        and expected.en in (None, alert.message.en)
    )


def _is_command(expected: ExpectedCommand, command: Command) -> bool:
    args = expected.model_extra or {}
    return (
        command.device == expected.device
        and command.command == expected.command
        and (expected.rule is None or command.requester == source_of(expected.rule))
        and (command.state is CommandState.REFUSED) == expected.refused
        and all(command.args.get(name) == value for name, value in args.items())
    )


def _is_water(expected: ExpectedWater, asked: IrrigationAsked) -> bool:
    return (
        asked.plot == expected.plot
        and (expected.rule is None or asked.requester == source_of(expected.rule))
        and expected.depth_mm in (None, asked.depth_mm)
        and expected.litres in (None, asked.litres)
        and expected.minutes in (None, asked.minutes)
    )


def _write_alert(alert: Alert) -> str:
    of_rules = source_of("")
    key = "rule" if alert.source.startswith(of_rules) else "source"
    return _write(
        {
            key: alert.source.removeprefix(of_rules),
            "device": alert.subject,
            "severity": alert.severity.value,
            "vi": alert.message.vi,
            "en": alert.message.en,
        }
    )


def _write_command(command: Command) -> str:
    found: dict[str, object] = {
        "rule": command.requester.removeprefix(source_of("")),
        "device": command.device,
        "command": command.command,
        **command.args,
    }
    if command.state is CommandState.REFUSED:
        found |= {"refused": True, "error": command.error}
    return _write(found)


def _write_water(asked: IrrigationAsked) -> str:
    amounts = {"depth_mm": asked.depth_mm, "litres": asked.litres, "minutes": asked.minutes}
    given = {name: amount for name, amount in amounts.items() if amount is not None}
    return _write(
        {"rule": asked.requester.removeprefix(source_of("")), "plot": asked.plot, **given}
    )


def _write(parts: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in parts.items()) + "}"
