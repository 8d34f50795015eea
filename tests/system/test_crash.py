"""Power cuts at random instants under load: nothing is lost, doubled, forgotten or done twice.

`make crash` cuts the power a hundred times for each receiver and says how far it is.
"""

import asyncio
import json
import os
import random
import time
from collections import Counter
from enum import Enum
from pathlib import Path

import pytest

from firmware_sim.live import SteadyClock
from firmware_sim.ring import Message
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import FULL, HAMLET, GatewayProcess, device, rule, write_site
from tests.system.ledger import assert_folded_once, assert_sequences_complete, assert_sound
from tests.system.responder import Responder
from tests.system.traffic import LISTED, publish_patiently, reports

MESSAGES = 200_000 if FULL else 20_000
PROBES = 300 if FULL else 60
FIRINGS = 5
"""Per probe: one less than the commands that make a storm, so that none is held back."""
JITTER_S = 0.1
"""Within it the power fails at some instant after the mark."""
HURRIED = (
    "-c",
    "from gateway import upkeep; upkeep.TICK_S, upkeep.ROLLUP_EVERY_S = 0.1, 4;"
    " from gateway.cli.main import app; app()",
)
"""The gateway, whose rollups are under way all the time instead of once a minute."""
STOPPING_S = 0.5
"""Within it a gateway that was asked to stop is killed: a clean stop takes about so long."""


class Cut(Enum):
    """When the power fails."""

    LOAD = "under load"
    START = "while it starts"
    STOP = "while it stops"
    BROKER = "while the broker starts again"


SHORT = [Cut.LOAD, Cut.START, Cut.STOP, Cut.BROKER, Cut.LOAD]
WEIGHTS = {Cut.LOAD: 60, Cut.START: 20, Cut.STOP: 15, Cut.BROKER: 5}
KILLS = 100


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_power_cuts_lose_and_repeat_nothing(
    protocol: str, tmp_path: Path, make_gateway: StartGateway, patient_broker: Mosquitto
) -> None:
    seed = int(os.environ.get("CRASH_SEED") or time.time_ns())
    chance = random.Random(seed)
    print(f"\nMQTT {protocol}, CRASH_SEED={seed}")
    cuts = chance.choices([*WEIGHTS], [*WEIGHTS.values()], k=KILLS) if FULL else SHORT
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
    gateway = make_gateway(site, port, HURRIED)
    await asyncio.to_thread(gateway.start)
    messages = _interleave(list(reports(MESSAGES)), list(_probe_readings()))
    cutter = _Cutter(gateway, patient_broker, chance, len(messages))
    async with Responder(patient_broker.port) as responder:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(publish_patiently(patient_broker.port, messages))
            tasks.create_task(asyncio.to_thread(cutter.cut_all, cuts))
        await asyncio.to_thread(gateway.wait_until, lambda: gateway.stored() >= len(messages))
        await asyncio.to_thread(gateway.wait_until, lambda: not _queued(gateway))
    assert gateway.stored() == len(messages)
    assert_sequences_complete(gateway, MESSAGES)
    assert_sound(gateway)
    ids = [id for (id,) in gateway.ask("SELECT id FROM command")]
    fired = Counter(requester for (requester,) in gateway.ask("SELECT requester FROM command"))
    assert fired == {f"rule:{_probe_rule(number)['rule']}": FIRINGS for number in range(PROBES)}
    states = Counter(state for (state,) in gateway.ask("SELECT state FROM command"))
    assert states == {"done": len(ids)}
    assert gateway.ask("SELECT count(*), count(DISTINCT body) FROM message WHERE channel = 4") == [
        (len(ids), len(ids))
    ], "each command has one result"
    assert responder.seen == set(ids), "on the wire is what is in the journal, and nothing else"
    gateway.assert_counted()
    assert gateway.stop() == 0
    assert_folded_once(gateway)
    assert "Traceback" not in gateway.log.read_text(errors="replace")


class _Cutter:
    """Cuts the power evenly over the messages that are left, so that each cut comes under load."""

    def __init__(
        self, gateway: GatewayProcess, broker: Mosquitto, chance: random.Random, messages: int
    ) -> None:
        self._gateway = gateway
        self._broker = broker
        self._chance = chance
        self._messages = messages
        self._start_s = 1.0

    def cut_all(self, cuts: list[Cut]) -> None:
        began = time.monotonic()
        for number, cut in enumerate(cuts):
            done = self._gateway.newest()
            share = (self._messages - done) / (len(cuts) - number)
            mark = done + int(share * self._chance.random())
            self._gateway.wait_until(lambda mark=mark: self._gateway.newest() >= mark)  # type: ignore[misc]
            self._gateway.assert_counted()
            self._cut(cut)
            started = time.monotonic()
            self._gateway.start()
            self._start_s = time.monotonic() - started
            passed = time.monotonic() - began
            print(f"  cut {number + 1} of {len(cuts)}, {passed:.0f} s: {cut.value}", flush=True)

    def _cut(self, cut: Cut) -> None:
        gateway = self._gateway
        match cut:
            case Cut.LOAD:
                self._pass_up_to(JITTER_S)
            case Cut.START:
                gateway.kill()
                gateway.launch()
                self._pass_up_to(self._start_s)
            case Cut.STOP:
                gateway.ask_to_stop()
                self._pass_up_to(STOPPING_S)
            case Cut.BROKER:
                self._broker.stop()
                self._pass_up_to(JITTER_S)
        gateway.kill()
        if cut is Cut.BROKER:
            self._broker.start()

    def _pass_up_to(self, seconds: float) -> None:
        """No waiting for something: the instant itself is at random."""
        time.sleep(self._chance.uniform(0, seconds))


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
