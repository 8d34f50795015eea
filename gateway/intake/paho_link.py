"""One connection over MQTT 3.1.1: a paho client driven on the event loop.

paho keeps the protocol; this module adds what the contract asks beyond it. Each connection has a
client of its own, so nothing that paho remembers (unsent commands, message ids) crosses from one
connection to the next.
"""

import asyncio
import ssl
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.delivery import REDELIVERED, RETAINED
from gateway.intake import reasons
from gateway.intake.contract import (
    MAX_PACKET_BYTES,
    MAX_UNCONFIRMED_PUBLISHES,
    ConnectionSettings,
    Inbox,
    IntakeStatistics,
)
from gateway.intake.lifeline import CONNECT_TIMEOUT_S, Lifeline
from gateway.intake.reconnect import Cause, Ending

# Packets taken from the socket before the rest of the program has its turn.
READS_PER_TURN = 256
# paho tells everything in the codes of MQTT 5, CONNACK 4 and 5 of MQTT 3.1.1 among them.
PROTOCOL_ERROR, BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED = 130, 134, 135


class PahoLink:
    """Begun with `connect`, over when `outlive` returns; then `close` it."""

    def __init__(
        self,
        settings: ConnectionSettings,
        context: ssl.SSLContext | None,
        inbox: Inbox,
        statistics: IntakeStatistics,
        *,
        first_token: int,
        reading: bool,
    ) -> None:
        self.attached = False  # to the event loop: there is a socket
        self.receiving = False
        self._settings = settings
        self._inbox = inbox
        self._statistics = statistics
        self._first_token = first_token
        self._life = Lifeline(
            settings,
            reading=reading,
            unanswered=reasons.no_answer(settings, CONNECT_TIMEOUT_S),
        )
        self._loop = asyncio.get_running_loop()
        self._session_present = False
        self._subscribe_id: int | None = None
        self._unconfirmed: set[int] = set()
        self._taken = 0
        self._now = 0
        self._client = self._make_client(context)

    async def connect(self) -> None:
        """Raises OSError. paho connects blocking, so a thread does that and nothing more."""
        settings = self._settings
        connecting = asyncio.ensure_future(
            asyncio.to_thread(
                self._client.connect, settings.host, settings.port, settings.keep_alive_s
            )
        )
        try:
            await asyncio.shield(connecting)
        except asyncio.CancelledError:
            # The thread cannot be interrupted; its socket must not outlive us.
            await asyncio.wait((connecting,))
            if connecting.exception() is None:
                self.close()
            raise
        self.attached = True
        self._loop.add_reader(self._socket(), self._readable)
        self._watch_writable()

    async def outlive(self) -> Ending:
        return await self._life.outlive(self._ping)

    def acknowledge(self, packet_id: int) -> None:
        self._client.ack(packet_id, qos=1)

    def publish(self, topic: str, payload: bytes, retain: bool) -> bool:
        if not self.receiving or len(self._unconfirmed) >= MAX_UNCONFIRMED_PUBLISHES:
            return False
        self._unconfirmed.add(self._client.publish(topic, payload, qos=1, retain=retain).mid)
        self._statistics.publishes += 1
        return True

    def tell(self, topic: str, payload: bytes) -> bool:
        if not self.receiving:
            return False
        self._client.publish(topic, payload, qos=0, retain=True)
        return True

    def set_reading(self, reading: bool) -> None:
        self._life.reading = reading
        if self._life.is_answered and self.attached:
            if reading:
                self._loop.add_reader(self._socket(), self._readable)
                self._loop.call_soon(self._readable)  # TLS may hold bytes the socket has given up
            else:
                self._loop.remove_reader(self._socket())

    def close(self) -> None:
        """Say goodbye if the broker still listens, and leave no socket behind."""
        self._client.disconnect()
        self._client.loop_write()
        sock = self._client.socket()
        if sock is not None:
            self._detach(sock)
            sock.close()

    def _make_client(self, context: ssl.SSLContext | None) -> Client:
        settings = self._settings
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=False,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(0)  # none: what paho would queue it could send late
        client.username_pw_set(settings.username, settings.password)
        if context is not None:
            context.sslsocket_class = _TidySocket
            client.tls_set_context(context)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        client.on_socket_register_write = lambda *_: self._watch_writable()
        client.on_socket_unregister_write = lambda _client, _data, sock: self._ignore(sock)
        client.on_socket_close = lambda _client, _data, sock: self._detach(sock)
        return client

    # The socket. Whatever paho calls back while its thread connects is left to `connect`.

    def _socket(self) -> Any:  # paho's own type is nothing that an event loop would accept
        return self._client.socket()

    def _watch_writable(self) -> None:
        if self.attached:
            self._loop.add_writer(self._socket(), self._client.loop_write)

    def _ignore(self, sock: Any) -> None:
        if self.attached:
            self._loop.remove_writer(sock)

    def _detach(self, sock: Any) -> None:
        self.receiving = False
        if self.attached:
            self.attached = False
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)

    def _may_read(self) -> bool:
        return self.attached and (self._life.reading or not self._life.is_answered)

    def _readable(self) -> None:
        if not self._may_read():
            return
        self._life.heard()
        self._now = self._inbox.now()
        self._inbox.perform(self._read)

    def _read(self) -> None:
        """As many packets as are there, but not so many that nobody else has a turn."""
        sock = self._socket()
        for _ in range(READS_PER_TURN):
            taken = self._taken
            packet = self._client._in_packet
            if type(packet["packet"]) is not _Bounded:  # a new one
                packet["packet"] = _Bounded()
            self._client.loop_read()
            pending = isinstance(sock, ssl.SSLSocket) and self.attached and sock.pending() > 0
            if not self._may_read() or (self._taken == taken and not pending):
                return
        self._loop.call_soon(self._readable)

    def _ping(self) -> None:
        # paho's own keep-alive (`loop_misc`) takes a broker for dead that answers while we do not
        # read, so it is not used; its ping is.
        self._client._send_pingreq()

    # What paho calls.

    def _on_connect(
        self,
        _client: Client,
        _data: object,
        flags: ConnectFlags,
        code: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        settings = self._settings
        if self._life.is_answered:  # a broker that repeats itself
            return
        if code.is_failure:
            bad_credentials = code.value in (BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED)
            self._life.end(
                Cause.REFUSED,
                reasons.bad_credentials(settings)
                if bad_credentials
                else reasons.refused(settings, str(code)),
            )
            return
        self._session_present = flags.session_present
        self._life.answered()
        filters = [(pattern, 1) for pattern in settings.subscriptions]
        filters += [(pattern, 0) for pattern in settings.wishes]
        self._subscribe_id = self._client.subscribe(filters)[1]
        self.set_reading(self._life.reading)

    def _on_subscribe(
        self,
        _client: Client,
        _data: object,
        packet_id: int,
        codes: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        settings = self._settings
        if packet_id != self._subscribe_id or self.receiving:
            return
        patterns = zip(settings.subscriptions, codes, strict=False)
        refused = tuple(pattern for pattern, code in patterns if code.is_failure)
        if refused:
            self._life.end(Cause.REFUSED, reasons.subscriptions_refused(settings, refused))
            return
        self.receiving = True
        self._life.subscribed()
        kept = self._session_present
        self._inbox.on_connection(True, reasons.connected(settings, kept), session_kept=kept)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._taken += 1
        if message.qos and not message.mid:
            self._malformed("a message with packet id 0")
            return
        try:
            topic = message.topic
        except UnicodeDecodeError as error:
            topic = error.object.decode(errors="backslashreplace")
            self._statistics.quarantined += 1
        payload = bytes(message.payload)
        self._statistics.bytes_in += len(topic) + len(payload)
        token = self._first_token + message.mid if message.qos == 1 else 0
        if message.qos == 2:
            # Left over from when our session asked for QoS 2. paho has taken it already: the broker
            # would not deliver it again, so there is nothing to wait for.
            self._client.ack(message.mid, qos=2)
        flags = RETAINED * message.retain | REDELIVERED * message.dup
        self._inbox.on_message(topic, payload, token, flags, self._now)

    def _on_publish(
        self,
        _client: Client,
        _data: object,
        packet_id: int,
        _code: ReasonCode,
        _properties: Properties,
    ) -> None:
        if packet_id in self._unconfirmed:  # paho tells the same of what was sent with QoS 0
            self._unconfirmed.discard(packet_id)
            self._statistics.publishes_confirmed += 1

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        code: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if code.value == PROTOCOL_ERROR:
            self._malformed("a broken packet")
        self._life.end(Cause.LOST, reasons.lost(self._settings, str(code).lower()))

    def _malformed(self, detail: str) -> None:
        self._statistics.malformed += 1
        self._life.end(Cause.MALFORMED, reasons.malformed(self._settings, detail))


class _Bounded(bytearray):
    """Where paho collects a packet. Of one that is too large the beginning is kept: with its topic
    and id it can be rejected and acknowledged, else the broker would send it again for ever."""

    def __iadd__(self, data: Any) -> Self:  # type: ignore[misc]  # bytes; narrower than `+`
        room = MAX_PACKET_BYTES - len(self)
        super().__iadd__(data if len(data) <= room else data[:room])
        return self


class _TidySocket(ssl.SSLSocket):
    """paho forgets the socket when the handshake fails; it would stay open for a while."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise
