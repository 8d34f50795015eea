"""A scenario file: which devices break when. Every mistake is reported at once, with its line.

faults:
  - fault: lamp-dead
    devices: [light-117, light-118]
    from: yesterday 18:10        # or -14h, +30m; without it: from the beginning
    until: +2h                   # without it: for good
    daily: 11:30-13:00           # only in this part of each day
    amount: 0.5                  # for faults that have a measure
"""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from devices.reading import Millis
from firmware_sim.faults import FOREVER, Ailments, Daily, Fault, Scenario, Spell

AMOUNTS: dict[Fault, tuple[float, float]] = {
    Fault.PANEL_DIRTY: (0.0, 1.0),
    Fault.BATTERY_AGEING: (0.0, 0.95),
    Fault.WRONG_CLOCK: (-1_000_000.0, 1_000_000.0),
    Fault.PIPE_LEAK: (0.0, 1.0),
    Fault.PIPE_BURST: (1.0, 10.0),
    Fault.FILTER_BLOCKED: (0.0, 1.0),
    Fault.SENSOR_DRIFT: (-50.0, 50.0),
    Fault.COMMANDS_LATE: (0.0, 86_400.0),
    Fault.COMMANDS_REPEATED: (2.0, 10.0),
}
"""The faults that need an amount, and its range."""

_KEYS = ("fault", "devices", "from", "until", "daily", "amount")
_DELTA = re.compile(r"([+-])((?:\d+[dhms])+)")
_CLOCK = re.compile(r"(yesterday|today|tomorrow) (\d\d?):(\d\d)")
_DAILY = re.compile(r"(\d\d?):(\d\d)-(\d\d?):(\d\d)")
_UNIT_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000}
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


class ScenarioError(Exception):
    """`problems` holds every mistake as `file:line: what is wrong`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_scenario(
    file: Path, *, origin: Millis, timezone: str, devices: Collection[str]
) -> Scenario:
    """Read a scenario; its times are relative to `origin`. Raises ScenarioError."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise ScenarioError([f"{file}: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ScenarioError([f"{file}: is not UTF-8 text"]) from None
    return parse_scenario(text, file, origin=origin, timezone=timezone, devices=devices)


def parse_scenario(
    text: str, file: Path, *, origin: Millis, timezone: str, devices: Collection[str]
) -> Scenario:
    """The same for text; `file` is named in the problems. Raises ScenarioError."""
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError([f"{file}:{line}: {error.problem}"]) from None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise ScenarioError([f"{file}:1: {error}"]) from None
    reader = _Reader(origin, ZoneInfo(timezone), devices)
    spells = list(reader.read(root)) if root is not None else []
    if reader.problems:
        raise ScenarioError([f"{file}:{line}: {said}" for line, said in sorted(reader.problems)])
    by_device: dict[str, list[Spell]] = {}
    for device, spell in spells:
        by_device.setdefault(device, []).append(spell)
    return Scenario(origin, {device: Ailments(those) for device, those in by_device.items()})


class _Reader:
    """Walks the nodes of the file, so that each complaint knows its line."""

    def __init__(self, origin: Millis, timezone: ZoneInfo, devices: Collection[str]) -> None:
        self.problems: list[tuple[int, str]] = []
        self._origin = origin
        self._timezone = timezone
        self._devices = devices

    def read(self, root: yaml.Node) -> Iterator[tuple[str, Spell]]:
        """Device and spell of everything that is right; complains about the rest."""
        top = self._mapping(root, ("faults",))
        entries = top and top.get("faults")
        if not entries:
            return
        if not isinstance(entries, yaml.SequenceNode):
            self._complain(entries, "faults must be a list")
            return
        for node in entries.value:
            yield from self._read_entry(node)

    def _read_entry(self, node: yaml.Node) -> Iterator[tuple[str, Spell]]:
        entry = self._mapping(node, _KEYS)
        if entry is None:
            return
        fault = self._fault(node, entry.get("fault"))
        start = self._time(entry.get("from"), 0)
        end = self._time(entry.get("until"), FOREVER)
        if start >= end:
            self._complain(entry.get("until", node), "until is not after from")
        daily = self._daily(entry.get("daily"))
        amount = self._amount(node, fault, entry.get("amount"))
        devices = self._devices_of(node, entry.get("devices"))
        if fault is not None:
            for device in devices:
                yield device, Spell(fault, start, end, daily, amount)

    def _mapping(self, node: yaml.Node, keys: tuple[str, ...]) -> dict[str, yaml.Node] | None:
        if not isinstance(node, yaml.MappingNode):
            self._complain(node, f"must hold {', '.join(keys)}")
            return None
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name not in keys:
                self._complain(key, f"unknown name {name!r}; known: {', '.join(keys)}")
            elif name in found:
                self._complain(key, f"{name} is here twice")
            else:
                found[name] = value
        return found

    def _fault(self, entry: yaml.Node, node: yaml.Node | None) -> Fault | None:
        if node is None:
            self._complain(entry, "fault is missing")
            return None
        try:
            return Fault(self._text(node))
        except ValueError:
            known = ", ".join(fault.value for fault in Fault)
            self._complain(node, f"unknown fault {self._text(node)!r}; known: {known}")
            return None

    def _devices_of(self, entry: yaml.Node, node: yaml.Node | None) -> list[str]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self._complain(node or entry, "devices must be a list of device ids")
            return []
        names = []
        for item in node.value:
            name = self._text(item)
            if name in self._devices:
                names.append(name)
            else:
                self._complain(item, f"there is no device {name!r}")
        return names

    def _time(self, node: yaml.Node | None, otherwise: Millis) -> Millis:
        if node is None:
            return otherwise
        text = self._text(node)
        if delta := _DELTA.fullmatch(text):
            parts = re.findall(r"(\d+)([dhms])", delta[2])
            length = sum(int(number) * _UNIT_MS[unit] for number, unit in parts)
            return self._origin + (length if delta[1] == "+" else -length)
        clock = _CLOCK.fullmatch(text)
        if clock and int(clock[2]) < 24 and int(clock[3]) < 60:
            today = datetime.fromtimestamp(self._origin / 1000, UTC).astimezone(self._timezone)
            day = today.date() + timedelta(days=_DAYS[clock[1]])
            moment = datetime(
                day.year, day.month, day.day, int(clock[2]), int(clock[3]), tzinfo=self._timezone
            )
            return int(moment.timestamp() * 1000)
        self._complain(node, f"{text!r} is no time; write -14h, +30m or yesterday 18:10")
        return otherwise

    def _daily(self, node: yaml.Node | None) -> Daily | None:
        if node is None:
            return None
        match = _DAILY.fullmatch(self._text(node))
        if match is None:
            self._complain(node, f"{self._text(node)!r} is no part of a day; write 11:30-13:00")
            return None
        hours = [int(match[n]) + int(match[n + 1]) / 60 for n in (1, 3)]
        return Daily(hours[0], hours[1])

    def _amount(self, entry: yaml.Node, fault: Fault | None, node: yaml.Node | None) -> float:
        span = AMOUNTS.get(fault) if fault else None
        if span is None:
            if node is not None and fault is not None:
                self._complain(node, f"{fault.value} has no amount")
            return 0.0
        if node is None:
            self._complain(entry, f"amount is missing: {span[0]:g} to {span[1]:g}")
            return 0.0
        try:
            amount = float(self._text(node))
        except ValueError:
            amount = float("nan")
        if not span[0] <= amount <= span[1]:
            self._complain(node, f"amount must be {span[0]:g} to {span[1]:g}")
            return 0.0
        return amount

    def _text(self, node: yaml.Node) -> str:
        return str(node.value) if isinstance(node, yaml.ScalarNode) else ""

    def _complain(self, node: yaml.Node, message: str) -> None:
        self.problems.append((node.start_mark.line + 1, message))
