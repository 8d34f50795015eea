"""From journal rows to lines of InfluxDB line protocol, in ms.

Owns names, types and escaping; knows nothing of batches or HTTP. The hot path of forwarding: the
fields go through compiled code only (orjson, `bytes.translate`), those of many rows at once.
"""

import re

import orjson

from gateway.fleet import Device, Fleet
from gateway.forward.lines import Lines
from gateway.outbound import OutboundRows, SetAside

STATE_MEASUREMENT = "state"
"""No kind has this name; a test sees to it."""
NO_METRIC = "it holds no metric that its kind has in this version"

# [{"battery_v":13.1,"open":true},{…}] becomes battery_v=13.1,open=true and so on. This is sound
# because metric names are lower_snake_case and values are numbers, true or false: no text to be
# damaged.
_TO_FIELDS = bytes.maketrans(b":", b"=")
_BETWEEN_ROWS = b"},{"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SPECIAL = re.compile(r"([,= ])")
_QUOTED = re.compile(r'(["\\])')


class LineEncoder:
    """Writes the rows of one hamlet. The fleet says what a device is and where it stands now."""

    def __init__(self, hamlet: str, fleet: Fleet) -> None:
        self._hamlet = hamlet
        self._fleet = fleet
        self._known: dict[int, _Known] = {}

    def readings(self, rows: OutboundRows) -> Lines:
        """A line for each row: its kind is the measurement, the metrics of the kind are fields."""
        ids, heads, times, values = [], [], [], []
        set_aside = list(rows.set_aside)
        for id, number, measured_at, message in zip(*rows[1:5], strict=True):
            known = self._known.get(number) or self._learn(number)
            device = known.device
            if device.place is not known.place or device.plot is not known.plot:
                known = self._learn(number)  # a device may be moved while we run
            pop = message.pop
            pop("seq", None)
            pop("boot", None)
            pop("measured_at", None)  # the time of a line comes from the journal
            if not known.has_metrics(message):  # `extra` is kept in the journal only
                message = {name: message[name] for name in known.metrics & message.keys()}
            if not message:
                set_aside.append(SetAside(id, NO_METRIC))
                continue
            for name in known.whole:
                if name in message:
                    message[name] = f"{message[name]}i"
            ids.append(id)
            heads.append(known.head)
            times.append(measured_at)
            values.append(message)
        fields = orjson.dumps(values).translate(_TO_FIELDS, b'"')[2:-2].split(_BETWEEN_ROWS)
        # Without a row `fields` still has an empty string.
        lines = [b"%b %b %d" % line for line in zip(heads, fields, times, strict=False)]
        return Lines(rows.upto, ids, lines, set_aside)

    def states(self, rows: OutboundRows) -> Lines:
        """A line for each change of a device's state."""
        lines = []
        for number, since, message in zip(*rows[2:5], strict=True):
            device = self._fleet.numbered(number)
            head = self._head(device, STATE_MEASUREMENT, kind=device.kind.name)
            state, cause = _quote(message["state"]), _quote(message["cause"])
            lines.append(b"%b cause=%b,state=%b %d" % (head, cause, state, since))
        return Lines(rows.upto, list(rows.ids), lines, list(rows.set_aside))

    def _learn(self, number: int) -> "_Known":
        device = self._fleet.numbered(number)
        known = _Known(device, self._head(device, device.kind.name))
        self._known[number] = known
        return known

    def _head(self, device: Device, measurement: str, **tags: str) -> bytes:
        """Measurement and tags; tags sorted, as InfluxDB likes them best."""
        every = {
            "device": device.id,
            "hamlet": self._hamlet,
            **tags,
            "place": device.place,
            "plot": device.plot,
        }
        words = (f"{name}={text}" for name, tag in every.items() if (text := _tag(tag)))
        return ",".join([measurement, *words]).encode("utf-8", "replace")


class _Known:
    """What does not change from line to line of a device that stays where it is."""

    __slots__ = ("device", "has_metrics", "head", "metrics", "place", "plot", "whole")

    def __init__(self, device: Device, head: bytes) -> None:
        self.device = device
        self.place = device.place
        self.plot = device.plot
        self.head = head
        metrics = device.kind.metrics
        self.metrics = frozenset(metric.name for metric in metrics)
        self.has_metrics = self.metrics.issuperset
        self.whole = tuple(metric.name for metric in metrics if metric.type is int)


def _tag(value: str | None) -> str:
    """The value escaped; empty when there is nothing to say, as an empty tag is not allowed.

    Line protocol can express neither a newline nor a backslash at the end of a tag.
    """
    if value is None:
        return ""
    return _SPECIAL.sub(r"\\\1", _CONTROL.sub(" ", value).rstrip("\\"))


def _quote(text: str) -> bytes:
    """A field of type string."""
    return b'"%b"' % _QUOTED.sub(r"\\\1", _CONTROL.sub(" ", text)).encode("utf-8", "replace")
