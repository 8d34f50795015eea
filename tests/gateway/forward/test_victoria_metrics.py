"""Another store with InfluxDB's write endpoint. Part of the full tests only, and only where
scripts/install-victoria-metrics has put it: no hamlet depends on it."""

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from gateway.forward.influx import InfluxSink
from gateway.site import InfluxConfig
from tests.gateway.forward.forwarding import fill, forwarding, reaches
from tests.gateway.forward.outbound import MemoryJournal
from tests.real import SEARCH_PATH, Server, do_without, free_port
from tests.system.gateway_process import FULL

pytestmark = pytest.mark.skipif(not FULL, reason="set HAMLET_FULL=1")
ROWS = 12_000
DAY_S = 86_400


class VictoriaMetrics(Server):
    """A single node that keeps its data in a folder."""

    def __init__(self, binary: str, folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command: list[str | Path] = [
            binary,
            f"-storageDataPath={folder}",
            f"-httpListenAddr=127.0.0.1:{port}",
        ]
        super().__init__(command, port, folder / "log")

    def values(self, metric: str) -> dict[str, dict[int, float]]:
        """By device, the values by time."""
        httpx2.get(f"{self.url}/internal/force_flush", trust_env=False).raise_for_status()
        answer = httpx2.get(
            f"{self.url}/api/v1/export",
            params={"match[]": metric, "start": "1970-01-01", "end": "2100-01-01"},
            trust_env=False,
        )
        found: dict[str, dict[int, float]] = {}
        for line in answer.raise_for_status().text.splitlines():
            series = json.loads(line)
            times = found.setdefault(series["metric"]["device"], {})
            times.update(zip(series["timestamps"], series["values"], strict=True))
        return found


@pytest.fixture
def victoria_metrics(tmp_path: Path) -> Iterator[VictoriaMetrics]:
    binary = shutil.which("victoria-metrics", path=SEARCH_PATH)
    if binary is None:
        do_without("victoria-metrics is not installed: scripts/install-victoria-metrics")
    server = VictoriaMetrics(binary, tmp_path)
    server.start()
    yield server
    server.kill()


async def test_everything_arrives_over_an_outage(victoria_metrics: VictoriaMetrics) -> None:
    journal = MemoryJournal()
    fill(journal, ROWS)
    journal.add("valve-1", "valve", open=True, lease_remaining_s=7)
    began = (int(time.time()) - DAY_S) * 1000  # it takes nothing that is too old or too new for it
    journal.rows = [row._replace(measured_at=began + row.id * 1000) for row in journal.rows]
    config = InfluxConfig(url=victoria_metrics.url, org="o", bucket="b", token_file="unused")
    victoria_metrics.stop()
    async with forwarding(journal, InfluxSink(config, lambda: "any")):
        await asyncio.to_thread(journal.wait_until, lambda: len(journal.reads) > ROWS // 500)
        assert journal.cursors == {}
        await asyncio.to_thread(victoria_metrics.start)
        await reaches(journal, ROWS + 1, "influxdb")
    assert journal.aside_ids("influxdb") == []
    moisture = await asyncio.to_thread(victoria_metrics.values, "soil_soil_moisture_pct")
    assert sum(map(len, moisture.values())) == ROWS
    assert moisture["soil-3"][began + 4000] == 0.3
    assert list((await asyncio.to_thread(victoria_metrics.values, "valve_open")).values()) == [
        {began + 1000 * (ROWS + 1): 1}
    ]
