"""The long-term store is away for a while: in the end it has every reading all the same."""

import csv
import io
from collections import Counter
from pathlib import Path

from tests.conftest import InfluxBucket
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import GatewayProcess, write_site
from tests.system.traffic import DEVICES, LAYOUT, LISTED, publish, reports

IDS = {spec.id for spec in LAYOUT.devices}
ROUNDS = 6
"""Reports of each device; a third of them while the store is up, away and back."""


async def test_every_reading_is_in_the_store_in_the_end(
    tmp_path: Path, make_gateway: StartGateway, patient_broker: Mosquitto, influxd: InfluxBucket
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    secret = site / "token"
    secret.touch(0o600)
    secret.write_text(influxd.token)
    store = {
        "url": influxd.url,
        "org": influxd.org,
        "bucket": influxd.bucket,
        "token_file": "token",
    }
    port = write_site(site, {"url": patient_broker.url}, devices=LISTED, influxdb=store)
    gateway = make_gateway(site, port)
    gateway.start()
    messages = list(reports(ROUNDS * DEVICES))
    third = len(messages) // 3
    await publish(patient_broker.port, messages[:third])
    gateway.wait_until(lambda: _cursor(gateway) >= third)
    influxd.server.stop()
    await publish(patient_broker.port, messages[third : 2 * third])
    gateway.wait_until(lambda: gateway.stored() >= 2 * third)
    assert _cursor(gateway) < 2 * third
    gateway.kill()  # what was not forwarded outlives the gateway, too
    gateway.start()
    health = gateway.get("/healthz")
    assert health.status_code == 200, "a store that is away is no reason to restart the gateway"
    influxd.server.start()
    await publish(patient_broker.port, messages[2 * third :])
    gateway.wait_until(lambda: gateway.stored() >= len(messages))
    gateway.wait_until(
        lambda: not gateway.metrics()['hamlet_forward_backlog_rows{sink="influxdb"}']
    )
    gateway.wait_until(lambda: _cursor(gateway) >= gateway.newest())
    assert gateway.stored() == len(messages)
    assert gateway.ask("SELECT * FROM set_aside") == []
    counts = Counter(device for device, _ in _readings(influxd))
    assert len(counts) == DEVICES
    assert set(counts.values()) == {ROUNDS}
    assert gateway.stop() == 0


def _cursor(gateway: GatewayProcess) -> int:
    rows = gateway.ask("SELECT cursor FROM sink WHERE name = 'influxdb'")
    return int(rows[0][0]) if rows else 0


def _readings(influxd: InfluxBucket) -> set[tuple[str, str]]:
    """Device and time of every point, whichever of its fields are there."""
    answer = influxd.query(
        f'from(bucket: "{influxd.bucket}") |> range(start: 2020-01-01)'
        ' |> keep(columns: ["_time", "device"])'
    )
    rows = csv.DictReader(line for line in io.StringIO(answer) if line.startswith(","))
    return {(row["device"], row["_time"]) for row in rows if row["device"] in IDS}
