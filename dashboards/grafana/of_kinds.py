"""One Grafana dashboard with a row for each kind and a panel for each of its metrics.

Written to dashboards/grafana/dashboards by `make grafana`; knows nothing of a running Grafana.
"""

import json
from pathlib import Path

from devices.kind import Kind
from devices.kinds import KINDS
from devices.metric import Metric, Shape

FILE = Path(__file__).parent / "dashboards" / "hamlet-kinds.json"

# The uids are part of links that people keep; they never change.
DASHBOARD_UID = "hamlet-kinds"
DATASOURCE = {"type": "influxdb", "uid": "hamlet-influxdb"}

GRID_COLUMNS = 24
PANEL_COLUMNS = 8
PANEL_ROWS = 8

# How each shape is drawn over a window: a flag by its last word, a counter by its rise.
WINDOW = {
    Shape.GAUGE: "aggregateWindow(every: v.windowPeriod, fn: mean, createEmpty: false)",
    Shape.FLAG: ("toInt() |> aggregateWindow(every: v.windowPeriod, fn: last, createEmpty: false)"),
    Shape.COUNTER: (
        "difference(nonNegative: true)"
        " |> aggregateWindow(every: v.windowPeriod, fn: sum, createEmpty: false)"
    ),
}


def dashboard() -> dict[str, object]:
    """The dashboard as Grafana's JSON model."""
    panels: list[dict[str, object]] = []
    y = 0
    for kind in KINDS.values():
        panels.append(_row(len(panels) + 1, kind, y))
        y += 1
        for index, metric in enumerate(kind.metrics):
            columns = GRID_COLUMNS // PANEL_COLUMNS
            position = {
                "x": index % columns * PANEL_COLUMNS,
                "y": y + index // columns * PANEL_ROWS,
                "w": PANEL_COLUMNS,
                "h": PANEL_ROWS,
            }
            panels.append(_panel(len(panels) + 1, kind, metric, position))
        y += -(-len(kind.metrics) // (GRID_COLUMNS // PANEL_COLUMNS)) * PANEL_ROWS
    return {
        "uid": DASHBOARD_UID,
        "title": "Thiết bị · Devices",
        "schemaVersion": 39,
        "editable": False,
        "timezone": "browser",
        "time": {"from": "now-7d", "to": "now"},
        "refresh": "1m",
        "panels": panels,
    }


def rendered() -> str:
    """The dashboard as it stands in its file."""
    return json.dumps(dashboard(), ensure_ascii=False, indent=2) + "\n"


def _row(id: int, kind: Kind, y: int) -> dict[str, object]:
    return {
        "id": id,
        "type": "row",
        "title": f"{kind.label.vi} · {kind.label.en}",
        "collapsed": False,
        "gridPos": {"x": 0, "y": y, "w": GRID_COLUMNS, "h": 1},
        "panels": [],
    }


def _panel(id: int, kind: Kind, metric: Metric, position: dict[str, int]) -> dict[str, object]:
    return {
        "id": id,
        "type": "timeseries",
        "title": f"{metric.label.vi} · {metric.label.en}",
        "datasource": DATASOURCE,
        "gridPos": position,
        "fieldConfig": {
            "defaults": {
                # Grafana scales bytes; every other unit is shown as the hamlet's pages show it.
                "unit": "bytes" if metric.unit == "B" else f"suffix: {metric.unit}".rstrip(),
                # A gap is missing data, which is unknown: no line may bridge it.
                "custom": {"spanNulls": False},
            },
            "overrides": [],
        },
        "targets": [{"refId": "A", "datasource": DATASOURCE, "query": _query(kind, metric)}],
    }


def _query(kind: Kind, metric: Metric) -> str:
    return (
        "from(bucket: v.defaultBucket)\n"
        "  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)\n"
        f'  |> filter(fn: (r) => r._measurement == "{kind.name}" and r._field == "{metric.name}")\n'
        '  |> group(columns: ["device"])\n'
        f"  |> {WINDOW[metric.shape]}"
    )


if __name__ == "__main__":
    FILE.write_text(rendered())
