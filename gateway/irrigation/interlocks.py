"""What forbids watering a plot. One table, asked before every run; nobody gets past it.

The first row that objects gives the reason. Rows that may pass within the hour do not end a run
that already waits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from devices.reading import Millis
from devices.text import Text
from gateway.fleet import Fleet
from gateway.irrigation.wording import litres_vi_en, number_en, number_vi
from gateway.plots import Plot

RAIN_MM = 2.0
"""Rain of one hour after which the soil is wet enough to look again later."""
WORTHWHILE_MIN = 1.0
"""Minutes. Less than this under the ceiling is not worth a start of the pump."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known at the moment of the decision; None is unknown."""

    plot: Plot
    now: Millis
    fleet: Fleet
    used_today_l: float
    rain_mm: float | None
    watering: bool
    clock_trusted: bool

    @property
    def left_today_l(self) -> float:
        """Litres under the ceiling of the local day."""
        return max(self.plot.litres_per_day_max - self.used_today_l, 0.0)


class Interlock(NamedTuple):
    """One row: `check` returns the reason why not, or None."""

    name: str
    check: Callable[[Situation], Text | None]
    may_pass: bool = False


def _watering(situation: Situation) -> Text | None:
    if not situation.watering:
        return None
    return Text("lô này đang tưới hoặc đang chờ tưới", "it is being watered or waits for it")


def _devices(situation: Situation) -> Text | None:
    for id in devices_of(situation.plot):
        device = situation.fleet.get(id)
        if device is None or not device.adopted:
            return Text(f"thiết bị {id} chưa được tiếp nhận", f"device {id} is not adopted")
    return None


def _silence(situation: Situation) -> Text | None:
    silent = silent_device(situation.plot, situation.fleet, situation.now)
    if silent is None:
        return None
    return Text(f"mất kết nối với {silent}", f"nothing is heard of {silent}")


def _clock(situation: Situation) -> Text | None:
    if situation.clock_trusted:
        return None
    return Text(
        "máy ở nhà văn hóa chưa biết giờ, không rõ hôm nay đã tưới bao nhiêu",
        "the gateway does not know the time, nor what flowed today",
    )


def _ceiling(situation: Situation) -> Text | None:
    if situation.left_today_l >= situation.plot.rate_l_min * WORTHWHILE_MIN:
        return None
    used = litres_vi_en(situation.used_today_l)
    limit = litres_vi_en(situation.plot.litres_per_day_max)
    return Text(
        f"hôm nay đã tưới {used.vi}, mức tối đa là {limit.vi} một ngày",
        f"{used.en} flowed today, the limit is {limit.en} a day",
    )


def _rain(situation: Situation) -> Text | None:
    rain = situation.rain_mm
    if rain is None or rain < RAIN_MM:
        return None
    return Text(
        f"một giờ qua đã mưa {number_vi(rain, 1)} mm",
        f"{number_en(rain, 1)} mm of rain fell in the last hour",
    )


INTERLOCKS = (
    Interlock("watering", _watering),
    Interlock("devices", _devices),
    Interlock("silence", _silence, may_pass=True),
    Interlock("clock", _clock, may_pass=True),
    Interlock("ceiling", _ceiling),
    Interlock("rain", _rain),
)

OVERRIDABLE = frozenset({"rain"})
"""Those that a technician may let pass."""


def objection(situation: Situation) -> tuple[Interlock, Text] | None:
    """The first row that forbids watering, with its reason."""
    for interlock in INTERLOCKS:
        reason = interlock.check(situation)
        if reason:
            return interlock, reason
    return None


def devices_of(plot: Plot) -> tuple[str, ...]:
    """The valves and the pump that a run of the plot uses."""
    return plot.valves if plot.pump is None else (*plot.valves, plot.pump)


def silent_device(plot: Plot, fleet: Fleet, now: Millis) -> str | None:
    """One of them that has not been heard for too long, if there is one."""
    for id in devices_of(plot):
        device = fleet.get(id)
        if device is None or device.heard_at is None:
            return id
        if now - device.heard_at > device.silent_after_ms:
            return id
    return None
