"""A receiver that the test holds in its hand, in place of a connection to a broker."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.intake.contract import Inbox, IntakeStatistics


class Published(NamedTuple):
    """One message that went out."""

    topic: str
    payload: bytes
    expiry_s: int | None


class BrokerSide:
    """Implements Receiver. `acknowledged` are the tokens in their order; `on_change` is called
    whenever the committer did something to it."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.connected = True
        self.statistics = IntakeStatistics()
        self.acknowledged: list[int] = []
        self.published: list[Published] = []
        self.told: list[Published] = []
        self.paused = False
        self._on_change = on_change

    async def run(self, inbox: Inbox) -> None:
        """The test calls the inbox itself."""

    def acknowledge(self, tokens: Sequence[int]) -> None:
        self.acknowledged += tokens
        self._on_change()

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> bool:
        if not self.connected:
            return False
        self.published.append(Published(topic, payload, expiry_s))
        self._on_change()
        return True

    def tell(self, topic: str, payload: bytes) -> bool:
        if not self.connected:
            return False
        self.told.append(Published(topic, payload, None))
        self._on_change()
        return True

    def pause(self) -> None:
        self.paused = True
        self._on_change()

    def resume(self) -> None:
        self.paused = False
        self._on_change()
