"""The engine against a slow, obvious model over whole random histories, and against itself with
restarts in between."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from devices.metric import Value
from devices.reading import Millis
from gateway.decisions import Decision, RuleChanged, RuleState
from gateway.rules import plan
from tests.gateway.rules.scene import MINUTE, START, Scene, device


@pytest.fixture(autouse=True, scope="module")
def conditions_compiled_early() -> Iterator[None]:
    """The histories are short; what the engine does after many calm readings it does here soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "READINGS_AT_REST", 1)
        yield


SILENT_AFTER = 30 * MINUTE
"""Of the soil sensor that all of this is about: three times its ten minutes."""

Values = dict[str, Value]
Known = Callable[[str], float | None]


@dataclass(frozen=True)
class Condition:
    """A condition as text, and what it means given the values and ages that are known."""

    text: str
    holds: Callable[[Known, Known], bool | None]
    ages: tuple[tuple[str, Millis], ...] = ()


def below(metric: str, limit: float) -> Callable[[Known, Known], bool | None]:
    def holds(value: Known, age: Known) -> bool | None:
        found = value(metric)
        return None if found is None else found < limit

    return holds


def both_below(value: Known, age: Known) -> bool | None:
    parts = [below("soil_moisture_pct", 24)(value, age), below("soil_ph", 5)(value, age)]
    return False if False in parts else None if None in parts else True


def either_below(value: Known, age: Known) -> bool | None:
    parts = [below("soil_moisture_pct", 24)(value, age), below("soil_ph", 5)(value, age)]
    return True if True in parts else None if None in parts else False


def old_ph(value: Known, age: Known) -> bool | None:
    found = age("soil_ph")
    return None if found is None else found > 7 * MINUTE


def no_ph(value: Known, age: Known) -> bool | None:
    return value("soil_ph") is None


CONDITIONS = [
    Condition("soil_moisture_pct < 24", below("soil_moisture_pct", 24)),
    Condition("soil_ph < 5", below("soil_ph", 5)),
    Condition("soil_moisture_pct < 24 and soil_ph < 5", both_below),
    Condition("soil_moisture_pct < 24 or soil_ph < 5", either_below),
    Condition("age(soil_ph) > 420", old_ph, (("soil_ph", 7 * MINUTE),)),
    Condition("not known(soil_ph)", no_ph),
]


@dataclass(frozen=True)
class Terms:
    """One random rule."""

    when: Condition
    until: Condition | None
    for_minutes: int
    cooldown_minutes: int
    unknown: str

    @property
    def yaml(self) -> str:
        lines = ["- rule: r", "  label: x", "  on: {kind: soil}", f"  when: {self.when.text}"]
        if self.until:
            lines.append(f"  until: {self.until.text}")
        if self.for_minutes:
            lines.append(f"  for: {self.for_minutes}m")
        if self.cooldown_minutes:
            lines.append(f"  cooldown: {self.cooldown_minutes}m")
        return "\n".join(
            [*lines, f"  unknown: {self.unknown}", "  then: [{alert: {severity: info}}]"]
        )


@dataclass
class Model:
    """Looks through the whole history for every value, and at every moment it is told of."""

    terms: Terms
    history: list[tuple[Millis, Values]] = field(default_factory=list)
    state: RuleState = RuleState.INACTIVE
    due: Millis | None = None
    cool_until: Millis = 0
    changes: list[tuple[Millis, RuleState]] = field(default_factory=list)

    def value(self, metric: str, now: Millis) -> float | None:
        at = self.measured_at(metric)
        if at is None or now - at > SILENT_AFTER:
            return None
        return next(values[metric] for then, values in self.history if then == at)

    def measured_at(self, metric: str) -> Millis | None:
        return max((at for at, values in self.history if metric in values), default=None)

    def judge(self, condition: Condition, now: Millis) -> bool | None:
        def age(metric: str) -> float | None:
            at = self.measured_at(metric)
            return None if at is None else now - at

        return condition.holds(lambda metric: self.value(metric, now), age)

    def look(self, now: Millis) -> None:
        until = self.judge(self.terms.until, now) if self.terms.until else None
        when = self.judge(self.terms.when, now)
        if self.state is RuleState.FIRING:
            over = until if self.terms.until else None if when is None else not when
            if over or (over is None and self.terms.unknown == "clear"):
                self.change(RuleState.INACTIVE, now)
            return
        if when is None and self.terms.unknown == "hold":
            return
        if when is None:
            when = self.terms.unknown == "fire"
        if self.terms.until and until is None:
            until = self.terms.unknown == "clear"
        if not when or until:
            if self.state is RuleState.PENDING:
                self.change(RuleState.INACTIVE, now)
        elif self.state is RuleState.PENDING and self.due is not None and now < self.due:
            pass
        else:
            due = max(now + self.terms.for_minutes * MINUTE, self.cool_until)
            if self.state is RuleState.INACTIVE and due > now:
                self.change(RuleState.PENDING, now, due)
            else:
                self.cool_until = now + self.terms.cooldown_minutes * MINUTE
                self.change(RuleState.FIRING, now)

    def change(self, state: RuleState, now: Millis, due: Millis | None = None) -> None:
        self.state, self.due = state, due
        self.changes.append((now, state))

    def moments(self) -> set[Millis]:
        """When something may change without a reading: it is due, silent, or something ages."""
        found = {self.due} if self.due is not None else set()
        if self.history:
            found.add(self.history[-1][0] + SILENT_AFTER + 1)
        for condition in (self.terms.when, self.terms.until):
            for metric, limit in condition.ages if condition else ():
                at = self.measured_at(metric)
                if at is not None:
                    found.add(at + limit + 1)
        return found


@dataclass(frozen=True)
class Report:
    """The sensor reports, so many minutes after the last time."""

    after_minutes: int
    values: Values


TERMS = st.builds(
    Terms,
    when=st.sampled_from(CONDITIONS),
    until=st.one_of(st.none(), st.sampled_from(CONDITIONS)),
    for_minutes=st.sampled_from([0, 0, 5, 20, 50]),
    cooldown_minutes=st.sampled_from([0, 0, 30, 90]),
    unknown=st.sampled_from(["hold", "clear", "fire"]),
)
REPORTS = st.lists(
    st.builds(
        Report,
        st.sampled_from([1, 1, 4, 10, 10, 29, 30, 31, 70]),
        st.fixed_dictionaries(
            {"soil_temperature_c": st.just(20.0)},
            optional={
                "soil_moisture_pct": st.sampled_from([20.0, 30.0]),
                "soil_ph": st.sampled_from([4.0, 6.0]),
            },
        ),
    ),
    max_size=12,
)


def drive(terms: Terms, reports: Sequence[Report], restarts: Sequence[Millis]) -> Scene:
    """The whole history through the engine; `restarts` are times at which it is killed."""
    witness = device("wifi", "w1")
    scene = Scene(terms.yaml, device("soil", "s1"), witness)
    now, stale_at = 0, None
    ends = [*accumulate(reports), None]
    left = sorted(restarts)
    for at, values in zip(ends, [*(report.values for report in reports), {}], strict=True):
        horizon = now + 4 * SILENT_AFTER if at is None else at
        while True:
            deadline = scene.engine.next_deadline()
            times = [deadline - START] if deadline is not None else []
            times += [stale_at] if stale_at is not None else []
            times += left[:1]
            now = min((time for time in times if time < horizon), default=horizon)
            if now == horizon:
                break
            if left and now == left[0]:
                del left[0]
                witness.heard_at = START + now  # so the gateway was not away, only killed
                scene.restart(now)
            if stale_at == now:
                scene.stale(now, "s1")
                stale_at = None
            scene.tick(now)
        if at is not None:
            scene.receive(at, "s1", values, at)
            stale_at = at + SILENT_AFTER + 1
    return scene


def accumulate(reports: Sequence[Report]) -> list[Millis]:
    times, now = [], 0
    for report in reports:
        now += report.after_minutes * MINUTE
        times.append(now)
    return times


def expect(terms: Terms, reports: Sequence[Report]) -> list[tuple[Millis, RuleState]]:
    """The same history through the model."""
    model = Model(terms)
    now = -1
    for at, report in zip(accumulate(reports), reports, strict=True):
        look_between(model, now, at)
        model.history.append((at, report.values))
        model.look(at)
        now = at
    look_between(model, now, now + 4 * SILENT_AFTER)
    return model.changes


def look_between(model: Model, begin: Millis, end: Millis) -> None:
    now = begin
    while moments := [moment for moment in model.moments() if now < moment < end]:
        now = min(moments)
        model.look(now)


UNKNOWN_UNTIL = Terms(CONDITIONS[1], CONDITIONS[0], 0, 0, "clear")
"""Its end is unknown, which ends it: so it must not begin."""


@settings(max_examples=400, deadline=None)
@example(
    UNKNOWN_UNTIL,
    [
        Report(1, {"soil_temperature_c": 20.0, "soil_ph": 4.0}),
        Report(1, {"soil_temperature_c": 20.0}),
    ],
)
@given(TERMS, REPORTS)
def test_the_engine_does_what_the_model_does(terms: Terms, reports: list[Report]) -> None:
    note(terms.yaml)
    scene = drive(terms, reports, [])
    changed = [one for one in scene.decisions if isinstance(one, RuleChanged)]
    assert [(one.since - START, one.state) for one in changed] == expect(terms, reports)


AGE_BEHIND_MOISTURE = Terms(CONDITIONS[4], CONDITIONS[0], 0, 0, "hold")
"""The age is reached while moisture forbids the rule to begin; then moisture becomes unknown."""


@settings(max_examples=200, deadline=None)
@example(
    AGE_BEHIND_MOISTURE,
    [
        Report(10, {"soil_moisture_pct": 20.0, "soil_ph": 4.0}),
        Report(1, {"soil_temperature_c": 20}),
    ],
    [40 * MINUTE + MINUTE // 2],
)
@given(TERMS, REPORTS, st.lists(st.integers(0, 300).map(lambda at: at * MINUTE // 2), max_size=4))
def test_a_restart_at_any_instant_changes_no_later_decision(
    terms: Terms, reports: list[Report], restarts: list[Millis]
) -> None:
    note(terms.yaml)
    undisturbed: list[Decision] = drive(terms, reports, []).decisions
    assert drive(terms, reports, restarts).decisions == undisturbed
