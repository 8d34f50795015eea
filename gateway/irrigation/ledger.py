"""The balance of water of every plot, day by day, as FAO-56 keeps it.

The open day is computed anew from what its evening before left, so that a restart, a late reading
or a second look change nothing: rain by the hours of the weather log, irrigation when a watering
has ended, ET0 by the usual one until the day is over, and then by its weather. The probes correct
it, visibly. Knows nothing of when a plot is watered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from math import cos, pi

from devices.reading import Millis
from gateway.agronomy.balance import Fluxes, next_depletion
from gateway.clock import Correction
from gateway.decisions import Run
from gateway.hamlet_time import HamletTime, Sun, TimeOfDay
from gateway.irrigation.probes import PlotProbes, Soundings
from gateway.irrigation.root_zone import kc, root_zone
from gateway.irrigation.weather_log import DayWeather, WeatherLog
from gateway.plot_records import BalanceDay
from gateway.plots import Plot

GAP_DAYS_MAX = 10
"""After more days without a gateway a balance tells nothing; it begins anew."""
SINK_IN_MS = 3 * 3_600_000
"""Water needs that long from the sprinkler to a probe some 20 cm deep. Until then the probes do
not correct the balance, and no plot that goes by them is watered again."""

AHEAD_MAX = timedelta(days=1)
"""A clock that is set back over midnight leaves the day that is open; it comes soon."""

CLOCK_AHEAD = "clock-ahead"
DAY_OPEN = "day-open"
START_ASSUMED = "start-assumed"
START_BY_PROBES = "start-by-probes"
"""What `BalanceDay.estimates` can name besides the estimates and doubts of agronomy."""
ET0_UNKNOWN, RAIN_UNKNOWN = "et0-unknown", "rain-unknown"

MIDNIGHT = TimeOfDay(0)
DAY = timedelta(days=1)


class Ledger:
    """Of all plots. Feed it only while the time is known."""

    def __init__(
        self,
        plots: Iterable[Plot],
        probes: Mapping[str, PlotProbes],
        weather: WeatherLog,
        here: HamletTime,
    ) -> None:
        self._plots = {plot.id: plot for plot in plots}
        self._probes = probes
        self._weather = weather
        self._here = here
        self._days: dict[str, BalanceDay] = {}
        self._known: dict[str, dict[date, BalanceDay]] = {}  # the last ones
        self._watered_at: dict[str, Millis] = {}
        self._soundings: dict[str, Soundings] = {}
        self._share: tuple[Millis, float] = (-1, 0.0)  # the newest answer: all plots ask at once

    def restore(self, balances: Iterable[BalanceDay], runs: Iterable[Run]) -> None:
        """Take over the newest day of each plot, oldest first, and when it was last watered."""
        for balance in balances:
            if balance.plot in self._plots and balance.estimates != CLOCK_AHEAD:
                self._days[balance.plot] = self._note(balance)
        for run in runs:
            if run.ended_at is not None and run.litres > 0:
                self._watered_at[run.plot] = max(
                    run.ended_at, self._watered_at.get(run.plot, run.ended_at)
                )

    def balance(self, plot: str) -> BalanceDay | None:
        """The newest day; None before the first look."""
        return self._days.get(plot)

    def is_measured(self, plot: str) -> bool:
        """Whether anything that somebody measured is in it: else all of it is assumed."""
        return any(
            day.et0_mm is not None
            or day.rain_mm is not None
            or day.correction_mm != 0
            or START_BY_PROBES in day.estimates
            for day in self._known.get(plot, {}).values()
        )

    def soundings(self, plot: str) -> Soundings | None:
        """What the probes said when the balance was last brought up to date."""
        return self._soundings.get(plot)

    def watered_at(self, plot: str) -> Millis | None:
        """When water last stopped flowing there, whoever had asked for it."""
        return self._watered_at.get(plot)

    def is_sinking(self, plot: str, now: Millis) -> bool:
        """Whether water has not reached the probes yet. What seems to come did not happen so."""
        watered_at = self._watered_at.get(plot)
        return watered_at is not None and 0 <= now - watered_at < SINK_IN_MS

    def correct(self, correction: Correction) -> None:
        """The clock was wrong; days that it has left behind are found by the next update."""
        self._watered_at = {plot: correction.of(at) for plot, at in self._watered_at.items()}

    def water(self, run: Run, now: Millis) -> list[BalanceDay]:
        """A watering has ended: its litres count for the day on which they flowed."""
        plot = self._plots.get(run.plot)
        if plot is None or run.litres <= 0:
            return []
        self._watered_at[plot.id] = now
        days = self._close_past(plot, self._here.day(now), now)
        balance = self._days.get(plot.id) or self._begin(plot, now)
        self._days[plot.id] = _watered(balance, plot, run.litres - run.yesterday_l)
        return [*days, self._bring_up(plot, now)]

    def turn_day(self, run: Run, litres: float, now: Millis) -> list[BalanceDay]:
        """It is midnight, and a watering goes on: so much of it is of the day that is over."""
        plot, balance = self._plots[run.plot], self._days.get(run.plot)
        if balance is not None:
            self._days[plot.id] = _watered(balance, plot, litres)
        return [*self._close_past(plot, self._here.day(now), now), self._bring_up(plot, now)]

    def update(self, now: Millis) -> list[BalanceDay]:
        """Bring every plot up to `now`; days that are over are closed. Returns what to save."""
        today = self._here.day(now)
        days: list[BalanceDay] = []
        for plot in self._plots.values():
            days += self._close_past(plot, today, now)
            days.append(self._bring_up(plot, now))
        return days

    def demand_share(self, now: Millis) -> float:
        """How much of this day's thirst is past: that of a plant that follows the sun's height."""
        if self._share[0] != now:
            self._share = now, self._read_share(now)
        return self._share[1]

    def _read_share(self, now: Millis) -> float:
        day = self._here.day(now)
        rise = self._here.on(day, TimeOfDay(0, Sun.RISE))
        down = self._here.on(day, TimeOfDay(0, Sun.SET))
        if rise is None or down is None or down <= rise:
            begin = self._here.on(day, MIDNIGHT) or now
            return min((now - begin) / 86_400_000, 1.0)
        passed = min(max((now - rise) / (down - rise), 0.0), 1.0)
        return (1 - cos(pi * passed)) / 2

    def _close_past(self, plot: Plot, today: date, now: Millis) -> list[BalanceDay]:
        """Close the days before today, those on which the gateway was off included."""
        open_day = self._days.get(plot.id)
        if open_day is not None and open_day.day > today + AHEAD_MAX:
            return self._rewind(plot, open_day, today, now)
        if open_day is None or open_day.day >= today:
            return []
        closed = []
        until = today if (today - open_day.day).days <= GAP_DAYS_MAX else open_day.day + DAY
        while open_day.day < until:
            if not open_day.closed:
                open_day = self._computed(plot, open_day, now, over=True, today=today)
                closed.append(self._note(open_day))
            open_day = _next(open_day)
        if until == today:
            self._days[plot.id] = open_day
        else:
            del self._days[plot.id]
        return closed

    def _bring_up(self, plot: Plot, now: Millis) -> BalanceDay:
        open_day = self._days.get(plot.id) or self._begin(plot, now)
        before = open_day.depletion_mm
        today = self._here.day(now)
        found = self._computed(plot, open_day, now, over=False, today=today)
        self._probes[plot.id].moved_mm += abs(found.depletion_mm - before)
        self._days[plot.id] = self._note(found)
        return found

    def _note(self, balance: BalanceDay) -> BalanceDay:
        known = self._known.setdefault(balance.plot, {})
        known[balance.day] = balance
        if len(known) > GAP_DAYS_MAX + 1:
            del known[next(iter(known))]
        return balance

    def _rewind(
        self, plot: Plot, open_day: BalanceDay, today: date, now: Millis
    ) -> list[BalanceDay]:
        """The clock was ahead: what is missing in the soil is missing now. Returns the days that
        have not come yet, marked, so that no start goes on from them."""
        of_day = kc(plot.crop, today)
        drunk = self._weather.usual_et0(today) * of_day * self.demand_share(now)
        before_mm = max(open_day.depletion_mm - drunk, 0.0)
        self._days[plot.id] = replace(_next(open_day), day=today, before_mm=before_mm)
        known = self._known.get(plot.id, {})
        to_come = [one for one in known.values() if one.day > today]
        for one in to_come:
            del known[one.day]
        return [replace(one, estimates=CLOCK_AHEAD, closed=True) for one in to_come]

    def _begin(self, plot: Plot, now: Millis) -> BalanceDay:
        """The first day: the probes tell how dry it is, else half of what the tea takes in ease
        is assumed to be gone."""
        zone = root_zone(plot)
        found = self._probes[plot.id].look(None, 0.0, now).calibration
        depletion = zone.raw_mm / 2 if found is None else found.depletion_mm
        today = self._here.day(now)
        of_day = kc(plot.crop, today)
        drunk = self._weather.usual_et0(today) * of_day * self.demand_share(now)
        return BalanceDay(
            plot=plot.id,
            day=today,
            before_mm=max(depletion - drunk, 0.0),  # this morning
            et0_mm=None,
            kc=of_day,
            ks=1.0,
            et_mm=0.0,
            rain_mm=None,
            effective_rain_mm=0.0,
            irrigation_mm=0.0,
            percolation_mm=0.0,
            correction_mm=0.0,
            depletion_mm=depletion,
            taw_mm=zone.taw_mm,
            raw_mm=zone.raw_mm,
            estimates=START_ASSUMED if found is None else START_BY_PROBES,
            closed=False,
        )

    def _computed(
        self, plot: Plot, day: BalanceDay, now: Millis, *, over: bool, today: date
    ) -> BalanceDay:
        """The day from its beginning on."""
        weather = self._weather.day(day.day, over=over)
        zone, of_day = root_zone(plot), kc(plot.crop, day.day)
        share = 1.0 if over else self.demand_share(now)
        step = next_depletion(
            zone,
            min(day.before_mm, zone.taw_mm),  # plots.yaml may have changed
            Fluxes(
                et0_mm=weather.et0_mm,
                usual_et0_mm=self._weather.usual_et0(day.day),
                kc=of_day,
                rain_mm=weather.rain_mm,
                irrigation_mm=day.irrigation_mm,
                share=share,
            ),
        )
        depletion = step.depletion_mm
        if day.day >= today - DAY:  # they tell nothing of days long past
            passed = 1.0 if over else self._passed(now)
            depletion = self._corrected(plot, depletion, passed, now)
        return replace(
            day,
            before_mm=step.before_mm,
            et0_mm=weather.et0_mm,
            kc=of_day,
            ks=step.ks,
            et_mm=step.etc_mm,
            rain_mm=weather.rain_mm,
            effective_rain_mm=step.effective_rain_mm,
            percolation_mm=step.percolation_mm,
            correction_mm=depletion - step.depletion_mm,
            depletion_mm=depletion,
            taw_mm=zone.taw_mm,
            raw_mm=step.raw_mm,
            estimates=_estimates(day, weather, over=over),
            closed=over,
        )

    def _corrected(self, plot: Plot, modelled: float, days: float, now: Millis) -> float:
        soundings = self._probes[plot.id].look(modelled, days, now)
        self._soundings[plot.id] = soundings
        found = soundings.calibration
        sinking = self.is_sinking(plot.id, now)
        return modelled if found is None or sinking else found.depletion_mm

    def _passed(self, now: Millis) -> float:
        begin = self._here.on(self._here.day(now), MIDNIGHT) or now
        return min(max((now - begin) / 86_400_000, 0.0), 1.0)


def _watered(balance: BalanceDay, plot: Plot, litres: float) -> BalanceDay:
    return replace(balance, irrigation_mm=balance.irrigation_mm + plot.depth_of(litres))


def _next(closed: BalanceDay) -> BalanceDay:
    """The day after, of which nothing is known yet."""
    return replace(
        closed,
        day=closed.day + DAY,
        before_mm=closed.depletion_mm,
        et0_mm=None,
        rain_mm=None,
        et_mm=0.0,
        effective_rain_mm=0.0,
        irrigation_mm=0.0,
        percolation_mm=0.0,
        correction_mm=0.0,
        estimates=DAY_OPEN,
        closed=False,
    )


def _estimates(day: BalanceDay, weather: DayWeather, *, over: bool) -> str:
    """What of the day was not measured; how the first one began stays with it."""
    begun = [one for one in day.estimates.split(",") if one in (START_ASSUMED, START_BY_PROBES)]
    if not over:
        return ",".join([*begun, DAY_OPEN])
    names = [*begun, *weather.estimates]
    if weather.et0_mm is None:
        names.append(ET0_UNKNOWN)
    if weather.rain_mm is None:
        names.append(RAIN_UNKNOWN)
    return ",".join(names)
