"""TLS to a real broker, with an authority made for the test, and a password."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.intake.contract import ConnectionSettings, TlsSettings
from gateway.intake.open_receiver import open_receiver
from tests.conftest import StartMosquitto
from tests.gateway.intake.brokers import PASSWORD, USERNAME, Protocol3or5
from tests.gateway.intake.recording import Message, RecordingInbox, running
from tests.real import require

both = pytest.mark.parametrize("protocol", ["5", "3.1.1"])


@dataclass(frozen=True)
class Authority:
    ca: Path
    certificate: Path
    key: Path


def make_authority(folder: Path) -> Authority:
    """A certificate authority and what it signed for a broker at 127.0.0.1."""
    folder.mkdir()
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    def openssl(*arguments: str) -> None:
        command = [str(require("openssl")), *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca")
    openssl("req", *new_key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=broker")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"]
    openssl("x509", "-req", "-in", "request.pem", *signing, "-out", "certificate.pem")
    return Authority(folder / "ca.pem", folder / "certificate.pem", folder / "key.pem")


@pytest.fixture
def secured(tmp_path: Path, start_mosquitto: StartMosquitto) -> ConnectionSettings:
    """How to reach a broker that asks for TLS and a password."""
    authority = make_authority(tmp_path / "authority")
    broker = start_mosquitto(
        passwords={USERNAME: PASSWORD},
        settings={
            "certfile": authority.certificate,
            "keyfile": authority.key,
            "max_inflight_messages": 0,
            "max_queued_messages": 0,
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
async def test_everything_arrives_through_pauses(
    secured: ConnectionSettings, protocol: Protocol3or5
) -> None:
    """A TLS record holds several messages: what is decrypted must not wait for more bytes."""
    count = 50

    def pause(_message: Message) -> None:
        receiver.pause()

    receiver = open_receiver(secured, protocol)
    async with running(receiver, RecordingInbox(pause)) as inbox:
        await inbox.until_connected()
        for number in range(count):
            assert receiver.publish("hamlet/a", bytes([number]) * 1000)
        while (before := len(inbox.messages)) < count:
            receiver.resume()
            await inbox.until_more_than(before)
        receiver.acknowledge([message.token for message in inbox.messages])
    assert inbox.payloads == [bytes([number]) * 1000 for number in range(count)]


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
