"""A rule that waits when the power fails fires at its time all the same, once."""

from pathlib import Path

import aiomqtt

from firmware_sim.live import SteadyClock
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import HAMLET, device, rule, write_site

FOR_MS = 3000


async def test_a_pending_rule_fires_when_due_and_once(
    tmp_path: Path, make_gateway: StartGateway, mosquitto: Mosquitto
) -> None:
    site = tmp_path / "site"
    command = {"device": "lamp", "command": "set-brightness", "brightness_pct": 50}
    port = write_site(
        site,
        {"url": mosquitto.url},
        devices=[device("probe", "soil"), device("lamp", "light")],
        rules=[
            rule(
                "dry",
                on={"device": "probe"},
                when="soil_moisture_pct < 5",
                then=[{"command": command}, {"alert": {"severity": "info"}}],
                **{"for": f"{FOR_MS // 1000}s"},
            )
        ],
    )
    gateway = make_gateway(site, port)
    gateway.start()
    began = SteadyClock()()
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        payload = b'{"seq":0,"boot":"b","soil_moisture_pct":3}'
        await client.publish(f"hamlet/{HAMLET}/soil/probe/telemetry", payload, qos=1)
        gateway.wait_until(lambda: gateway.ask("SELECT 1 FROM rule_state WHERE state = 'pending'"))
        gateway.kill()
        await client.subscribe(f"hamlet/{HAMLET}/light/lamp/command", qos=1)
        assert not gateway.ask("SELECT 1 FROM command")
        gateway.start()
        message = await anext(client.messages)
        assert SteadyClock()() >= began + FOR_MS
        assert isinstance(message.payload, bytes)
    gateway.wait_until(lambda: gateway.ask("SELECT 1 FROM rule_state WHERE state = 'firing'"))
    gateway.kill()
    gateway.start()  # and what has fired does not fire again
    ((since, due),) = gateway.ask("SELECT since, due FROM rule_change WHERE state = 'pending'")
    ((fired,),) = gateway.ask("SELECT since FROM rule_change WHERE state = 'firing'")
    assert due == since + FOR_MS
    assert fired >= due
    assert gateway.ask("SELECT count(*) FROM command") == [(1,)]
    assert gateway.ask("SELECT count(*) FROM alert") == [(1,)]
    assert gateway.stop() == 0
