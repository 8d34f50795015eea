"""Nothing is lost and nothing doubled: at full speed, and through power cuts."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path

import pytest

from firmware_sim.live import SteadyClock
from firmware_sim.ring import Message
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import FULL, HAMLET, GatewayProcess, device, rule, write_site
from tests.system.responder import Responder
from tests.system.traffic import DEVICES, LISTED, publish, reports

MESSAGES = 100_000 if FULL else 20_000
KILLS = 20 if FULL else 5
PROBES = 100 if FULL else 20
FIRINGS = 15
"""Per probe: one less than the commands that may wait for one device, so that none is refused."""


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
    _assert_sequences_complete(gateway)
    assert gateway.total("accepted") == MESSAGES
    gateway.assert_counted()
    assert gateway.stop() == 0


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_power_cuts_lose_and_repeat_nothing(
    protocol: str, tmp_path: Path, make_gateway: StartGateway, patient_broker: Mosquitto
) -> None:
    site = tmp_path / "site"
    probes = [
        device(f"{name}-{number}", kind)
        for number in range(PROBES)
        for name, kind in (("probe", "soil"), ("lamp", "light"))
    ]
    port = write_site(
        site,
        {"url": patient_broker.url, "protocol": protocol},
        devices=[*LISTED, *probes],
        rules=[_probe_rule(number) for number in range(PROBES)],
    )
    gateway = make_gateway(site, port)
    await asyncio.to_thread(gateway.start)
    messages = _interleave(list(reports(MESSAGES)), list(_probe_readings()))
    marks = sorted(random.sample(range(len(messages)), KILLS))
    async with Responder(patient_broker.port) as responder:
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(publish(patient_broker.port, messages))
            tasks.create_task(asyncio.to_thread(_cut_power, gateway, marks))
        assert sending.result() == len(messages)
        await asyncio.to_thread(gateway.wait_until, lambda: gateway.stored() >= len(messages))
        await asyncio.to_thread(gateway.wait_until, lambda: not _queued(gateway))
    assert gateway.stored() == len(messages)
    _assert_sequences_complete(gateway)
    ids = [id for (id,) in gateway.ask("SELECT id FROM command")]
    fired = Counter(requester for (requester,) in gateway.ask("SELECT requester FROM command"))
    assert fired == {f"rule:{_probe_rule(number)['rule']}": FIRINGS for number in range(PROBES)}
    states = Counter(state for (state,) in gateway.ask("SELECT state FROM command"))
    assert states == {"done": len(ids)}
    assert responder.seen == set(ids), "on the wire is what is in the journal, and nothing else"
    assert gateway.stop() == 0


def _cut_power(gateway: GatewayProcess, marks: list[int]) -> None:
    for mark in marks:
        gateway.wait_until(lambda mark=mark: gateway.newest() >= mark)  # type: ignore[misc]
        gateway.kill()
        gateway.start()


def _probe_rule(number: int) -> dict[str, object]:
    light = {"device": f"lamp-{number}", "command": "set-brightness", "brightness_pct": 50}
    return rule(
        f"dry-{number}",
        on={"device": f"probe-{number}"},
        when="soil_moisture_pct < 5",
        then=[{"command": {**light, "expires": "10m"}}],
    )


def _probe_readings() -> list[Message]:
    """Each probe turns dry and wet in turn, and ends dry."""
    now = SteadyClock()()
    return [
        Message(
            f"hamlet/{HAMLET}/soil/probe-{probe}/telemetry",
            json.dumps(
                {
                    "seq": seq,
                    "boot": "b",
                    "measured_at": now - 2 * FIRINGS + seq,
                    "soil_moisture_pct": 20 if seq % 2 == 0 else 3,
                }
            ).encode(),
        )
        for seq in range(2 * FIRINGS)
        for probe in range(PROBES)
    ]


def _interleave(many: list[Message], few: list[Message]) -> list[Message]:
    step = len(many) // len(few)
    mixed = []
    for number, one in enumerate(few):
        mixed += [*many[number * step : (number + 1) * step], one]
    return mixed + many[len(few) * step :]


def _queued(gateway: GatewayProcess) -> int:
    count: int = gateway.ask("SELECT count(*) FROM command WHERE state = 'queued'")[0][0]
    return count


def _assert_sequences_complete(gateway: GatewayProcess) -> None:
    rows = gateway.ask(
        "SELECT device.id, count(*), count(DISTINCT seq), min(seq), max(seq) FROM message"
        " JOIN device ON device.number = message.device WHERE channel = 0 AND device.id NOT LIKE"
        " 'probe-%' AND device.id <> 'gateway' GROUP BY device.id"
    )
    assert len(rows) == DEVICES
    each = MESSAGES // DEVICES
    assert {row[1:] for row in rows} == {(each, each, 0, each - 1)}, "a gap or a double"
