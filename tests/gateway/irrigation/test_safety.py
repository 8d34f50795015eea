"""Whatever is lost, repeated, delayed or killed: what really flows stays under the ceiling plus one
lease, no valve stays open, and every run has an end. The simulated valves are the judge."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from devices.reading import Millis
from gateway.decisions import CommandState, RunState
from gateway.irrigation.run import FINAL, TAIL_MS
from tests.gateway.fleets import NOW
from tests.gateway.irrigation.garden import SECOND, Garden, plot

CEILING_L = 500.0
RATE = 60.0
YEAR_S = 365 * 86_400
BEFORE_MIDNIGHT = NOW + (16 * 3600 + 3300) * SECOND
LEASE_L = RATE * TAIL_MS / 60_000
SLACK_L = RATE * 2 / 60
"""The simulation steps by the second, and so may the last litre."""


class AnyAccident(RuleBasedStateMachine):
    @initialize(
        metered=st.booleans(),
        flow=st.sampled_from([0.5, 1.0]),
        valves=st.integers(1, 2),
        start=st.sampled_from([NOW, BEFORE_MIDNIGHT]),
    )
    def build(self, metered: bool, flow: float, valves: int, start: Millis) -> None:
        first = plot("lo-1", litres_per_day_max=CEILING_L)
        ids = [f"valve-{number}" for number in range(2, 2 + valves)]
        second = plot("lo-2", litres_per_day_max=CEILING_L, valves=ids)
        self.garden = Garden(first, second, metered=metered, flow=flow, start=start)

    @rule(of=st.sampled_from(["lo-1", "lo-2"]), litres=st.sampled_from([30.0, 200.0, 5000.0]))
    def ask(self, of: str, litres: float) -> None:
        self.garden.ask(of, litres)

    @rule(of=st.sampled_from(["lo-1", "lo-2"]))
    def stop(self, of: str) -> None:
        self.garden.save(self.garden.engine.stop(of, "person:web", self.garden.clock))

    @rule(seconds=st.integers(1, 200))
    def live(self, seconds: int) -> None:
        self.garden.live(seconds)

    @rule(away=st.integers(0, 300))
    def kill(self, away: int) -> None:
        self.garden.sleep(away)
        self.garden.kill()

    @rule(commands=st.booleans(), results=st.booleans(), telemetry=st.booleans())
    def lose(self, commands: bool, results: bool, telemetry: bool) -> None:
        self.garden.lose_commands = commands
        self.garden.lose_results = results
        self.garden.lose_telemetry = telemetry

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
        self.garden.set_clock_by(seconds)

    @invariant()
    def the_ceiling_holds(self) -> None:
        for (of, day), litres in self.garden.flowed_by_day().items():
            assert litres <= CEILING_L + LEASE_L + SLACK_L, (of, day)

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
        garden.live_until_idle(2 * 3600)
        garden.live(TAIL_MS // SECOND)
        self.the_ceiling_holds()
        assert not any(garden.is_on(id) for id in garden.actuators)
        for id, litres in garden.flowed_in.items():
            assert garden.runs[id].litres >= litres - SLACK_L, "water that its run does not count"
        assert {run.state for run in garden.runs.values()} <= FINAL
        for run in garden.runs.values():
            assert run.state is not RunState.DONE or run.cause is None
        waiting = [one for one in garden.commands.values() if one.state is CommandState.QUEUED]
        assert waiting == []


AnyAccident.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, derandomize=True
)
TestAnyAccident = AnyAccident.TestCase
