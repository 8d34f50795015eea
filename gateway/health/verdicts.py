"""What a reading says of each kind of device: works, does not work, or nothing can be told.

One function per kind, from the newest values and the technician's constants. A missing metric
makes the verdict unknown, never down.
"""

from collections.abc import Callable, Mapping

from devices.metric import Value
from gateway.decisions import State

Verdict = tuple[State, str]
"""State and cause; the cause is a code that the page puts into words."""
Values = Mapping[str, Value]
Assess = Callable[[Values, Values], Verdict | None]
"""(values, settings) → verdict, or None when this reading says nothing and the last one holds."""

WORKS: Verdict = (State.UP, "ok")
NO_DATA: Verdict = (State.UNKNOWN, "no-data")
LAMP_FAILURE: Verdict = (State.DOWN, "lamp-failure")
BATTERY_EMPTY: Verdict = (State.DOWN, "battery-empty")
NO_INTERNET: Verdict = (State.DOWN, "no-internet")
NO_POWER: Verdict = (State.DOWN, "no-power")

LAMP_POWER_SHARE = 0.2
"""A lamp that takes less than this share of what it should is dark."""
LAMP_DARK_W = 1.0
"""The same where the technician did not say what the lamp takes (setting `lamp_w`)."""
BATTERY_EMPTY_PCT = 10.0
BATTERY_EMPTY_V = 11.5
"""Where a 12 V LiFePO4 controller that switched its load off switches it on again. Another
battery has the setting `battery_empty_v`."""
SPEAKER_SUPPLY_V = 10.5
"""A 12 V amplifier falls silent below it. Another one has the setting `supply_min_v`."""


def assess_reporting(values: Values, settings: Values) -> Verdict:
    """Whoever reports, works."""
    return WORKS


def assess_light(values: Values, settings: Values) -> Verdict | None:
    """Only a lamp that should shine can be judged: a controller that charges says nothing of it."""
    get = values.get
    is_night = get("is_night")
    if is_night is False:
        return None
    brightness = get("brightness_pct")
    power = get("load_power_w")
    if is_night is None or brightness is None:
        return NO_DATA
    if brightness == 0:
        return None
    if power is None:
        return NO_DATA
    lamp_w = settings.get("lamp_w")
    enough = LAMP_DARK_W if lamp_w is None else lamp_w * brightness / 100 * LAMP_POWER_SHARE
    if power >= enough:
        return WORKS
    soc, volts = get("battery_soc_pct"), get("battery_v")
    if soc is None and volts is None:
        return NO_DATA
    if soc is not None and soc < BATTERY_EMPTY_PCT:
        return BATTERY_EMPTY
    if volts is not None and volts < settings.get("battery_empty_v", BATTERY_EMPTY_V):
        return BATTERY_EMPTY
    return LAMP_FAILURE


def assess_wifi(values: Values, settings: Values) -> Verdict:
    """A hotspot works when it reaches the Internet."""
    loss = values.get("loss_pct")
    if values.get("internet_ok") is False or (loss is not None and loss >= 100):
        return NO_INTERNET
    return NO_DATA if loss is None and "internet_ok" not in values else WORKS


def assess_speaker(values: Values, settings: Values) -> Verdict:
    """A loudspeaker works when its amplifier has power."""
    volts = values.get("supply_v")
    if volts is None:
        return NO_DATA
    return WORKS if volts >= settings.get("supply_min_v", SPEAKER_SUPPLY_V) else NO_POWER


ASSESS: Mapping[str, Assess] = {
    "light": assess_light,
    "speaker": assess_speaker,
    "wifi": assess_wifi,
}
"""By kind; every other kind works as long as it reports."""
