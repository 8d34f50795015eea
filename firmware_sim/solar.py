"""A solar streetlight's energy: panel, charge controller, LiFePO4 battery, lamp.

Energy is booked exactly: what the battery gains is what was taken from the panel less what was
used and lost. Knows nothing of messages.
"""

from collections.abc import Mapping
from random import Random
from typing import Any

from devices.reading import Millis
from firmware_sim.air import Air
from firmware_sim.weather import Sky

# Sized as installers here do: a panel of six times the lamp, and a battery for three nights.
PANEL_W_PER_LAMP_W = 6.0
BATTERY_WH_PER_LAMP_W = 26.0
SYSTEM_EFFICIENCY = 0.8
"""Of panel heat, wiring and controller together."""
CHARGE_EFFICIENCY = 0.97
STANDBY_W = 0.15
NOMINAL_V = 12.8

# 4S LiFePO4: flat in the middle. The controller disconnects the lamp near 11 V and waits.
DISCONNECT_SOC = 0.05
RECONNECT_SOC = 0.15
FULL_SOC = 0.995
BOOST_SOC = 0.96
BOOST_V = 14.4
RESISTANCE_OHM = 0.03
REST_V = (
    (0.0, 10.6),
    (0.05, 11.9),
    (0.1, 12.6),
    (0.2, 12.9),
    (0.4, 13.1),
    (0.7, 13.2),
    (0.9, 13.3),
    (0.97, 13.4),
    (1.0, 13.6),
)

DAY_BURNER_PCT = 60.0

PROFILES = {
    "standard": (50,) * 4 + (70,) * 4 + (100,) * 14 + (50,) * 2,
    "full": (100,) * 24,
    "saving": (30,) * 5 + (50,) * 3 + (70,) * 13 + (30,) * 3,
}
"""Brightness in per cent by local hour, while it is dark."""


class Pole:
    """Everything electrical on one pole. Energies in Wh, powers in W.

    `dirt` (share of the panel's power lost), `lamp_dead` and `day_burner` are set from outside.
    """

    __slots__ = (
        "_ageing",
        "_burn_w",
        "_day",
        "_new_wh",
        "_override",
        "_stranded",
        "_sun_seen",
        "at",
        "brightness_pct",
        "capacity_wh",
        "charge_wh",
        "day_burner",
        "dirt",
        "generated_today_wh",
        "harvest_w",
        "lamp_dead",
        "load_w",
        "lost_wh",
        "panel_kw",
        "profile",
        "tilt_deg",
        "used_today_wh",
        "warmth_c",
    )

    def __init__(self, lamp_w: float, random: Random, sky: Sky) -> None:
        self._burn_w = lamp_w * random.uniform(0.94, 1.03)
        # Trees and dust differ from pole to pole, but neighbours are much alike.
        self.panel_kw = (
            lamp_w * PANEL_W_PER_LAMP_W / 1000 * SYSTEM_EFFICIENCY * random.uniform(0.9, 1.02)
        )
        self._new_wh = lamp_w * BATTERY_WH_PER_LAMP_W * random.uniform(0.93, 1.0)
        self.capacity_wh = self._new_wh
        self.charge_wh = self.capacity_wh * random.uniform(0.6, 0.75)
        self.lost_wh = 0.0
        self.tilt_deg = random.uniform(0.2, 2.2)
        self.warmth_c = random.uniform(0.5, 2.5)
        self.profile = "standard"
        self.dirt = 0.0
        self.lamp_dead = False
        self.day_burner = False
        self._ageing = 0.0
        self._override: tuple[float, Millis | None] | None = None
        self._stranded = False
        self.generated_today_wh = 0.0
        self.used_today_wh = 0.0
        self._sun_seen = sky.sun_wh_m2
        self._day = sky.air.day
        self.at = sky.now
        self._switch(sky.air)

    def age(self, share: float) -> None:
        """The battery has this share less capacity than when new; what no longer fits is lost."""
        if share != self._ageing:
            self._ageing = share
            self.capacity_wh = self._new_wh * (1 - share)
            lost = max(0.0, self.charge_wh - self.capacity_wh)
            self.charge_wh -= lost
            self.lost_wh += lost

    def dim(self, brightness_pct: float, until: Millis | None, air: Air) -> None:
        """Burn at this brightness, by day too, until then or the next `choose`."""
        self._override = (brightness_pct, until)
        self._switch(air)

    def choose(self, profile: str, air: Air) -> None:
        """Follow one of PROFILES from now on."""
        self.profile = profile
        self._override = None
        self._switch(air)

    def advance(self, sky: Sky) -> None:
        """Book the energy since the last time and set the lamp for what comes."""
        now = sky.now
        if now <= self.at:
            return
        hours = (now - self.at) / 3_600_000
        self.at = now
        offered = (sky.sun_wh_m2 - self._sun_seen) * self.panel_kw * (1 - self.dirt)
        self._sun_seen = sky.sun_wh_m2
        if sky.air.day != self._day:
            self._day = sky.air.day
            self.generated_today_wh = self.used_today_wh = 0.0
        used = min(self.load_w * hours, self.charge_wh + offered * CHARGE_EFFICIENCY)
        room = (self.capacity_wh - self.charge_wh + used) / CHARGE_EFFICIENCY
        taken = offered if offered < room else room
        self.charge_wh += taken * CHARGE_EFFICIENCY - used
        self.generated_today_wh += taken
        self.used_today_wh += used
        self._switch(sky.air)

    def _switch(self, air: Air) -> None:
        """What the controller does now: the lamp by profile and battery, the panel by charge."""
        soc = self.charge_wh / self.capacity_wh
        self._stranded = soc < (RECONNECT_SOC if self._stranded else DISCONNECT_SOC)
        if self._override and self._override[1] is not None and self.at >= self._override[1]:
            self._override = None
        if self._stranded:
            wanted = 0.0
        elif self._override:
            wanted = self._override[0]
        elif air.night:
            wanted = PROFILES[self.profile][int(air.hour)]
        else:
            wanted = DAY_BURNER_PCT if self.day_burner else 0.0
        self.brightness_pct = wanted
        self.load_w = STANDBY_W
        if wanted and not self.lamp_dead:
            self.load_w += self._burn_w * wanted / 100
        self.harvest_w = air.sun_w_m2 * self.panel_kw * (1 - self.dirt)
        if soc > FULL_SOC:  # the controller takes no more than the load needs
            self.harvest_w = min(self.harvest_w, self.load_w / CHARGE_EFFICIENCY)

    @property
    def battery_a(self) -> float:
        """Current into (positive) or out of the battery."""
        return (self.harvest_w * CHARGE_EFFICIENCY - self.load_w) / NOMINAL_V

    @property
    def battery_v(self) -> float:
        """Terminal voltage: rest voltage by charge, plus what the current adds."""
        soc = self.charge_wh / self.capacity_wh
        amperes = self.battery_a
        volts = _REST_V[int(soc * 1000)] + amperes * RESISTANCE_OHM * (1 + 2 * self._ageing)
        if soc > BOOST_SOC and amperes > 0:
            volts += (BOOST_V - volts) * (soc - BOOST_SOC) / (1 - BOOST_SOC)
        return volts

    def save(self) -> dict[str, Any]:
        """What `load` continues from, as JSON."""
        return {
            "charge_wh": self.charge_wh,
            "generated_today_wh": self.generated_today_wh,
            "used_today_wh": self.used_today_wh,
            "day": self._day,
            "profile": self.profile,
            "override": self._override,
            "stranded": self._stranded,
        }

    def load(self, saved: Mapping[str, Any]) -> None:
        """Continue from what `save` gave."""
        self.charge_wh = min(saved["charge_wh"], self.capacity_wh)
        self.generated_today_wh = saved["generated_today_wh"]
        self.used_today_wh = saved["used_today_wh"]
        self._day = saved["day"]
        self.profile = saved["profile"]
        override = saved["override"]
        self._override = (override[0], override[1]) if override else None
        self._stranded = saved["stranded"]


def _rest_table() -> tuple[float, ...]:
    """Rest voltage by whole per mille of charge: a look-up instead of a search per message."""
    table = []
    for step in range(1001):
        soc = step / 1000
        right = next(index for index in range(1, len(REST_V)) if soc <= REST_V[index][0])
        (x0, y0), (x1, y1) = REST_V[right - 1], REST_V[right]
        table.append(y0 + (y1 - y0) * (soc - x0) / (x1 - x0))
    return tuple(table)


_REST_V = _rest_table()
