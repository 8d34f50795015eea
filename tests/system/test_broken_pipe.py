"""Pipes and valves break under a real gateway on a real broker, in real time."""

import json
from pathlib import Path

import pytest

from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import FULL
from tests.system.living_garden import LivingGarden

BROKEN = {
    "pipe-burst": ("{fault: pipe-burst, devices: [valve], amount: 3}", "burst pipe"),
    "pump-tripped": ("{fault: pump-tripped, devices: [pump]}", "the overload relay has tripped"),
    "valve-stuck-closed": ("{fault: valve-stuck-closed, devices: [valve]}", "no water flows"),
    "pump-dead": ("{fault: pump-dead, devices: [pump]}", "the pump did not start"),
}
SOON = ("pipe-burst", "pump-tripped")
"""Found within a report; the others take minutes to be sure."""
PATIENCE_S = 300.0


@pytest.mark.parametrize("name", BROKEN if FULL else SOON)
async def test_what_breaks_is_shut_off_and_told(
    name: str,
    tmp_path: Path,
    make_gateway: StartGateway,
    mosquitto: Mosquitto,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.system.gateway_process.TIMEOUT_S", PATIENCE_S)
    fault, said = BROKEN[name]
    garden = LivingGarden(tmp_path, make_gateway, mosquitto)
    async with garden.living(fault) as valve:
        await garden.dry_out()
        ((state, cause, litres),) = await garden.until(
            "SELECT state, cause, litres FROM run WHERE ended_at IS NOT NULL"
        )
        assert not valve.tap.coil
        assert not valve.tap.flow_l_min
        assert state == "failed"
        assert said in json.loads(cause)[1]
        assert litres == pytest.approx(valve.tap.total_l, abs=1)
        ((message,),) = await garden.until("SELECT message FROM alert WHERE subject = 'plot'")
        assert said in json.loads(message)[1]
    assert garden.gateway.stop() == 0
