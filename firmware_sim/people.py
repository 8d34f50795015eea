"""People and their Internet: how many use a hotspot at which hour, and how well its way out works.

Knows nothing of messages.
"""

from collections.abc import Mapping
from random import Random

from firmware_sim.chance import noise
from firmware_sim.weather import Sky

# People at a busy hour, by local hour of day.
HOME = (1, 0, 0, 0, 1, 3, 5, 4, 3, 3, 3, 5, 6, 4, 3, 3, 5, 8, 12, 16, 17, 13, 7, 3)
SCHOOL = (0, 0, 0, 0, 0, 0, 2, 14, 18, 19, 18, 12, 5, 10, 16, 15, 9, 3, 2, 1, 1, 0, 0, 0)
MARKET = (0, 0, 0, 0, 2, 9, 15, 16, 13, 10, 7, 5, 3, 3, 4, 5, 5, 3, 2, 2, 1, 1, 0, 0)
BY_PLACE = {"truong": SCHOOL, "cho": MARKET}
"""By the first word of the place's id; all others are homes."""

RTT_FLOOR_MS = 18.0
RECEIVED_B_S = 42_000
SENT_B_S = 5_500
"""A client on average, over browsing and silence."""


class Crowd:
    """The users of one hotspot and its backhaul."""

    __slots__ = ("_at", "_crowd", "_draw", "_hours", "_rtt_ms", "clients", "received_b", "sent_b")

    def __init__(self, place: str, random: Random, sky: Sky) -> None:
        self._hours = BY_PLACE.get(place.partition("-")[0], HOME)
        self._crowd = random.uniform(0.6, 1.5)
        self._rtt_ms = RTT_FLOOR_MS + random.uniform(2, 22)
        self._draw = random.randrange(1 << 20)
        self._at = sky.now
        self.clients = 0
        self.received_b = random.randrange(10**9)
        self.sent_b = self.received_b // 8

    def advance(self, sky: Sky, *, internet: bool) -> None:
        """Count the traffic since the last time and look who is there now."""
        seconds = (sky.now - self._at) / 1000
        if seconds <= 0:
            return
        self._at = sky.now
        if internet:
            traffic = self.clients * seconds * max(0.1, 1 + 0.5 * self._chance())
            self.received_b += int(traffic * RECEIVED_B_S)
            self.sent_b += int(traffic * SENT_B_S)
        hour = sky.air.hour
        now, then = self._hours[int(hour)], self._hours[(int(hour) + 1) % 24]
        expected = self._crowd * (now + (then - now) * (hour % 1))
        if not internet:
            expected *= 0.4  # word gets around
        self.clients = max(0, round(expected + 0.5 * expected**0.5 * self._chance()))

    def ping(self) -> tuple[float, float]:
        """Round trip in ms and loss in per cent, as five pings would find them."""
        load = self.clients / 20
        rtt = self._rtt_ms * (1 + load * load) + 3 * abs(self._chance())
        return rtt, 20.0 if self._chance() > 2.4 else 0.0

    def hang_up(self) -> None:
        """The hotspot restarts: nobody is connected, and it counts from zero."""
        self.clients = self.received_b = self.sent_b = 0

    def save(self) -> dict[str, int]:
        """The counters."""
        return {"received_b": self.received_b, "sent_b": self.sent_b}

    def load(self, saved: Mapping[str, int]) -> None:
        """Continue counting."""
        self.received_b = saved["received_b"]
        self.sent_b = saved["sent_b"]

    def _chance(self) -> float:
        self._draw += 1
        return noise(self._draw)
