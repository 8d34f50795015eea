"""From one line of a sensor to the fields of a reading. Pure."""

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

import orjson

from devices.kinds import KINDS
from devices.metric import INT64_MAX
from devices.topics import IDENTIFIER
from gateway.serial_lines import DEVICE, MEASURED_AT, SKIPPED, LineFormat

OURS = ("seq", "boot")
"""The gateway numbers the lines itself."""
SHOWN_MAX = 60
"""Characters of a bad line that are shown."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_WHOLE = re.compile(r"[+-]?\d{1,19}")
_FLAGS = {"0": False, "1": True, "false": False, "true": True, "off": False, "on": True}


class LineError(ValueError):
    """The line cannot be read; the message says why."""


class LineReading(NamedTuple):
    """What one line says. Whether the fields are sound is for the decoder of the kind to judge."""

    device: str
    fields: Mapping[str, object]


def read_line(line: bytes, form: LineFormat) -> LineReading:
    """The reading in a line. Raises LineError, and nothing else, whatever the bytes are."""
    fields = _read_json(line, form) if form.format == "json" else _read_csv(line, form)
    device = form.device
    if device is None:
        named = fields.pop(DEVICE, None)
        if not isinstance(named, str) or not IDENTIFIER.fullmatch(named):
            raise LineError(f"no device id but {_show(named)}")
        device = named
    for name in OURS:
        fields.pop(name, None)
    if not fields:
        raise LineError("nothing measured in it")
    return LineReading(device, fields)


def _read_json(line: bytes, form: LineFormat) -> dict[str, object]:
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LineError(f"no JSON: {error}: {_show(line)}") from None
    if not isinstance(data, dict):
        raise LineError(f"no JSON object: {_show(line)}")
    named = ((form.fields.get(str(name), str(name)), value) for name, value in data.items())
    return {name: value for name, value in named if name != SKIPPED and _is_plain(value)}


def _is_plain(value: object) -> bool:
    """What is nested is no metric, and null is the sensor's word for unknown."""
    return value is not None and not isinstance(value, dict | list)


def _read_csv(line: bytes, form: LineFormat) -> dict[str, object]:
    try:
        cells = [cell.strip() for cell in line.decode("ascii").split(form.separator)]
    except UnicodeDecodeError:
        raise LineError(f"bytes that are no ASCII: {_show(line)}") from None
    if len(cells) != len(form.columns):
        raise LineError(f"{len(cells)} columns, not {len(form.columns)}: {_show(line)}")
    named = zip(form.columns, cells, strict=True)
    return {name: _cell(name, cell, form.kind) for name, cell in named if cell and name != SKIPPED}


def _cell(name: str, cell: str, kind: str) -> object:
    metric = KINDS[kind].metric(name)
    if metric is None:  # the device, or the time
        is_number = name == MEASURED_AT and _WHOLE.fullmatch(cell)
        return _whole(name, cell) if is_number else cell
    if metric.type is bool:
        if cell.lower() not in _FLAGS:
            raise LineError(f"{name} is {_show(cell)}, which is neither yes nor no")
        return _FLAGS[cell.lower()]
    if metric.type is int and _WHOLE.fullmatch(cell):
        return _whole(name, cell)
    if not _NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
        raise LineError(f"{name} is {_show(cell)}, which is no number")
    return float(cell)


def _whole(name: str, cell: str) -> int:
    number = int(cell)
    if abs(number) > INT64_MAX:
        raise LineError(f"{name} is {_show(cell)}, which nobody can have counted")
    return number


def _show(what: object) -> str:
    return repr(what)[:SHOWN_MAX]
