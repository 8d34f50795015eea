"""Nothing is lost and nothing doubled at full speed. Through power cuts: test_crash.py."""

import asyncio

from tests.real import Mosquitto
from tests.system.gateway_process import FULL, GatewayProcess
from tests.system.ledger import assert_sequences_complete
from tests.system.traffic import publish, reports

MESSAGES = 100_000 if FULL else 20_000


async def test_every_message_at_full_speed_is_accepted_once(
    listed_gateway: GatewayProcess, patient_broker: Mosquitto
) -> None:
    gateway = listed_gateway
    await asyncio.to_thread(gateway.start)
    assert await publish(patient_broker.port, list(reports(MESSAGES))) == MESSAGES
    await asyncio.to_thread(gateway.wait_until, lambda: gateway.stored() >= MESSAGES)
    assert gateway.stored() == MESSAGES
    assert_sequences_complete(gateway, MESSAGES)
    assert gateway.total("accepted") == MESSAGES
    gateway.assert_counted()
    assert gateway.stop() == 0
