"""What a receiver and the application promise each other, whichever broker is behind it.

Owns the settings of a connection, the two sides of the contract and the counters. Knows nothing of
what a message means: topics and payloads pass through as they came.

The promise about loss: a message of QoS 1 or 2 is acknowledged to the broker only when the
application says so, and on the connection it came by. What was not acknowledged when a connection
ends is the broker's to deliver again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gateway.clock import Millis

# A reading is a few hundred bytes and decoding refuses more than 64 KiB. This is where we refuse to
# buffer: 1 MiB lets a wrong payload arrive, be rejected with its reason and acknowledged. An MQTT 5
# broker is told, and discards what is larger instead of sending it.
MAX_PACKET_BYTES = 1024 * 1024

# Published and not yet confirmed by the broker. Far more than a hamlet has devices to command at
# once, far less than the 65,535 packet ids.
MAX_UNCONFIRMED_PUBLISHES = 1000


class FatalIntakeError(Exception):
    """Trying again cannot help: the settings are wrong. The text says what to do."""


@dataclass(frozen=True)
class TlsSettings:
    """How to know the broker: by the certificates in `ca_file`, or by those the system trusts."""

    ca_file: Path | None = None


@dataclass(frozen=True)
class ConnectionSettings:
    """One broker and our identity there.

    `client_id` never changes, for the broker keeps our session (subscriptions and what came while
    we were away) under it for `session_expiry_s`; over MQTT 3.1.1 the broker decides how long.
    `wishes` are subscriptions with QoS 0 that the broker may refuse.
    """

    host: str
    port: int
    client_id: str
    subscriptions: tuple[str, ...]
    wishes: tuple[str, ...] = ()
    username: str | None = None
    password: str | None = field(default=None, repr=False)  # not into a log or traceback
    tls: TlsSettings | None = None
    keep_alive_s: int = 30  # at least 1
    session_expiry_s: int = 30 * 24 * 3600


@dataclass(slots=True)
class IntakeStatistics:
    """Counters since the receiver was made; they only grow.

    `stale_acks`: acknowledgements that came too late, their connection being gone (the broker
    delivers those messages again). `quarantined`: packets that could not be decoded and were handed
    over as they were. `publishes` of QoS 1 = confirmed + refused + lost with a connection + under
    way.
    """

    connects: int = 0
    bytes_in: int = 0
    malformed: int = 0
    quarantined: int = 0
    stale_acks: int = 0
    publishes: int = 0
    publishes_confirmed: int = 0
    publishes_refused: int = 0


class Inbox(Protocol):
    """The application's side. Called on the event loop; none of it may block, and only `on_message`
    may raise: an error is a defect, for `perform` to judge."""

    def now(self) -> Millis:
        """The time by which messages are stamped."""

    def perform(self, step: Callable[[], None]) -> None:
        """Call `step`, which hands over the messages of one read, and look at what they brought.

        An error met in it is a defect of the gateway's own. The application ends then; the receiver
        goes on until it is cancelled.
        """

    def on_message(self, topic: str, payload: bytes, token: int, flags: int, now: Millis) -> None:
        """One message, of any content, within `perform`. `now` is asked once per chunk of bytes.

        `token` is 0 for QoS 0; any other must be given to `Receiver.acknowledge` exactly once.
        `flags`: bits of `gateway.delivery`.
        """

    def on_connection(self, connected: bool, reason: str, *, session_kept: bool = False) -> None:
        """Subscribed and receiving, or not and why: one sentence for the technician.

        Called again for every attempt that fails. `session_kept`: the broker knew us, and what it
        had for us is coming; else that is lost, if there was anything.
        """


class Receiver(Protocol):
    """The broker's side. One `run` at a time; everything else at any time, on the same loop."""

    @property
    def connected(self) -> bool: ...

    @property
    def statistics(self) -> IntakeStatistics: ...

    async def run(self, inbox: Inbox) -> None:
        """Receive for ever, reconnecting by itself.

        Ends by cancellation, with a DISCONNECT to the broker, or by FatalIntakeError.
        """

    def acknowledge(self, tokens: Sequence[int]) -> None:
        """Tell the broker that these messages are safe, in the order in which they came.

        Tokens of an earlier connection are counted and otherwise ignored, as is 0.
        """

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> bool:
        """Send with QoS 1, once. False: not now (no connection, or too much under way).

        It is never sent again by this layer, not even after a lost connection: an expired command
        must not be sent late, and only the caller's outbox knows what has expired. `expiry_s` (> 0)
        lets an MQTT 5 broker discard it; MQTT 3.1.1 cannot say it.
        """

    def tell(self, topic: str, payload: bytes) -> bool:
        """Send with QoS 0, retained: for what is soon said again, and must not take the place of a
        command among what the broker lets be under way. False: not now."""

    def pause(self) -> None:
        """Stop reading. What one read has already brought is still handed over.

        Holds over reconnections, until `resume`.
        """

    def resume(self) -> None: ...
