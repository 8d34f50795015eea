"""The forwarder against the real InfluxDB server."""

import asyncio
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from gateway.forward.backoff import BATCH_MAX
from gateway.forward.influx import InfluxSink
from gateway.forward.sink import Refused
from gateway.site import InfluxConfig
from tests.conftest import InfluxBucket
from tests.gateway.forward.forwarding import forwarding
from tests.gateway.forward.outbound import DEADLINE_S, MemoryJournal, fleet_of


def sink_of(influxd: InfluxBucket, read_token: Callable[[], str] | None = None) -> InfluxSink:
    return InfluxSink(config_of(influxd), read_token or (lambda: influxd.token))


def config_of(influxd: InfluxBucket) -> InfluxConfig:
    return InfluxConfig(
        url=influxd.url, org=influxd.org, bucket=influxd.bucket, token_file="unused"
    )


async def reaches(journal: MemoryJournal, cursor: int) -> None:
    await asyncio.to_thread(journal.wait_until, lambda: journal.cursor("influxdb") >= cursor)


def fill(journal: MemoryJournal, rows: int) -> None:
    for number in range(rows):
        journal.add(f"soil-{number % 24}", soil_moisture_pct=number / 100, soil_ec_us_cm=400)


def query(influxd: InfluxBucket, flux: str) -> list[dict[str, str]]:
    always = "range(start: 2000-01-01T00:00:00Z, stop: 2200-01-01T00:00:00Z)"
    source = f'from(bucket: "{influxd.bucket}") |> {always} '
    answer = httpx2.post(
        f"{influxd.url}/api/v2/query",
        params={"org": influxd.org},
        json={"query": source + flux, "type": "flux"},
        headers={"Authorization": f"Token {influxd.token}", "Accept": "application/csv"},
        timeout=DEADLINE_S,
        trust_env=False,
    )
    answer.raise_for_status()
    return list(csv.DictReader(io.StringIO(answer.text.strip())))


def count(influxd: InfluxBucket, field: str) -> int:
    counted = query(influxd, f'|> filter(fn: (r) => r._field == "{field}") |> group() |> count()')
    return int(counted[0]["_value"]) if counted else 0


async def test_everything_arrives_and_a_second_time_changes_nothing(influxd: InfluxBucket) -> None:
    journal = MemoryJournal()
    fill(journal, BATCH_MAX + 1000)
    async with forwarding(journal, sink_of(influxd)):
        await reaches(journal, BATCH_MAX + 1000)
    assert count(influxd, "soil_moisture_pct") == BATCH_MAX + 1000

    journal.cursors.clear()  # as if killed between the store's answer and the commit
    async with forwarding(journal, sink_of(influxd)):
        await reaches(journal, BATCH_MAX + 1000)
    assert count(influxd, "soil_moisture_pct") == BATCH_MAX + 1000
    assert journal.aside_ids("influxdb") == []


async def test_a_store_that_was_away_gets_what_it_missed(influxd: InfluxBucket) -> None:
    journal = MemoryJournal()
    fill(journal, 4 * BATCH_MAX)
    async with forwarding(journal, sink_of(influxd)) as forwarder:
        await reaches(journal, BATCH_MAX)
        await asyncio.to_thread(influxd.server.kill)
        fill(journal, BATCH_MAX)
        forwarder.notify(1)
        reads = len(journal.reads)
        await asyncio.to_thread(journal.wait_until, lambda: len(journal.reads) > reads + 1)
        assert journal.cursor("influxdb") < 5 * BATCH_MAX
        await asyncio.to_thread(influxd.server.start)
        await reaches(journal, 5 * BATCH_MAX)
    assert count(influxd, "soil_moisture_pct") == 5 * BATCH_MAX
    assert journal.aside_ids("influxdb") == []


async def test_a_field_of_another_type_costs_only_the_points_that_have_it(
    influxd: InfluxBucket,
) -> None:
    write_foreign(influxd, "soil,device=other soil_ph=5i 1795400000000")
    journal = MemoryJournal()
    for number in range(1, 1001):
        if number % 100 == 0:
            journal.add("soil-1", soil_ph=5.5, soil_moisture_pct=20.0)
        else:
            journal.add("soil-1", soil_moisture_pct=20.0)
    async with forwarding(journal, sink_of(influxd)):
        await reaches(journal, 1000)
    assert journal.aside_ids("influxdb") == list(range(100, 1001, 100))
    assert "field type conflict" in journal.aside["influxdb"][0].reason
    assert count(influxd, "soil_moisture_pct") == 990


async def test_a_line_the_store_cannot_read_costs_only_itself(influxd: InfluxBucket) -> None:
    journal = MemoryJournal()
    journal.add("soil-1", soil_moisture_pct=20.0)
    journal.add("soil-" + "x" * 70_000, soil_moisture_pct=21.0)  # over the longest key
    journal.add("soil-1", soil_moisture_pct=22.0)
    async with forwarding(journal, sink_of(influxd)):
        await reaches(journal, 3)
    assert journal.aside_ids("influxdb") == [2]
    assert count(influxd, "soil_moisture_pct") == 2


async def test_a_wrong_token_loses_nothing_and_is_cured_by_a_right_one(
    influxd: InfluxBucket, tmp_path: Path
) -> None:
    file = tmp_path / "influxdb"
    file.write_text("no-such-token")
    journal = MemoryJournal()
    fill(journal, 100)
    async with forwarding(journal, sink_of(influxd, file.read_text)) as forwarder:
        await asyncio.to_thread(journal.wait_until, lambda: len(journal.reads) >= 3)
        statistics = await forwarder.statistics("influxdb", 0)
        assert statistics.trouble is not None
        assert "token" in statistics.trouble
        assert statistics.backlog_rows == 100
        file.write_text(influxd.token)
        await reaches(journal, 100)
    assert count(influxd, "soil_moisture_pct") == 100
    assert journal.aside_ids("influxdb") == []


@pytest.mark.parametrize(
    "place", ["Đồi chè, lô 1 = bắc", r"back\slash", r"a\,b", "<script>alert(1)</script>", "'\";--"]
)
async def test_names_come_back_as_they_were(influxd: InfluxBucket, place: str) -> None:
    journal = MemoryJournal(fleet_of(("soil-1", place, "lo-1")))
    journal.add("soil-1", soil_moisture_pct=20.0)
    async with forwarding(journal, sink_of(influxd)):
        await reaches(journal, 1)
    (point,) = query(influxd, "")
    assert (point["place"], point["plot"], point["hamlet"]) == (place, "lo-1", "khe-coc")


async def test_values_keep_their_type(influxd: InfluxBucket) -> None:
    journal = MemoryJournal()
    journal.add("v-1", "valve", open=True, volume_total_l=3, lease_remaining_s=7, flow_l_min=1e-7)
    journal.add("w-1", "wifi", rx_bytes=2**63 - 1)
    async with forwarding(journal, sink_of(influxd)):
        await reaches(journal, 2)
    values = {
        name: query(influxd, f'|> filter(fn: (r) => r._field == "{name}")')[0]["_value"]
        for name in ("open", "volume_total_l", "lease_remaining_s", "flow_l_min", "rx_bytes")
    }
    assert values == {
        "open": "true",
        "volume_total_l": "3",
        "lease_remaining_s": "7",
        "flow_l_min": "0.0000001",
        "rx_bytes": str(2**63 - 1),
    }
    # A store that took a number with `i` or without keeps the type, and refuses the other.
    for line in ("valve,device=x volume_total_l=1i", "valve,device=x lease_remaining_s=1"):
        sink = InfluxSink(config_of(influxd), lambda: influxd.token)
        answer = await asyncio.to_thread(sink.write, [f"{line} 1795400000000".encode()])
        sink.close()
        assert isinstance(answer, Refused)


def write_foreign(influxd: InfluxBucket, line: str) -> None:
    """Write as another program might."""
    answer = httpx2.post(
        f"{influxd.url}/api/v2/write",
        params={"org": influxd.org, "bucket": influxd.bucket, "precision": "ms"},
        content=line.encode(),
        headers={"Authorization": f"Token {influxd.token}"},
        timeout=DEADLINE_S,
        trust_env=False,
    )
    assert answer.status_code == 204, json.dumps(answer.text)
