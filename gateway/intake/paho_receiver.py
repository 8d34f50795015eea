"""The receiver for brokers that speak only MQTT 3.1.1, the embedded one among them.

Weaker than over MQTT 5: we ask for at most QoS 1, as paho acknowledges QoS 2 before we have stored
the message; no expiry travels with a command; each acknowledgement is a write of its own; a packet
that is too large is read to its end.
"""

import ssl
from collections.abc import Sequence

from gateway.intake import reasons
from gateway.intake.contract import ConnectionSettings, Inbox, IntakeStatistics
from gateway.intake.lifeline import CONNECT_TIMEOUT_S
from gateway.intake.paho_link import PahoLink
from gateway.intake.reconnect import Cause, Ending, stay_connected
from gateway.intake.tls import client_context


class PahoReceiver:
    """Implements `Receiver` over MQTT 3.1.1."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self.statistics = IntakeStatistics()
        self._settings = settings
        self._link: PahoLink | None = None
        self._paused = False
        self._generation = 0

    @property
    def connected(self) -> bool:
        return self._link is not None and self._link.receiving

    async def run(self, inbox: Inbox) -> None:
        context = client_context(self._settings)

        async def attempt(_quarantine: bool) -> Ending:
            return await self._connect_once(inbox, context)

        await stay_connected(self._settings, inbox, attempt)

    def acknowledge(self, tokens: Sequence[int]) -> None:
        link = self._link
        for token in tokens:
            if link is not None and link.attached and token >> 16 == self._generation:
                link.acknowledge(token & 0xFFFF)
            elif token:
                self.statistics.stale_acks += 1

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> bool:
        return self._link is not None and self._link.publish(topic, payload, retain)

    def tell(self, topic: str, payload: bytes) -> bool:
        return self._link is not None and self._link.tell(topic, payload)

    def pause(self) -> None:
        self._paused = True
        if self._link is not None:
            self._link.set_reading(False)

    def resume(self) -> None:
        self._paused = False
        if self._link is not None:
            self._link.set_reading(True)

    async def _connect_once(self, inbox: Inbox, context: ssl.SSLContext | None) -> Ending:
        settings = self._settings
        self._generation += 1
        link = PahoLink(
            settings,
            context,
            inbox,
            self.statistics,
            first_token=self._generation << 16,
            reading=not self._paused,
        )
        try:
            await link.connect()
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
            link.close()
