"""When a rule acts that acts at moments: `every:` (cron) and `at:` (times of day). Pure."""

from dataclasses import dataclass
from typing import Protocol

from cronsim import CronSim

from devices.reading import Millis
from gateway.hamlet_time import HamletTime, TimeOfDay


class Schedule(Protocol):
    """Moments without end."""

    @property
    def by_sun(self) -> bool:
        """Whether they move with the days."""
        ...

    def next(self, after: Millis, here: HamletTime) -> Millis | None:
        """The first moment later than `after`; None when there is none any more."""
        ...


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields as crontab has them: minute, hour, day, month, weekday. `text` is checked."""

    text: str

    @property
    def by_sun(self) -> bool:
        return False

    def next(self, after: Millis, here: HamletTime) -> Millis | None:
        for moment in CronSim(self.text, here.local(after)):
            at = round(moment.timestamp() * 1000)
            if at > after:  # the hour that comes twice in autumn counts once
                return at
        return None


@dataclass(frozen=True, slots=True)
class Daily:
    """These times of every day."""

    times: tuple[TimeOfDay, ...]

    @property
    def by_sun(self) -> bool:
        return any(one.sun is not None for one in self.times)

    def next(self, after: Millis, here: HamletTime) -> Millis | None:
        found = (here.next(one, after) for one in self.times)
        return min((at for at in found if at is not None), default=None)
