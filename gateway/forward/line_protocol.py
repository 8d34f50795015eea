"""From a journal row to one line of InfluxDB line protocol, in ms.

Owns names, types and escaping; knows nothing of batches or HTTP. The hot path of forwarding: the
fields go through compiled code only (orjson, `bytes.translate`).
"""

import re

import orjson

from devices.kind import Kind
from devices.kinds import KINDS
from gateway.fleet import Fleet
from gateway.outbound import OutboundRow

ENVELOPE = ("seq", "boot", "measured_at")
"""What a message carries besides its metrics; the time of a line comes from the journal."""

# {"battery_v":13.1,"open":true} becomes battery_v=13.1,open=true. This is sound because metric
# names are lower_snake_case and values are numbers, true or false: no text to be damaged.
_TO_FIELDS = bytes.maketrans(b":", b"=")
_NOT_IN_FIELDS = b'{}"'

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SPECIAL = re.compile(r"([,= ])")


class UnsendableError(Exception):
    """The row cannot be said in line protocol; the message says why."""


class LineEncoder:
    """Writes the rows of one hamlet. The fleet says where a device stands now."""

    def __init__(self, hamlet: str, fleet: Fleet) -> None:
        self._hamlet = hamlet
        self._fleet = fleet
        self._fields = {name: _Fields(kind) for name, kind in KINDS.items()}
        self._heads: dict[tuple[str, str], _Head] = {}

    def encode(self, row: OutboundRow) -> bytes:
        """The line, without its newline. Raises UnsendableError."""
        fields = self._fields.get(row.kind)
        if fields is None:
            raise UnsendableError(f"there is no kind {row.kind!r} in this version")
        return b"%b %b %d" % (self._head(row), fields.encode(row.body), row.measured_at)

    def _head(self, row: OutboundRow) -> bytes:
        device = self._fleet.get(row.device)
        where = (device.place, device.plot) if device else (None, None)
        key = (row.kind, row.device)
        known = self._heads.get(key)
        if known is None or known.where != where:  # a device may be moved while we run
            known = self._heads[key] = _Head(self._hamlet, row, where)
        return known.line


class _Head:
    """Measurement and tags; tags sorted, as InfluxDB likes them best."""

    __slots__ = ("line", "where")

    def __init__(self, hamlet: str, row: OutboundRow, where: tuple[str | None, str | None]) -> None:
        self.where = where
        tags = {"device": row.device, "hamlet": hamlet, "place": where[0], "plot": where[1]}
        words = [row.kind, *(f"{name}={text}" for name, tag in tags.items() if (text := _tag(tag)))]
        self.line = ",".join(words).encode("utf-8", "replace")


class _Fields:
    """The metrics of a kind as fields."""

    def __init__(self, kind: Kind) -> None:
        self._names = frozenset(metric.name for metric in kind.metrics)
        self._whole = tuple(metric.name for metric in kind.metrics if metric.type is int)

    def encode(self, body: bytes) -> bytes:
        try:
            values = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise UnsendableError(f"not JSON: {error}") from None
        for name in ENVELOPE:
            values.pop(name, None)
        if not self._names.issuperset(values):  # `extra` is kept in the journal only
            values = {name: value for name, value in values.items() if name in self._names}
        if not values:
            raise UnsendableError("it holds no metric that its kind has in this version")
        for name in self._whole:
            if name in values:
                values[name] = f"{values[name]}i"
        return orjson.dumps(values).translate(_TO_FIELDS, _NOT_IN_FIELDS)


def _tag(value: str | None) -> str:
    """The value escaped; empty when there is nothing to say, as an empty tag is not allowed.

    Line protocol can express neither a newline nor a backslash at the end of a tag.
    """
    if value is None:
        return ""
    return _SPECIAL.sub(r"\\\1", _CONTROL.sub(" ", value).rstrip("\\"))
