"""Nothing is lost and nothing doubled at full speed. Through power cuts: test_crash.py."""

import asyncio
from pathlib import Path

from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import FULL, write_site
from tests.system.ledger import assert_sequences_complete
from tests.system.traffic import LISTED, publish, reports

MESSAGES = 100_000 if FULL else 20_000


async def test_every_message_at_full_speed_is_accepted_once(
    tmp_path: Path, make_gateway: StartGateway, patient_broker: Mosquitto
) -> None:
    site = tmp_path / "site"
    port = write_site(site, {"url": patient_broker.url}, devices=LISTED)
    gateway = make_gateway(site, port)
    await asyncio.to_thread(gateway.start)
    assert await publish(patient_broker.port, list(reports(MESSAGES))) == MESSAGES
    await asyncio.to_thread(gateway.wait_until, lambda: gateway.stored() >= MESSAGES)
    assert gateway.stored() == MESSAGES
    assert_sequences_complete(gateway, MESSAGES)
    assert gateway.total("accepted") == MESSAGES
    gateway.assert_counted()
    assert gateway.stop() == 0
