"""The past as InfluxDB has it: an implementation of `gateway.history.Store`.

Owns the questions, in Flux, and the reading of their answers. The names that the lines have are in
`line_protocol`. How long to wait for a store that hangs is decided by whoever asks.
"""
# mypy: allow-untyped-calls
# The client is only partly typed.

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.dialect import Dialect
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from devices.metric import Metric, Shape, Value
from devices.reading import Millis
from gateway.decisions import State, StateChanged
from gateway.fleet import Fleet
from gateway.forward.line_protocol import STATE_MEASUREMENT
from gateway.history import Measured, Point, StoreError, described
from gateway.site import InfluxConfig

TIMEOUT_S = 10.0
"""For each step of a question, in case that nobody outside gives up earlier."""
ANSWER_MAX = 16 * 1024 * 1024
"""Bytes: 10,000 points are 3 MB."""

# What is asked for comes as parameters, `p_…`, and never becomes part of a question. Times are ms
# here and ns there.
_SOURCE = """
t = (ms) => time(v: ms * 1000000)
points = (start, stop) => from(bucket: p_bucket)
    |> range(start: t(ms: start), stop: t(ms: stop))
    |> filter(fn: (r) => r._measurement == p_measurement and r.hamlet == p_hamlet)
ms = (tables=<-) => tables |> map(fn: (r) => ({r with _time: int(v: r._time) / 1000000}))
"""
_LATEST = """
points(start: p_start, stop: p_stop)
    |> filter(fn: (r) => r.device == p_device)
    |> last() |> ms() |> group(columns: ["_field"])
"""
_FIELD = """
field = points(start: p_start, stop: p_stop)
    |> filter(fn: (r) => r.device == p_device and r._field == p_field)
"""
# A device that was moved has several tables, as its tags have changed. So there is no mean here:
# sums and counts can be added up.
_GAUGE = """
steps = (fn, name) => values
    |> aggregateWindow(
        every: duration(v: p_step * 1000000), offset: duration(v: p_offset * 1000000),
        fn: fn, createEmpty: false, timeSrc: "_start")
    |> ms() |> keep(columns: ["_time", "_value"]) |> group() |> yield(name: name)
steps(fn: sum, name: "total")
steps(fn: min, name: "low")
steps(fn: max, name: "high")
steps(fn: count, name: "samples")
"""
_COUNTER = """
values = field |> group() |> sort(columns: ["_time"])
    |> difference(nonNegative: true, initialZero: true)
"""
_STATES = """
changes = (tables=<-) => tables
    |> ms() |> keep(columns: ["_time", "device", "_field", "_value"]) |> group()
points(start: 0, stop: p_start) |> filter(fn: OF_DEVICE) |> last()
    |> changes() |> yield(name: "before")
points(start: p_start, stop: p_stop) |> filter(fn: OF_DEVICE)
    |> changes() |> yield(name: "within")
"""
_FLOATS = "values = field |> toFloat()\n"
_NUMBERS = "values = field\n"

EPOCH: Millis = 0
FOREVER: Millis = 4_102_444_800_000
"""2100-01-01: the end of a range that has none."""

Row = Mapping[str, str]
_Changes = dict[str, dict[Millis, dict[str, str]]]
"""Device, time, field, value."""


class InfluxHistory:
    """What the devices of one hamlet measured, as a bucket has it.

    Raises StoreError when the bucket cannot be asked. `read_token` is asked each time: questions
    are rare.
    """

    def __init__(
        self,
        config: InfluxConfig,
        hamlet: str,
        fleet: Fleet,
        read_token: Callable[[], str],
        ca_file: Path | None = None,
    ) -> None:
        self._config = config
        self._hamlet = hamlet
        self._fleet = fleet
        self._read_token = read_token
        self._ca_file = ca_file

    def latest(self, device: str) -> Mapping[str, Measured]:
        """See Store."""
        found = self._fleet.get(device)
        if found is None:
            return {}
        latest: dict[str, Measured] = {}
        rows = self._ask(_LATEST, found.kind.name, device=device, start=EPOCH, stop=FOREVER)
        for row in rows:
            metric = found.kind.metric(row["_field"])
            at = int(row["_time"])
            if metric and (metric.name not in latest or at > latest[metric.name].at):
                latest[metric.name] = Measured(at, _value(metric, row["_value"]))
        return latest

    def series(
        self, device: str, metric: str, start: Millis, end: Millis, step: Millis
    ) -> Sequence[Point]:
        """See Store."""
        asked = described(self._fleet, device, metric)
        if asked is None:
            return []
        found, what = asked
        counts = what.shape is Shape.COUNTER
        values = _COUNTER if counts else _FLOATS if what.type is bool else _NUMBERS
        rows = self._ask(
            _FIELD + values + _GAUGE,
            found.kind.name,
            device=device,
            field=metric,
            start=start,
            stop=end,
            step=step,
            offset=start % step,
        )
        return _points(rows, counts=counts)

    def states(
        self, start: Millis, end: Millis, device: str | None = None
    ) -> Mapping[str, Sequence[StateChanged]]:
        """See Store."""
        chosen = "r.device == p_device" if device else "true"
        question = _STATES.replace("OF_DEVICE", f"(r) => {chosen}")
        # A change at the very start is one before the range, too.
        rows = self._ask(
            question, STATE_MEASUREMENT, device=device or "", start=start + 1, stop=end
        )
        return _states(rows)

    def _ask(self, question: str, measurement: str, **params: object) -> Iterator[Row]:
        """The rows of all tables; the name that a table was yielded under is in `result`."""
        params |= {"bucket": self._config.bucket, "measurement": measurement}
        params |= {"hamlet": self._hamlet}
        try:
            with InfluxDBClient(
                self._config.url,
                self._read_token(),
                timeout=round(TIMEOUT_S * 1000),
                org=self._config.org,
                ssl_ca_cert=self._ca_file,
            ) as client:
                answer = client.query_api().query_raw(
                    _SOURCE + question,
                    dialect=Dialect(annotations=[]),
                    params={f"p_{name}": value for name, value in params.items()},
                )
                text = answer.read(ANSWER_MAX + 1).decode()
        except (OSError, ValueError, HTTPError, ApiException) as error:
            raise StoreError(f"the store cannot be asked: {error}") from error
        if len(text) > ANSWER_MAX:
            raise StoreError(f"the store answers with more than {ANSWER_MAX} bytes")
        return _rows(text)


def _rows(text: str) -> Iterator[Row]:
    """The rows of CSV in which an empty line and a header come before each result."""
    for table in text.replace("\r\n", "\n").split("\n\n"):
        rows = csv.DictReader(table.strip("\n").split("\n"))
        if rows.fieldnames and "error" in rows.fieldnames:
            raise StoreError(f"the store cannot answer: {next(rows, {}).get('error')}")
        yield from rows


def _value(metric: Metric, written: str) -> Value:
    return written == "true" if metric.type is bool else metric.type(written)


def _points(rows: Iterable[Row], *, counts: bool) -> list[Point]:
    steps: dict[Millis, dict[str, list[float]]] = {}
    for row in rows:
        step = steps.setdefault(int(row["_time"]), {})
        step.setdefault(row["result"], []).append(float(row["_value"]))
    points = []
    for at, step in sorted(steps.items()):
        total, samples = sum(step["total"]), round(sum(step["samples"]))
        if counts:
            points.append(Point(at, total, total, total, samples))
        else:
            low, high = min(step["low"]), max(step["high"])
            points.append(Point(at, total / samples, low, high, samples))
    return points


def _states(rows: Iterable[Row]) -> dict[str, list[StateChanged]]:
    before: _Changes = {}
    within: _Changes = {}
    for row in rows:
        some = before if row["result"] == "before" else within
        fields = some.setdefault(row["device"], {}).setdefault(int(row["_time"]), {})
        fields[row["_field"]] = row["_value"]
    for device, found in before.items():
        newest = max(found)  # a device that was moved has one of each place
        within.setdefault(device, {})[newest] = found[newest]
    return {
        device: [
            StateChanged(device, at, State(fields["state"]), fields["cause"])
            for at, fields in sorted(found.items())
        ]
        for device, found in sorted(within.items())
    }
