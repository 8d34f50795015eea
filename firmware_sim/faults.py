"""What is broken, from when until when. Pure data and questions; the parts act on the answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from devices.reading import Millis

FOREVER: Millis = 2**62


class Fault(Enum):
    """Everything that a scenario can break; the values are its words."""

    LAMP_DEAD = "lamp-dead"
    DAY_BURNER = "day-burner"
    PANEL_DIRTY = "panel-dirty"  # amount: share of the power lost
    BATTERY_AGEING = "battery-ageing"  # amount: share of the capacity lost
    LINE_CUT = "line-cut"  # the device works on, but nobody hears it
    VALVE_STUCK_OPEN = "valve-stuck-open"
    VALVE_STUCK_CLOSED = "valve-stuck-closed"
    VALVE_WONT_CLOSE = "valve-wont-close"  # once it was opened
    PIPE_LEAK = "pipe-leak"  # amount: share of the rated flow that passes the shut valve
    PIPE_BURST = "pipe-burst"  # amount: width behind the open valve, 1 being the sprinklers alone
    FILTER_BLOCKED = "filter-blocked"  # amount: share of its width that is left
    WELL_DRY = "well-dry"  # the pump turns in air
    PUMP_DEAD = "pump-dead"  # says that it obeyed, and does not run
    PUMP_TRIPPED = "pump-tripped"  # stops, and refuses to start
    SENSOR_FROZEN = "sensor-frozen"  # the same values again and again
    SENSOR_DRIFT = "sensor-drift"  # amount: volumetric per cent that a soil probe shows too much
    SENSOR_SCALE = "sensor-scale"  # a soil probe speaks in per cent of field capacity
    RAIN_GAUGE_BLOCKED = "rain-gauge-blocked"  # what falls meanwhile is never counted
    ANEMOMETER_STUCK = "anemometer-stuck"  # no wind, whatever blows
    COMMANDS_LOST = "commands-lost"  # the device is heard, but hears nothing
    COMMANDS_LATE = "commands-late"  # amount: seconds
    COMMANDS_REPEATED = "commands-repeated"  # amount: how many times each one arrives
    RESULTS_LOST = "results-lost"  # the device obeys, and its answer is lost
    NO_INTERNET = "no-internet"
    BABBLING = "babbling"  # many messages, most of them garbage
    WRONG_CLOCK = "wrong-clock"  # amount: hours ahead, negative: behind


@dataclass(frozen=True, slots=True)
class Daily:
    """A part of every local day, in hours; `end_h` below `start_h` spans midnight."""

    start_h: float
    end_h: float

    def covers(self, hour: float) -> bool:
        """Whether that local hour lies in it."""
        if self.start_h <= self.end_h:
            return self.start_h <= hour < self.end_h
        return hour >= self.start_h or hour < self.end_h


@dataclass(frozen=True, slots=True)
class Spell:
    """One fault of one device in [start, end), all day or daily."""

    fault: Fault
    start: Millis
    end: Millis
    daily: Daily | None = None
    amount: float = 0.0


class Ailments:
    """The faults of one device. False when it has none, which most have."""

    __slots__ = ("_spells",)

    def __init__(self, spells: Iterable[Spell] = ()) -> None:
        self._spells = tuple(spells)

    def __bool__(self) -> bool:
        return bool(self._spells)

    def amount(self, fault: Fault, now: Millis, hour: float) -> float | None:
        """How bad it is at `now`, which is `hour` by the local clock; None when it is not."""
        for spell in self._spells:
            if (
                spell.fault is fault
                and spell.start <= now < spell.end
                and (spell.daily is None or spell.daily.covers(hour))
            ):
                return spell.amount
        return None

    def has(self, fault: Fault, now: Millis, hour: float) -> bool:
        """Whether the device has that fault at `now`."""
        return self.amount(fault, now, hour) is not None


HEALTHY = Ailments()


@dataclass(frozen=True, slots=True)
class Scenario:
    """Ailments by device id; their relative times were counted from `origin`."""

    origin: Millis
    ailments: Mapping[str, Ailments]

    def of(self, device: str) -> Ailments:
        """The faults of that device."""
        return self.ailments.get(device, HEALTHY)
