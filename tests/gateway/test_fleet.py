"""A device's newest values, each with its age, and since when it has been broken."""

from devices.kinds import KINDS
from devices.reading import Reading
from devices.text import Text
from gateway.decisions import State, StateChanged
from gateway.fleet import Device

MINUTE = 60_000
NOW = 1_795_400_000_000


def soil() -> Device:
    return Device(1, "soil-1", KINDS["soil"], True, Text("Đất", "Soil"), interval_s=60)


def reading(at: int, **values: float) -> Reading:
    return Reading("soil-1", "soil", "b", 1, at, at, values)


def test_each_metric_has_the_age_of_the_reading_that_brought_it() -> None:
    device = soil()
    device.apply(reading(NOW, soil_moisture_pct=25.0, battery_v=3.6))
    device.apply(reading(NOW + MINUTE, soil_moisture_pct=24.0))
    device.apply(reading(NOW + 2 * MINUTE, soil_moisture_pct=23.0))
    assert device.measured_at_of("battery_v") == NOW
    assert device.measured_at_of("soil_moisture_pct") == NOW + 2 * MINUTE
    assert device.measured_at_of("soil_ph") is None
    later = NOW + 4 * MINUTE  # four intervals after the battery, two after the moisture
    assert device.value("battery_v", later) is None
    assert device.value("soil_moisture_pct", later) == 23.0
    device.apply(reading(NOW + 3 * MINUTE, battery_v=3.5))
    assert device.measured_at_of("battery_v") == NOW + 3 * MINUTE
    assert device.measured_at_of("soil_moisture_pct") == NOW + 2 * MINUTE


def test_unknown_time_does_not_end_a_fault_but_working_or_another_fault_does() -> None:
    device = soil()
    for since, state, cause, began in (
        (1, State.UP, "ok", None),
        (2, State.DOWN, "lamp-failure", 2),
        (3, State.UNKNOWN, "silent", 2),
        (4, State.DOWN, "lamp-failure", 2),
        (5, State.DOWN, "battery-empty", 5),
        (6, State.UP, "ok", None),
        (7, State.DOWN, "battery-empty", 7),
    ):
        device.change(StateChanged("soil-1", since, state, cause))
        assert device.down_since == began
