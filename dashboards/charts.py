"""The curves of a device: which, over which range, for the script and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil

from dashboards.device import state_words
from dashboards.words import Words
from devices.kind import Kind
from devices.metric import Metric, Shape
from gateway.clock import Millis
from gateway.decisions import State
from gateway.history import Point
from gateway.views.device import Chart

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
CURVES_MAX = 2
"""One axis at each side: a third curve would need a scale that nobody can read."""
ROWS_MAX = 24
FAVOURITES = {
    "light": ("battery_v", "load_power_w"),
    "wifi": ("clients", "rtt_ms"),
    "speaker": ("power_w", "volume_pct"),
    "soil": ("soil_moisture_pct", "soil_temperature_c"),
    "valve": ("flow_l_min", "volume_total_l"),
    "pump": ("power_w", "pressure_kpa"),
    "weather": ("air_temperature_c", "rain_total_mm"),
    "gateway": ("disk_free_mb", "cpu_temperature_c"),
}
"""What people ask first; any other kind shows its first metrics."""


@dataclass(frozen=True, slots=True)
class Range:
    """A length of time and the step in which it is shown."""

    name: str
    length: Millis
    step: Millis

    def window(
        self, now: Millis, midnight: Millis, interval_s: int
    ) -> tuple[Millis, Millis, Millis]:
        """Start, end and step. Steps fit the local day that began at `midnight`. One holds two
        reports at least, so that an empty one is a gap and not the rhythm of the device."""
        step = max(self.step, 2 * interval_s * 1000)
        return midnight + (now - self.length - midnight) // step * step, now, step


RANGES = {
    found.name: found
    for found in (
        Range("24h", DAY_MS, 5 * MINUTE_MS),
        Range("3d", 3 * DAY_MS, 15 * MINUTE_MS),
        Range("30d", 30 * DAY_MS, 2 * HOUR_MS),
        Range("365d", 365 * DAY_MS, DAY_MS),
    )
}
DEFAULT_RANGE = RANGES["3d"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: a time and, for each curve, its mean and span in words."""

    period: str
    cells: tuple[tuple[str, str], ...]


def charted(kind: Kind, wanted: Sequence[str]) -> tuple[str, ...]:
    """The names of the metrics to show: those asked for, else the usual ones."""
    known = [name for name in wanted if kind.metric(name) is not None]
    usual = FAVOURITES.get(kind.name) or tuple(metric.name for metric in kind.metrics)
    return tuple(dict.fromkeys(known or usual))[:CURVES_MAX]


def data_of(chart: Chart, words: Words) -> dict[str, object]:
    """What the script draws; seconds since the epoch, a gap is null."""
    times = range(chart.start, chart.end, chart.step)
    return {
        "times": [at // 1000 for at in times],
        "curves": [
            {
                "label": words.text(curve.metric.label),
                "unit": curve.metric.unit,
                "stepped": curve.metric.shape is Shape.FLAG,
                "values": _aligned(curve.points, times),
            }
            for curve in chart.curves
        ],
        "nights": [[start // 1000, end // 1000] for start, end in chart.nights],
        "gaps": [
            [gap[0] // 1000, gap[1] // 1000, _lost(chart, gap, words)] for gap in gaps_of(chart)
        ],
        "events": [[at // 1000, text] for at, text in events_of(chart, words)],
    }


def events_of(chart: Chart, words: Words) -> list[tuple[Millis, str]]:
    """What happened, in words, oldest first."""
    return [
        (
            event.at,
            words.text(event.label)
            if event.label is not None
            else state_words(State.DOWN, event.cause or "", words),
        )
        for event in chart.events
    ]


def gaps_of(chart: Chart) -> list[tuple[Millis, Millis]]:
    """From step to step where no curve has a value. The step that goes on is no gap yet."""
    known = _known(chart)
    gaps: list[tuple[Millis, Millis]] = []
    for at in range(chart.start, chart.end - chart.step, chart.step):
        if at in known:
            continue
        if gaps and gaps[-1][1] == at:
            gaps[-1] = (gaps[-1][0], at + chart.step)
        else:
            gaps.append((at, at + chart.step))
    return gaps


def _known(chart: Chart) -> set[Millis]:
    return {point.at for curve in chart.curves for point in curve.points}


def _lost(chart: Chart, gap: tuple[Millis, Millis], words: Words) -> str:
    """How many readings are missing there by their numbers: a device that was off sent none."""
    start, end = gap
    lost = sum(one.readings for one in chart.missing if one.since < end and one.until > start)
    return words.t("chart.lost", n=lost) if lost else ""


def table_of(chart: Chart, words: Words) -> list[Row]:
    """The same as a table of at most 24 periods, newest first; periods without values are left
    out."""
    steps = len(range(chart.start, chart.end, chart.step))
    length = ceil(steps / ROWS_MAX) * chart.step
    rows = []
    for start in reversed(range(chart.start, chart.end, length)):
        parts = [
            [point for point in curve.points if start <= point.at < start + length]
            for curve in chart.curves
        ]
        if any(parts):
            cells = (
                _cell(curve.metric, points, words)
                for curve, points in zip(chart.curves, parts, strict=True)
            )
            rows.append(Row(words.when(start), tuple(cells)))
    return rows


def _aligned(points: Sequence[Point], times: range) -> list[float | None]:
    values: list[float | None] = [None] * len(times)
    for point in points:
        place = (point.at - times.start) // times.step
        if 0 <= place < len(values):
            values[place] = round(point.mean, 3)
    return values


def _cell(metric: Metric, points: Sequence[Point], words: Words) -> tuple[str, str]:
    if not points:
        return words.t("chart.gap"), ""
    if metric.shape is Shape.COUNTER:
        return words.quantity(sum(point.mean for point in points), metric.unit), ""
    weight = sum(point.samples for point in points)
    mean = sum(point.mean * point.samples for point in points) / weight
    if metric.shape is Shape.FLAG:
        return words.percent(mean), ""
    span = chain((point.low for point in points), (point.high for point in points))
    low, *_, high = sorted(span)
    return (
        words.quantity(float(mean), metric.unit),
        f"{words.number(float(low), 1)}–{words.number(float(high), 1)}",
    )
