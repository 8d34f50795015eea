"""One MQTT 5 connection as a state machine: bytes in, messages and events out, bytes to send.

Owns what the protocol says about one connection: the handshake, which packet is allowed when,
packet ids, the acknowledgement of QoS 1 and 2, and what to make of hostile bytes. Refuses to know
sockets, clocks and reconnecting; `Mqtt5Receiver` has those.

    CONNECTING --CONNACK--> SUBSCRIBING --SUBACK--> RECEIVING
        any of them --refusal, DISCONNECT, malformed bytes--> CLOSED

Messages may already come while SUBSCRIBING: the broker resumes our session at once.
"""

import struct
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import TypeAlias

import mqtt5

from gateway.clock import Millis
from gateway.delivery import REDELIVERED, RETAINED
from gateway.intake.contract import MAX_PACKET_BYTES, ConnectionSettings, IntakeStatistics
from gateway.intake.mqtt5_events import (
    Accepted,
    Disconnected,
    Event,
    Malformed,
    Refused,
    Subscribed,
    SubscriptionsRefused,
)
from gateway.intake.mqtt5_framing import (
    LengthError,
    codec_errors,
    packet_size,
    raw_publish,
    read_quietly,
)
from gateway.intake.mqtt5_publishing import (
    FIRST_FAILURE,
    LAST_PACKET_ID,
    SUBSCRIBE_ID,
    Publishing,
)

# What a broker that honours it may send ahead of our acknowledgements: some full commits of the
# journal, so that one can gather while another is under way.
RECEIVE_MAXIMUM = 4096

# First byte of a packet: type in the upper half, for PUBLISH flags in the lower.
_PUBLISH, _TYPE_MASK = 0x30, 0xF0
_QOS_MASK, _QOS_0, _QOS_1, _FLAGS = 0x06, 0x00, 0x02, RETAINED | REDELIVERED
# An MQTT 5 CONNACK is longer; this is how a broker of MQTT 3.1.1 begins its refusal.
_OLD_CONNACK = b"\x20\x02"
# Acknowledgements without reason and properties, complete but for the packet id in the low half.
_PUBACK, _PUBREC, _PUBCOMP = 0x40020000, 0x50020000, 0x70020000


class State(Enum):
    CONNECTING = auto()
    SUBSCRIBING = auto()
    RECEIVING = auto()
    CLOSED = auto()


OnMessage: TypeAlias = Callable[[str, bytes, int, int, Millis], None]


class Mqtt5Connection:
    """The protocol of one connection; a new one is made for each.

    `awaiting_release` outlives connections, as the session does: packet ids of QoS 2 messages that
    we have taken and the broker has not yet forgotten. After a restart of the process it is empty,
    so such a message may come twice; the journal recognises it.
    `quarantine`: hand over a PUBLISH that cannot be decoded as it is, so that it is rejected with a
    reason and acknowledged. Without it the connection ends, as the standard demands; but a broker
    that keeps such a message would deliver it first on every new connection, for ever.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        generation: int,
        awaiting_release: set[int],
        on_message: OnMessage,
        statistics: IntakeStatistics,
        quarantine: bool = False,
    ) -> None:
        self.state = State.CONNECTING
        self._settings = settings
        self._on_message = on_message
        self._statistics = statistics
        self._quarantine = quarantine
        self._read = read_quietly if quarantine else mqtt5.read
        self._first_token = generation << 16
        self._awaiting_release = awaiting_release
        self._qos2_unacknowledged: set[int] = set()
        self._publishing = Publishing(statistics)
        self._partial = bytearray()  # the packet that is not complete yet
        self._wanted = 0  # with fewer bytes than these it cannot be
        self._outgoing = bytearray(self._connect_packet())

    def bytes_to_send(self) -> bytes:
        """What is to be written now; forgets it."""
        outgoing = bytes(self._outgoing)
        self._outgoing.clear()
        return outgoing

    def receive(self, data: bytes, now: Millis) -> list[Event]:
        """Take bytes as they come, in pieces of any size. Never raises for their content."""
        self._statistics.bytes_in += len(data)
        buffer: bytes | bytearray = data
        if self._partial:
            self._partial += data
            if len(self._partial) < self._wanted:
                return []
            buffer = self._partial
        events: list[Event] = []
        if self.state is not State.CLOSED:
            consumed = self._parse(buffer, now, events)
            self._partial = bytearray(memoryview(buffer)[consumed:])
        if self.state is State.CLOSED:
            self._partial.clear()
        return events

    def acknowledge(self, tokens: Sequence[int]) -> None:
        """PUBACK or PUBREC for each token of this connection, in order. At least one token."""
        first = self._first_token
        last = first + LAST_PACKET_ID
        if self.state is State.CLOSED or min(tokens) <= first or max(tokens) > last:
            mine = tokens if self.state is not State.CLOSED else ()
            current = [token for token in mine if first < token <= last]
            self._statistics.stale_acks += sum(map(bool, tokens)) - len(current)
            tokens = current
        if self._qos2_unacknowledged:
            words = [self._acknowledgement(token - first) for token in tokens]
        else:
            puback = _PUBACK - first
            words = [puback + token for token in tokens]
        self._outgoing += struct.pack(f">{len(words)}I", *words)

    def publish(self, topic: str, payload: bytes, *, retain: bool, expiry_s: int | None) -> bool:
        """QoS 1. False: not connected, or too much under way."""
        if self.state is not State.RECEIVING:
            return False
        encoded = self._publishing.encode(topic, payload, retain=retain, expiry_s=expiry_s)
        self._outgoing += encoded or b""
        return encoded is not None

    def tell(self, topic: str, payload: bytes) -> bool:
        """QoS 0, retained. False: not connected."""
        if self.state is not State.RECEIVING:
            return False
        self._outgoing += mqtt5.PublishPacket(topic, payload, retain=True).write()
        return True

    def ping(self) -> None:
        self._outgoing += mqtt5.PingReqPacket().write()

    def disconnect(self) -> None:
        """Take leave; the broker keeps the session."""
        if self.state is not State.CLOSED:
            self._outgoing += mqtt5.DisconnectPacket().write()
            self.state = State.CLOSED

    def _connect_packet(self) -> bytes:
        settings = self._settings
        return mqtt5.ConnectPacket(
            settings.client_id,
            username=settings.username,
            password=None if settings.password is None else settings.password.encode(),
            clean_start=False,
            keep_alive=settings.keep_alive_s,
            session_expiry_interval=settings.session_expiry_s,
            receive_max=RECEIVE_MAXIMUM,
            max_packet_size=MAX_PACKET_BYTES,
        ).write()

    def _parse(self, buffer: bytes | bytearray, now: Millis, events: list[Event]) -> int:
        """The hot path: the flags in the first byte are cheaper to ask than the packet, and names
        of this function cheaper than a module's or an enumeration's."""
        view = memoryview(buffer)
        read, publish = self._read, mqtt5.PublishPacket
        on_message, first_token = self._on_message, self._first_token
        connecting = State.CONNECTING
        offset, total = 0, len(buffer)
        while offset < total:
            head = buffer[offset]
            try:
                packet, size = read(view[offset:])
            except codec_errors() as error:
                size = self._unreadable(view[offset:], error, now, events)
                if size == 0:
                    return offset
                offset += size
                continue
            if head & _TYPE_MASK == _PUBLISH and type(packet) is publish:
                if self.state is connecting:
                    self._malformed("a message before the CONNACK", events)
                    return offset
                if head & _QOS_MASK == _QOS_1 and (packet_id := packet.packet_id):
                    token = first_token + packet_id
                    on_message(packet.topic, packet.payload, token, head & _FLAGS, now)
                elif head & _QOS_MASK == _QOS_0:
                    on_message(packet.topic, packet.payload, 0, head & _FLAGS, now)
                elif packet_id := packet.packet_id:
                    self._exactly_once(packet.topic, packet.payload, packet_id, head, now)
                else:
                    self._malformed("a message with packet id 0", events)
                    return offset
            else:
                self._control(packet, events)
                if self.state is State.CLOSED:
                    return offset
            offset += size
        return offset

    def _unreadable(
        self, view: memoryview, error: BaseException, now: Millis, events: list[Event]
    ) -> int:
        """The codec refused what begins here. Returns how much to pass over; 0 is to stop here.

        Only a complete packet is judged, so that the pieces in which it came make no difference.
        """
        try:
            size = packet_size(view)
        except LengthError as length_error:
            self._malformed(str(length_error), events)
            return 0
        if size is None or size > len(view):
            self._wanted = size or len(view) + 1
            if self._wanted > MAX_PACKET_BYTES:
                self._malformed(f"a packet of {size} bytes", events)
            return 0
        if self.state is State.CONNECTING and bytes(view[:2]) == _OLD_CONNACK:
            events.append(Refused(mqtt5.ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION.name))
            self.state = State.CLOSED
            return 0
        publish = None
        if self._quarantine and view[0] & _TYPE_MASK == _PUBLISH:
            publish = raw_publish(view[:size])
        if publish is None or self.state is State.CONNECTING:
            known = isinstance(error, Exception)  # else the codec panicked
            self._malformed(str(error) if known else "text that is no UTF-8", events)
            return 0
        self._statistics.quarantined += 1
        head = view[0]
        if publish.packet_id and head & _QOS_MASK != _QOS_1:
            self._exactly_once(publish.topic, publish.rest, publish.packet_id, head, now)
        else:
            token = self._first_token + publish.packet_id if publish.packet_id else 0
            self._on_message(publish.topic, publish.rest, token, head & _FLAGS, now)
        return size

    def _malformed(self, reason: str, events: list[Event]) -> None:
        self._statistics.malformed += 1
        events.append(Malformed(reason))
        self.state = State.CLOSED

    def _exactly_once(
        self, topic: str, payload: bytes, packet_id: int, head: int, now: Millis
    ) -> None:
        if packet_id in self._awaiting_release:  # taken before; our PUBREC was lost
            self._outgoing += struct.pack(">I", _PUBREC + packet_id)
            return
        self._qos2_unacknowledged.add(packet_id)
        token = self._first_token + packet_id
        self._on_message(topic, payload, token, head & _FLAGS, now)

    def _acknowledgement(self, packet_id: int) -> int:
        if packet_id not in self._qos2_unacknowledged:
            return _PUBACK + packet_id
        self._qos2_unacknowledged.discard(packet_id)
        self._awaiting_release.add(packet_id)
        return _PUBREC + packet_id

    def _control(self, packet: mqtt5.Packet, events: list[Event]) -> None:
        match packet:
            case mqtt5.ConnAckPacket() if self.state is State.CONNECTING:
                self._connack(packet, events)
            case _ if self.state is State.CONNECTING:
                self._malformed(f"a {type(packet).__name__} before the CONNACK", events)
            case mqtt5.SubAckPacket() if self.state is State.SUBSCRIBING:
                self._suback(packet, events)
            case mqtt5.PubAckPacket():
                self._publishing.confirm(packet)
            case mqtt5.PubRelPacket():
                self._awaiting_release.discard(packet.packet_id)
                self._outgoing += struct.pack(">I", _PUBCOMP + packet.packet_id)
            case mqtt5.PingRespPacket():
                pass
            case mqtt5.DisconnectPacket():
                events.append(Disconnected(packet.reason_code.name))
                self.state = State.CLOSED
            case _:
                self._malformed(f"an unexpected {type(packet).__name__}", events)

    def _connack(self, packet: mqtt5.ConnAckPacket, events: list[Event]) -> None:
        if int(packet.reason_code) >= FIRST_FAILURE:
            events.append(Refused(packet.reason_code.name))
            self.state = State.CLOSED
            return
        if not packet.session_present:
            self._awaiting_release.clear()
        self._publishing.limit(packet.receive_max)
        self.state = State.SUBSCRIBING
        events.append(Accepted(packet.session_present, packet.server_keep_alive))
        # Subscribing again each time also brings what is retained, so that a state which a full
        # broker queue lost is put right. `retain_as_published` off: the flag then means "stored".
        filters = [
            mqtt5.TopicFilter(pattern, retain_as_published=False)
            for pattern in self._settings.subscriptions
        ] + [
            mqtt5.TopicFilter(pattern, max_qos=mqtt5.QoS.AT_MOST_ONCE, retain_as_published=False)
            for pattern in self._settings.wishes
        ]
        self._outgoing += mqtt5.SubscribePacket(SUBSCRIBE_ID, filters).write()

    def _suback(self, packet: mqtt5.SubAckPacket, events: list[Event]) -> None:
        subscriptions = self._settings.subscriptions
        asked = len(subscriptions) + len(self._settings.wishes)
        codes = packet.reason_codes
        if packet.packet_id != SUBSCRIBE_ID or len(codes) != asked:
            self._malformed("a SUBACK that does not match the SUBSCRIBE", events)
            return
        refused = tuple(
            pattern
            for pattern, code in zip(subscriptions, codes, strict=False)  # behind them: wishes
            if int(code) >= FIRST_FAILURE
        )
        events.append(SubscriptionsRefused(refused) if refused else Subscribed())
        self.state = State.CLOSED if refused else State.RECEIVING
