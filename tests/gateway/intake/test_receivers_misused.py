"""What receivers do when the broker, the network or the settings are not as they should be."""

import asyncio
from dataclasses import replace
from pathlib import Path

import mqtt5
import pytest

from gateway.intake.contract import FatalIntakeError, TlsSettings
from gateway.intake.open_receiver import open_receiver
from tests.gateway.intake.brokers import Protocol3or5
from tests.gateway.intake.recording import RecordingInbox, running
from tests.gateway.intake.scripted_broker import (
    DISCONNECT,
    PINGREQ,
    PUBACK,
    PUBLISH,
    SUBSCRIBE,
    Peer,
    Script,
    connack,
    receiving,
    scripted,
)

both = pytest.mark.parametrize("protocol", ["5", "3.1.1"])

# Topic of one byte that is no UTF-8, packet id 7, payload "x".
POISON = {"5": b"\x32\x07\x00\x01\xff\x00\x07\x00x", "3.1.1": b"\x32\x06\x00\x01\xff\x00\x07x"}


async def reason_after(protocol: Protocol3or5, script: Script) -> str:
    """Why there is no connection to a broker that plays this script."""
    async with receiving(protocol, script) as (_, inbox):
        return await inbox.until_refused()


@both
async def test_leaves_with_a_goodbye(protocol: Protocol3or5) -> None:
    left = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        await peer.expect(DISCONNECT)
        assert await peer.closed() == b""
        left.set()

    async with scripted(protocol, script) as settings:
        async with running(open_receiver(settings, protocol), RecordingInbox()) as inbox:
            await inbox.until_connected()
        async with asyncio.timeout(30):
            await left.wait()


@both
async def test_a_broker_that_stops_answering_is_left(protocol: Protocol3or5) -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        await peer.expect(PINGREQ)
        await peer.closed()

    assert "has not answered for 0.5 seconds" in await reason_after(protocol, script)


@both
async def test_a_broker_that_never_confirms_the_subscriptions_is_left(
    protocol: Protocol3or5, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.expect(SUBSCRIBE)
        await peer.closed()

    monkeypatch.setattr("gateway.intake.lifeline.SUBSCRIBE_TIMEOUT_S", 0)
    assert "has not confirmed our subscriptions" in await reason_after(protocol, script)


@both
async def test_pings_go_on_and_none_is_missed_while_paused(protocol: Protocol3or5) -> None:
    answered_late = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        for _ in range(4):  # twice the keep-alive interval
            await peer.expect(PINGREQ)
        answered_late.set()
        peer.send(b"\xd0\x00")
        await peer.closed()

    async with receiving(protocol, script) as (receiver, inbox):
        await inbox.until_connected()
        receiver.pause()
        async with asyncio.timeout(30):
            await answered_late.wait()
        assert receiver.connected
        assert len(inbox.connections) == 1


@both
async def test_a_pause_holds_for_connections_to_come(protocol: Protocol3or5) -> None:
    sent = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.publish(b"1")
        await peer.expect(PINGREQ)  # time enough to read the message, were it read
        sent.set()
        await peer.closed()

    async with receiving(protocol, script, paused=True) as (receiver, inbox):
        async with asyncio.timeout(30):
            await sent.wait()
        assert inbox.messages == []
        receiver.resume()
        await inbox.until(lambda inbox: inbox.payloads == [b"1"])


@both
async def test_a_pause_may_end_while_a_connection_is_being_made(protocol: Protocol3or5) -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.publish(b"1")
        await peer.closed()

    async with receiving(protocol, script, paused=True) as (receiver, inbox):
        await asyncio.sleep(0)  # a turn of the loop, in which it begins to connect
        receiver.resume()
        await inbox.until(lambda inbox: inbox.payloads == [b"1"])


@both
async def test_pausing_twice_is_pausing_once(protocol: Protocol3or5) -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.publish(b"1")
        await peer.closed()

    async with receiving(protocol, script, paused=True) as (receiver, inbox):
        receiver.pause()
        receiver.resume()
        receiver.resume()
        await inbox.until(lambda inbox: inbox.payloads == [b"1"])


@both
async def test_nothing_is_sent_on_a_connection_that_just_ended(protocol: Protocol3or5) -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.publish(b"1")

    async with receiving(protocol, script) as (receiver, inbox):
        await inbox.until_more_than(0)
        async with asyncio.timeout(30):
            while receiver.connected:  # noqa: ASYNC110 -- any event would come later
                await asyncio.sleep(0)
        receiver.acknowledge([inbox.messages[0].token])
        assert not receiver.publish("t", b"")
        await inbox.until_refused()
    assert receiver.statistics.stale_acks == 1
    assert receiver.statistics.publishes == 0


@both
async def test_a_command_is_sent_at_once_or_never(protocol: Protocol3or5) -> None:
    """Neither held back until others are confirmed, nor sent again on the next connection."""
    quiet = asyncio.Event()

    async def unconfirming(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        for number in range(30):
            assert (await peer.expect(PUBLISH)).endswith(b"command %d" % number)

    async def afterwards(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        await peer.expect(PINGREQ)
        quiet.set()
        await peer.closed()

    async with receiving(protocol, unconfirming, afterwards) as (receiver, inbox):
        await inbox.until_connected()
        for number in range(30):
            assert receiver.publish("t", b"command %d" % number)
        async with asyncio.timeout(30):
            await quiet.wait()
    assert receiver.statistics.publishes == 30
    assert receiver.statistics.publishes_confirmed == 0


async def test_commands_do_not_pile_up_before_a_broker_that_does_not_read() -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        await stop.wait()

    stop = asyncio.Event()
    async with scripted("5", script) as settings:
        receiver = open_receiver(replace(settings, keep_alive_s=60), "5")
        async with running(receiver, RecordingInbox()) as inbox:
            await inbox.until_connected()
            sent = 0
            while receiver.publish("t", bytes(100_000)):
                sent += 1
            assert 0 < sent < 900  # else only the number of unconfirmed commands was the bound
            assert receiver.connected
            stop.set()


@both
async def test_refused_subscriptions_are_no_connection(protocol: Protocol3or5) -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe(code=0x80)
        await peer.closed()

    reason = await reason_after(protocol, script)
    assert "refuses to let 'gateway' subscribe to #" in reason


# Invalid UTF-8 makes the codec panic: besides raising, Rust reports it to `sys.unraisablehook`.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_poison_is_refused_twice_then_handed_over_and_acknowledged() -> None:
    acknowledged = asyncio.Event()

    async def poisonous(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.send(POISON["5"])
        peer.publish(b"next")
        await peer.closed()

    async def at_last(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.send(POISON["5"])
        peer.publish(b"next")
        assert await peer.expect(PUBACK) == b"\x00\x07"
        assert await peer.expect(PUBACK) == b"\x00\x01"
        acknowledged.set()
        await peer.closed()

    async with receiving("5", poisonous, poisonous, at_last) as (receiver, inbox):
        await inbox.until_more_than(1)
        receiver.acknowledge([message.token for message in inbox.messages])
        async with asyncio.timeout(30):
            await acknowledged.wait()
    assert [(message.topic, message.payload) for message in inbox.messages] == [
        ("\\xff", b"\x00x"),
        ("t", b"next"),
    ]
    assert "not MQTT" in await inbox.until_refused()
    assert (receiver.statistics.malformed, receiver.statistics.quarantined) == (2, 1)


async def test_over_3_1_1_poison_is_handed_over_at_once() -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.send(POISON["3.1.1"])
        await peer.closed()

    async with receiving("3.1.1", script) as (receiver, inbox):
        await inbox.until_more_than(0)
    assert (inbox.messages[0].topic, inbox.messages[0].payload) == ("\\xff", b"x")
    assert receiver.statistics.quarantined == 1


PACKET_ID_0 = {"5": b"\x32\x06\x00\x01t\x00\x00\x00", "3.1.1": b"\x32\x05\x00\x01t\x00\x00"}


@both
@pytest.mark.parametrize("garbage", [{"5": b"\x00\x00", "3.1.1": b"\x00\x00"}, PACKET_ID_0])
async def test_garbage_is_counted_and_said(
    protocol: Protocol3or5, garbage: dict[str, bytes]
) -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.send(garbage[protocol])
        await peer.closed()

    async with receiving(protocol, script) as (receiver, inbox):
        assert "not MQTT" in await inbox.until_refused()
    assert inbox.messages == []
    assert receiver.statistics.malformed == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (connack(mqtt5.ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD), "wrong user name or password"),
        (connack(mqtt5.ConnAckReasonCode.SERVER_BUSY), "refuses the connection: server busy"),
        (
            connack(mqtt5.ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
            'set broker.protocol: "3.1.1"',
        ),
        (b"\x20\x02\x00\x01", 'set broker.protocol: "3.1.1"'),
        (b"", 'set broker.protocol: "3.1.1"'),  # closed without a word
    ],
)
async def test_the_answer_to_connect_becomes_advice(answer: bytes, reason: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.expect(0x10)
        peer.send(answer)

    assert reason in await reason_after("5", script)


async def test_a_take_over_is_told_from_a_lost_line() -> None:
    code = mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER

    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.send(mqtt5.DisconnectPacket(reason_code=code).write())
        await peer.closed()

    assert "uses our client id 'gateway'" in await reason_after("5", script)


@both
async def test_an_unusable_certificate_file_is_fatal(
    protocol: Protocol3or5, tmp_path: Path
) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate")
    async with scripted(protocol, Peer.closed) as settings:
        for ca_file in (empty, tmp_path / "missing.pem"):
            secured = replace(settings, tls=TlsSettings(ca_file))
            with pytest.raises(FatalIntakeError, match=r"broker\.ca_file"):
                await open_receiver(secured, protocol).run(RecordingInbox())
