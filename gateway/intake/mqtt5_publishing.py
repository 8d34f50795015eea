"""What we sent with QoS 1 on one connection and the broker has not confirmed yet."""

import mqtt5

from gateway.intake.contract import MAX_UNCONFIRMED_PUBLISHES, IntakeStatistics

# Reason codes from here on are failures. The codec's enumerations compare only when made `int`.
FIRST_FAILURE = 0x80

SUBSCRIBE_ID = 1  # shares the number space; kept out of ours
LAST_PACKET_ID = 0xFFFF


class Publishing:
    """Gives out packet ids and takes them back. Nothing here is ever sent twice."""

    def __init__(self, statistics: IntakeStatistics) -> None:
        self._statistics = statistics
        self._unconfirmed: set[int] = set()
        self._limit = MAX_UNCONFIRMED_PUBLISHES
        self._last_id = SUBSCRIBE_ID

    def limit(self, broker_allows: int) -> None:
        self._limit = min(MAX_UNCONFIRMED_PUBLISHES, broker_allows)

    def encode(
        self, topic: str, payload: bytes, *, retain: bool, expiry_s: int | None
    ) -> bytes | None:
        """None: as much under way as we or the broker allow."""
        if len(self._unconfirmed) >= self._limit:
            return None
        packet_id = self._next_id()
        encoded = mqtt5.PublishPacket(
            topic,
            payload,
            qos=mqtt5.QoS.AT_LEAST_ONCE,
            packet_id=packet_id,
            retain=retain,
            message_expiry_interval=expiry_s,
        ).write()
        self._last_id = packet_id
        self._unconfirmed.add(packet_id)
        self._statistics.publishes += 1
        return encoded

    def confirm(self, packet: mqtt5.PubAckPacket) -> None:
        if packet.packet_id not in self._unconfirmed:
            return
        self._unconfirmed.discard(packet.packet_id)
        if int(packet.reason_code) >= FIRST_FAILURE:
            self._statistics.publishes_refused += 1
        else:
            self._statistics.publishes_confirmed += 1

    def _next_id(self) -> int:
        packet_id = self._last_id
        while True:
            packet_id = packet_id + 1 if packet_id < LAST_PACKET_ID else SUBSCRIBE_ID + 1
            if packet_id not in self._unconfirmed:
                return packet_id
