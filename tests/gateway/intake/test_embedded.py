"""The broker in process, met by a client that is not ours."""

import asyncio

import aiomqtt
import pytest

from gateway.intake.embedded import EmbeddedBroker, EmbeddedBrokerError
from tests.gateway.intake.recording import PATIENCE_S
from tests.real import free_port


async def test_delivers_between_clients() -> None:
    port = free_port()
    async with (
        EmbeddedBroker(port=port),
        aiomqtt.Client("127.0.0.1", port) as listener,
        aiomqtt.Client("127.0.0.1", port) as speaker,
        asyncio.timeout(PATIENCE_S),
    ):
        await listener.subscribe("hamlet/#", qos=1)
        await speaker.publish("hamlet/light/1", b"\x00\xff", qos=1)
        message = await anext(listener.messages)
    assert (str(message.topic), message.payload) == ("hamlet/light/1", b"\x00\xff")


async def test_keeps_messages_for_a_client_that_is_away() -> None:
    port = free_port()
    async with EmbeddedBroker(port=port), asyncio.timeout(PATIENCE_S):
        async with aiomqtt.Client("127.0.0.1", port, identifier="gw", clean_session=False) as away:
            await away.subscribe("t", qos=1)
        async with aiomqtt.Client("127.0.0.1", port) as speaker:
            await speaker.publish("t", b"meanwhile", qos=1)
        async with aiomqtt.Client("127.0.0.1", port, identifier="gw", clean_session=False) as back:
            assert (await anext(back.messages)).payload == b"meanwhile"


async def test_sends_nobody_what_is_retained_for_others() -> None:
    port = free_port()
    async with (
        EmbeddedBroker(port=port),
        aiomqtt.Client("127.0.0.1", port) as first,
        asyncio.timeout(PATIENCE_S),
    ):
        await first.subscribe("status", qos=1)
        await first.publish("status", b"online", qos=1, retain=True)
        await anext(first.messages)
        async with aiomqtt.Client("127.0.0.1", port) as second:
            await second.subscribe("command", qos=1)
            await first.publish("command", b"go", qos=1)
            assert (await anext(second.messages)).payload == b"go"
            await second.subscribe("status", qos=1)
            assert (await anext(second.messages)).payload == b"online"


async def test_ends_although_clients_keep_coming() -> None:
    port = free_port()
    stop = asyncio.Event()

    async def insist() -> None:
        while not stop.is_set():
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0)
            else:
                writer.close()

    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        async with EmbeddedBroker(port=port), aiomqtt.Client("127.0.0.1", port):
            for _ in range(20):
                tasks.create_task(insist())
        stop.set()


async def test_asks_for_the_password_of_the_site() -> None:
    port = free_port()
    async with EmbeddedBroker(port=port, username="gateway", password="secret"):
        async with aiomqtt.Client("127.0.0.1", port, username="gateway", password="secret"):
            pass
        for username, password in [("gateway", "wrong"), ("other", "secret"), (None, None)]:
            with pytest.raises(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1", port, username=username, password=password):
                    pass


async def test_a_port_in_use_is_one_clear_sentence() -> None:
    port = free_port()
    async with EmbeddedBroker(port=port):
        with pytest.raises(
            EmbeddedBrokerError, match=f"^Port {port} on 127.0.0.1 is already in use; "
        ):
            await EmbeddedBroker(port=port).__aenter__()


async def test_an_address_of_another_machine_is_one_clear_sentence() -> None:
    # From the block reserved for documentation: never an address of this machine.
    with pytest.raises(EmbeddedBrokerError, match=r"^Port 1883 on 192\.0\.2\.1 cannot be opened"):
        await EmbeddedBroker("192.0.2.1").__aenter__()


async def test_leaves_nothing_behind_and_starts_again() -> None:
    port = free_port()
    before = asyncio.all_tasks()
    for _ in range(2):
        async with EmbeddedBroker(port=port), aiomqtt.Client("127.0.0.1", port) as client:
            await client.subscribe("#", qos=1)
    assert asyncio.all_tasks() == before


async def test_a_connection_that_never_speaks_does_not_hold_up_the_end() -> None:
    port = free_port()
    async with asyncio.timeout(PATIENCE_S), EmbeddedBroker(port=port):
        silent, silent_writer = await asyncio.open_connection("127.0.0.1", port)
        async with aiomqtt.Client("127.0.0.1", port):  # answered: so the other was accepted, too
            pass
    assert await silent.read() == b""
    silent_writer.close()
    await silent_writer.wait_closed()
