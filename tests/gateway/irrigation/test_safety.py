"""Whatever breaks, is lost, repeated, delayed or killed: what really flows stays under the ceilings
of plots and source plus one lease, no valve stays open, and every run has an end. Meters may die,
count half or double, or spin by themselves at any moment. The simulated valves are the judge.

Water that no command let through, past a shut or jammed valve, is nobody's to bound here; that it
is found and what is done about it stands in `test_faults`.
"""

import os
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import CommandState, RunState
from gateway.irrigation.doubt import NOISE_SHARE, TRUSTED_SHARE
from gateway.irrigation.judge import LEAK_HELD_MS
from gateway.irrigation.run import FINAL, TAIL_MS
from gateway.plot_records import PlotSetting
from gateway.plots import Mode, Pump, Source
from tests.gateway.fleets import NOW
from tests.gateway.irrigation.garden import SECOND, Garden, plot

CEILING_L = 500.0
POND_L = 800.0
RATE = 60.0
YEAR_S = 365 * 86_400
CLOCK_ERROR_MAX_MS = 4 * YEAR_S * SECOND
"""Before 2020 no message has a time."""
BEFORE_MIDNIGHT = NOW + (16 * 3600 + 3300) * SECOND
LEASE_L = RATE * TAIL_MS / 60_000
SLACK_L = RATE * 2 / 60
"""The simulation steps by the second, and so may the last litre."""
METERED_SHARE = TRUSTED_SHARE - NOISE_SHARE
"""A meter that counts more of what flows is believed, and so the ceilings may be passed by the
rest."""
PLOTS = ["lo-1", "lo-2", "lo-3", "lo-4"]
ON_POND = ["lo-1", "lo-2", "lo-4"]
POND = Source(
    id="pond", label=Text("ao", "pond"), litres_per_day_max=POND_L, flow_max_l_min=2 * RATE
)
MORE = 20 if os.environ.get("HAMLET_FULL") else 1


class Mishap(NamedTuple):
    """Something that breaks, or is mended, or set, at any moment; the name is for the report."""

    name: str
    of: Callable[[Garden], None]


def ails(id: str, **changes: object) -> Mishap:
    def befall(garden: Garden) -> None:
        for name, value in changes.items():
            setattr(garden.actuators[id], name, value)

    return Mishap(f"{id} {changes}", befall)


def switched(of: str, mode: Mode) -> Mishap:
    def befall(garden: Garden) -> None:
        garden.set(PlotSetting(of, garden.clock, "person:hoa", mode, None))

    return Mishap(f"{of} {mode}", befall)


def blows(wind: float) -> Mishap:
    return Mishap(f"wind {wind}", lambda garden: garden.hear("weather-1", {"wind_speed_m_s": wind}))


METER: dict[str, Any] = {"counts": 1.0, "shows": 1.0, "spins": 0.0}
WELL: dict[str, Any] = {"stuck": None, "mute": False, "leaks": 0.0, "dry": False, **METER}
METERS = ("valve-1", "valve-2", "valve-3", "valve-4")
MISHAPS = [
    *(ails(id, **WELL) for id in ("valve-1", "valve-2", "valve-4", "pump-1", "pump-2")),
    *(ails(id, stuck=True) for id in ("valve-1", "valve-2", "valve-4", "pump-1")),
    *(ails(id, stuck=False) for id in ("valve-1", "valve-4", "pump-1", "pump-2")),
    *(ails(id, mute=True) for id in ("valve-1", "valve-4", "pump-1")),
    *(ails(id, leaks=0.3) for id in ("valve-1", "valve-2", "valve-4")),
    *(ails(id, dry=True) for id in ("pump-1", "pump-2")),
    *(ails(id, counts=0.0, shows=0.0) for id in METERS),
    *(ails(id, counts=0.0) for id in METERS),
    *(ails(id, counts=share, shows=share) for id in METERS for share in (0.5, 2.0)),
    *(ails(id, spins=RATE / 2) for id in METERS),
    switched("lo-1", Mode.OFF),
    switched("lo-1", Mode.MANUAL),
    blows(9.0),
    blows(0.0),
]


class AnyAccident(RuleBasedStateMachine):
    pond = POND

    @initialize(
        metered=st.sampled_from([True, False, ["valve-1", "valve-2"]]),
        flow=st.sampled_from([0.5, 1.0]),
        valves=st.integers(2, 3),
        start=st.sampled_from([NOW, BEFORE_MIDNIGHT]),
        resumes=st.sampled_from(["resume", "give-up"]),
        together=st.integers(1, 2),
        ailing=st.sampled_from([[], ["valve-3"], ["valve-4"], ["valve-1", "valve-4"]]),
        share=st.sampled_from([0.0, 0.5]),
    )
    def build(
        self,
        metered: bool | list[str],
        flow: float,
        valves: int,
        start: Millis,
        resumes: str,
        together: int,
        ailing: list[str],
        share: float,
    ) -> None:
        always: dict[str, Any] = {"litres_per_day_max": CEILING_L, "after_power_cut": resumes}
        many = ["valve-2", "valve-5", "valve-6"][:valves]
        soak = {"water_min": 2, "rest_min": 3}
        hours = [{"from": "06:00", "to": "07:20"}, {"from": "22:00", "to": "00:30"}]
        garden = [
            plot("lo-1", soak=soak, **always),
            plot("lo-2", valves=many, priority=7, **always),
            plot("lo-3", pump="pump-2", windows=hours, **always),
            plot("lo-4", pump=None, source="pond", soak=soak, **always),
        ]
        pumps = [Pump(id="pump-1", source="pond", plots_at_once=together, power_min_w=600)]
        self.garden = Garden(
            *garden, metered=metered, flow=flow, start=start, pumps=pumps, sources=[self.pond]
        )
        for id in ailing:
            ails(id, counts=share, shows=share).of(self.garden)
        self.ask(PLOTS, 5000.0, "person:hoa")

    @rule(
        of=st.lists(st.sampled_from(PLOTS), min_size=1, max_size=4, unique=True),
        litres=st.sampled_from([30.0, 200.0, 5000.0]),
        who=st.sampled_from(["rule:dry", "person:hoa"]),
    )
    def ask(self, of: list[str], litres: float, who: str) -> None:
        for one in of:
            self.garden.ask(one, litres, who)

    @rule(of=st.sampled_from(PLOTS))
    def stop(self, of: str) -> None:
        self.garden.save(self.garden.engine.stop(of, "person:web", self.garden.clock))

    @rule(seconds=st.integers(1, 60))
    def live(self, seconds: int) -> None:
        self.garden.live(seconds)

    @rule(seconds=st.integers(60, 600))
    def live_long(self, seconds: int) -> None:
        self.garden.live(seconds)

    @rule(away=st.sampled_from([0, 1, 10, 60, 130, 300, 4000]))
    def kill(self, away: int) -> None:
        self.garden.sleep(away)
        self.garden.kill()

    @rule(commands=st.booleans(), results=st.booleans(), telemetry=st.booleans())
    def lose(self, commands: bool, results: bool, telemetry: bool) -> None:
        self.garden.lose_commands = commands
        self.garden.lose_results = results
        self.garden.lose_telemetry = telemetry

    @rule(happens=st.sampled_from(MISHAPS))
    def befall(self, happens: Mishap) -> None:
        happens.of(self.garden)

    @rule(seconds=st.sampled_from([0, 1, 7, 25, 50]))
    def delay(self, seconds: int) -> None:
        self.garden.delay_ms = seconds * SECOND

    @rule()
    def repeat(self) -> None:
        """The broker delivers everything twice."""
        garden = self.garden
        garden.wire.extend(list(garden.wire))

    @rule(seconds=st.sampled_from([-3 * YEAR_S, -7200, -60, -1, 5, 60, 7200, 3 * YEAR_S]))
    def jump(self, seconds: int) -> None:
        if abs(self.garden.clock_error + seconds * SECOND) < CLOCK_ERROR_MAX_MS:
            self.garden.set_clock_by(seconds)

    @invariant()
    def the_ceilings_hold(self) -> None:
        pond: dict[Millis, float] = {}
        for (of, day), litres in self.garden.flowed_by_day().items():
            assert litres <= CEILING_L / METERED_SHARE + LEASE_L + SLACK_L, (of, day)
            if of in ON_POND:
                pond[day] = pond.get(day, 0.0) + litres
        for day, litres in pond.items():
            most_l = POND_L / METERED_SHARE + len(ON_POND) * (LEASE_L + SLACK_L)
            assert litres <= most_l, day

    @invariant()
    def no_start_without_a_lease(self) -> None:
        for actuator in self.garden.actuators.values():
            assert actuator.on_until <= self.garden.now + TAIL_MS

    def teardown(self) -> None:
        if not hasattr(self, "garden"):
            return
        garden = self.garden
        garden.lose_commands = garden.lose_results = garden.lose_telemetry = False
        garden.delay_ms = 0
        for id in garden.actuators:
            ails(id, **WELL).of(garden)
        garden.live_until_idle(4 * 3600 + LEAK_HELD_MS // SECOND)
        garden.live(TAIL_MS // SECOND)
        self.the_ceilings_hold()
        assert not any(garden.is_on(id) for id in garden.actuators)
        for id, litres in garden.flowed_in.items():
            run = garden.runs[id]
            known_l = run.litres + run.unseen_l
            assert known_l >= litres * METERED_SHARE - SLACK_L, "water that no run counts"
        assert {run.state for run in garden.runs.values()} <= FINAL
        for run in garden.runs.values():
            assert run.state is not RunState.DONE or run.cause is None
        waiting = [one for one in garden.commands.values() if one.state is CommandState.QUEUED]
        assert waiting == []


AnyAccident.TestCase.settings = settings(
    max_examples=60 * MORE, stateful_step_count=25, deadline=None, derandomize=True
)
TestAnyAccident = AnyAccident.TestCase
