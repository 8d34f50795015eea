"""What rules had in hand when the power failed, the gateway has in hand a week later."""

from pathlib import Path

import aiomqtt
import orjson

from devices.reading import Millis
from gateway.assembly import JOURNAL_FILE, build_pipeline, read_site
from gateway.journal.database import open_journal
from gateway.journal.writer import commit
from tests.gateway.own_time import now_ms
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import HAMLET, GatewayProcess, device, rule, write_site

MINUTE: Millis = 60_000
DAY: Millis = 24 * 60 * MINUTE
PROBE = f"hamlet/{HAMLET}/soil/probe/telemetry"
ON = {"device": "probe"}
ALERT = {"alert": {"severity": "info"}}
LAMP = {"command": {"device": "lamp", "command": "set-brightness", "brightness_pct": 50}}
RULES = [
    rule("waits", on=ON, when="soil_moisture_pct < 5", then=[LAMP], **{"for": "10m"}),
    rule("fires", on=ON, when="soil_temperature_c > 40", then=[ALERT]),
    rule("rests", on=ON, when="battery_v < 3.2", cooldown="8d", then=[ALERT]),
    rule("sums", on=ON, when="sum(soil_moisture_pct, 8d) >= 9", then=[ALERT]),
]
DONE = [("commands", 1), ("fires", 1), ("rests", 1), ("sums", 1)]


def reading(seq: int, battery_v: float) -> bytes:
    values = {"soil_moisture_pct": 3, "soil_temperature_c": 41, "battery_v": battery_v}
    return orjson.dumps({"seq": seq, "boot": "b", **values})


def live_a_week_ago(site: Path, now: Millis) -> None:
    """Two readings, and then the power fails for a week."""
    known, rules = read_site(site)
    known.data.mkdir()
    connection = open_journal(known.data / JOURNAL_FILE)
    pipeline = build_pipeline(connection, known, rules, now)
    for seq, battery_v in enumerate((3.1, 3.6)):
        pipeline.receive(PROBE, reading(seq, battery_v), 0, 0, now + seq * MINUTE)
    commit(connection, pipeline.take_work().batch)
    connection.close()


def states(gateway: GatewayProcess) -> dict[str, str]:
    return dict(gateway.ask("SELECT rule, state FROM rule_state WHERE subject = 'probe'"))


def done(gateway: GatewayProcess) -> list[tuple[str, int]]:
    """Commands, and alerts by rule."""
    alerts = "SELECT source, count(*) FROM alert WHERE source LIKE 'rule:%' GROUP BY source"
    [(commands,)] = gateway.ask("SELECT count(*) FROM command")
    counts = {str(source).removeprefix("rule:"): number for source, number in gateway.ask(alerts)}
    return sorted({"commands": commands, **counts}.items())


async def test_what_rules_had_in_hand_survives_a_week_and_kills(
    tmp_path: Path, make_gateway: StartGateway, mosquitto: Mosquitto
) -> None:
    site = tmp_path / "site"
    devices = [device("probe", "soil"), device("lamp", "light")]
    port = write_site(site, {"url": mosquitto.url}, devices=devices, rules=RULES)
    began = now_ms() - 7 * DAY
    live_a_week_ago(site, began)
    before = {"waits": "pending", "fires": "firing", "rests": "inactive"}

    gateway = make_gateway(site, port)
    for _ in range(2):
        gateway.start()
        assert states(gateway) == before, "its values are too old to decide anything"
        assert done(gateway) == [("commands", 0), ("fires", 1), ("rests", 1)]
        gateway.kill()

    gateway.start()
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await client.publish(PROBE, reading(2, 3.1), qos=1)
    after = {"waits": "firing", "fires": "firing", "rests": "pending", "sums": "firing"}
    gateway.wait_until(lambda: states(gateway) == after)
    for _ in range(2):
        assert done(gateway) == DONE
        [(due,)] = gateway.ask("SELECT due FROM rule_state WHERE rule = 'rests'")
        assert due == began + 8 * DAY
        gateway.kill()
        gateway.start()
        assert states(gateway) == after
    assert gateway.stop() == 0
