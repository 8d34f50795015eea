"""What only the receiver for MQTT 3.1.1 meets."""

import asyncio

from gateway.intake.contract import MAX_PACKET_BYTES
from tests.gateway.intake.scripted_broker import PUBACK, PUBCOMP, PUBREC, Peer, receiving


async def test_a_broker_may_repeat_itself() -> None:
    async def script(peer: Peer) -> None:
        await peer.accept()
        peer.send(b"\x20\x02\x00\x00" + b"\x90\x03\x7f\x7f\x01")  # the SUBACK is not ours
        await peer.subscribe()
        peer.send(b"\x20\x02\x00\x00")
        peer.publish(b"1")
        await peer.closed()

    async with receiving("3.1.1", script) as (receiver, inbox):
        await inbox.until_more_than(0)
        assert receiver.connected
    assert [connected for connected, _ in inbox.connections] == [True]


async def test_a_packet_too_large_is_cut_short_and_acknowledged() -> None:
    acknowledged = asyncio.Event()
    too_much = bytes(MAX_PACKET_BYTES)
    length = 5 + 2 * len(too_much)
    header = bytes([0x32, *(length >> 7 * n & 0x7F | 0x80 for n in range(3)), length >> 21])

    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.send(header + b"\x00\x01t\x00\x07" + too_much)
        peer.send(too_much)
        peer.publish(b"next")
        assert await peer.expect(PUBACK) == b"\x00\x07"
        acknowledged.set()
        await peer.closed()

    async with receiving("3.1.1", script) as (receiver, inbox):
        await inbox.until_more_than(1)
        receiver.acknowledge([message.token for message in inbox.messages])
        async with asyncio.timeout(30):
            await acknowledged.wait()
    large, following = inbox.messages
    assert (large.topic, len(large.payload)) == ("t", MAX_PACKET_BYTES - 5)
    assert following.payload == b"next"


async def test_what_is_left_of_qos_2_is_finished() -> None:
    finished = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.subscribe()
        peer.send(b"\x34\x06\x00\x01t\x00\x05x")
        assert await peer.expect(PUBREC) == b"\x00\x05"
        peer.send(b"\x62\x02\x00\x05")
        assert await peer.expect(PUBCOMP) == b"\x00\x05"
        finished.set()
        await peer.closed()

    async with receiving("3.1.1", script) as (_, inbox):
        async with asyncio.timeout(30):
            await finished.wait()
    assert [(message.payload, message.token) for message in inbox.messages] == [(b"x", 0)]
