"""Scenario files, read and checked whole: every mistake with file, line and column."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.kinds import KINDS
from devices.metric import Value
from devices.text import Text
from gateway.fleet import Device, Fleet
from gateway.journal.memory import list_device
from gateway.located_yaml import Located, Problem, ProblemsError, Route, did_you_mean, load_yaml
from gateway.plots import PlotsFile
from gateway.rules.document import Document, Node
from gateway.rules.loader import (
    CheckedRules,
    check_files,
    check_rules_of,
    named_files,
    rule_files,
)
from gateway.rules.rule import Rule
from gateway.rules.vocabulary import Vocabulary
from gateway.scenario.story import MESSAGES_MAX, Said, Story
from gateway.scenario.written import ALL, Look, Outage, Readings, ScenarioFile, WrittenScenario
from gateway.site import THE_GATEWAY, BrokerConfig, MapFile, PlaceConfig, Site, SiteConfig

NOWHERE = PlaceConfig(latitude=21.72, longitude=105.73, timezone="Asia/Ho_Chi_Minh")
"""Where a scenario plays that does not say it: in the hills of Thai Nguyen."""
GROUP = "group:"
"""How the subject of a rule about a group begins."""
_HEXADECIMAL = re.compile(r"0x([0-9]+)\s*(?:[,}#]|$)")
_SUFFIXES = (".yaml", ".yml")


def find_files(path: Path) -> list[Path]:
    """The file itself; of a folder all YAML files, in the order of their names."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES)


def load_stories(path: Path, site: Site | None) -> list[Story]:
    """The scenarios of a file or folder. In a folder, files that hold a list are taken for rules
    and left to the scenarios that name them. Raises ProblemsError with every mistake."""
    stories: list[Story] = []
    problems: list[Problem] = []
    for file in find_files(path):
        try:
            located = load_yaml(file)
            if not (path.is_dir() and isinstance(located.data, list)):
                stories += load_scenario_file(located, site)
        except ProblemsError as error:
            problems += error.problems
    if not stories and not problems:
        problems.append(Problem(path, 1, 1, "there are no scenarios here"))
    if problems:
        raise ProblemsError(problems)
    return stories


def load_scenario_file(located: Located, site: Site | None) -> list[Story]:
    """The scenarios of one file. Raises ProblemsError with every mistake."""
    written = located.validate(ScenarioFile)
    world = _site(located, written, site)
    fleet = Fleet()
    for number, config in enumerate(world.devices, 1):
        fleet.add(list_device(number, config))
    plots = None if written.devices is not None else [plot.id for plot in world.plots]
    rules = _rules(located, written, world, Vocabulary(KINDS, fleet, plots, world.config.constants))
    reader = _Reader(located, fleet, {rule.id for rule in rules})
    stories = [
        Story(
            scenario.scenario,
            located,
            ("scenarios", index),
            world,
            tuple(rules),
            reader.start(scenario, world),
            tuple(reader.said(scenario, ("scenarios", index))),
            tuple(reader.outages(scenario, ("scenarios", index))),
            tuple(reader.looks(scenario, ("scenarios", index))),
        )
        for index, scenario in enumerate(written.scenarios)
    ]
    if reader.problems:
        raise ProblemsError(reader.problems)
    return stories


def _site(located: Located, written: ScenarioFile, site: Site | None) -> Site:
    if written.devices is None:
        if site is None:
            message = "lists no devices; write devices: …, or name a site with --site"
            raise ProblemsError([located.problem((), message)])
        for name in ("place", "constants"):
            if getattr(written, name) is not None:
                message = f"the {name} is the site's, unless the devices stand here, too"
                raise ProblemsError([located.problem((name,), message)])
        return site
    ids = [device.id for device in written.devices]
    twice = [index for index, id in enumerate(ids) if id in ids[:index]]
    if twice:
        raise ProblemsError(
            located.problem(("devices", index), f"{ids[index]!r} stands already above")
            for index in twice
        )
    config = SiteConfig(
        hamlet="scenario",
        name=Text("Kịch bản", "Scenario"),
        place=written.place or (site.config.place if site else NOWHERE),
        broker=BrokerConfig(url="mqtt://127.0.0.1"),
        constants=written.constants or {},
    )
    devices = tuple(device for device in written.devices if device.id != THE_GATEWAY.id)
    return Site(located.file.parent, config, (*devices, THE_GATEWAY), PlotsFile(), MapFile(), {})


def _rules(
    located: Located, written: ScenarioFile, site: Site, vocabulary: Vocabulary
) -> Sequence[Rule]:
    """Raises ProblemsError, also when there are none."""
    listed = [written.rules] if isinstance(written.rules, str) else written.rules
    if listed is None:
        if written.devices is not None:
            message = "names no rules; write rules: FILE, or the rules themselves"
            raise ProblemsError([located.problem((), message)])
        checked = check_files(rule_files(site.rules), vocabulary)
    elif all(isinstance(one, str) for one in listed):
        files = named_files(located.file.parent / str(one) for one in listed)
        checked = check_files(files, vocabulary)
    else:
        checked = _inline(located, vocabulary)
    if checked.problems:
        raise ProblemsError(checked.problems)
    return checked.rules


def _inline(located: Located, vocabulary: Vocabulary) -> CheckedRules:
    lines = located.file.read_text(encoding="utf-8").split("\n")
    document = Document(located, lines)
    data = located.data
    assert isinstance(data, dict)  # noqa: S101 - the model says so
    return check_rules_of([Node(document, ("rules",), data["rules"])], vocabulary)


class _Reader:
    """Turns what is written into what happens, noting the mistakes."""

    def __init__(self, located: Located, fleet: Fleet, rules: set[str]) -> None:
        self.problems: list[Problem] = []
        self._located = located
        self._lines = located.file.read_text(encoding="utf-8").split("\n")
        self._fleet = fleet
        self._rules = rules

    def start(self, scenario: WrittenScenario, site: Site) -> int:
        """In UTC."""
        start = scenario.start
        if start.tzinfo is None:
            start = start.replace(tzinfo=ZoneInfo(site.config.place.timezone))
        return round(start.timestamp() * 1000)

    def said(self, scenario: WrittenScenario, route: Route) -> Iterable[Said]:
        """Every message, in the order of time, then of the file."""
        said: list[Said] = []
        for index, readings in enumerate(scenario.readings):
            where = (*route, "readings", index)
            said += self._readings(readings, scenario, where)
            if len(said) > MESSAGES_MAX:
                self._complain(where, f"makes more than {MESSAGES_MAX} messages in this scenario")
                return []
        for index, happening in enumerate(scenario.events):
            where = (*route, "events", index)
            if self._device(happening.device, where) is None:
                continue
            event = happening.event and {"event": happening.event, **(happening.model_extra or {})}
            said.append(
                Said(
                    happening.at, happening.device, {}, None, event or None, happening.status, where
                )
            )
        return sorted(said, key=lambda one: one.at)

    def outages(self, scenario: WrittenScenario, route: Route) -> Iterable[Outage]:
        """Every outage, in the order of time."""
        for index, (one, other) in enumerate(pairwise(scenario.gateway), 1):
            if other.off <= one.on:
                self._complain((*route, "gateway", index), "begins before the one above has ended")
        return scenario.gateway

    def looks(self, scenario: WrittenScenario, route: Route) -> Iterable[tuple[Look, Route]]:
        """Every look, in the order of time."""
        looks = [(look, (*route, "expect", index)) for index, look in enumerate(scenario.expect)]
        for look, where in looks:
            for rule, subjects in look.states.items():
                self._rule(rule, (*where, "states", rule))
                for subject in subjects:
                    if subject != ALL:
                        self._subject(subject, (*where, "states", rule, subject))
            for rule in look.healthy:
                self._rule(rule, (*where, "healthy", rule))
            for part in ("alerts", "commands", "irrigation"):
                for index, expected in enumerate(getattr(look, part) or ()):
                    if expected.rule is not None:
                        self._rule(expected.rule, (*where, part, index, "rule"))
                    if getattr(expected, "device", None) is not None:
                        self._subject(expected.device, (*where, part, index, "device"))
        return sorted(looks, key=lambda one: one[0].at)

    def _readings(
        self, readings: Readings, scenario: WrittenScenario, route: Route
    ) -> Iterator[Said]:
        device = self._device(readings.device, route)
        series = readings.model_extra or {}
        if device is None:
            return
        if not series:
            self._complain(route, "measures nothing; write e.g. soil_moisture_pct: 30 20+0x10")
        for name in series:
            self._refuse_hexadecimal((*route, name))
            if device.kind.metric(name) is None:
                hint = did_you_mean(name, [metric.name for metric in device.kind.metrics])
                self._complain((*route, name), f"a {device.kind.name} has no metric {name!r}{hint}")
        interval = readings.interval or scenario.interval
        for step, found in enumerate(zip_longest(*series.values())):
            sent = zip(series, found, strict=True)
            values: dict[str, Value] = {name: value for name, value in sent if value is not None}
            if values:
                later = step * interval
                measured = None if readings.measured is None else readings.measured + later
                yield Said(readings.at + later, device.id, values, measured, None, None, route)

    def _refuse_hexadecimal(self, route: Route) -> None:
        """YAML takes `0x10` for sixteen; its author meant eleven zeros."""
        line, column = self._located.position(route)
        if match := _HEXADECIMAL.match(self._lines[line - 1], column - 1):
            times = match[1]
            self._complain(route, f"0x{times} is a number in YAML; for zeros write 0+0x{times}")

    def _device(self, id: str, route: Route) -> Device | None:
        device = self._fleet.get(id)
        if device is None:
            hint = did_you_mean(id, [one.id for one in self._fleet])
            self._complain((*route, "device"), f"there is no device {id!r}{hint}")
        return device

    def _subject(self, id: str, route: Route) -> None:
        if not id.startswith(GROUP) and self._fleet.get(id) is None:
            hint = did_you_mean(id, [one.id for one in self._fleet])
            self._complain(route, f"there is no device {id!r}{hint}")

    def _rule(self, id: str, route: Route) -> None:
        if id not in self._rules:
            self._complain(route, f"there is no rule {id!r}{did_you_mean(id, self._rules)}")

    def _complain(self, route: Route, message: str) -> None:
        self.problems.append(self._located.problem(route, message))
