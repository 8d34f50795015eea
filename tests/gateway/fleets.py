"""A small fleet for the engines' tests."""

from collections.abc import Mapping

from devices.kinds import KINDS
from devices.metric import Value
from devices.reading import Millis, Reading
from devices.text import Text
from gateway.fleet import Device, Fleet

NOW: Millis = 1_795_305_600_000
"""2026-11-22 07:00 in Vietnam."""
NO_SETTINGS: Mapping[str, Value] = {}


def device(
    id: str, kind: str, *, adopted: bool = True, settings: Mapping[str, Value] = NO_SETTINGS
) -> Device:
    return Device(1, id, KINDS[kind], adopted, Text(f"Máy {id}", f"Device {id}"), settings=settings)


def fleet_of(*devices: Device) -> Fleet:
    fleet = Fleet()
    for one in devices:
        fleet.add(one)
    return fleet


def reading(of: Device, measured_at: Millis, **values: Value) -> Reading:
    """A reading that the device has taken over, as the pipeline does before it asks an engine."""
    new = Reading(of.id, of.kind.name, "b", 0, measured_at, measured_at, values)
    of.apply(new)
    of.heard_at = measured_at
    return new
