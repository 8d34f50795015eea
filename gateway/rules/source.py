"""The text of each rule within its file, found and replaced without touching the rest.

The files belong to technicians: their comments, their order and their white space stay. Pure text;
whether a rule makes sense is not asked here.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.located_yaml import Located, Problem, parse_yaml

_WORD = re.compile(r"\w+")


class SourceError(ValueError):
    """The rule cannot be edited here; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Source:
    """A rule as it is written, with the comment lines right above it. `first` and `end` are its
    lines in the file, counted from 0; `indent` is what its lines begin with there."""

    rule: str
    file: Path
    first: int
    end: int
    indent: str
    text: str

    def place(self, problem: Problem) -> tuple[int, int] | None:
        """Line and column of a problem within `text`, counted from 1; None when it is elsewhere."""
        if problem.file != self.file or not self.first < problem.line <= self.end:
            return None
        return problem.line - self.first, max(problem.column - len(self.indent), 1)


def sources_in(text: str, located: Located) -> list[Source]:
    """The rules of a file that has been read. Those between `[` and `]` are not among them: they
    have no lines of their own."""
    lines = text.split("\n")
    items = located.data if isinstance(located.data, list) else []
    dashes = [_dash_of(lines, located.position((index,))) for index in range(len(items))]
    firsts = [None if dash is None else _with_comments(lines, dash) for dash in dashes]
    ends = [*firsts[1:], len(lines)]
    return [
        _source(rule, located.file, lines, (dash, first, end))
        for item, dash, first, end in zip(items, dashes, firsts, ends, strict=False)
        if (rule := _id_of(item)) and dash is not None and first is not None and end is not None
    ]


def replaced(text: str, old: Source, new: str) -> str:
    """The text of the file with another text, or none, in the place of a rule."""
    lines = text.split("\n")
    written = textwrap.indent(new.strip("\n"), old.indent).split("\n") if new else []
    return "\n".join([*lines[: old.first], *written, *lines[old.end :]])


def added(text: str, new: str) -> str:
    """The text of a file with one more rule at its end."""
    before = text.rstrip("\n")
    return f"{before}\n\n{new.strip(chr(10))}\n" if before else f"{new.strip(chr(10))}\n"


def rule_in(text: str) -> str:
    """The id of the one rule that the text is. Raises SourceError, and ProblemsError where it is
    no YAML."""
    located = parse_yaml(text, Path("rule"))
    if not isinstance(located.data, list) or len(located.data) != 1:
        raise SourceError("Write exactly one rule. It begins with a line such as '- rule: tea-dry'")
    rule = _id_of(located.data[0])
    if rule is None:
        raise SourceError("The rule has no id: begin with a line such as '- rule: tea-dry'")
    if _dash_of(text.split("\n"), located.position((0,))) is None:
        raise SourceError("Begin the rule with '- rule:', without brackets around it")
    return rule


def with_armed(text: str, armed: bool) -> str:
    """The rule of that text, armed or not."""
    located = parse_yaml(text, Path("rule"))
    [item] = located.data if isinstance(located.data, list) else [None]
    lines = text.split("\n")
    word = "true" if armed else "false"
    if isinstance(item, dict) and "armed" in item:
        row, column = (number - 1 for number in located.position((0, "armed")))
        head, tail = lines[row][:column], lines[row][column:]
        lines[row] = head + _WORD.sub(word, tail, count=1)
    elif not armed:
        row, column = (number - 1 for number in located.position((0,)))
        head, tail = lines[row][:column], lines[row][column:]
        if tail.startswith("{"):
            lines[row] = f"{head}{{armed: {word}, {tail[1:]}"
        else:  # in a line of its own, before the others
            lines[row : row + 1] = [f"{head}armed: {word}", " " * column + tail]
    return "\n".join(lines)


def _id_of(item: object) -> str | None:
    id = item.get("rule") if isinstance(item, dict) else None
    return id if isinstance(id, str) else None


def _dash_of(lines: Sequence[str], position: tuple[int, int]) -> int | None:
    """The line with the dash of an entry that begins at `position`."""
    row, column = position[0] - 1, position[1] - 1
    if lines[row][:column].strip() == "-":
        return row
    for above in _upwards(row):  # the dash may stand alone
        if lines[above].strip() == "-":
            return above
        if lines[above].strip() and not lines[above].lstrip().startswith("#"):
            return None
    return None


def _with_comments(lines: Sequence[str], dash: int) -> int:
    """The first of the comment lines right above a rule, or the rule's own first line."""
    first = dash
    for above in _upwards(dash):
        if not lines[above].lstrip().startswith("#"):
            break
        first = above
    return first


def _upwards(row: int) -> Iterator[int]:
    return iter(range(row - 1, -1, -1))


def _source(rule: str, file: Path, lines: Sequence[str], place: tuple[int, int, int]) -> Source:
    dash, first, end = place
    while end > dash + 1 and not lines[end - 1].strip():
        end -= 1
    indent = lines[dash][: len(lines[dash]) - len(lines[dash].lstrip())]
    text = "\n".join(line.removeprefix(indent) for line in lines[first:end])
    return Source(rule, file, first, end, indent, text + "\n")
