"""A disk that stands still costs time: no memory without bounds, and no message."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from gateway.committer import WAITING_MAX
from gateway.intake.mqtt5_connection import RECEIVE_MAXIMUM
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import FULL, TIMEOUT_S, write_site
from tests.system.traffic import LISTED, publish, reports

MESSAGES = 100_000 if FULL else 30_000
LOOKS = 50
ONE_READ = 256 * 1024 // 100
"""Messages in what one read from the socket may bring: each is over 100 bytes."""


# Over MQTT 5 the broker itself stops at what we are willing to receive unacknowledged.
@pytest.mark.parametrize(("protocol", "bound"), [("5", RECEIVE_MAXIMUM), ("3.1.1", WAITING_MAX)])
async def test_what_waits_is_bounded_and_all_is_accepted_later(
    protocol: str, bound: int, tmp_path: Path, make_gateway: StartGateway, patient_broker: Mosquitto
) -> None:
    site = tmp_path / "site"
    port = write_site(site, {"url": patient_broker.url, "protocol": protocol}, devices=LISTED)
    gateway = make_gateway(site, port)
    await asyncio.to_thread(gateway.start)
    other = sqlite3.connect(site / "data" / "journal.db", isolation_level=None, timeout=TIMEOUT_S)
    other.execute("BEGIN EXCLUSIVE")
    assert await publish(patient_broker.port, list(reports(MESSAGES))) == MESSAGES

    await asyncio.to_thread(gateway.wait_until, lambda: gateway.total("received") >= bound)
    for _ in range(LOOKS):
        # Two works at most, one under way and one open, and what the last read brought.
        assert gateway.total("received") <= 2 * (WAITING_MAX + ONE_READ) < MESSAGES
        assert gateway.metrics()["hamlet_messages_waiting"] <= WAITING_MAX + ONE_READ
    other.execute("ROLLBACK")
    other.close()
    await asyncio.to_thread(gateway.wait_until, lambda: gateway.total("accepted") >= MESSAGES)
    assert gateway.total("accepted") == MESSAGES
    assert gateway.total("duplicate") == 0
    gateway.assert_counted()
    assert gateway.stop() == 0
