"""The protocol of one connection, without a socket: bytes in, messages, events and bytes out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import mqtt5
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.contract import (
    MAX_PACKET_BYTES,
    MAX_UNCONFIRMED_PUBLISHES,
    ConnectionSettings,
    IntakeStatistics,
)
from gateway.intake.mqtt5_connection import Mqtt5Connection, State
from gateway.intake.mqtt5_events import (
    Accepted,
    Disconnected,
    Event,
    Malformed,
    Refused,
    Subscribed,
    SubscriptionsRefused,
)

SETTINGS = ConnectionSettings(
    host="broker",
    port=1883,
    client_id="gateway",
    subscriptions=("hamlet/#", "other/+"),
    wishes=("$SYS/x",),
    username="gateway",
    password="secret",
)
GENERATION = 3
FIRST_TOKEN = GENERATION << 16
NOW = 1_700_000_000_000

CONNACK = mqtt5.ConnAckPacket().write()
SUBACK = mqtt5.SubAckPacket(
    1,
    [
        mqtt5.SubAckReasonCode.GRANTED_QOS_EXACTLY_ONCE,
        mqtt5.SubAckReasonCode.GRANTED_QOS_AT_MOST_ONCE,
        mqtt5.SubAckReasonCode.NOT_AUTHORIZED,  # a wish
    ],
).write()
QOS = (mqtt5.QoS.AT_MOST_ONCE, mqtt5.QoS.AT_LEAST_ONCE, mqtt5.QoS.EXACTLY_ONCE)
# The topic is one byte, which is no UTF-8; packet id 7.
POISON = b"\x32\x07\x00\x01\xff\x00\x07\x00x"

# Invalid UTF-8 makes the codec panic: besides raising, Rust reports it to `sys.unraisablehook`.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def publish(
    payload: bytes, *, topic: str = "t", qos: int = 1, packet_id: int = 1, retain: bool = False
) -> bytes:
    return mqtt5.PublishPacket(
        topic,
        payload,
        qos=QOS[qos],
        packet_id=packet_id if qos else None,
        retain=retain,
    ).write()


@dataclass
class Peer:
    """A connection under test and everything that came out of it."""

    quarantine: bool = False
    awaiting_release: set[int] = field(default_factory=set)
    messages: list[tuple[str, bytes, int, int, int]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    sent: bytes = b""

    def __post_init__(self) -> None:
        self.statistics = IntakeStatistics()
        self.connection = Mqtt5Connection(
            SETTINGS,
            generation=GENERATION,
            awaiting_release=self.awaiting_release,
            on_message=lambda *message: self.messages.append(message),
            statistics=self.statistics,
            quarantine=self.quarantine,
        )

    def feed(self, *chunks: bytes) -> "Peer":
        for chunk in chunks:
            self.events += self.connection.receive(chunk, NOW)
        self.sent += self.connection.bytes_to_send()
        return self

    def take_sent(self) -> bytes:
        self.sent += self.connection.bytes_to_send()
        sent, self.sent = self.sent, b""
        return sent


def receiving(*, quarantine: bool = False, awaiting_release: Iterable[int] = ()) -> Peer:
    """Subscribed in a resumed session; the events and bytes so far are forgotten."""
    peer = Peer(quarantine=quarantine, awaiting_release=set(awaiting_release))
    peer.feed(mqtt5.ConnAckPacket(session_present=True).write(), SUBACK)
    peer.events.clear()
    peer.take_sent()
    return peer


def test_connect_resumes_the_session_of_a_fixed_client() -> None:
    packet, _ = mqtt5.read(memoryview(Peer().take_sent()))
    assert isinstance(packet, mqtt5.ConnectPacket)
    assert packet.client_id == "gateway"
    assert (packet.username, packet.password) == ("gateway", b"secret")
    assert not packet.clean_start
    assert packet.session_expiry_interval == SETTINGS.session_expiry_s
    assert packet.keep_alive == SETTINGS.keep_alive_s
    assert packet.max_packet_size == MAX_PACKET_BYTES
    assert packet.receive_max < 65_535


def test_subscribes_after_the_connack_and_receives_after_the_suback() -> None:
    peer = Peer()
    peer.take_sent()
    peer.feed(CONNACK)
    assert peer.events == [Accepted(session_present=False, keep_alive_s=None)]
    packet, _ = mqtt5.read(memoryview(peer.take_sent()))
    assert isinstance(packet, mqtt5.SubscribePacket)
    assert [topic.pattern for topic in packet.topic_filters] == ["hamlet/#", "other/+", "$SYS/x"]
    assert not any(topic.retain_as_published for topic in packet.topic_filters)
    peer.feed(SUBACK)
    assert peer.events[1:] == [Subscribed()]
    assert peer.connection.state is State.RECEIVING


def test_the_keep_alive_of_the_broker_wins() -> None:
    peer = Peer().feed(mqtt5.ConnAckPacket(server_keep_alive=7, session_present=True).write())
    assert peer.events == [Accepted(session_present=True, keep_alive_s=7)]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            mqtt5.ConnAckPacket(reason_code=mqtt5.ConnAckReasonCode.NOT_AUTHORIZED).write(),
            "NOT_AUTHORIZED",
        ),
        # What a broker of MQTT 3.1.1 answers: unacceptable protocol version, in its own format.
        (b"\x20\x02\x00\x01", "UNSUPPORTED_PROTOCOL_VERSION"),
    ],
)
def test_a_refusal_closes(answer: bytes, code: str) -> None:
    peer = Peer().feed(answer)
    assert peer.events == [Refused(code)]
    assert peer.connection.state is State.CLOSED


def test_refused_subscriptions_are_named() -> None:
    codes = mqtt5.SubAckReasonCode
    granted, refused = codes.GRANTED_QOS_EXACTLY_ONCE, codes.NOT_AUTHORIZED
    peer = Peer().feed(CONNACK, mqtt5.SubAckPacket(1, [granted, refused, granted]).write())
    assert peer.events[1:] == [SubscriptionsRefused(("other/+",))]
    assert peer.connection.state is State.CLOSED


def test_a_resumed_session_delivers_before_the_suback() -> None:
    peer = Peer().feed(CONNACK, publish(b"early"), SUBACK)
    assert [message[1] for message in peer.messages] == [b"early"]
    assert peer.events[-1] == Subscribed()


def test_messages_carry_what_was_sent_and_a_token_of_this_connection() -> None:
    peer = receiving()
    peer.feed(
        publish(b"none", topic="a/b", qos=0),
        publish(b"", topic="đèn/1", qos=1, packet_id=65_535, retain=True),
        publish(b"\xff\x00", qos=2, packet_id=2),
    )
    assert peer.messages == [
        ("a/b", b"none", 0, False, NOW),
        ("đèn/1", b"", FIRST_TOKEN + 65_535, True, NOW),
        ("t", b"\xff\x00", FIRST_TOKEN + 2, False, NOW),
    ]
    assert peer.take_sent() == b""  # nothing is acknowledged before we say so


def test_acknowledgements_are_sent_in_order_and_only_for_this_connection() -> None:
    peer = receiving()
    older = (GENERATION - 1 << 16) + 5
    newer = (GENERATION + 1 << 16) + 5
    peer.connection.acknowledge([FIRST_TOKEN + 9, older, 0, newer, FIRST_TOKEN + 65_535])
    assert peer.take_sent() == b"\x40\x02\x00\x09\x40\x02\xff\xff"
    assert peer.statistics.stale_acks == 2


def test_nothing_is_acknowledged_after_the_end() -> None:
    peer = receiving()
    peer.connection.disconnect()
    assert peer.take_sent() == mqtt5.DisconnectPacket().write()
    peer.connection.acknowledge([FIRST_TOKEN + 1])
    assert peer.take_sent() == b""
    assert peer.statistics.stale_acks == 1


def test_exactly_once_is_recorded_only_when_acknowledged() -> None:
    peer = receiving()
    message = publish(b"x", qos=2, packet_id=4)
    peer.feed(message)
    assert peer.take_sent() == b""
    peer.connection.acknowledge([FIRST_TOKEN + 4, FIRST_TOKEN + 5])
    assert peer.take_sent() == mqtt5.PubRecPacket(4).write() + mqtt5.PubAckPacket(5).write()
    # Our PUBREC was lost: the broker sends again, and must not be told a second message.
    peer.feed(message)
    assert len(peer.messages) == 1
    assert peer.take_sent() == mqtt5.PubRecPacket(4).write()
    peer.feed(mqtt5.PubRelPacket(4).write())
    assert peer.take_sent() == mqtt5.PubCompPacket(4).write()
    peer.feed(message)  # the id is free again: this is another message
    assert len(peer.messages) == 2


def test_exactly_once_spans_connections_of_one_session() -> None:
    repeated = receiving(awaiting_release=[4]).feed(publish(b"x", qos=2, packet_id=4))
    assert repeated.messages == []
    assert repeated.take_sent() == mqtt5.PubRecPacket(4).write()

    forgotten = Peer(awaiting_release={4})
    forgotten.feed(CONNACK, SUBACK, publish(b"x", qos=2, packet_id=4))
    assert len(forgotten.messages) == 1


def test_publishes_until_too_much_is_unconfirmed() -> None:
    peer = receiving()

    def send() -> bool:
        return peer.connection.publish("t", b"{}", retain=False, expiry_s=60)

    assert send()
    packet, _ = mqtt5.read(memoryview(peer.take_sent()))
    assert isinstance(packet, mqtt5.PublishPacket)
    assert (packet.topic, packet.payload, packet.retain) == ("t", b"{}", False)
    assert packet.message_expiry_interval == 60
    assert packet.packet_id is not None
    while send():
        pass
    assert peer.statistics.publishes == MAX_UNCONFIRMED_PUBLISHES
    peer.feed(mqtt5.PubAckPacket(packet.packet_id).write() * 2)
    assert peer.statistics.publishes_confirmed == 1
    assert send()
    assert not send()


def test_packet_ids_are_never_used_twice_at_once() -> None:
    peer = receiving()
    slow: int | None = None
    for _ in range(2 * 65_535):
        assert peer.connection.publish("t", b"", retain=False, expiry_s=None)
        packet, _size = mqtt5.read(memoryview(peer.take_sent()))
        assert isinstance(packet, mqtt5.PublishPacket)
        assert packet.packet_id not in (None, 0, 1, slow)
        if slow is None:
            slow = packet.packet_id
        else:
            assert packet.packet_id is not None
            peer.feed(mqtt5.PubAckPacket(packet.packet_id).write())


def test_the_broker_may_allow_less_and_refuse() -> None:
    peer = Peer().feed(mqtt5.ConnAckPacket(receive_max=1).write(), SUBACK)
    assert peer.connection.publish("t", b"", retain=True, expiry_s=None)
    assert not peer.connection.publish("t", b"", retain=True, expiry_s=None)
    code = mqtt5.PubAckReasonCode.NOT_AUTHORIZED
    peer.feed(mqtt5.PubAckPacket(2, reason_code=code).write())
    assert peer.statistics.publishes_refused == 1
    assert peer.statistics.publishes_confirmed == 0


def test_nothing_is_published_before_the_subscription() -> None:
    peer = Peer().feed(CONNACK)
    assert not peer.connection.publish("t", b"", retain=False, expiry_s=None)


def test_the_broker_may_say_goodbye() -> None:
    goodbye = mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER)
    peer = receiving().feed(goodbye.write() + publish(b"after the end"))
    assert peer.events == [Disconnected("SESSION_TAKEN_OVER")]
    assert peer.messages == []


@pytest.mark.parametrize(
    "hostile",
    [
        POISON,
        b"\x32\x07\x00\x01t\x00\x00\x00x",  # packet id 0
        b"\x36\x07\x00\x01t\x00\x01\x00x",  # QoS 3
        b"\x30\x05\x00\xfft\x00x",  # a topic longer than its packet
        b"\x00\x00",  # no such type
        b"\x30\xff\xff\xff\xff\x01",  # a length of five bytes
        mqtt5.ConnAckPacket().write(),  # not now
        mqtt5.ConnectPacket("broker").write(),  # not from a broker
        mqtt5.SubAckPacket(1, [mqtt5.SubAckReasonCode.GRANTED_QOS_AT_MOST_ONCE]).write(),
    ],
)
def test_malformed_bytes_end_the_connection_after_what_was_good(hostile: bytes) -> None:
    peer = receiving().feed(publish(b"good") + hostile + publish(b"never seen"))
    assert [message[1] for message in peer.messages] == [b"good"]
    assert [type(event) for event in peer.events] == [Malformed]
    assert peer.statistics.malformed == 1
    assert [type(event) for event in receiving().feed(hostile).events] == [Malformed]
    assert peer.feed(publish(b"nor this")).connection.state is State.CLOSED
    assert len(peer.messages) == 1


@pytest.mark.parametrize("early", [publish(b"x"), SUBACK, mqtt5.PingRespPacket().write(), POISON])
def test_nothing_may_come_before_the_connack(early: bytes) -> None:
    peer = Peer(quarantine=True).feed(early)
    assert [type(event) for event in peer.events] == [Malformed]
    assert peer.messages == []


def test_quarantine_hands_over_what_cannot_be_decoded() -> None:
    peer = receiving(quarantine=True)
    exactly_once = b"\x34" + POISON[1:]
    peer.feed(POISON + publish(b"next"), b"\x30\x05\x00\x01\xfe\x00y", exactly_once)
    assert peer.events == []
    assert [message[:3] for message in peer.messages] == [
        ("\\xff", b"\x00x", FIRST_TOKEN + 7),
        ("t", b"next", FIRST_TOKEN + 1),
        ("\\xfe", b"\x00y", 0),
        ("\\xff", b"\x00x", FIRST_TOKEN + 7),
    ]
    assert (peer.statistics.quarantined, peer.statistics.malformed) == (3, 0)
    peer.connection.acknowledge([FIRST_TOKEN + 7])
    assert peer.take_sent() == mqtt5.PubRecPacket(7).write()


def test_an_oversized_packet_is_refused_by_its_header() -> None:
    largest = b"\x30" + b"\xfc\xff\x3f"  # 1 MiB with this header
    assert receiving().feed(largest).events == []
    peer = receiving().feed(b"\x30" + b"\xfd\xff\x3f")
    assert peer.events == [Malformed(f"a packet of {MAX_PACKET_BYTES + 1} bytes")]


# Everything a stream may hold: good packets of every kind, and bytes of no meaning at all.
packets = st.one_of(
    st.builds(
        publish,
        st.binary(max_size=40),
        topic=st.text(st.characters(exclude_characters="+#\0", codec="utf-8"), min_size=1),
        qos=st.sampled_from([0, 1, 2]),
        packet_id=st.integers(1, 65_535),
        retain=st.booleans(),
    ),
    st.builds(lambda packet_id: mqtt5.PubRelPacket(packet_id).write(), st.integers(1, 9)),
    st.builds(lambda packet_id: mqtt5.PubAckPacket(packet_id).write(), st.integers(1, 9)),
    st.just(mqtt5.PingRespPacket().write()),
)
streams = st.tuples(
    st.lists(packets, max_size=8).map(b"".join),
    st.one_of(
        st.just(b""),
        st.just(POISON),
        st.binary(max_size=40),
        st.tuples(st.integers(0x30, 0x3F), st.binary(max_size=40)).map(
            lambda pair: bytes([pair[0], len(pair[1])]) + pair[1]  # a frame of any content
        ),
    ),
    st.lists(packets, max_size=2).map(b"".join),
).map(b"".join)


@given(stream=streams, cuts=st.lists(st.integers(0, 400)), quarantine=st.booleans())
def test_the_pieces_in_which_bytes_come_make_no_difference(
    stream: bytes, cuts: list[int], quarantine: bool
) -> None:
    edges = [0, *sorted(cuts), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(edges)]
    whole = receiving(quarantine=quarantine).feed(stream)
    in_pieces = receiving(quarantine=quarantine).feed(*pieces)
    by_byte = receiving(quarantine=quarantine).feed(*(bytes([byte]) for byte in stream))
    assert in_pieces.messages == by_byte.messages == whole.messages
    assert in_pieces.events == by_byte.events == whole.events
    assert in_pieces.sent == by_byte.sent == whole.sent
    assert in_pieces.connection.state is by_byte.connection.state is whole.connection.state


@given(st.lists(st.binary(max_size=60), max_size=6), st.booleans(), st.booleans())
def test_hostile_bytes_never_raise(chunks: list[bytes], connected: bool, quarantine: bool) -> None:
    peer = receiving(quarantine=quarantine) if connected else Peer(quarantine=quarantine)
    peer.feed(*chunks)
    assert all(
        0 <= token - FIRST_TOKEN <= 65_535 or token == 0 for *_, token, _, _ in peer.messages
    )
