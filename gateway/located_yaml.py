"""YAML with the place of everything in it, so that every mistake can be shown where it is.

A technician writes these files at night: all problems are reported at once, each with file, line
and column. Aliases are refused (a few of them can grow to gigabytes), and so are duplicate keys.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

FILE_MAX = 4 * 1024 * 1024
"""Bytes. A hamlet's devices.yaml with 5,000 devices is under 1 MiB."""
DEPTH_MAX = 20
"""Nesting of the document; ours need eight. Deeper ones would exhaust the parser's stack."""
INTEGER_BITS_MAX = 64
"""Python refuses to write out a number of thousands of digits, but reads it as 0xfff…."""

_WORDS = {
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "model_type": "must be names with values",
    "dict_type": "must be names with values",
    "datetime_from_date_parsing": "must be a time; write e.g. 2026-03-02T22:00",
    "datetime_type": "must be a time; write e.g. 2026-03-02T22:00",
}
"""Where pydantic speaks of Python's types."""

_LIKELY = {
    "mapping values are not allowed": ": a second ':' in the line? Put the text in quotes",
    "'\\t'": ": a tab; indent with blanks",
    "'%'": ": put the text in quotes",
    "'@'": ": put the text in quotes",
    "'`'": ": put the text in quotes",
    "expected <block end>": ": is it indented like the line that it belongs to?",
    "could not find expected ':'": ": is there a ':' and a blank after the name?",
    "expected ',' or": ": a bracket or brace is not closed, or a comma is missing",
    "<stream end>": ": a bracket or brace is not closed",
    "end of stream": ": a quote, bracket or brace is not closed",
    "undefined tag": "; tags (!name) are not needed here",
    "could not determine a constructor": "; tags (!name) are not needed here",
}
"""By a part of PyYAML's words."""

_OTHER_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
"""A new line to YAML 1.1, but to no editor: what is said of lines would be of others."""

Model = TypeVar("Model", bound=BaseModel)
Route = tuple[str | int, ...]
_Loader = type[yaml.SafeLoader | yaml.CSafeLoader]


class Problem(NamedTuple):
    """One mistake in one file. Lines and columns count from 1."""

    file: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ProblemsError(Exception):
    """Everything that is wrong with a configuration, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Located:
    """The data of a YAML file, and where each part of it stands. `lost` are the parts that could
    not be read, None in `data`; `problems` says why."""

    file: Path
    data: object
    positions: dict[Route, tuple[int, int]]
    problems: Sequence[Problem] = ()
    lost: frozenset[Route] = frozenset()

    def is_whole(self, path: Route) -> bool:
        """Whether everything in that part could be read."""
        return not any(lost[: len(path)] == path for lost in self.lost)

    def position(self, path: Route) -> tuple[int, int]:
        """Line and column of the value at `path`, or of the nearest thing around it."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))

    def problem(self, path: Route, message: str) -> Problem:
        """A problem with the value at `path`."""
        return Problem(self.file, *self.position(path), message)

    def validate(self, model: type[Model]) -> Model:
        """The data as `model`; raises ProblemsError with every mistake."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            issues = error.errors(include_url=False)
            places = [issue["loc"] for issue in issues]
            raise ProblemsError(
                self.problem(issue["loc"], _say(issue["type"], issue["msg"], issue["loc"], model))
                for issue in issues
                if issue["type"] != "too_short" or not _is_within(issue["loc"], places)
            ) from None


class _Builder:
    """Walks the node tree once, collecting data, positions and structural mistakes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.positions: dict[Route, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.lost: set[Route] = set()
        self._seen: set[int] = set()
        self._scalars = yaml.SafeLoader("")

    def build(self, node: yaml.Node, path: Route) -> object:
        mark = node.start_mark
        self.positions[path] = (mark.line + 1, mark.column + 1)
        if id(node) in self._seen:  # by an alias, which was complained of
            self.lost.add(path)
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._build_mapping(node, path)
        return self._build_scalar(node, path)

    def _build_mapping(self, node: yaml.MappingNode, path: Route) -> dict[str, object]:
        built: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                self.lost.add(path)
                if id(value_node) not in self._seen:  # else it is an alias (<<: *name)
                    self._complain(key_node, "a name must be plain text")
            elif key in built:
                line, _ = self.positions[(*path, key)]
                self._complain(key_node, f"{key!r} is here twice, first in line {line}")
            else:
                built[key] = self.build(value_node, (*path, key))
        return built

    def _key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            return None
        # YAML 1.1 reads the bare key `on` as true, and ours has a key of that name; months are
        # numbers.
        return node.value if node.tag.endswith((":str", ":bool", ":int")) else None

    def _build_scalar(self, node: yaml.Node, path: Route) -> object:
        if node.tag.endswith((":int", ":float")) and ":" in node.value:
            return node.value  # YAML 1.1 reads the time 22:00 as sixties, 1320
        try:
            value: object = self._scalars.construct_object(node)
            if isinstance(value, int) and value.bit_length() > INTEGER_BITS_MAX:
                raise ValueError("the number is too large")
            return value
        except yaml.MarkedYAMLError as error:  # its text repeats the place
            reason = _explain(error.problem or "no YAML")
        except (yaml.YAMLError, ValueError) as error:
            reason = str(error)
        except (LookupError, AttributeError):  # PyYAML takes a tag at its word: !!bool maybe
            reason = "the tag does not fit; tags (!name) are not needed here"
        self._complain(node, f"cannot be read: {reason}")
        self.lost.add(path)
        return None

    def _complain(self, node: yaml.Node, message: str) -> None:
        self.problems.append(_at(node.start_mark, self.file, message))


def load_yaml(file: Path) -> Located:
    """Read a YAML file. Raises ProblemsError, also when it cannot be read at all."""
    return parse_yaml(read_text(file), file)


def read_text(file: Path) -> str:
    """What stands in a YAML file. Raises ProblemsError when it cannot be read."""
    try:
        if file.exists() and not file.is_file():
            raise ProblemsError([Problem(file, 1, 1, "is no file, or a folder without access")])
        with file.open("rb") as handle:
            raw = handle.read(FILE_MAX + 1)
        if len(raw) > FILE_MAX:
            raise ProblemsError([Problem(file, 1, 1, f"is over {FILE_MAX} bytes")])
        return raw.decode()
    except FileNotFoundError:
        raise ProblemsError([Problem(file, 1, 1, "does not exist")]) from None
    except OSError as error:
        raise ProblemsError([Problem(file, 1, 1, f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        raise ProblemsError([Problem(file, 1, 1, f"is not UTF-8 text: {error}")]) from None


def parse_yaml(text: str, file: Path) -> Located:
    """Read YAML text; `file` is named in the problems. Raises ProblemsError."""
    located = parse_partly(text, file)
    if located.problems:
        raise ProblemsError(located.problems)
    return located


def parse_partly(text: str, file: Path) -> Located:
    """The same for who goes on with what could be read. Raises ProblemsError only when that is
    nothing at all."""
    if other := _OTHER_BREAK.search(text):
        line, column = text.count("\n", 0, other.start()) + 1, other.start()
        column -= text.rfind("\n", 0, other.start())
        message = f"a line break of another kind ({other[0]!a}): write the line anew"
        raise ProblemsError([Problem(file, line, column, message)])
    try:
        alias, node = _compose(text, file)
    except yaml.MarkedYAMLError as error:
        message = _explain(error.problem or "no YAML")
        raise ProblemsError([_at(error.problem_mark, file, message)]) from None
    except yaml.YAMLError as error:
        raise ProblemsError([Problem(file, 1, 1, f"no YAML: {error}")]) from None
    if node is None:
        return Located(file, None, {(): (1, 1)})
    builder = _Builder(file)
    data = builder.build(node, ())
    problems = [*alias, *builder.problems]
    return Located(file, data, builder.positions, problems, frozenset(builder.lost))


def _explain(problem: str) -> str:
    """What PyYAML found, and what its author has most likely done."""
    return problem + next((hint for part, hint in _LIKELY.items() if part in problem), "")


def _compose(text: str, file: Path) -> tuple[list[Problem], yaml.Node | None]:
    """By libyaml, which PyYAML's wheels bring: 5,000 devices in 0.3 s instead of 3. PyYAML's own
    reader says better what and where a mistake is."""
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError):  # its words follow
            return _compose_by(yaml.CSafeLoader, text, file)
    return _compose_by(yaml.SafeLoader, text, file)


def _compose_by(loader: _Loader, text: str, file: Path) -> tuple[list[Problem], yaml.Node | None]:
    alias = _refuse_bombs(loader, text, file)
    try:
        return alias, yaml.compose(text, loader)
    except yaml.YAMLError:
        if alias:  # of a name that nothing bears
            raise ProblemsError(alias) from None
        raise


def _refuse_bombs(loader: _Loader, text: str, file: Path) -> list[Problem]:
    """Before anything is built: no nesting that exhausts the stack. Returns the complaint of the
    first alias; a file that is full of them has one mistake."""
    aliases: list[Problem] = []
    depth = 0
    for event in yaml.parse(text, loader):
        if isinstance(event, yaml.AliasEvent):
            message = "aliases (*name) are not allowed: write the value out"
            aliases = aliases or [_at(event.start_mark, file, message)]
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_MAX:
            message = f"nested deeper than {DEPTH_MAX}"
            raise ProblemsError([_at(event.start_mark, file, message)])
    return aliases


def _at(mark: Any, file: Path, message: str) -> Problem:  # types-pyyaml has two mark types
    if mark is None:
        return Problem(file, 1, 1, message)
    return Problem(file, mark.line + 1, mark.column + 1, message)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, if any is."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest known word, or nothing."""
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else ""


def _is_within(path: Route, places: Sequence[Route]) -> bool:
    """Whether one of the places is deeper in that part: pydantic does not count a wrong entry, and
    calls a list of one that is wrong too short."""
    return any(len(place) > len(path) and place[: len(path)] == path for place in places)


def _say(kind: str, message: str, path: Route, model: type[BaseModel]) -> str:
    name = path[-1] if path else ""
    if kind == "missing":
        return f"{name!r} is missing"
    if kind == "extra_forbidden":
        return f"unknown name {name!r}{did_you_mean(str(name), _field_names(model, path[:-1]))}"
    if kind in _WORDS:
        message = _WORDS[kind]
    if kind == "too_short":  # "Tuple should have at least 1 item after validation, not 0"
        message = "must " + message.partition("should ")[2].partition(" after")[0]
    message = message.removeprefix("Value error, ")  # pydantic's word for ours
    return f"{name}: {message}" if isinstance(name, str) and name else message


def _field_names(model: type[BaseModel], path: Route) -> list[str]:
    """The names that are allowed in the part of `model` that `path` leads to."""
    current: type[BaseModel] | None = model
    for step in path:
        if current is None or isinstance(step, int):
            continue
        field = current.model_fields.get(step)
        if field is not None:  # else it is a free name, whose value `current` describes
            current = _model_within(field.annotation)
    return list(current.model_fields) if current else []


def _model_within(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_within(part) for part in getattr(annotation, "__args__", ()))
    return next((found for found in inner if found), None)
