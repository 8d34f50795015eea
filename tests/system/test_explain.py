"""`hamlet rules explain` beside a gateway that runs."""

import json
from pathlib import Path

import aiomqtt

from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import HAMLET, device, rule, run_hamlet, write_site


async def test_a_running_gateway_is_explained(
    tmp_path: Path, make_gateway: StartGateway, mosquitto: Mosquitto
) -> None:
    site = tmp_path / "site"
    port = write_site(
        site,
        {"url": mosquitto.url},
        devices=[device("probe", "soil")],
        rules=[
            rule(
                "dry",
                on={"device": "probe"},
                when="soil_moisture_pct < 5",
                then=[{"alert": {"severity": "info"}}],
            )
        ],
    )
    gateway = make_gateway(site, port)
    gateway.start()
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        payload = b'{"seq":0,"boot":"b","soil_moisture_pct":3}'
        await client.publish(f"hamlet/{HAMLET}/soil/probe/telemetry", payload, qos=1)
        gateway.wait_until(lambda: gateway.ask("SELECT 1 FROM rule_state WHERE state = 'firing'"))
    done = run_hamlet("rules", "explain", "dry", "probe", "--site", site, "--json")
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout)
    assert (found["state"], found["when"]["outcome"]) == ("firing", True)
    assert found["when"]["inputs"] == {"soil_moisture_pct": 3}
    earlier = str(found["since"] - 60_000)
    done = run_hamlet("rules", "explain", "dry", "probe", "--site", site, "--json", "--at", earlier)
    [found] = json.loads(done.stdout)
    assert (found["state"], found["when"]["outcome"]) == ("inactive", None)
    assert gateway.stop() == 0
