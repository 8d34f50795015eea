"""Whatever comes over the wire: counted with its reason, acknowledged, shown, and nothing else."""

import asyncio
import contextlib
import json
import socket
import struct
from pathlib import Path

import aiomqtt
import pytest

from devices.rejection import Reason
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import HAMLET, TIMEOUT_S, device, write_site

PROBE = f"hamlet/{HAMLET}/soil/probe/telemetry"
GOOD = b'{"seq":%d,"boot":"b","soil_moisture_pct":20}'
HOSTILE = "<script>alert(document.domain)</script>"

PAYLOADS: list[tuple[Reason, bytes]] = [
    (Reason.NOT_JSON, b"\x00\xff\xfe garbage"),
    (Reason.NOT_JSON, b""),
    (Reason.NOT_JSON, b'{"seq":1,"soil_moisture_pct":20,"x":"\xc3\x28"}'),
    (Reason.NOT_JSON, b'{"x":' * 10_000),
    (Reason.NOT_JSON, HOSTILE.encode()),
    (Reason.WRONG_TYPE, b"[]"),
    (Reason.WRONG_TYPE, b'{"seq":1,"soil_moisture_pct":true}'),
    (Reason.WRONG_TYPE, b'{"seq":1,"soil_moisture_pct":"20"}'),
    (Reason.WRONG_TYPE, b'{"seq":-0.5,"soil_moisture_pct":20}'),
    (Reason.NOT_FINITE, b'{"seq":1,"soil_moisture_pct":NaN}'),
    (Reason.NOT_FINITE, b'{"seq":1,"soil_moisture_pct":1e999}'),
    (Reason.OUT_OF_RANGE, b'{"seq":1,"soil_moisture_pct":101}'),
    (Reason.OUT_OF_RANGE, b'{"seq":-1,"soil_moisture_pct":20}'),
    (Reason.OUT_OF_RANGE, b'{"seq":99999999999999999999,"soil_moisture_pct":20}'),
    (Reason.NO_SEQUENCE, b'{"soil_moisture_pct":20}'),
    (Reason.NO_METRIC, b'{"seq":1,"battery":3}'),
    (Reason.BAD_TIME, b'{"seq":1,"soil_moisture_pct":20,"measured_at":"yesterday"}'),
    (Reason.BAD_TIME, b'{"seq":1,"soil_moisture_pct":20,"measured_at":"2026-11-22T00:00:00"}'),
    (Reason.FUTURE_TIME, b'{"seq":1,"soil_moisture_pct":20,"measured_at":99999999999999}'),
    (Reason.TOO_LARGE, b'{"seq":1,"soil_moisture_pct":20,"x":"%s"}' % (b"x" * 200_000)),
    (Reason.TOO_DEEP, b'{"seq":1,"soil_moisture_pct":20,"x":%s%s}' % (b"[" * 50, b"]" * 50)),
]
TOPICS: list[tuple[Reason, str]] = [
    (Reason.BAD_TOPIC, f"hamlet/{HAMLET}/soil/../telemetry"),
    (Reason.BAD_TOPIC, f"hamlet/{HAMLET}/soil/{'a' * 300}/telemetry"),
    (Reason.BAD_TOPIC, f"hamlet/{HAMLET}/soil/<script>alert(1)</telemetry"),
    (Reason.BAD_TOPIC, f"hamlet/{HAMLET}/soil/<img src=x onerror=alert(1)>/telemetry"),
    (Reason.BAD_TOPIC, f"hamlet/{HAMLET}/soil//telemetry"),
    (Reason.BAD_TOPIC, f"hamlet/{HAMLET}/soil/cảm-biến/telemetry"),
    (Reason.BAD_TOPIC, f"hamlet/{HAMLET}/soil/\u202etxt.exe/telemetry"),
    (Reason.UNKNOWN_KIND, f"hamlet/{HAMLET}/zebra/probe/telemetry"),
    (Reason.OTHER_KIND, f"hamlet/{HAMLET}/light/probe/telemetry"),
    (Reason.BAD_STATUS, f"hamlet/{HAMLET}/soil/probe/status"),
]
ELSEWHERE = (
    f"hamlet/{HAMLET}/soil/a/b/telemetry",
    "hamlet/other/soil/probe/telemetry",
    "somewhere/" * 10,
)
"""Nobody subscribed to these: they do not even come."""


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_bad_input_is_counted_acknowledged_and_shown_and_the_flow_goes_on(
    protocol: str, tmp_path: Path, make_gateway: StartGateway, patient_broker: Mosquitto
) -> None:
    site = tmp_path / "site"
    listed = [device("probe", "soil", label={"vi": HOSTILE, "en": HOSTILE})]
    port = write_site(site, {"url": patient_broker.url, "protocol": protocol}, devices=listed)
    gateway = make_gateway(site, port)
    await asyncio.to_thread(gateway.start)
    expected = dict.fromkeys(Reason, 0)
    good = 0
    async with aiomqtt.Client("127.0.0.1", patient_broker.port, timeout=TIMEOUT_S) as client:
        for reason, topic, payload in [
            *((reason, PROBE, payload) for reason, payload in PAYLOADS),
            *((reason, topic, GOOD % 1) for reason, topic in TOPICS),
        ]:
            await client.publish(topic, payload, qos=1)
            expected[reason] += 1
            await client.publish(PROBE, GOOD % good, qos=1)  # between any two, the flow goes on
            good += 1
        for topic in ELSEWHERE:
            await client.publish(topic, GOOD % 1, qos=1)
        _send_raw(patient_broker.port, b"x" * 60_000)
        _send_raw(patient_broker.port, f"hamlet/{HAMLET}/soil/a\0b/telemetry".encode())
        _send_raw(patient_broker.port, f"hamlet/{HAMLET}/soil/".encode() + b"\xff\xfe/telemetry")
        _send_raw(patient_broker.port, f"hamlet/{HAMLET}/soil/".encode() + b"\xed\xa0\x80/info")
        await client.publish(PROBE, GOOD % good, qos=1)
        good += 1
    await asyncio.to_thread(gateway.wait_until, lambda: gateway.total("accepted") >= good)
    metrics = gateway.metrics()
    counted = {
        reason: metrics[f'hamlet_messages_rejected_total{{reason="{reason.value}"}}']
        for reason in Reason
    }
    assert counted == expected
    assert gateway.total("received") == good + sum(expected.values())
    assert gateway.total("accepted") == good
    rejected = sum(expected.values())  # counted as it comes, on disk with the next commit
    await asyncio.to_thread(
        gateway.wait_until, lambda: gateway.ask("SELECT count(*) FROM rejected") == [(rejected,)]
    )
    kept = gateway.ask("SELECT reason, count(*) FROM rejected GROUP BY reason")
    assert dict(kept) == {reason.value: count for reason, count in expected.items() if count}
    for language in ("vi", "en"):
        page = gateway.get(f"/technician?lang={language}").text
        assert "&lt;script&gt;alert(document.domain)" in page
        assert HOSTILE not in page
        assert "<img src=x" not in page
    assert HOSTILE not in gateway.get("/devices?kind=soil").text
    assert HOSTILE not in gateway.get("/devices/probe").text
    # All of it was acknowledged: nothing of it comes again.
    assert gateway.stop() == 0
    await asyncio.to_thread(gateway.start)
    async with aiomqtt.Client("127.0.0.1", patient_broker.port, timeout=TIMEOUT_S) as client:
        await client.publish(PROBE, GOOD % good, qos=1)
    await asyncio.to_thread(gateway.wait_until, lambda: gateway.total("accepted"))
    assert gateway.total("received") == 1
    assert gateway.stop() == 0


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_a_message_of_megabytes_stops_nobody(
    protocol: str, tmp_path: Path, make_gateway: StartGateway, patient_broker: Mosquitto
) -> None:
    """An MQTT 5 broker keeps it back because it was told to; an older one sends it."""
    site = tmp_path / "site"
    listed = [device("probe", "soil")]
    port = write_site(site, {"url": patient_broker.url, "protocol": protocol}, devices=listed)
    gateway = make_gateway(site, port)
    await asyncio.to_thread(gateway.start)
    async with aiomqtt.Client("127.0.0.1", patient_broker.port, timeout=TIMEOUT_S) as client:
        for seq in range(3):
            await client.publish(PROBE, b"x" * 5_000_000, qos=1)
            await client.publish(PROBE, GOOD % seq, qos=1)
    await asyncio.to_thread(gateway.wait_until, lambda: gateway.total("accepted") >= 3)
    assert gateway.total("rejected") == (0 if protocol == "5" else 3)
    assert gateway.stop() == 0


async def test_results_that_nobody_asked_for_and_hostile_reports_change_nothing(
    tmp_path: Path, make_gateway: StartGateway, mosquitto: Mosquitto
) -> None:
    site = tmp_path / "site"
    port = write_site(site, {"url": mosquitto.url}, devices=[device("probe", "soil")])
    gateway = make_gateway(site, port)
    await asyncio.to_thread(gateway.start)
    big = 10**40
    reports = [
        ("result", json.dumps({"id": "no-such-command", "ok": True})),
        ("result", json.dumps({"id": "../../etc/passwd", "ok": False, "error": HOSTILE})),
        ("event", json.dumps({"event": HOSTILE, "n": big})),
        ("info", json.dumps({"model": HOSTILE, "serial": big})),
        ("info", json.dumps({"model": HOSTILE, "interval_s": 1, "x": big, "y": [[[[HOSTILE]]]]})),
        ("info", json.dumps({"model": "m", "interval_s": 10**9})),
    ]
    async with aiomqtt.Client("127.0.0.1", mosquitto.port, timeout=TIMEOUT_S) as client:
        for channel, payload in reports:
            topic = PROBE.replace("telemetry", channel)
            await client.publish(topic, payload, qos=1, retain=channel == "info")
        await client.publish(PROBE, GOOD % 0, qos=1)
    await asyncio.to_thread(gateway.wait_until, lambda: gateway.total("received") == 7)
    assert gateway.total("rejected") == 2  # the serial is no text, the interval none at all
    for path in ("/", "/devices/probe", "/technician", "/api/v1/devices/probe"):
        answer = gateway.get(path)
        assert answer.status_code == 200
        if "html" in answer.headers["content-type"]:
            assert HOSTILE not in answer.text
    assert gateway.stop() == 0  # with a snapshot of it all
    await asyncio.to_thread(gateway.start)
    assert gateway.get("/devices/probe").status_code == 200
    assert gateway.stop() == 0


def _send_raw(port: int, topic: bytes) -> None:
    """A topic that no library would send; the broker may hang up on us for it."""
    payload = GOOD % 0
    connect = b"\x00\x04MQTT\x04\x02\x00\x00\x00\x03raw"
    body = struct.pack("!H", len(topic)) + topic + payload
    length = bytes([len(body) % 128 | 128, len(body) // 128 % 128 | 128, len(body) // 128**2])
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as wire:
        wire.sendall(bytes([0x10, len(connect)]) + connect)
        assert wire.recv(4)[:1] == b"\x20"
        wire.sendall(b"\x30" + length + body + b"\xe0\x00")
        with contextlib.suppress(ConnectionResetError):
            while wire.recv(100):
                pass
