"""Since when the gateway listens, and so how long a device has really been silent."""

from devices.reading import Millis
from gateway.clock import Correction
from gateway.fleet import Fleet
from gateway.rules.instance import Instance


class Listening:
    """`since` is when it began; before, for `deaf_ms`, no device was heard at all: that is taken
    for the gateway's own absence, and counts for no silence."""

    def __init__(self) -> None:
        self.since: Millis = 0
        self.deaf_ms: Millis = 0

    def begin(self, fleet: Fleet, now: Millis) -> None:
        """Devices are heard from now on."""
        heard = (device.heard_at for device in fleet if device.heard_at is not None)
        self.deaf_ms = max(now - max(heard, default=now), 0)
        self.since = now

    def correct(self, correction: Correction) -> None:
        """The gateway's clock was wrong."""
        if self.since - self.deaf_ms < correction.since:
            self.deaf_ms = max(self.deaf_ms + correction.by, 0)
        self.since = correction.of(self.since)

    def silent_at(self, instance: Instance, now: Millis) -> Millis | None:
        """When a rule about silence fires, if its device stays silent; None when it does, or is
        closed."""
        silent_ms = instance.rule.silent_ms
        if silent_ms is None or not instance.open or instance.fires:
            return None
        heard_at = instance.device.heard_at
        if heard_at is None:
            heard_at = max(instance.since, self.since)
        elif heard_at <= self.since:
            heard_at += self.deaf_ms
        if heard_at > now:  # by a clock that was ahead before the last start
            heard_at = self.since
        return max(heard_at + silent_ms, instance.cool_until or 0)
