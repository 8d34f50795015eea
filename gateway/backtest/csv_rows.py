"""A table of readings as a person exports or writes it, checked whole before anything is played.

The first columns are time, device and kind, the others are metrics; a cell is empty where nothing
was measured. Rows may come in any order.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import orjson

from devices.kind import Kind
from devices.kinds import KINDS
from devices.metric import Metric, Value
from devices.reading import Millis
from devices.rejection import RejectedError
from devices.text import Text
from devices.topics import IDENTIFIER
from gateway.backtest.rows import Piece, Row, Span, in_pieces, received_at
from gateway.fleet import Device, Fleet
from gateway.journal.memory import list_device
from gateway.local_time import parse_local
from gateway.located_yaml import Problem, ProblemsError, did_you_mean
from gateway.site import Site

FIRST_COLUMNS = ("time", "device", "kind")
PROBLEMS_MAX = 20
"""Whoever has the decimal comma in a column has it in every row."""
ROWS_MAX = 5_000_000
"""They are put in order in memory: some 300 bytes each, so that 1.5 GB are enough for it."""
ROWS_AT_ONCE = 2000
TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}

_Column = tuple[str, Callable[[str], Value]]


class CsvRows:
    """A Source. Devices that the site does not list are taken for adopted ones.

    A table does not say how often its devices report; the usual distance of its rows does. Raises
    ProblemsError with file, line and column, and OSError.
    """

    def __init__(self, file: Path, site: Site) -> None:
        reader = _Reader(file, site)
        reader.read()
        if reader.problems:
            raise ProblemsError(reader.problems)
        if not reader.rows:
            raise ProblemsError([Problem(file, 1, 1, "has no readings")])
        self._rows = sorted(reader.rows, key=received_at)
        self.fleet = reader.fleet
        self.span = Span(received_at(self._rows[0]), received_at(self._rows[-1]) + 1)
        _set_intervals(self.fleet, self._rows)

    def __iter__(self) -> Iterator[Piece]:
        yield from in_pieces(self._rows, ROWS_AT_ONCE)


@dataclass(slots=True)
class _Reader:
    """The first mistakes of a file, or all of its rows."""

    file: Path
    site: Site
    fleet: Fleet = field(default_factory=Fleet)
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _names: Sequence[str] = ()
    _columns: dict[str, list[_Column | None]] = field(default_factory=dict)

    def read(self) -> None:
        for number, config in enumerate(self.site.devices, 1):
            self.fleet.add(list_device(number, config))
        line = 0
        try:
            with self.file.open(encoding="utf-8-sig", newline="") as text:
                cells = csv.reader(text, strict=True)
                for line, row in enumerate(cells, 1):
                    if cells.line_num != line:
                        self._complain(line, row, 0, "a cell is longer than its line")
                        return
                    if line > ROWS_MAX:
                        message = f"is beyond {ROWS_MAX:,} rows: try a part of the table"
                        self._complain(line, row, 0, message)
                        return
                    if line == 1:
                        self._read_names(row)
                    elif row:
                        self._read_row(line, row)
                    if len(self.problems) >= PROBLEMS_MAX or (line == 1 and self.problems):
                        return
        except UnicodeDecodeError:
            self._find_other_letters()
            return
        except csv.Error as error:
            self._complain(line + 1, (), 0, f"is no line of a table: {error}")
        if not line:
            self._complain(1, (), 0, "is empty")

    def _find_other_letters(self) -> None:
        with self.file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    line.decode()
                except UnicodeDecodeError as error:
                    message = f"is not written in UTF-8: {error.reason}"
                    self.problems.append(Problem(self.file, number, error.start + 1, message))
                    return

    def _complain(self, line: int, row: Sequence[str], cell: int, message: str) -> None:
        """Where nothing is quoted, the column counts the characters before the cell."""
        column = sum(len(text) + 1 for text in row[:cell]) + 1
        self.problems.append(Problem(self.file, line, column, message))

    def _read_names(self, row: Sequence[str]) -> None:
        if len(row) == 1 and ";" in row[0]:
            message = "its columns are separated by ';': save it with commas"
            self._complain(1, row, 0, message)
            return
        known = {metric.name for kind in KINDS.values() for metric in kind.metrics}
        for cell, name in enumerate(row):
            wanted = FIRST_COLUMNS[cell] if cell < len(FIRST_COLUMNS) else None
            if wanted and name != wanted:
                self._complain(1, row, cell, f"the column is {name!r}, but must be {wanted!r}")
            elif not wanted and name not in known:
                hint = did_you_mean(name, known)
                self._complain(1, row, cell, f"no kind has a metric {name!r}{hint}")
            elif name in row[:cell]:
                self._complain(1, row, cell, f"there is a column {name!r} already")
        if len(row) <= len(FIRST_COLUMNS) and not self.problems:
            self._complain(1, row, len(row), "there is no column of a metric")
        self._names = row

    def _read_row(self, line: int, row: Sequence[str]) -> None:
        if len(row) != len(self._names):
            message = f"has {len(row)} cells, but there are {len(self._names)} columns"
            self._complain(line, row, 0, message)
            return
        known = len(self.problems)
        at = self._read_time(line, row)
        device = self._find(line, row)
        values: dict[str, Value] = {}
        for cell, column in enumerate(self._columns_of(row[2]), len(FIRST_COLUMNS)):
            if not row[cell]:
                continue
            if column is None:
                message = f"a {row[2]} does not measure {self._names[cell]}"
                self._complain(line, row, cell, message)
                continue
            name, read = column
            try:
                values[name] = read(row[cell])
            except ValueError as error:
                self._complain(line, row, cell, f"{name} is {row[cell]!r}, {error}")
        if device is not None and at is not None and values and len(self.problems) == known:
            body = orjson.dumps(values)
            self.rows.append((line, device.number, 0, at, at, body))

    def _read_time(self, line: int, row: Sequence[str]) -> Millis | None:
        try:
            return parse_local(row[0], ZoneInfo(self.site.config.place.timezone))
        except RejectedError as error:
            hint = "; write it like 2026-11-03 06:30:00, or as ms since 1970"
            self._complain(line, row, 0, error.detail.en + hint)
            return None

    def _find(self, line: int, row: Sequence[str]) -> Device | None:
        id, kind = row[1], row[2]
        device = self.fleet.get(id)
        if kind not in KINDS:
            hint = did_you_mean(kind, KINDS)
            self._complain(line, row, 2, f"there is no kind {kind!r}{hint}")
        elif device is None and not IDENTIFIER.fullmatch(id):
            message = f"{id!r} must be lower-case letters, digits and '-', at most 63"
            self._complain(line, row, 1, message)
        elif device is None:
            device = Device(len(self.fleet) + 1, id, KINDS[kind], True, Text(id, id))
            self.fleet.add(device)
            return device
        elif device.kind.name != kind:
            self._complain(line, row, 2, f"{id} is a {device.kind.name}, not a {kind}")
        else:
            return device
        return None

    def _columns_of(self, kind: str) -> Sequence[_Column | None]:
        columns = self._columns.get(kind)
        if columns is None:
            described = KINDS.get(kind)
            names = self._names[len(FIRST_COLUMNS) :]
            columns = [_column(described, name) for name in names] if described else []
            self._columns[kind] = columns
        return columns


def _column(kind: Kind, name: str) -> _Column | None:
    metric = kind.metric(name)
    return None if metric is None else (name, _reader_of(metric))


def _reader_of(metric: Metric) -> Callable[[str], Value]:
    """How the cells of a metric are read; raises ValueError with what is wrong."""
    low, high = metric.low, metric.high

    def number(text: str) -> Value:
        try:
            value = float(text)
        except ValueError:
            point = "; write a fraction with a point" if "," in text else ""
            raise ValueError(f"which is no number{point}") from None
        if not low <= value <= high:
            raise ValueError(f"but must be from {low:g} to {high:g}")
        if metric.type is float:
            return value
        if not value.is_integer():
            raise ValueError("but must be a whole number")
        return int(value)

    def truth(text: str) -> Value:
        if text.lower() not in TRUTHS:
            raise ValueError("but must be true or false")
        return TRUTHS[text.lower()]

    return truth if metric.type is bool else number


def _set_intervals(fleet: Fleet, rows: Sequence[Row]) -> None:
    times: dict[int, list[Millis]] = defaultdict(list)
    for _, number, _, _, at, _ in rows:
        times[number].append(at)
    for number, came in times.items():
        if len(came) > 1:
            distance_ms = median(after - before for before, after in pairwise(came))
            device = fleet.numbered(number)
            device.interval_s = max(device.interval_s, round(distance_ms / 1000))
