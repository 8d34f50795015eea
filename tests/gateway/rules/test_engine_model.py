"""The engine against a slow, obvious model over whole random histories, and against itself with
restarts in between."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from devices.reading import Millis
from gateway.decisions import Decision, RuleChanged, RuleState
from gateway.rules import plan
from tests.gateway.rules.scene import MINUTE, START, Scene, device
from tests.gateway.rules.slow_model import (
    SILENT_AFTER,
    Condition,
    Hours,
    Model,
    Terms,
    Times,
    Values,
    before,
    below,
    both,
    chosen,
    either,
    known,
    negated,
    older,
)
from tests.gateway.rules.slow_window import above, changed


@pytest.fixture(autouse=True, scope="module")
def conditions_compiled_early() -> Iterator[None]:
    """The histories are short; what the engine does after many calm readings it does here soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "READINGS_AT_REST", 1)
        yield


MORE = 20 if os.environ.get("HAMLET_FULL") else 1
"""Histories are endless; the suite tries some."""


@dataclass(frozen=True)
class Report:
    """The sensor reports, so many minutes after the last time: values, or an event."""

    after_minutes: int
    values: Values
    event: str | None = None


DRY, ACID = below("soil_moisture_pct", 24), below("soil_ph", 5)
OLD_PH = older("soil_ph", 7)

WINDOWS = [
    above("avg", "soil_moisture_pct", 45, 25.5),
    above("max", "soil_ph", 20, 5),
    above("min", "soil_moisture_pct", 30, 24),
    above("count", "soil_ph", 60, 2),
    above("delta", "soil_moisture_pct", 30, 0),
    above("rate", "soil_ph", 50, -1.5),
    above("sum", "soil_ph", 40, 13),
]

PLAIN = [DRY, ACID, OLD_PH, known("soil_ph")]


def conditions(parts: Sequence[Condition]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        st.sampled_from(parts),
        lambda parts: st.one_of(
            parts.map(negated),
            st.lists(parts, min_size=2, max_size=3).map(both),
            st.lists(parts, min_size=2, max_size=3).map(either),
            st.builds(chosen, parts, parts, parts),
        ),
        max_leaves=4,
    )


CONDITIONS = conditions(PLAIN)
ANY_CONDITIONS = conditions([*PLAIN, changed("soil_ph"), before(23), *WINDOWS])
"""Averages change all the time, so with these it matters when exactly a rule is looked at."""
ONLY = st.one_of(
    st.none(),
    st.builds(
        Hours,
        st.sampled_from([21 * 60 + 30, 22 * 60, 23 * 60]),
        st.sampled_from([23 * 60 + 30, 0, 30, 5 * 60]),
        st.sampled_from([frozenset({0}), frozenset({1}), frozenset(range(7))]),
    ),
)
UNKNOWN = st.sampled_from(["hold", "clear", "fire"])
COOLDOWN = st.sampled_from([0, 0, 30, 90])
TIMES = st.sampled_from(
    [
        Times("at: [22:00, 00:00]", frozenset({22 * 60, 0})),
        Times("every: 0 * * * *", frozenset(range(0, 24 * 60, 60))),
        Times('every: "*/20 22-23 * * *"', frozenset(range(22 * 60, 24 * 60, 20))),
    ]
)
CONDITION_RULES = st.builds(
    Terms,
    begins=st.none(),
    when=ANY_CONDITIONS,
    until=st.one_of(st.none(), ANY_CONDITIONS),
    for_minutes=st.sampled_from([0, 0, 5, 20, 50]),
    cooldown_minutes=COOLDOWN,
    unknown=UNKNOWN,
    only=ONLY,
)
SILENCE_RULES = st.builds(
    Terms,
    begins=st.sampled_from([15, 40]),
    when=st.none(),
    until=st.none(),
    for_minutes=st.just(0),
    cooldown_minutes=COOLDOWN,
    unknown=st.just("hold"),
    only=ONLY,
)


def moment_rules(conditions: st.SearchStrategy[Condition]) -> st.SearchStrategy[Terms]:
    return st.builds(
        Terms,
        begins=st.one_of(TIMES, st.just("tamper")),
        when=st.one_of(st.none(), conditions),
        until=st.one_of(st.none(), conditions, st.sampled_from([25, 70])),
        for_minutes=st.just(0),
        cooldown_minutes=COOLDOWN,
        unknown=UNKNOWN,
        only=ONLY,
    )


MOMENT_RULES = moment_rules(ANY_CONDITIONS)
RULES = st.one_of(CONDITION_RULES, SILENCE_RULES, MOMENT_RULES)
AFTER = st.sampled_from([1, 1, 4, 10, 10, 29, 30, 31, 70])
KILLED_AT = st.integers(0, 300).map(lambda at: at * MINUTE // 2)
REPORTS = st.lists(
    st.one_of(
        st.builds(
            Report,
            AFTER,
            st.fixed_dictionaries(
                {"soil_temperature_c": st.just(20.0)},
                optional={
                    "soil_moisture_pct": st.sampled_from([20.0, 30.0]),
                    "soil_ph": st.sampled_from([4.0, 6.0]),
                },
            ),
        ),
        st.builds(Report, AFTER, st.just({}), st.sampled_from(["tamper", "other"])),
    ),
    max_size=12,
)


@dataclass(frozen=True)
class Stop:
    """The gateway is killed and comes back so many minutes later."""

    at: Millis
    minutes: int = 0

    @property
    def back(self) -> Millis:
        return self.at + self.minutes * MINUTE


def drive(terms: Terms, reports: Sequence[Report], stops: Sequence[Stop] = ()) -> Scene:
    """The whole history through the engine."""
    witness = device("wifi", "w1")
    scene = Scene(terms.yaml, device("soil", "s1"), witness)
    now, stale_at = 0, None
    left = sorted(stops, key=lambda stop: stop.at)
    for at, report in [*zip(times_of(reports), reports, strict=True), (None, None)]:
        horizon = now + 4 * SILENT_AFTER if at is None else at
        while True:
            deadline = scene.engine.next_deadline()
            times = [deadline - START] if deadline is not None else []
            times += [stale_at] if stale_at is not None else []
            times += [stop.at for stop in left[:1]]
            now = max(now, min((time for time in times if time < horizon), default=horizon))
            if now == horizon:
                break
            if left and now == left[0].at:
                witness.heard_at = START + now  # by which the gateway knows when it was killed
                now = left.pop(0).back
                scene.restart(now)
            if stale_at is not None and stale_at <= now:
                scene.stale(now, "s1")
                stale_at = None
            scene.tick(now)
        if at is None or report is None:
            break
        if report.event is not None:
            scene.happen(at, "s1", report.event)
        else:
            scene.receive(at, "s1", report.values, at)
            stale_at = at + SILENT_AFTER + 1
    return scene


def times_of(reports: Sequence[Report]) -> list[Millis]:
    times, now = [], 0
    for report in reports:
        now += report.after_minutes * MINUTE
        times.append(now)
    return times


def expect(
    terms: Terms, reports: Sequence[Report], stop: Stop | None = None
) -> list[tuple[Millis, RuleState]]:
    """The same history through the model."""
    model = Model(terms)
    now = -1
    for at, report in zip(times_of(reports), reports, strict=True):
        if stop is not None and stop.back < at:
            model.pass_time(now, stop.at)
            model.be_away(stop.at, stop.back)
            now, stop = stop.back, None
        model.pass_time(now, at)
        if report.event is not None:
            model.happen(at, report.event)
        else:
            model.measure(at, report.values)
        now = at
    model.pass_time(now, max(now, 0) + 4 * SILENT_AFTER)
    return model.changes


def changes_of(scene: Scene) -> list[tuple[Millis, RuleState]]:
    changed = (one for one in scene.decisions if isinstance(one, RuleChanged))
    return [(one.since - START, one.state) for one in changed]


UNKNOWN_UNTIL = Terms(None, ACID, DRY, 0, 0, "clear")
"""Its end is unknown, which ends it: so it must not begin."""


@settings(max_examples=800 * MORE, deadline=None)
@example(
    UNKNOWN_UNTIL,
    [
        Report(1, {"soil_temperature_c": 20.0, "soil_ph": 4.0}),
        Report(1, {"soil_temperature_c": 20.0}),
    ],
)
@given(RULES, REPORTS)
def test_the_engine_does_what_the_model_does(terms: Terms, reports: list[Report]) -> None:
    note(terms.yaml)
    assert changes_of(drive(terms, reports)) == expect(terms, reports)


FORGETFUL = re.compile(r"sum\(|count\(")
"""After a start a device is known since the oldest message that its windows needed: then these two
may be unknown for a while."""
AGE_BEHIND_MOISTURE = Terms(None, OLD_PH, DRY, 0, 0, "hold")
"""The age is reached while moisture forbids the rule to begin; then moisture becomes unknown."""


@settings(max_examples=300 * MORE, deadline=None)
@example(
    AGE_BEHIND_MOISTURE,
    [
        Report(10, {"soil_moisture_pct": 20.0, "soil_ph": 4.0}),
        Report(1, {"soil_temperature_c": 20}),
    ],
    [Stop(40 * MINUTE + MINUTE // 2)],
)
@given(
    RULES.filter(lambda terms: not FORGETFUL.search(terms.yaml)),
    REPORTS,
    st.lists(st.builds(Stop, KILLED_AT), max_size=4),
)
def test_a_restart_at_any_instant_changes_no_later_decision(
    terms: Terms, reports: list[Report], stops: list[Stop]
) -> None:
    note(terms.yaml)
    if isinstance(terms.begins, int):  # never heard, it would be silent since the newest start
        reports = [Report(1, {"soil_temperature_c": 20.0}), *reports]
    undisturbed: list[Decision] = drive(terms, reports).decisions
    assert drive(terms, reports, stops).decisions == undisturbed


ENDS_AND_BEGINS = Terms(
    Times("at: [22:00, 00:00]", frozenset({0, 22 * 60})), None, 25, 0, 0, "hold"
)
"""While the gateway is off what fires comes to its end, and then fires again."""


@settings(max_examples=300 * MORE, deadline=None)
@example(ENDS_AND_BEGINS, None, [], Stop(47 * MINUTE, 200))
@given(
    moment_rules(CONDITIONS),
    st.sampled_from([None, "run", "skip"]),
    REPORTS,
    st.builds(Stop, KILLED_AT, st.sampled_from([1, 4, 6, 20, 70, 200])),
)
def test_moments_that_passed_while_the_gateway_was_off(
    terms: Terms, missed: str | None, reports: list[Report], stop: Stop
) -> None:
    if isinstance(terms.begins, Times):
        terms = replace(terms, missed=missed)
    note(terms.yaml)
    at, last = 0, 0
    kept = []
    for report in reports:
        at += report.after_minutes * MINUTE
        if not stop.at <= at <= stop.back:
            kept.append(replace(report, after_minutes=(at - last) // MINUTE))
            last = at
    kept.append(Report(1 + max(stop.back - last, 0) // MINUTE, {}, "other"))
    assert changes_of(drive(terms, kept, [stop])) == expect(terms, kept, stop)
