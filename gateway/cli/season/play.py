"""One season in one way: the gateway's own engines against the simulated hamlet, on the wire.

The gateway never sees the ground; the ground's books are the result.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from devices.reading import Millis
from firmware_sim.cadence import HISTORY
from firmware_sim.layout import Layout
from firmware_sim.recorded import DayRecord, RecordedWeather
from firmware_sim.world import World
from gateway.assembly import hamlet_time
from gateway.cli.drive.drive import Drive
from gateway.cli.drive.garden import garden_of
from gateway.cli.season.notes import Notes
from gateway.cli.season.result import PlotDay, PlotSeason, WaySeason
from gateway.cli.season.ways import Turn, Way, turns, watered
from gateway.decisions import IrrigationAsked
from gateway.irrigation.root_zone import root_zone
from gateway.pipeline import Pipeline
from gateway.plots import Plot
from gateway.site import Site

SAMPLE_MS: Millis = 3 * 3_600_000
"""Between two points of a curve."""
AFTERWARDS_MS: Millis = 3_600_000
"""The gateway closes a day a little after it has ended."""
TIMER = "person:timer"
"""Who asks for the water of a fixed day. A timer knows no hours and no season."""

CYCLE = timedelta(days=28 * 365 + 7)
"""After 28 years dates fall on the same days of the week again. Seasons of other times are played
then: the gateway and its devices know that no clock is right that shows a time before them."""
CYCLE_BEGINS = date(2026, 1, 1)

_MINUTE_MS: Millis = 60_000
_HOUR_MS = 60 * _MINUTE_MS


@dataclass(frozen=True, slots=True)
class Season:
    """`days` local days from `first` on, of some plots of a site that stands where `layout` says.
    Without `recorded` days the climate makes the weather, from `seed`."""

    site: Site
    layout: Layout
    plots: tuple[str, ...]
    first: date
    days: int
    seed: int
    fixed_mm: float
    recorded: tuple[DayRecord, ...] = ()


def play(season: Season, way: Way, folder: Path, on_progress: Callable[[float], None]) -> WaySeason:
    """From the first midnight to the last; the journal goes to an empty `folder`. Raises what
    opening a journal raises."""
    began = time.perf_counter()
    player = _Player(season, way, folder)
    for number in range(season.days):
        on_progress(number / season.days)
        player.play_day(season.first + timedelta(days=number))
    return player.finished(time.perf_counter() - began)


class _Player:
    """A hamlet and a gateway that have just started, on their way through the season."""

    def __init__(self, season: Season, way: Way, folder: Path) -> None:
        layout = season.layout.garden(season.plots)
        garden = garden_of(season.site, season.plots, layout, folder)
        place = garden.config.place.model_copy(
            update={"latitude": layout.latitude, "altitude_m": layout.altitude_m}
        )
        self._way = way
        self._later = CYCLE * -((season.first - CYCLE_BEGINS) // CYCLE)
        self._plots = garden.plots
        self._here = hamlet_time(place)
        self._turns = list(turns(garden.plots, season.fixed_mm)) if way is Way.FIXED else []
        self._notes = Notes()
        start = self._midnight(season.first)
        weather = self._weather(season) if season.recorded else None
        world = World(layout, seed=season.seed, start=start, cadence=HISTORY, weather=weather)
        site = replace(
            garden,
            config=garden.config.model_copy(update={"place": place}),
            water=watered(garden.water, way, season.fixed_mm),
        )
        self._drive = Drive(site, (), world, self._notes.take)
        self._begin_mm = {plot.id: self._depletion_mm(plot.id) for plot in self._plots}
        self._books = {plot.id: [world.books(plot.id, start)] for plot in self._plots}
        self._depletions: dict[str, list[float]] = {plot.id: [] for plot in self._plots}
        self._days: list[date] = []
        self._start = start
        self._hours = [0.0]
        self._curves = {plot: [depletion] for plot, depletion in self._begin_mm.items()}

    def play_day(self, day: date) -> None:
        """From its midnight to the next."""
        end = self._midnight(day + timedelta(days=1))
        for at, turn in sorted(self._moments(day), key=lambda moment: moment[0]):
            self._drive.play(at)
            if turn is None:
                self._sample(at)
            else:
                self._ask(turn)
        self._drive.play(end)
        self._sample(end)
        self._days.append(day)
        for id, books in self._books.items():
            books.append(self._drive.world.books(id, end))
            self._depletions[id].append(self._depletion_mm(id))

    def finished(self, seconds: float) -> WaySeason:
        """What became of it."""
        now = self._drive.now
        self._notes.over = True
        self._drive.play(now + AFTERWARDS_MS)
        self._drive.close()
        plots = tuple(self._season_of(plot) for plot in self._plots)
        return WaySeason(self._way, plots, tuple(self._hours), seconds)

    def _season_of(self, plot: Plot) -> PlotSeason:
        books, notes = self._books[plot.id], self._notes
        days = [
            PlotDay(
                day,
                after.since(before),
                depletion,
                notes.believed.get((plot.id, day + self._later)),
            )
            for day, before, after, depletion in zip(
                self._days, books, books[1:], self._depletions[plot.id], strict=False
            )
        ]
        return PlotSeason(
            plot=plot.id,
            area_m2=plot.area_m2,
            raw_mm=root_zone(plot).raw_mm,
            begin_mm=self._begin_mm[plot.id],
            books=books[-1].since(books[0]),
            days=tuple(days),
            runs=notes.runs.get(plot.id, {}),
            failures=notes.failures.get(plot.id, {}),
            kept_back=notes.kept_back.get(plot.id, {}),
            curve=tuple(self._curves[plot.id]),
        )

    def _moments(self, day: date) -> Iterator[tuple[Millis, Turn | None]]:
        """When a curve gets a point, and when the timer opens a valve."""
        begin, end = self._midnight(day), self._midnight(day + timedelta(days=1))
        for at in range(begin + SAMPLE_MS, end, SAMPLE_MS):
            yield at, None
        for turn in self._turns:
            yield begin + turn.time.minutes * _MINUTE_MS, turn

    def _ask(self, turn: Turn) -> None:
        def step(pipeline: Pipeline, now: Millis) -> None:
            pipeline.ask(IrrigationAsked(turn.plot, TIMER, now, litres=turn.litres), now)

        self._drive.perform(step)

    def _sample(self, at: Millis) -> None:
        self._hours.append((at - self._start) / _HOUR_MS)
        for id, curve in self._curves.items():
            curve.append(self._depletion_mm(id))

    def _depletion_mm(self, plot: str) -> float:
        """The ground's."""
        self._drive.world.books(plot, self._drive.now)
        return self._drive.world.grounds[plot].depletion_mm

    def _midnight(self, day: date) -> Millis:
        """When that day of the season begins, as it is played."""
        local = datetime.combine(day + self._later, clock_time(), self._here.zone)
        return int(local.timestamp() * 1000)

    def _weather(self, season: Season) -> RecordedWeather:
        layout = season.layout
        days = [replace(record, day=record.day + self._later) for record in season.recorded]
        place = (layout.latitude, layout.longitude, layout.altitude_m)
        return RecordedWeather(days, season.seed, place=place, timezone=layout.timezone)
