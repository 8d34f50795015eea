"""A port with sensors that speak by themselves."""

import asyncio

import pytest

from gateway.serial.listener import DEVICES_MAX, Listener
from gateway.serial.port import Port, PortError
from gateway.serial.reports import Reports
from gateway.serial.statistics import LineStatistics
from gateway.serial_lines import LineFormat
from tests.gateway.serial.test_reports import Clock, Inbox

CSV = LineFormat.model_validate(
    {"format": "csv", "kind": "soil", "columns": ["device", "soil_moisture_pct"]}
)


async def test_a_sensor_that_invents_ids_fills_no_memory() -> None:
    inbox, clock, statistics = Inbox(), Clock(), LineStatistics("/dev/x")
    reports = Reports("khe-coc", "serial-1", inbox, clock, clock.steady)
    lines = "".join(f"soil-{number},20\n" for number in range(DEVICES_MAX + 10))
    reader = asyncio.StreamReader()
    reader.feed_data(b"\n" + lines.encode() + b"soil-0,21\n")
    reader.feed_eof()
    listener = Listener(CSV, statistics, reports, clock)
    with pytest.raises(PortError):
        await listener.serve(Port("/dev/x", reader, None))  # type: ignore[arg-type]
    assert len(statistics.devices) == DEVICES_MAX
    assert statistics.garbled == 10
    assert len(inbox.heard) == DEVICES_MAX + 1
