"""What is wrong between a plot's schedule and the hours in which it may be watered, or a person be
asked. Only times by the clock are judged: those by the sun move with the days."""

from collections.abc import Iterator
from datetime import datetime

from cronsim import CronSim

from gateway.plots.modes import ASKED_FROM, ASKED_UNTIL, CATCH_UP_MS, Timetable, Window
from gateway.plots.plot import Plot

_CATCH_UP_MIN = CATCH_UP_MS // 60_000
_ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - only the fields of the cron line are read

Found = tuple[tuple[str | int, ...], str]


def schedule_problems(plot: Plot) -> Iterator[Found]:
    """Path within the plot, message: times at which the schedule could never water. Of a cron line
    only when that goes for all of them. Who asks first waters with the yes, at any hour; so there
    only the hours of asking count."""
    if plot.schedule is None:
        return
    times = [
        (("schedule", "at", index), [time.minutes])
        for index, time in enumerate(plot.schedule.at)
        if time.sun is None
    ]
    for path, minutes in [*times, *_cron_times(plot.schedule)]:
        if plot.ask_first and not any(map(_is_asked, minutes)):
            asked = f"{_clock(ASKED_FROM.minutes)} to {_clock(ASKED_UNTIL.minutes)}"
            yield path, f"nobody is asked then (ask_first): people are from {asked}"
        elif not plot.ask_first and not any(_is_open(plot.windows, one) for one in minutes):
            yield path, "is outside the plot's windows: it would not be watered then"


def _cron_times(schedule: Timetable) -> Iterator[tuple[tuple[str | int, ...], list[int]]]:
    if schedule.cron is not None:
        cron = CronSim(schedule.cron, _ANY_DAY)
        times = [hour * 60 + minute for hour in cron.hours for minute in cron.minutes]
        yield ("schedule", "cron"), times


def _is_asked(minutes: int) -> bool:
    """A time of the schedule counts for a while, so the question may come a little later."""
    return ASKED_FROM.minutes - _CATCH_UP_MIN < minutes < ASKED_UNTIL.minutes


def _is_open(windows: tuple[Window, ...], minutes: int) -> bool:
    if not windows or any(one.begin.sun or one.end.sun for one in windows):
        return True
    return any(_is_within(one.begin.minutes, one.end.minutes, minutes) for one in windows)


def _is_within(begin: int, end: int, minutes: int) -> bool:
    if begin < end:
        return begin <= minutes < end
    return minutes >= begin or minutes < end


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
