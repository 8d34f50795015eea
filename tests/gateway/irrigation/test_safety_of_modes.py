"""Plots that water themselves, in any weather, with probes that say anything, people who change
their minds, kills and wrong clocks: ceilings and hours hold, nobody is asked twice, and every
decision is told. The simulated valves are the judge."""

import json
import os
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from devices.reading import Millis
from devices.text import Text
from gateway.irrigation.run import ON, TAIL_MS
from gateway.irrigation.windows import open_until
from gateway.plot_records import PlotSetting, ProposalAnswered, ProposalState
from gateway.plots import Mode, Pump, Source
from tests.gateway.irrigation.garden import HERE, SECOND
from tests.gateway.irrigation.grown_garden import DAY, HOUR, MINUTE, GrownGarden, local, tea

CEILING_L = 1500.0
POND_L = 2500.0
RATE = 240.0
LEASE_L = RATE * TAIL_MS / 60_000
SLACK_L = RATE * 2 / 60
PLOTS = ["lo-1", "lo-2", "lo-3"]
ON_POND = ["lo-1", "lo-2"]
JUMP_MAX_MS = 30 * DAY
CORRECTED_MAX = 2
MORE = 20 if os.environ.get("HAMLET_FULL") else 1
POND = Source(id="pond", label=Text("ao", "pond"), litres_per_day_max=POND_L)
HOURS = [{"from": "04:30", "to": "07:00"}, {"from": "22:00", "to": "01:00"}]


class AnyWeather(RuleBasedStateMachine):
    @initialize(
        at=st.sampled_from(["05:50", "12:00", "23:50"]),
        resumes=st.sampled_from(["resume", "give-up"]),
        stale=st.sampled_from(["schedule", "stop"]),
    )
    def build(self, at: str, resumes: str, stale: str) -> None:
        always: dict[str, Any] = {
            "litres_per_day_max": CEILING_L,
            "minutes_per_run_max": 20,
            "after_power_cut": resumes,
            "when_stale": stale,
            "schedule": {"at": ["06:00", "23:00"], "depth_mm": 2},
            "thresholds": {"start_pct": 25, "stop_pct": 28},
        }
        self.garden = GrownGarden(
            tea("lo-1", mode="schedule", **always),
            tea("lo-2", mode="soil", windows=HOURS, **always),
            tea("lo-3", mode="balance", ask_first=True, pump="pump-2", windows=HOURS, **always),
            start=local(f"2026-03-10 {at}"),
            pumps=[Pump(id="pump-1", source="pond")],
            sources=[POND],
        )
        self.corrected = 0
        self.garden.moisture |= {"soil-1": 26.0, "soil-2": 24.0, "soil-3": 22.0}
        self.garden.live(10)

    @rule(minutes=st.integers(1, 15))
    def live(self, minutes: int) -> None:
        self.garden.live(minutes * 60)

    @rule(hours=st.integers(1, 14))
    def go_on(self, hours: int) -> None:
        self.garden.last_until(self.garden.now + hours * HOUR)

    @rule(
        probe=st.sampled_from(["soil-1", "soil-2", "soil-3"]),
        says=st.sampled_from([None, 19.0, 22.0, 24.0, 26.0, 29.0, 78.0]),
    )
    def sound(self, probe: str, says: float | None) -> None:
        self.garden.moisture[probe] = says

    @rule(mm=st.sampled_from([0.5, 3.0, 12.0, 60.0]))
    def rain(self, mm: float) -> None:
        self.garden.rain_mm += mm

    @rule(
        wind=st.sampled_from([0.0, 2.0, 9.0]),
        temperature=st.sampled_from([5.0, 22.0, 38.0]),
        silent=st.booleans(),
    )
    def blow(self, wind: float, temperature: float, silent: bool) -> None:
        self.garden.weather = None if silent else {
            "air_temperature_c": temperature,
            "relative_humidity_pct": 70.0,
            "wind_speed_m_s": wind,
            "solar_w_m2": 400.0,
        }  # fmt: skip

    @rule(rain_mm=st.sampled_from([0.0, 1.5, 30.0, None]))
    def foretell(self, rain_mm: float | None) -> None:
        now = self.garden.clock
        periods = [{"from": now, "to": now + DAY, "rain_mm": rain_mm}]
        said = json.dumps({"issued_at": now, "periods": periods}).encode()
        self.garden.engine.forecasts.take("file", said)

    @rule(
        of=st.sampled_from(PLOTS),
        mode=st.sampled_from([*Mode, None]),
        ask_first=st.sampled_from([True, False, None]),
    )
    def choose(self, of: str, mode: Mode | None, ask_first: bool | None) -> None:
        self.garden.set(PlotSetting(of, self.garden.clock, "person:hoa", mode, ask_first))

    @precondition(lambda self: hasattr(self, "garden") and self.open_questions())
    @rule(yes=st.booleans(), twice=st.booleans())
    def answer(self, yes: bool, twice: bool) -> None:
        id = self.open_questions()[0]
        for _ in range(1 + twice):
            answered = ProposalAnswered(id, yes, "person:hoa", self.garden.clock)
            self.garden.save(self.garden.engine.answer(answered, self.garden.clock))

    @rule(of=st.sampled_from(PLOTS), litres=st.sampled_from([200.0, 5000.0]))
    def ask(self, of: str, litres: float) -> None:
        self.garden.ask(of, litres, "person:hoa")

    @rule(away_s=st.sampled_from([0, 10, 130, 4000]))
    def kill(self, away_s: int) -> None:
        self.garden.sleep(away_s)
        self.garden.kill()

    @rule(seconds=st.sampled_from([-3 * 86_400, -7200, -60, 60, 7200, 3 * 86_400]))
    def jump(self, seconds: int) -> None:
        few = self.corrected < CORRECTED_MAX  # the ceilings are judged the less sharply for each
        if few and abs(self.garden.clock_error + seconds * SECOND) < JUMP_MAX_MS:
            self.garden.set_clock_by(seconds)
            self.garden.live(1)
            self.corrected += 1

    def open_questions(self) -> list[str]:
        proposals = self.garden.proposals.values()
        return [one.id for one in proposals if one.state is ProposalState.OPEN]

    @invariant()
    def the_ceilings_hold(self) -> None:
        """Of a day as it was known: a clock that is set may find that two were one."""
        times = 1 + self.corrected
        pond: dict[Millis, float] = {}
        for (of, day), litres in self.garden.flowed_by_day().items():
            assert litres <= (CEILING_L + LEASE_L + SLACK_L) * times, (of, day)
            if of in ON_POND:
                pond[day] = pond.get(day, 0.0) + litres
        for day, litres in pond.items():
            assert litres <= (POND_L + len(ON_POND) * (LEASE_L + SLACK_L)) * times, day

    @invariant()
    def nobody_is_asked_twice(self) -> None:
        plots = [self.garden.proposals[id].plot for id in self.open_questions()]
        assert len(plots) == len(set(plots))

    @invariant()
    def the_hours_hold(self) -> None:
        garden = self.garden
        for run in garden.engine.runs():
            if run.requester.startswith("plan:") and run.state in ON:
                (plot,) = (one for one in garden.plots if one.id == run.plot)
                assert open_until(plot, garden.clock, HERE) != garden.clock, run

    @invariant()
    def every_decision_is_told(self) -> None:
        for one in self.garden.said:
            assert one.sentence.vi.endswith((".", "?"))
            assert one.sentence.en.endswith((".", "?"))
        told = {one.plot for one in self.garden.said}
        assert {run.plot for run in self.garden.runs.values()} <= told

    def teardown(self) -> None:
        if hasattr(self, "garden"):
            self.garden.last_until(self.garden.now + 2 * HOUR + MINUTE)
            self.the_ceilings_hold()


AnyWeather.TestCase.settings = settings(
    max_examples=15 * MORE, stateful_step_count=20, deadline=None, derandomize=True
)
TestAnyWeather = AnyWeather.TestCase
