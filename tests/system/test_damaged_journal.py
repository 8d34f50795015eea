"""The journal is overwritten while the gateway is stopped and while it runs: it goes on."""

import random
from pathlib import Path

from tests.real import Mosquitto
from tests.system.gateway_process import GatewayProcess
from tests.system.traffic import LISTED, publish, reports

MESSAGES = 6000
OPEN_ALERT = "SELECT 1 FROM alert WHERE source = 'gateway:journal-damaged' AND resolved_at IS NULL"


async def test_a_journal_overwritten_while_the_gateway_runs_and_while_it_does_not(
    listed_gateway: GatewayProcess, patient_broker: Mosquitto
) -> None:
    gateway, site = listed_gateway, listed_gateway.site
    gateway.start()
    everything = list(reports(3 * MESSAGES))

    async def send(part: int) -> None:
        count = await publish(patient_broker.port, everything[part * MESSAGES :][:MESSAGES])
        assert count == MESSAGES

    await send(0)
    gateway.wait_until(lambda: gateway.stored() == MESSAGES)
    assert gateway.stop() == 0

    damage(site / "data" / "journal.db", seed=1)
    gateway.start()
    assert_replaced(gateway, site, times=1)
    await send(1)
    gateway.wait_until(lambda: gateway.stored() == MESSAGES)

    damage(site / "data" / "journal.db", seed=2, places=5000)

    def look() -> bool:
        """Somebody looks at a page, which reads what the gateway itself does not need."""
        gateway.get(f"/api/v1/devices/{LISTED[0]['id']}/series?metric=battery_v")
        return len(damaged_journals(site)) == 2

    gateway.wait_until(look)
    assert_replaced(gateway, site, times=2)
    await send(2)
    gateway.wait_until(lambda: gateway.stored() == MESSAGES)
    assert gateway.stop() == 0
    assert "Traceback" not in gateway.tail()


async def test_a_log_that_is_deleted_while_the_gateway_runs_takes_nothing_with_it(
    listed_gateway: GatewayProcess, patient_broker: Mosquitto
) -> None:
    gateway, site = listed_gateway, listed_gateway.site
    gateway.start()
    everything = list(reports(2 * MESSAGES))
    await publish(patient_broker.port, everything[:MESSAGES])
    gateway.wait_until(lambda: gateway.total("accepted") == MESSAGES)
    log = site / "data" / "journal.db-wal"
    log.unlink()
    await publish(patient_broker.port, everything[MESSAGES:])
    gateway.wait_until(log.exists)  # the journal was opened anew
    gateway.wait_until(lambda: gateway.stored() == 2 * MESSAGES)
    assert gateway.health()["healthy"]
    assert not damaged_journals(site)
    gateway.kill()
    assert gateway.stored() == 2 * MESSAGES
    assert "Traceback" not in gateway.tail()


def assert_replaced(gateway: GatewayProcess, site: Path, times: int) -> None:
    """One journal was moved aside each time, and people are told of the last."""
    gateway.wait_until(lambda: gateway.health()["healthy"])
    assert len(damaged_journals(site)) == times
    assert len(gateway.ask(OPEN_ALERT)) == 1


def damaged_journals(site: Path) -> list[Path]:
    return list((site / "data").glob("journal.damaged-*.db"))


def damage(file: Path, *, seed: int, places: int = 100) -> None:
    chance = random.Random(seed)
    size = file.stat().st_size
    with file.open("r+b") as handle:
        for _ in range(places):
            handle.seek(chance.randrange(0, size))
            handle.write(chance.randbytes(32))
