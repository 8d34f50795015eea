"""The parts of the day in which a plot may be watered. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from devices.reading import Millis
from gateway.hamlet_time import HamletTime
from gateway.plots import Plot
from gateway.plots.modes import Window


def open_until(plot: Plot, now: Millis, here: HamletTime) -> Millis | None:
    """When the window closes that is open now: `now` itself when none is, None when the plot has no
    windows and may always be watered. Windows that meet are one."""
    if not plot.windows:
        return None
    until = now
    for begin, end in sorted(_spans(plot, now, here)):
        if begin <= until < end:
            until = end
    return until


def next_opening(plot: Plot, now: Millis, here: HamletTime) -> Millis | None:
    """When a window opens next; None when none ever does."""
    openings = (here.next(window.begin, now) for window in plot.windows)
    return min((at for at in openings if at is not None), default=None)


def _spans(plot: Plot, now: Millis, here: HamletTime) -> Iterator[tuple[Millis, Millis]]:
    today = here.day(now)
    for window in plot.windows:
        for days in (-1, 0, 1):
            span = _span(window, here, today + timedelta(days=days))
            if span is not None:
                yield span


def _span(window: Window, here: HamletTime, day: date) -> tuple[Millis, Millis] | None:
    begin, end = here.on(day, window.begin), here.on(day, window.end)
    if begin is not None and end is not None and end <= begin:
        end = here.on(day + timedelta(days=1), window.end)
    return None if begin is None or end is None else (begin, end)
