"""The Grafana dashboard: it follows the kinds, and a real InfluxDB answers each of its queries."""

import json
from typing import Any

import pytest

from dashboards.grafana.of_kinds import FILE, dashboard, rendered
from devices.kind import Kind
from devices.kinds import KINDS
from tests.conftest import InfluxBucket

DEVICE = "the-device"
MINUTE_MS = 60_000
START = 1_700_000_000_000
VARIABLES = """
option v = {
  defaultBucket: "BUCKET",
  timeRangeStart: 2023-11-14T00:00:00Z,
  timeRangeStop: 2023-11-15T00:00:00Z,
  windowPeriod: 10m,
}
"""


def panels() -> list[dict[str, Any]]:
    found: Any = dashboard()["panels"]
    return [panel for panel in found if panel["type"] == "timeseries"]


def line(kind: Kind, at: int) -> str:
    """The kind's golden sample as line protocol, as the forwarder types it."""
    sample = json.loads(kind.sample)
    fields = []
    for metric in kind.metrics:
        value = sample[metric.name]
        text = str(value).lower() if metric.type is bool else repr(metric.type(value))
        fields.append(f"{metric.name}={text}{'i' if metric.type is int else ''}")
    return f"{kind.name},device={DEVICE} {','.join(fields)} {at}"


def test_the_file_is_the_one_that_the_kinds_make() -> None:
    assert FILE.read_text() == rendered(), "run: make grafana"


def test_every_metric_of_every_kind_has_one_panel() -> None:
    assert len(panels()) == sum(len(kind.metrics) for kind in KINDS.values())


def test_no_panel_covers_another() -> None:
    found: Any = dashboard()["panels"]
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in found)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


@pytest.fixture
def filled(influxd: InfluxBucket) -> InfluxBucket:
    lines = [line(kind, START + i * MINUTE_MS) for kind in KINDS.values() for i in range(3)]
    influxd.write("\n".join(lines))
    return influxd


def test_every_query_is_answered_with_the_devices_values(filled: InfluxBucket) -> None:
    option = VARIABLES.replace("BUCKET", filled.bucket)
    for panel in panels():
        query = panel["targets"][0]["query"]
        assert DEVICE in filled.query(option + query), f"{panel['title']} is empty:\n{query}"
