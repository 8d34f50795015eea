"""A chart as a table for spreadsheets."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

from dashboards.words import Words
from devices.metric import Metric
from gateway.views.device import Chart

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it a Vietnamese Excel takes UTF-8 for another encoding."""


def csv_of(chart: Chart, words: Words) -> str:
    """A line for each step, empty where nothing was measured; local times with their offset."""
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    lines = csv.writer(text)
    heads = (head for curve in chart.curves for head in _heads(curve.metric, words))
    lines.writerow([words.t("chart.period"), *heads])
    curves = [{point.at: point for point in curve.points} for curve in chart.curves]
    for at in range(chart.start, chart.end, chart.step):
        cells: list[float | str] = []
        for points in curves:
            point = points.get(at)
            cells += (round(value, 3) for value in point[1:]) if point else ("", "", "", "")
        lines.writerow([_local(at, words), *cells])
    return text.getvalue()


def _heads(metric: Metric, words: Words) -> Iterator[str]:
    label = words.text(metric.label) + (f" ({metric.unit})" if metric.unit else "")
    for key in ("chart.mean", "chart.low", "chart.high", "chart.samples"):
        yield words.t(key, label=label)


def _local(at: int, words: Words) -> str:
    return (
        datetime.fromtimestamp(at / 1000, UTC).astimezone(words.zone).isoformat(timespec="minutes")
    )
