"""The fast receiver, for Mosquitto, EMQX and every other broker of MQTT 5.

Owns the socket, its timers and pausing; what the bytes mean is `Mqtt5Connection`'s.
"""

import asyncio
import ssl
from collections.abc import Sequence
from functools import partial
from typing import cast

from gateway.intake import reasons
from gateway.intake.contract import ConnectionSettings, Inbox, IntakeStatistics
from gateway.intake.lifeline import CONNECT_TIMEOUT_S, Lifeline
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
from gateway.intake.reconnect import Cause, Ending, stay_connected
from gateway.intake.tls import client_context

CLOSE_TIMEOUT_S = 2.0  # to write the rest and, over TLS, to say goodbye; then the socket is dropped


class Mqtt5Receiver:
    """Implements `Receiver` over MQTT 5."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self.statistics = IntakeStatistics()
        self._settings = settings
        self._link: _Link | None = None
        self._paused = False
        self._generation = 0
        self._awaiting_release: set[int] = set()

    @property
    def connected(self) -> bool:
        return self._link is not None and self._link.connection.state is State.RECEIVING

    async def run(self, inbox: Inbox) -> None:
        context = client_context(self._settings)

        async def attempt(quarantine: bool) -> Ending:
            return await self._connect_once(inbox, context, quarantine)

        await stay_connected(self._settings, inbox, attempt)

    def acknowledge(self, tokens: Sequence[int]) -> None:
        link = self._link
        if link is None:
            self.statistics.stale_acks += sum(map(bool, tokens))
        elif tokens:
            link.connection.acknowledge(tokens)
            link.flush()

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> bool:
        link = self._link
        if link is None or not link.writable:
            return False
        sent = link.connection.publish(topic, payload, retain=retain, expiry_s=expiry_s)
        link.flush()
        return sent

    def tell(self, topic: str, payload: bytes) -> bool:
        link = self._link
        if link is None or not link.writable:
            return False
        told = link.connection.tell(topic, payload)
        link.flush()
        return told

    def pause(self) -> None:
        self._paused = True
        if self._link is not None:
            self._link.set_reading(False)

    def resume(self) -> None:
        self._paused = False
        if self._link is not None:
            self._link.set_reading(True)

    async def _connect_once(
        self, inbox: Inbox, context: ssl.SSLContext | None, quarantine: bool
    ) -> Ending:
        settings = self._settings
        self._generation += 1
        connection = Mqtt5Connection(
            settings,
            generation=self._generation,
            awaiting_release=self._awaiting_release,
            on_message=inbox.on_message,
            statistics=self.statistics,
            quarantine=quarantine,
        )
        link = _Link(settings, connection, inbox, reading=not self._paused)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await loop.create_connection(
                    lambda: link, settings.host, settings.port, ssl=context
                )
        except TimeoutError:
            return Ending(Cause.UNREACHABLE, reasons.silent(settings, CONNECT_TIMEOUT_S))
        except ssl.SSLCertVerificationError as error:
            return Ending(Cause.REFUSED, reasons.untrusted(settings, error.verify_message))
        except OSError as error:
            return Ending(Cause.UNREACHABLE, reasons.unreachable(settings, error))
        self._link = link
        self.statistics.connects += 1
        try:
            link.set_reading(not self._paused)  # it may have changed while we connected
            return await link.outlive()
        finally:
            self._link = None
            await link.close()


class _Link(asyncio.Protocol):
    """One socket and the state machine behind it."""

    def __init__(
        self,
        settings: ConnectionSettings,
        connection: Mqtt5Connection,
        inbox: Inbox,
        *,
        reading: bool,
    ) -> None:
        self.connection = connection
        self.writable = True
        self._settings = settings
        self._inbox = inbox
        self._life = Lifeline(
            settings, reading=reading, unanswered=reasons.no_answer_to_mqtt_5(settings)
        )
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._session_present = False
        self._transport: asyncio.Transport

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.flush()

    def data_received(self, data: bytes) -> None:
        self._life.heard()
        self._inbox.perform(partial(self._read, data))
        self.flush()

    def connection_lost(self, error: Exception | None) -> None:
        if self.connection.state is State.CONNECTING and error is None:
            self._life.end(Cause.REFUSED, reasons.no_answer_to_mqtt_5(self._settings))
        detail = "by the broker" if error is None else str(error)
        self._life.end(Cause.LOST, reasons.lost(self._settings, detail))
        self.connection.disconnect()  # from here on nothing can be sent or acknowledged
        self._closed.set_result(None)

    def pause_writing(self) -> None:
        self.writable = False

    def resume_writing(self) -> None:
        self.writable = True

    # What the receiver calls.

    def flush(self) -> None:
        outgoing = self.connection.bytes_to_send()
        if outgoing and not self._transport.is_closing():
            self._transport.write(outgoing)

    def set_reading(self, reading: bool) -> None:
        self._life.reading = reading
        if self._life.is_answered and not self._transport.is_closing():
            if reading:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    async def outlive(self) -> Ending:
        return await self._life.outlive(self._ping)

    async def close(self) -> None:
        """Say goodbye if the broker still listens, and leave no socket behind."""
        if not self._transport.is_closing():
            self.connection.disconnect()
            self.flush()
            self._transport.close()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await asyncio.shield(self._closed)
        except TimeoutError:
            self._transport.abort()

    def _read(self, data: bytes) -> None:
        for event in self.connection.receive(data, self._inbox.now()):
            self._handle(event)

    def _ping(self) -> None:
        self.connection.ping()
        self.flush()

    def _handle(self, event: Event) -> None:
        settings, end = self._settings, self._life.end
        match event:
            case Accepted():
                self._session_present = event.session_present
                self._life.answered(event.keep_alive_s)
                self.set_reading(self._life.reading)
            case Subscribed():
                self._life.subscribed()
                kept = self._session_present
                reason = reasons.connected(settings, kept)
                self._inbox.on_connection(True, reason, session_kept=kept)
            case Refused("BAD_USER_NAME_OR_PASSWORD" | "NOT_AUTHORIZED"):
                end(Cause.REFUSED, reasons.bad_credentials(settings))
            case Refused("UNSUPPORTED_PROTOCOL_VERSION"):
                end(Cause.REFUSED, reasons.speaks_only_3_1_1(settings))
            case Refused():
                end(Cause.REFUSED, reasons.refused(settings, _words(event.code)))
            case SubscriptionsRefused():
                end(Cause.REFUSED, reasons.subscriptions_refused(settings, event.filters))
            case Disconnected("SESSION_TAKEN_OVER"):
                end(Cause.TAKEN_OVER, reasons.rival(settings))
            case Disconnected():
                end(Cause.LOST, reasons.lost(settings, _words(event.code)))
            case Malformed():
                end(Cause.MALFORMED, reasons.malformed(settings, event.reason))


def _words(code: str) -> str:
    return code.lower().replace("_", " ")
