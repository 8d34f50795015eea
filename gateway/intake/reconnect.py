"""When to try again, and how: the same for every receiver.

`ReconnectPolicy` is pure; `stay_connected` is the loop around it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from gateway.intake import reasons
from gateway.intake.contract import ConnectionSettings, Inbox

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0  # also how long a corrected password or a repaired cable waits to be noticed
# A connection that held this long was a good one: the next failure is a new story.
STABLE_AFTER_S = 10.0
# Two clients of one name throw each other out in turns. A restarting broker also cuts a young
# connection short, but not three times in a row.
SHORT_LIVES_OF_A_RIVAL = 3
# A message that cannot be decoded comes again first thing on every connection. Once may be a
# corrupted line; twice is the message.
MALFORMED_BEFORE_QUARANTINE = 2


class Cause(Enum):
    UNREACHABLE = auto()  # no connection, or no answer
    LOST = auto()
    REFUSED = auto()  # a person has to change something
    TAKEN_OVER = auto()
    MALFORMED = auto()


@dataclass(frozen=True)
class Ending:
    """How an attempt to be connected ended. `subscribed_s`: how long it was good for something."""

    cause: Cause
    reason: str
    subscribed_s: float = 0.0


@dataclass(frozen=True)
class Retry:
    reason: str
    delay_s: float


class ReconnectPolicy:
    """Exponential backoff, slow at once where hurry would be wrong."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._failures = 0
        self._short_lives = 0
        self._malformed = 0

    @property
    def quarantine(self) -> bool:
        """Whether the next connection should hand over what it cannot decode."""
        return self._malformed >= MALFORMED_BEFORE_QUARANTINE

    def after(self, ending: Ending, jitter: float) -> Retry:
        """`jitter` in 0..1 spreads the delay over half to all of its length."""
        if ending.subscribed_s >= STABLE_AFTER_S:
            self._failures = 0
        self._failures += 1
        self._malformed = self._malformed + 1 if ending.cause is Cause.MALFORMED else 0
        short_life = (
            ending.cause in (Cause.LOST, Cause.TAKEN_OVER)
            and 0 < ending.subscribed_s < STABLE_AFTER_S
        )
        self._short_lives = self._short_lives + 1 if short_life else 0

        reason = ending.reason
        slow = ending.cause in (Cause.REFUSED, Cause.TAKEN_OVER)
        if ending.cause is Cause.LOST and self._short_lives >= SHORT_LIVES_OF_A_RIVAL:
            reason, slow = reasons.rival(self._settings), True
        delay_s = LONGEST_DELAY_S
        if not slow:
            # The exponent is bounded so that years of failures do not make a number of its own.
            delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(self._failures - 1, 10))
        return Retry(reason, delay_s * (0.5 + 0.5 * jitter))


async def stay_connected(
    settings: ConnectionSettings,
    inbox: Inbox,
    attempt: Callable[[bool], Awaitable[Ending]],
) -> None:
    """Call `attempt(quarantine)` for ever; each time it returns, say why and wait."""
    policy = ReconnectPolicy(settings)
    while True:
        ending = await attempt(policy.quarantine)
        retry = policy.after(ending, random.random())
        inbox.on_connection(False, retry.reason)
        await asyncio.sleep(retry.delay_s)
