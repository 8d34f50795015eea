"""The gateway opened and closed as one: in whatever order things fail, it ends, and in words."""

import asyncio
import sqlite3
import stat
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiomqtt
import pytest

from gateway.app import Gateway, SiteError, open_gateway
from gateway.assembly import JOURNAL_FILE
from gateway.decisions import CommandAsked, CommandState
from gateway.journal.database import JournalError
from gateway.journal.memory import DeviceConflictError
from gateway.site import Site
from tests.conftest import StartMosquitto
from tests.gateway.own_time import now_ms
from tests.gateway.small_site import DRY_RULE, small_site, soil, topic
from tests.real import Mosquitto, free_port

TIMEOUT_S = 60.0
"""Generous: it ends a test that hangs, and measures nothing."""


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[Gateway]:
    """A gateway that runs while the context lasts."""
    async with asyncio.timeout(TIMEOUT_S), open_gateway(site, ()) as gateway:
        task = asyncio.create_task(gateway.run())
        try:
            yield gateway
        finally:
            task.cancel()
            await asyncio.wait([task])


def tell(gateway: Gateway, *messages: tuple[str, bytes]) -> None:
    """As the receiver does; QoS 0, so that nothing is to be acknowledged."""

    def hand_over() -> None:
        for name, payload in messages:
            gateway.committer.on_message(name, payload, 0, 0, now_ms())

    gateway.committer.perform(hand_over)


async def test_a_command_of_a_person_is_on_disk_when_it_is_answered(tmp_path: Path) -> None:
    site, _ = small_site(tmp_path, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})
    async with running(site) as gateway:
        now = now_ms()
        asked = CommandAsked(
            "k", "light-1", "set-brightness", {"brightness_pct": 5}, "person:x", now, now + 60_000
        )
        command = await gateway.ask_command(asked)
        assert command.state is CommandState.QUEUED
        again = await gateway.ask_command(asked)
        assert again.id == command.id
        assert gateway.pipeline.counters.commands[CommandState.QUEUED] == 1


async def test_adopts_a_new_device_once_and_for_good(tmp_path: Path) -> None:
    site, _ = small_site(tmp_path, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})
    async with running(site) as gateway:
        tell(gateway, (topic("soil-9", kind="soil"), soil(0)))
        assert not await gateway.adopt("soil-1")
        assert not await gateway.adopt("nobody")
        assert await gateway.adopt("soil-9")
        assert not await gateway.adopt("soil-9")
    async with running(site) as gateway:
        device = gateway.pipeline.fleet.get("soil-9")
        assert device is not None
        assert device.adopted


async def test_who_is_adopted_at_once_stays_so(tmp_path: Path) -> None:
    broker = {"url": f"mqtt://127.0.0.1:{free_port()}"}
    site, _ = small_site(tmp_path, broker=broker, adopt_new_devices=True)
    async with running(site) as gateway:
        tell(gateway, (topic("soil-9", kind="soil"), soil(0)))
    async with running(site) as gateway:
        device = gateway.pipeline.fleet.get("soil-9")
        assert device is not None
        assert device.adopted


async def test_is_a_device_of_its_own(tmp_path: Path) -> None:
    site, _ = small_site(tmp_path, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})
    async with running(site) as gateway:
        own = gateway.pipeline.fleet.get("gateway")
        assert own is not None
        while not own.values:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert own.values["broker_connected"] is False
        assert own.values["disk_free_mb"] > 0
        assert gateway.pipeline.counters.received == 0
        assert not gateway.observations.journal_trouble


async def test_answers_for_what_is_not_there(tmp_path: Path) -> None:
    site, _ = small_site(tmp_path, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})
    async with running(site) as gateway:
        assert not await gateway.acknowledge("no such alert")


async def test_a_journal_that_breaks_ends_the_gateway_with_its_error(tmp_path: Path) -> None:
    site, rules = small_site(
        tmp_path, rules=[DRY_RULE], broker={"url": f"mqtt://127.0.0.1:{free_port()}"}
    )

    async def break_it() -> None:
        async with open_gateway(site, rules) as gateway:
            await gateway.committer.commit()
            with sqlite3.connect(site.data / JOURNAL_FILE) as other:
                other.execute("DROP TABLE message")
            other.close()
            tell(gateway, (topic("soil-1"), soil(0)))
            await gateway.run()

    async with asyncio.timeout(TIMEOUT_S):
        with pytest.raises(ExceptionGroup) as caught:
            await break_it()
    (error,) = caught.value.exceptions
    assert isinstance(error, sqlite3.OperationalError)


async def test_a_wrong_password_is_said_in_words_and_tried_again(
    tmp_path: Path, start_mosquitto: StartMosquitto
) -> None:
    broker = start_mosquitto(passwords={"gateway": "right"})
    site = _with_password(tmp_path, broker, "wrong")
    async with running(site) as gateway:
        first = gateway.observations.broker_reason
        while gateway.observations.broker_reason == first:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert "broker.password_file" in gateway.observations.broker_reason
        assert not gateway.observations.broker_connected


async def test_a_right_password_is_let_in(tmp_path: Path, start_mosquitto: StartMosquitto) -> None:
    broker = start_mosquitto(passwords={"gateway": "right"})
    async with running(_with_password(tmp_path, broker, "right\n")) as gateway:
        await _connected(gateway)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_reads_from_the_broker_and_ends_cleanly(
    protocol: str, tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site, _ = small_site(tmp_path, broker={"url": mosquitto.url, "protocol": protocol})
    async with running(site) as gateway:
        await _connected(gateway)
        gateway.receiver.publish(topic("soil-1"), soil(0))  # it hears itself
        while not gateway.pipeline.counters.accepted:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    with sqlite3.connect(site.data / JOURNAL_FILE) as connection:
        said = connection.execute(
            "SELECT device.id FROM message JOIN device ON device.number = message.device"
        )
        assert Counter(said.fetchall())["soil-1",] == 1
    connection.close()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_what_came_before_a_clean_stop_does_not_come_again(
    protocol: str, tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site, _ = small_site(
        tmp_path,
        broker={"url": mosquitto.url, "protocol": protocol},
        journal={"commit_interval_ms": 10_000},
    )
    async with running(site) as gateway:
        await _connected(gateway)
        for seq in range(5):
            gateway.receiver.publish(topic("soil-1"), soil(seq))
        while gateway.pipeline.counters.accepted < 5:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert gateway.pipeline.waiting, "something is neither committed nor acknowledged"
    async with running(site) as gateway:
        await _connected(gateway)
        gateway.receiver.publish(topic("soil-1"), soil(5))
        while not gateway.pipeline.counters.accepted:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert gateway.pipeline.counters.received == 1


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_whatever_quality_of_service_a_device_uses_each_message_counts_once(
    protocol: str, tmp_path: Path, mosquitto: Mosquitto
) -> None:
    site, _ = small_site(tmp_path, broker={"url": mosquitto.url, "protocol": protocol})
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as device:
        for start in (0, 3):
            async with running(site) as gateway:
                await _connected(gateway)
                for qos in range(3):
                    await device.publish(topic("soil-1"), soil(start + qos), qos=qos)
                while gateway.pipeline.counters.accepted < 3:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert gateway.pipeline.counters.received == 3, "nothing comes again"


async def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    site, _ = small_site(
        tmp_path, broker={"url": "mqtt://127.0.0.1:1", "username": "g", "password_file": "mqtt"}
    )
    secret = tmp_path / "mqtt"
    secret.write_text("secret")
    secret.chmod(0o640)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o640
    with pytest.raises(SiteError, match="chmod 600"):
        async with open_gateway(site, []):
            pass
    assert not site.data.exists()


async def test_a_device_that_changed_its_kind_is_refused(tmp_path: Path) -> None:
    broker = {"url": f"mqtt://127.0.0.1:{free_port()}"}
    site, _ = small_site(tmp_path, broker=broker)
    async with running(site):
        pass
    changed = replace(
        site,
        devices=tuple(
            config.model_copy(update={"kind": "wifi"}) if config.kind == "light" else config
            for config in site.devices
        ),
    )
    with pytest.raises(DeviceConflictError, match="an id of its own"):
        async with open_gateway(changed, []):
            pass


async def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    site, _ = small_site(tmp_path, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})
    site.data.write_text("")
    with pytest.raises(JournalError, match="writable"):
        async with open_gateway(site, []):
            pass


def _with_password(folder: Path, broker: Mosquitto, content: str) -> Site:
    secret = folder / "mqtt"
    secret.write_text(content)
    secret.chmod(0o600)
    config = {"url": broker.url, "username": "gateway", "password_file": "mqtt"}
    return small_site(folder, broker=config)[0]


async def _connected(gateway: Gateway) -> None:
    while not gateway.observations.broker_connected:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
