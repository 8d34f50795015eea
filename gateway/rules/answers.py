"""What conditions ask beyond the newest values of their own device."""

from devices.metric import Value
from devices.reading import Millis
from gateway.fleet import Device
from gateway.rules.expression.nodes import AgeLimit, Question


class Answers:
    """Answers for the rules of one device at the time `now`, which the engine sets before it asks.
    None is unknown."""

    __slots__ = ("_device", "now")

    def __init__(self, device: Device) -> None:
        self._device = device
        self.now: Millis = 0

    def __call__(self, question: Question) -> Value | None:
        match question:
            case AgeLimit(metric, limit_ms, older):
                measured_at = self._device.measured_at_of(metric)
                return None if measured_at is None else (self.now - measured_at > limit_ms) is older
            case _:
                return None
