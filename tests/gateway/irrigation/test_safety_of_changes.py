"""The same accidents while `plots.yaml` is edited, meters are exchanged, overrides end, nobody
knows the time, and the gateway dies with what it decided unsaved: ceilings of sources hold, no
valve stays open, every run has an end. The simulated valves are the judge."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from devices.reading import Millis
from devices.text import Text
from gateway.plot_records import Override
from gateway.plots import Mode, Plot, Source
from gateway.plots.modes import Thresholds
from tests.gateway.irrigation.garden import SECOND, day_start
from tests.gateway.irrigation.test_safety import (
    CEILING_L,
    LEASE_L,
    METERED_SHARE,
    METERS,
    MISHAPS,
    MORE,
    POND,
    SLACK_L,
    AnyAccident,
    Mishap,
)
from tests.gateway.irrigation.test_safety_of_modes import PLOTS, AnyWeather

DAY_S = 86_400
SMALL_L = 100.0
"""So little that the sources' ceilings bind before those of the plots."""
SMALL_POND = POND.model_copy(update={"litres_per_day_max": SMALL_L})
WELL = Source(id="well", label=Text("giếng", "well"), litres_per_day_max=SMALL_L)
TOGETHER = 3
"""Two plots on the pump and one without take from a source at once."""
SOUND = [one for one in MISHAPS if "counts" not in one.name and "spins" not in one.name]
EDITS: list[tuple[str, dict[str, Any] | None]] = [
    ("lo-1", {"id": "lo-9"}),
    ("lo-2", None),
    ("lo-3", None),
    ("lo-4", {"source": "well"}),
    ("lo-4", {"id": "lo-8", "source": "well"}),
    ("lo-3", {"area_m2": 360}),
    ("lo-2", {"minutes_per_run_max": 3}),
]
"""What somebody writes into the file: a plot gets another name or source, or is gone."""

WISHES: list[dict[str, Any]] = [
    {"mode": Mode.SCHEDULE},
    {"mode": Mode.SOIL, "thresholds": Thresholds(start_pct=27, stop_pct=30)},
    {"mode": Mode.BALANCE, "area_m2": 300},
    {"mode": Mode.OFF},
    {"mode": Mode.MANUAL},
    {"ask_first": True},
    {"ask_first": False, "minutes_per_run_max": 3},
    {"area_m2": 2000, "minutes_per_run_max": 20},
]


class AnyChange(AnyAccident):
    pond = SMALL_POND

    @rule(happens=st.sampled_from(SOUND))
    def befall(self, happens: Mishap) -> None:
        """Meters are sound here, so that sources are judged sharply."""
        happens.of(self.garden)

    @rule(
        edits=st.lists(st.sampled_from(EDITS), max_size=3),
        away=st.sampled_from([0, 1, 30, 130, 4000]),
        trusted=st.booleans(),
    )
    def edit(
        self, edits: list[tuple[str, dict[str, Any] | None]], away: int, trusted: bool
    ) -> None:
        garden = self.garden
        garden.water = garden.water.model_copy(update={"sources": (SMALL_POND, WELL)})
        changes = dict(edits)
        plots: list[Plot] = []
        for one in garden.laid:
            change = changes.get(one.id, {})
            if change is not None:
                plots.append(one.model_copy(update=change))
        garden.sleep(away)
        garden.clock_trusted = trusted
        garden.kill(*plots)

    @rule(seconds=st.integers(60, 120))
    def want_all(self, seconds: int) -> None:
        """Whatever is left is asked for, again and again: a ceiling is reached."""
        for _ in range(3):
            self.garden.live(11)  # after a start the valves speak first
            for one in self.garden.plots:
                self.garden.ask(one.id, 5000.0, "person:hoa")
            self.garden.live(seconds)

    @rule()
    def learn_the_time(self) -> None:
        self.garden.clock_trusted = self.garden.engine.clock_trusted = True

    @rule(seconds=st.sampled_from([1, 2, 5]))
    def die_unsaved(self, seconds: int) -> None:
        """What was decided in the last moments is lost, and so are its commands."""
        self.garden.crash = True
        self.garden.live(seconds)
        self.garden.kill()

    @precondition(lambda self: hasattr(self, "garden") and self.until_midnight_s() < 1200)
    @rule(seconds=st.sampled_from([1, 2, 11]))
    def die_at_midnight(self, seconds: int) -> None:
        self.garden.live(self.until_midnight_s() - 1)
        self.die_unsaved(seconds)

    @precondition(lambda self: hasattr(self, "garden") and self.until_midnight_s() > DAY_S - 1200)
    @rule()
    def go_back_over_midnight(self) -> None:
        since_s = DAY_S - self.until_midnight_s()
        self.garden.set_clock_by(-since_s - 60)

    @rule(valve=st.sampled_from(METERS), total_l=st.sampled_from([0.0, 40.0, 123_456.0]))
    def exchange_meter(self, valve: str, total_l: float) -> None:
        self.garden.actuators[valve].total_l = total_l

    @rule(id=st.sampled_from(["valve-1", "valve-4", "pump-1"]), adopted=st.booleans())
    def adopt(self, id: str, adopted: bool) -> None:
        device = self.garden.fleet.get(id)
        assert device is not None
        device.adopted = adopted

    @rule(of=st.sampled_from(["lo-1", "lo-3"]), lasts_s=st.sampled_from([5, 60, 600]))
    def override(self, of: str, lasts_s: int) -> None:
        garden = self.garden
        for interlock in ("wind", "window"):
            id = f"{of}.{interlock}.{garden.clock}"
            until = garden.clock + lasts_s * SECOND
            override = Override(id, of, interlock, "trial", "person:hoa", garden.clock, until)
            if any(one.id == of for one in garden.plots):
                garden.set(override)

    def until_midnight_s(self) -> int:
        clock = self.garden.clock
        return DAY_S - (clock - day_start(clock)) // SECOND

    @invariant()
    def the_sources_hold(self) -> None:
        drawn: dict[tuple[str, Millis], float] = {}
        for source, at, litres in self.garden.drawn:
            key = source, day_start(at)
            drawn[key] = drawn.get(key, 0.0) + litres
        for key, litres in drawn.items():
            assert litres <= SMALL_L / METERED_SHARE + TOGETHER * (LEASE_L + SLACK_L), key

    @invariant()
    def the_ceilings_hold(self) -> None:
        """A plot's account goes by its id."""
        for (of, day), litres in self.garden.flowed_by_day().items():
            names = 1 + any("id" in (change or ()) for id, change in EDITS if id == of)
            assert litres <= names * (CEILING_L / METERED_SHARE + LEASE_L + SLACK_L), (of, day)

    def teardown(self) -> None:
        if hasattr(self, "garden"):
            self.learn_the_time()
            for device in self.garden.fleet:
                device.adopted = True
            self.lose(commands=False, results=False, telemetry=False)
            self.want_all(120)
            self.the_sources_hold()
        super().teardown()


class AnyChangeOfMind(AnyWeather):
    """Plots that water themselves, while people edit the file, override, and stop runs."""

    @rule(
        edits=st.lists(st.tuples(st.sampled_from(PLOTS), st.sampled_from(WISHES)), max_size=3),
        away=st.sampled_from([0, 30, 1000, 4000]),
    )
    def edit(self, edits: list[tuple[str, dict[str, Any]]], away: int) -> None:
        garden = self.garden
        plots = {one.id: one for one in garden.plots}
        for of, wish in edits:
            plots[of] = plots[of].model_copy(update=wish)
        garden.sleep(away)
        garden.kill(*plots.values())

    @rule(of=st.sampled_from(PLOTS), interlock=st.sampled_from(["wind", "window", "rain-1h"]))
    def override(self, of: str, interlock: str) -> None:
        now = self.garden.clock
        id = f"{of}.{interlock}.{now}"
        override = Override(id, of, interlock, "trial", "person:hoa", now, now + 300 * SECOND)
        self.garden.set(override)

    @rule(of=st.sampled_from(PLOTS))
    def stop(self, of: str) -> None:
        self.garden.save(self.garden.engine.stop(of, "person:hoa", self.garden.clock))

    @rule(seconds=st.sampled_from([1, 2, 5]))
    def die_unsaved(self, seconds: int) -> None:
        self.garden.crash = True
        self.garden.live(seconds)
        self.garden.kill()

    def the_hours_hold(self) -> None:
        """An override may let a run go on."""

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "garden"):
            garden = self.garden
            garden.live_until_idle(11 * 3600)
            assert not any(garden.is_on(id) for id in garden.actuators)


AnyChange.TestCase.settings = settings(
    max_examples=15 * MORE, stateful_step_count=25, deadline=None, derandomize=True
)
TestAnyChange = AnyChange.TestCase
AnyChangeOfMind.TestCase.settings = settings(
    max_examples=12 * MORE, stateful_step_count=20, deadline=None, derandomize=True
)
TestAnyChangeOfMind = AnyChangeOfMind.TestCase
