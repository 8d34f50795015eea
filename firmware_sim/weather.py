"""The weather over the hamlet as time goes on: one sky for everything that stands under it.

Where the air comes from (a climate, a record) is not its business; only sums are its state.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from devices.reading import Millis
from firmware_sim.air import SLOT_MS, Air, Weather


class Sky:
    """Sums run from the world's first moment to `now`."""

    def __init__(self, weather: Weather, now: Millis) -> None:
        self.now = now
        self.sun_wh_m2 = 0.0
        self.rain_mm = 0.0
        self.evaporation_mm = 0.0
        self._weather = weather
        self._slot_end = 0
        self.air = self._enter(now)
        self.soil_c = self.air.temperature_c

    def advance(self, now: Millis) -> None:
        """Let time pass. A clock that is set back changes nothing."""
        while now >= self._slot_end:
            self._pass(self._slot_end)
            self.air = self._enter(self._slot_end)
        if now > self.now:
            self._pass(now)

    def next_local(self, now: Millis, hour: int) -> Millis:
        """When the local clock next shows that full hour."""
        local = datetime.fromtimestamp(now / 1000, self._weather.timezone)
        then = local.replace(hour=hour, minute=0, second=0, microsecond=0)
        if then <= local:
            then += timedelta(days=1)
        return int(then.timestamp() * 1000)

    def save(self) -> dict[str, float]:
        """The sums, for `load`."""
        return {
            "sun_wh_m2": self.sun_wh_m2,
            "rain_mm": self.rain_mm,
            "evaporation_mm": self.evaporation_mm,
            "soil_c": self.soil_c,
        }

    def load(self, saved: Mapping[str, float]) -> None:
        """Continue with the sums of `save`."""
        self.sun_wh_m2 = saved["sun_wh_m2"]
        self.rain_mm = saved["rain_mm"]
        self.evaporation_mm = saved["evaporation_mm"]
        self.soil_c = saved["soil_c"]

    def _pass(self, until: Millis) -> None:
        hours = (until - self.now) / 3_600_000
        air = self.air
        self.sun_wh_m2 += air.sun_w_m2 * hours
        self.rain_mm += air.rain_mm_h * hours
        self.evaporation_mm += air.evaporation_mm_h * hours
        # The soil at the probe's depth follows the air with a delay of a day and a half.
        self.soil_c += (air.temperature_c - self.soil_c) * min(1.0, hours / 36)
        self.now = until

    def _enter(self, now: Millis) -> Air:
        """The air of the slot that `now` is in."""
        start = now - now % SLOT_MS
        self._slot_end = start + SLOT_MS
        return self._weather.air(start)
