"""TLS to a real broker, with an authority made for the test, and a password."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.intake.contract import ConnectionSettings, TlsSettings
from gateway.intake.open_receiver import open_receiver
from tests.authority import make_authority
from tests.conftest import StartMosquitto
from tests.gateway.intake.brokers import PASSWORD, USERNAME, Protocol3or5
from tests.gateway.intake.recording import Message, RecordingInbox, running
from tests.gateway.intake.scripted_broker import Peer, scripted

both = pytest.mark.parametrize("protocol", ["5", "3.1.1"])


@pytest.fixture
def secured(tmp_path: Path, start_mosquitto: StartMosquitto) -> ConnectionSettings:
    """How to reach a broker that asks for TLS and a password."""
    authority = make_authority(tmp_path / "authority")
    broker = start_mosquitto(
        passwords={USERNAME: PASSWORD},
        settings={
            "certfile": authority.certificate,
            "keyfile": authority.key,
        },
    )
    return ConnectionSettings(
        host="127.0.0.1",
        port=broker.port,
        client_id="gateway",
        subscriptions=("hamlet/#",),
        username=USERNAME,
        password=PASSWORD,
        tls=TlsSettings(authority.ca),
    )


@both
async def test_messages_go_both_ways(secured: ConnectionSettings, protocol: Protocol3or5) -> None:
    receiver = open_receiver(secured, protocol)
    async with running(receiver, RecordingInbox()) as inbox:
        await inbox.until_connected()
        assert receiver.publish("hamlet/a", bytes(100_000))
        await inbox.until_more_than(0)
        receiver.acknowledge([inbox.messages[0].token])
    assert inbox.payloads == [bytes(100_000)]


@both
@pytest.mark.parametrize("pausing", [False, True])
async def test_what_one_record_holds_does_not_wait_for_the_next(
    protocol: Protocol3or5, pausing: bool, tmp_path: Path
) -> None:
    """What TLS has decrypted already no longer makes the socket readable."""
    payloads = [bytes([number]) for number in range(20)]

    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.publish(*payloads, after=b"\xd0\x00")  # a PINGRESP: no message, but the record goes on
        await peer.closed()

    def pause(_message: Message) -> None:
        if pausing:
            receiver.pause()

    authority = make_authority(tmp_path / "authority")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.certificate, authority.key)
    async with scripted(protocol, script, tls=context) as settings:
        settings = replace(settings, tls=TlsSettings(authority.ca), keep_alive_s=60)
        receiver = open_receiver(settings, protocol)
        async with running(receiver, RecordingInbox(pause)) as inbox:
            while (before := len(inbox.messages)) < len(payloads):
                receiver.resume()
                await inbox.until_more_than(before)
    assert inbox.payloads == payloads


@both
async def test_a_broker_that_another_authority_signed_is_not_trusted(
    secured: ConnectionSettings, protocol: Protocol3or5, tmp_path: Path
) -> None:
    other = make_authority(tmp_path / "other")
    settings = ConnectionSettings(
        secured.host, secured.port, "gateway", ("#",), tls=TlsSettings(other.ca)
    )
    async with running(open_receiver(settings, protocol), RecordingInbox()) as inbox:
        reason = await inbox.until_refused()
    assert "is not to be trusted" in reason
    assert "broker.ca_file" in reason
