"""docker-compose.yml and what it mounts, as far as they can be tried without a Docker engine."""

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
import yaml

from gateway.site import load_site, read_secret
from scripts.prepare_compose import mosquitto_account, prepare
from tests.conftest import StartMosquitto
from tests.real import PROJECT, Mosquitto

COMPOSE = PROJECT / "docker-compose.yml"


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
    return found


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    prepare(PROJECT, tmp_path)
    return tmp_path


def test_it_satisfies_the_compose_schema() -> None:
    # The schema comes with the package: no network.
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*command, COMPOSE], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_only_what_the_hamlet_needs_is_open_to_the_network(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    opened = {port for port in ports if not port.startswith("127.0.0.1:")}
    assert opened == {"1883:1883", "8000:8000"}


def test_every_mounted_file_is_in_the_project_or_made_by_prepare(
    services: dict[str, Any], prepared: Path
) -> None:
    volumes = [volume for service in services.values() for volume in service.get("volumes", [])]
    sources = [volume.split(":")[0] for volume in volumes if volume.startswith("./")]
    assert sources
    for source in sources:
        root = prepared if source.startswith("./site") else PROJECT
        assert (root / source).exists(), source


def test_every_variable_gets_a_value_that_nobody_else_can_read(prepared: Path) -> None:
    environment = prepared / ".env"
    values = dict(line.split("=", 1) for line in environment.read_text().splitlines())
    assert set(re.findall(r"\$\{(\w+)", COMPOSE.read_text())) == set(values)
    assert all(values.values())
    assert stat.S_IMODE(environment.stat().st_mode) == 0o600


def test_the_gateway_accepts_the_prepared_site_and_its_secrets(prepared: Path) -> None:
    site = load_site(prepared / "site")
    broker, store = site.config.broker, site.config.influxdb
    assert broker.password_file is not None
    assert store is not None
    assert read_secret(site, broker.password_file)
    assert f"INFLUXDB_TOKEN={read_secret(site, store.token_file)}" in (
        (prepared / ".env").read_text().splitlines()
    )


def test_secrets_that_exist_are_never_replaced(prepared: Path) -> None:
    before = (prepared / ".env").read_text()
    with pytest.raises(FileExistsError, match="remove it to begin anew"):
        prepare(PROJECT, prepared)
    assert (prepared / ".env").read_text() == before


@pytest.fixture
def broker(start_mosquitto: StartMosquitto, prepared: Path) -> Mosquitto:
    """The broker of docker-compose.yml with its own files, and accounts of two lights."""
    passwords = prepared / "site/mosquitto/passwords"
    with passwords.open("a") as file:
        for light in ("light-1", "light-2"):
            file.write(mosquitto_account(light, "a password") + "\n")
    own = {"listener", "allow_anonymous", "persistence", "persistence_location", "log_type"}
    places = {
        "/mosquitto/secrets/": f"{prepared}/site/mosquitto/",
        "/mosquitto/config/": f"{PROJECT}/deploy/",
    }
    settings: dict[str, str | int | Path] = {"allow_anonymous": "false"}
    for line in (PROJECT / "deploy/mosquitto.conf").read_text().splitlines():
        name, _, value = line.partition(" ")
        if line and not line.startswith("#") and name not in own:
            for there, here in places.items():
                value = value.replace(there, here)
            settings[name] = value
    return start_mosquitto(settings=settings)


def connect(broker: Mosquitto, user: str | None, password: str | None) -> aiomqtt.Client:
    return aiomqtt.Client("127.0.0.1", broker.port, username=user, password=password)


async def test_a_device_speaks_for_itself_only(broker: Mosquitto, prepared: Path) -> None:
    password = (prepared / "site/secrets/mqtt").read_text().strip()
    async with (
        connect(broker, "gateway", password) as gateway,
        connect(broker, "light-1", "a password") as light,
    ):
        await gateway.subscribe("hamlet/#", qos=1)
        await light.publish("hamlet/khe-coc/light/light-2/telemetry", b"forged", qos=1)
        await light.publish("hamlet/khe-coc/light/light-1/command", b"forged", qos=1)
        await light.publish("hamlet/khe-coc/light/light-1/telemetry", b"own", qos=1)
        message = await anext(gateway.messages)
    assert (message.topic.value, message.payload) == (
        "hamlet/khe-coc/light/light-1/telemetry",
        b"own",
    )


async def test_a_device_hears_its_own_commands_only(broker: Mosquitto, prepared: Path) -> None:
    password = (prepared / "site/secrets/mqtt").read_text().strip()
    async with (
        connect(broker, "gateway", password) as gateway,
        connect(broker, "light-1", "a password") as light,
    ):
        await light.subscribe("hamlet/#", qos=1)
        await gateway.publish("hamlet/khe-coc/light/light-2/command", b"of another", qos=1)
        await gateway.publish("hamlet/khe-coc/light/light-1/command", b"own", qos=1)
        message = await anext(light.messages)
    assert message.payload == b"own"


@pytest.mark.parametrize(("user", "password"), [(None, None), ("gateway", "guessed")])
async def test_strangers_are_refused(
    broker: Mosquitto, user: str | None, password: str | None
) -> None:
    with pytest.raises(aiomqtt.MqttError):
        async with connect(broker, user, password):
            pass
