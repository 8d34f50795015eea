"""Rules that act at moments, over random absences of the gateway and corrections of its clock,
against a model that looks at every minute."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from hypothesis import given, note, settings
from hypothesis import strategies as st

from devices.reading import Millis
from gateway.decisions import IrrigationAsked
from gateway.rules.rule_clock import LATE_MAX_MS, REPEAT_MAX_MS
from tests.gateway.rules.scene import MINUTE, START, Scene, device

_BEGIN = 21 * 60 + 13
"""The minute of the day in which START is; it is 20 s later."""


@dataclass(frozen=True)
class Plan:
    """A schedule as text, and whether it means a minute of the week that begins on START's day."""

    text: str
    means: Callable[[int], bool]

    @cached_property
    def moments(self) -> list[Millis]:
        """From a day before START on; a clock may be set back."""
        minutes = range(_BEGIN - 1440, 3 * 1440)
        return [(minute - _BEGIN) * MINUTE - 20_000 for minute in minutes if self.means(minute)]


PLANS = [
    Plan("at: 22:00", lambda m: m % 1440 == 22 * 60),
    Plan("at: [00:00, 23:30]", lambda m: m % 1440 in (0, 23 * 60 + 30)),
    Plan("every: '*/7 * * * *'", lambda m: m % 60 % 7 == 0),
    Plan("every: 30 */2 * * *", lambda m: m % 120 == 30),
    Plan("every: 15 22,3 * * tue", lambda m: 1440 <= m < 2880 and m % 1440 in (1335, 195)),
]
MINUTES = st.sampled_from([1, 3, 5, 6, 17, 45, 100, 300])


class Model:
    """`done_until`: all moments up to then are dealt with."""

    def __init__(self, plan: Plan, *, runs_late: bool) -> None:
        self.plan = plan
        self.runs_late = runs_late
        self.done_until: Millis = 0
        self.acted: list[Millis] = []

    def moments(self, after: Millis, until: Millis) -> list[Millis]:
        return [at for at in self.plan.moments if after < at <= until]

    def begin(self, now: Millis) -> None:
        """The gateway starts, or finds that it is later than it thought."""
        passed = self.moments(self.done_until, now)
        if passed and (now - passed[-1] <= LATE_MAX_MS or self.runs_late):
            self.acted.append(now)
        self.done_until = max(self.done_until, now)

    def run(self, until: Millis) -> None:
        self.acted += self.moments(self.done_until, until)
        self.done_until = max(self.done_until, until)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(PLANS),
    st.booleans(),
    st.lists(st.tuples(MINUTES, MINUTES), max_size=5),
    st.one_of(MINUTES, MINUTES.map(lambda minutes: -minutes)),
    st.tuples(MINUTES, MINUTES),
)
def test_absences_and_corrections(
    plan: Plan, runs_late: bool, absences: list[tuple[int, int]], off: int, ends: tuple[int, int]
) -> None:
    missed = "run" if runs_late else "skip"
    text = f"- rule: r\n  label: x\n  on: {{kind: soil}}\n  {plan.text}\n  missed: {missed}\n"
    note(text)
    water = "  then: [{irrigate: {plot: lo-3, depth_mm: 6}}]\n"
    scene = Scene(text + water, device("soil", "s1"), plots=["lo-3"])
    model = Model(plan, runs_late=runs_late)
    now = 0
    for up, down in [*absences, (ends[0], 0)]:
        now += up * MINUTE
        scene.run_until(now)
        scene.send(now, "s1", soil_ph=5.0)
        model.run(now)
        if down:
            now += down * MINUTE
            scene.restart(now)
            scene.tick(now)
            model.begin(now)
    by = off * MINUTE
    scene.correct(now, by)
    now += by
    scene.tick(now)
    if by < -REPEAT_MAX_MS:
        model.done_until = min(model.done_until, now)
    model.begin(now)
    now += ends[1] * MINUTE
    scene.run_until(now)
    model.run(now)
    asked = [one.at - START for one in scene.asked() if isinstance(one, IrrigationAsked)]
    assert asked == model.acted
