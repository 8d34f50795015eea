"""One rules file while it is read: its parts with their places, and what is wrong with it.

Reading goes on after a mistake, so that a technician sees all of them at once.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devices.reading import Millis
from devices.text import Text
from devices.topics import IDENTIFIER
from gateway.duration import parse_duration
from gateway.located_yaml import Located, Problem, Route, did_you_mean, nearest
from gateway.rules.expression.tokens import Fault


@dataclass(slots=True)
class Document:
    """`problems` forbid the file, `warnings` do not."""

    located: Located
    lines: Sequence[str]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.located.file

    @property
    def root(self) -> "Node":
        """The whole document."""
        return Node(self, (), self.located.data)


@dataclass(frozen=True, slots=True)
class Node:
    """One part of the document. The readers return None when they had to complain."""

    document: Document
    route: Route
    value: object

    def complain(self, message: str) -> None:
        """Note a mistake."""
        self.document.problems.append(self.document.located.problem(self.route, message))

    def warn(self, message: str) -> None:
        """Note what is allowed but probably not meant."""
        self.document.warnings.append(self.document.located.problem(self.route, message))

    def complain_within(self, faults: Collection[Fault]) -> None:
        """Note mistakes in this text, each at its character."""
        self.document.problems += self._within(faults)

    def warn_within(self, faults: Collection[Fault]) -> None:
        """Note what is probably not meant in this text, each at its character."""
        self.document.warnings += self._within(faults)

    def child(self, key: str | int, value: object) -> "Node":
        """A part of this part."""
        return Node(self.document, (*self.route, key), value)

    def mapping(self, known: Collection[str], what: str) -> dict[str, "Node"] | None:
        """The parts by name; complains of names that are not known. What is probably meant by one
        is read as that, so that it is not also missed."""
        parts = self.parts(what)
        if parts is None:
            return None
        for name in parts.keys() - set(known):
            part = parts.pop(name)
            part.complain(f"unknown name {name!r}{did_you_mean(name, known)}")
            if meant := nearest(name, known):
                parts.setdefault(meant, part)
        return parts

    def parts(self, what: str) -> dict[str, "Node"] | None:
        """The parts by name, whatever their names."""
        if not isinstance(self.value, dict):
            self.complain(f"{what} is written as names with values, e.g. {{name: value}}")
            return None
        return {str(name): self.child(str(name), value) for name, value in self.value.items()}

    def items(self, what: str) -> list["Node"] | None:
        """The parts of a list."""
        if not isinstance(self.value, list):
            self.complain(f"{what} is a list: begin each entry with '- '")
            return None
        return [self.child(index, value) for index, value in enumerate(self.value)]

    def text(self, what: str) -> str | None:
        """A text."""
        if not isinstance(self.value, str):
            self.complain(f"{what} must be a text{self._in_quotes()}")
            return None
        return self.value

    def truth(self, what: str) -> bool | None:
        """A yes or no."""
        if not isinstance(self.value, bool):
            self.complain(f"{what} must be true or false")
            return None
        return self.value

    def texts(self, what: str) -> Text | None:
        """A text in both languages: `{vi: …, en: …}`, or one text for both."""
        if isinstance(self.value, str):
            return Text(self.value, self.value)
        if hint := self._in_quotes():
            self.complain(f"{what} must be a text{hint}")
            return None
        parts = self.mapping(Text._fields, what)
        if parts is None:
            return None
        if len(parts) < len(Text._fields):
            self.complain(f"{what} needs both languages: {{vi: …, en: …}}, or one text for both")
            return None
        vi, en = parts["vi"].text(what), parts["en"].text(what)
        return None if vi is None or en is None else Text(vi, en)

    def identifier(self, what: str) -> str | None:
        """An id."""
        if not isinstance(self.value, str) or not IDENTIFIER.fullmatch(self.value):
            hint = self._in_quotes()
            self.complain(f"{what} must be lower-case letters, digits and '-', at most 63{hint}")
            return None
        return self.value

    def choice(self, known: Collection[str], what: str) -> str | None:
        """One of some words."""
        if not isinstance(self.value, str) or self.value not in known:
            hint = did_you_mean(str(self.value), known)
            self.complain(f"{what} must be one of {', '.join(known)}{hint}")
            return None
        return self.value

    def whole(self, low: int, high: int, what: str) -> int | None:
        """A whole number between these two."""
        if type(self.value) is int and low <= self.value <= high:
            return self.value
        self.complain(f"{what} must be a whole number from {low} to {high}")
        return None

    def duration(self) -> Millis | None:
        """A duration such as 10m."""
        if not isinstance(self.value, str):
            self.complain("a duration needs its unit: write e.g. 20s, 10m, 6h or 1d")
            return None
        try:
            return parse_duration(self.value)
        except ValueError as error:
            self.complain(str(error))
            return None

    def _within(self, faults: Collection[Fault]) -> Iterator[Problem]:
        start = self.document.located.position(self.route)
        for fault in faults:
            line, column = _find(self.document.lines, start, str(self.value), fault.offset)
            yield Problem(self.document.file, line, column, fault.message)

    def _in_quotes(self) -> str:
        """What most likely went wrong where a word was meant."""
        if isinstance(self.value, bool):
            return '; YAML reads on, off, yes and no as true or false: put it in quotes, e.g. "on"'
        return '; put it in quotes, e.g. "12"' if isinstance(self.value, int | float) else ""


def _find(lines: Sequence[str], start: tuple[int, int], value: str, offset: int) -> tuple[int, int]:
    """Where the character `offset` of a scalar stands in the file.

    The scalar may be plain, quoted, folded or a block, so white space is skipped on both sides
    and everything else must agree; where it does not (an escape), the start has to do.
    """
    row, column = start[0] - 1, start[1] - 1
    if row >= len(lines):
        return start
    opening = lines[row][column : column + 1]
    if opening in ("|", ">"):
        row, column = row + 1, 0
    elif opening in ("'", '"'):
        column += 1
    for index, char in enumerate(value):
        if char.isspace():
            if index == offset:
                return row + 1, column + 1
            continue
        while row < len(lines) and not lines[row][column:].strip():
            row, column = row + 1, 0
        if row == len(lines):
            return start
        column += len(lines[row][column:]) - len(lines[row][column:].lstrip())
        if lines[row][column] != char:
            return start
        if index >= offset:
            return row + 1, column + 1
        column += 1
    return row + 1, column + 1
