"""The real servers keep what tests rely on: readiness, restart on one port, skip or fail."""

import socket
from pathlib import Path

import aiomqtt
import httpx2
import pytest

from tests.conftest import InfluxBucket, StartMosquitto
from tests.real import Mosquitto, require


def client(
    broker: Mosquitto, username: str | None = None, password: str | None = None
) -> aiomqtt.Client:
    return aiomqtt.Client("127.0.0.1", broker.port, username=username, password=password)


async def test_a_retained_message_outlives_a_restart_on_the_same_port(mosquitto: Mosquitto) -> None:
    async with client(mosquitto) as writer:
        await writer.publish("hamlet/x", b"kept", qos=1, retain=True)
    mosquitto.stop()
    mosquitto.start()
    async with client(mosquitto) as reader:
        await reader.subscribe("hamlet/x", qos=1)
        message = await anext(reader.messages)
    assert message.payload == b"kept"


async def test_passwords_close_the_broker_to_everybody_else(
    start_mosquitto: StartMosquitto,
) -> None:
    broker = start_mosquitto(passwords={"gateway": "right"})
    async with client(broker, username="gateway", password="right"):
        pass
    with pytest.raises(aiomqtt.MqttCodeError):
        async with client(broker, username="gateway", password="wrong"):
            pass


def test_a_killed_broker_accepts_nobody(mosquitto: Mosquitto) -> None:
    mosquitto.kill()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", mosquitto.port)) != 0


def test_a_setting_that_mosquitto_refuses_fails_with_its_log(
    start_mosquitto: StartMosquitto,
) -> None:
    with pytest.raises(pytest.fail.Exception, match="max_qos"):
        start_mosquitto(settings={"max_qos": 7})


def test_influxd_keeps_its_data_over_a_restart(influxd: InfluxBucket) -> None:
    influxd.write("soil,device=s-1 soil_moisture_pct=31.5 1700000000000")
    influxd.server.stop()
    with pytest.raises(httpx2.ConnectError):
        influxd.write("soil,device=s-1 soil_moisture_pct=1.0 1700000000001")
    influxd.server.start()
    assert "31.5" in influxd.everything()


def test_each_test_has_an_empty_bucket(influxd: InfluxBucket) -> None:
    answer = influxd.everything()
    assert "soil" not in answer


def test_a_missing_part_skips_or_fails_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.real.SEARCH_PATH", "")
    monkeypatch.setenv("HAMLET_REQUIRE_REAL", "0")
    with pytest.raises(pytest.skip.Exception, match="apt install chromium"):
        require("chromium")
    monkeypatch.setenv("HAMLET_REQUIRE_REAL", "1")
    with pytest.raises(pytest.fail.Exception, match="apt install chromium"):
        require("chromium")


def test_chromium_is_a_program(chromium: Path) -> None:
    assert chromium.is_file()
