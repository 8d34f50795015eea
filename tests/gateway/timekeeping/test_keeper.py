"""Own time under every kind of wall clock: slow, ahead, jumping, asleep, synchronised late."""

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.clock import Correction, Millis, Scale, Trust
from gateway.timekeeping.keeper import (
    AFTER_NEWEST_MS,
    BEHIND_MAX_MS,
    RELEASED,
    STEP_MS,
    Evidence,
    Keeper,
    MachineTime,
)

NOW: Millis = 1_795_305_600_000
HOUR: Millis = 3_600_000
YEAR: Millis = 365 * 24 * HOUR
NTP_WAITS = Evidence(expected=True)
NTP = Evidence(synchronised=True, expected=True, anchored=True)
NOTHING = Evidence()
BATTERY = Evidence(expected=True, anchored=True)


@dataclass
class Clocks:
    """A machine in the test's hand."""

    evidence: Evidence = NOTHING
    wall: Millis = NOW
    uptime: Millis = 5_000
    keeper: Keeper = field(init=False)

    def start(self, newest: Millis = 0, earlier: Scale | None = None) -> "Clocks":
        self.keeper = Keeper(self.read(), newest, earlier)
        return self

    def read(self) -> MachineTime:
        return MachineTime(self.wall, self.uptime, self.evidence)

    def pass_ms(self, passed: Millis) -> None:
        self.wall += passed
        self.uptime += passed

    @property
    def now(self) -> Millis:
        return self.keeper.own_time(self.uptime)

    def look(self) -> Correction | None:
        return self.keeper.look(self.read())


@pytest.mark.parametrize(
    ("evidence", "wall", "newest", "trust"),
    [
        pytest.param(NTP, NOW, 0, Trust.PROVEN, id="synchronised"),
        pytest.param(NTP, NOW, NOW + YEAR, Trust.PROVEN, id="synchronised-the-journal-is-wrong"),
        pytest.param(NTP_WAITS, NOW, 0, Trust.NONE, id="an-ntp-client-waits"),
        pytest.param(BATTERY, NOW, 0, Trust.ASSUMED, id="a-battery-clock"),
        pytest.param(BATTERY, NOW, NOW + HOUR, Trust.NONE, id="a-battery-clock-behind-the-journal"),
        pytest.param(NOTHING, NOW, NOW + BEHIND_MAX_MS, Trust.ASSUMED, id="a-container"),
        pytest.param(NOTHING, NOW, NOW + HOUR, Trust.NONE, id="a-container-behind-the-journal"),
        pytest.param(NOTHING, RELEASED - 1, 0, Trust.NONE, id="before-the-program-was-written"),
    ],
)
def test_trusts_by_the_evidence(
    evidence: Evidence, wall: Millis, newest: Millis, trust: Trust
) -> None:
    assert Clocks(evidence, wall).start(newest).keeper.scale.trust is trust


def test_an_unknown_time_goes_on_after_the_newest_record() -> None:
    clocks = Clocks(NTP_WAITS, NOW - 3 * HOUR).start(newest=NOW)
    assert clocks.now == NOW + AFTER_NEWEST_MS
    clocks.wall += YEAR  # somebody sets the date: nothing proves it
    clocks.uptime += 10
    assert clocks.look() is None
    assert clocks.now == NOW + AFTER_NEWEST_MS + 10
    assert not clocks.keeper.scale.trusted


def test_trust_that_comes_corrects_everything_since_the_start() -> None:
    clocks = Clocks(NTP_WAITS, NOW - 3 * HOUR).start(newest=NOW)
    since = clocks.now
    clocks.pass_ms(60_000)
    clocks.evidence, clocks.wall = NTP, NOW + 2 * HOUR
    assert clocks.look() == Correction(since, 2 * HOUR - 60_000 - AFTER_NEWEST_MS)
    assert clocks.now == NOW + 2 * HOUR
    assert clocks.keeper.scale.trusted
    assert clocks.look() is None


def test_a_clock_that_was_right_all_along_is_corrected_by_nothing() -> None:
    clocks = Clocks(NTP_WAITS).start()
    clocks.evidence = NTP
    assert clocks.look() == Correction(NOW, 0)


@pytest.mark.parametrize("jump", [3 * YEAR, -3 * YEAR, STEP_MS + 1, -STEP_MS - 1])
def test_a_jump_without_evidence_is_not_followed(jump: Millis) -> None:
    clocks = Clocks(NTP).start()
    clocks.wall += jump
    clocks.evidence = BATTERY  # setting the date by hand clears the kernel's mark
    clocks.pass_ms(1000)
    assert clocks.look() is None
    assert clocks.now == NOW + 1000
    state = clocks.keeper.state(clocks.uptime)
    assert (state.trusted, state.agrees, state.own, state.wall) == (
        True, False, NOW + 1000, NOW + 1000 + jump,
    )  # fmt: skip
    clocks.wall -= jump
    assert clocks.look() is None
    assert clocks.keeper.state(clocks.uptime).agrees


@pytest.mark.parametrize("jump", [3 * YEAR, -3 * YEAR])
def test_a_jump_is_followed_when_a_person_says_so(jump: Millis) -> None:
    clocks = Clocks().start()
    clocks.pass_ms(HOUR)
    clocks.wall += jump
    assert clocks.keeper.believe(clocks.read()) == Correction(NOW, jump, in_journal=True)
    assert clocks.now == NOW + HOUR + jump
    assert clocks.keeper.scale.trust is Trust.PROVEN


def test_what_was_proven_stays_in_the_journal_and_a_wrong_word_does_not() -> None:
    clocks = Clocks(NTP).start()
    clocks.pass_ms(HOUR)
    clocks.evidence, clocks.wall = BATTERY, clocks.wall + YEAR
    wrong = clocks.keeper.believe(clocks.read())
    assert wrong == Correction(NOW, YEAR, in_journal=False)
    clocks.pass_ms(HOUR)
    clocks.evidence, clocks.wall = NTP, clocks.wall - YEAR
    assert clocks.look() == Correction(NOW + HOUR + YEAR, -YEAR, in_journal=True)


@pytest.mark.parametrize("drift", [30_000, -30_000])
def test_a_clock_that_drifted_writes_nothing_anew(drift: Millis) -> None:
    clocks = Clocks(BATTERY).start()
    clocks.pass_ms(HOUR)
    clocks.evidence, clocks.wall = NTP, clocks.wall + drift
    assert clocks.look() == Correction(NOW, drift, in_journal=False)


@pytest.mark.parametrize("step", [1000, -1000])
def test_a_leap_second_is_followed_slowly_and_never_back(step: Millis) -> None:
    clocks = Clocks(NTP).start()
    clocks.wall += step
    before = clocks.now
    for _ in range(25):
        clocks.pass_ms(1000)
        assert clocks.look() is None
        assert clocks.now > before
        before = clocks.now
    assert clocks.now == clocks.wall


def test_a_restart_continues_what_was_proven() -> None:
    clocks = Clocks(NTP).start()
    scale = clocks.keeper.scale
    clocks.pass_ms(HOUR)
    clocks.wall += YEAR  # while the gateway was away
    clocks.evidence = BATTERY
    assert clocks.start(newest=NOW, earlier=scale).now == NOW + HOUR


def test_a_restart_continues_what_nobody_knows_yet() -> None:
    clocks = Clocks(NTP_WAITS, NOW - HOUR).start(newest=NOW)
    scale, since = clocks.keeper.scale, clocks.now
    clocks.pass_ms(60_000)
    clocks.start(newest=NOW + 30_000, earlier=scale)
    assert clocks.now == since + 60_000
    clocks.evidence, clocks.wall = NTP, NOW + HOUR
    correction = clocks.look()
    assert correction is not None
    assert correction.since == since


def test_a_restart_looks_anew_at_what_was_only_assumed() -> None:
    clocks = Clocks().start()
    scale = clocks.keeper.scale
    clocks.wall += HOUR  # somebody has set the clock right
    assert clocks.start(newest=NOW, earlier=scale).now == NOW + HOUR


class AnyClock(RuleBasedStateMachine):
    """Whatever happens, own time counts the seconds that pass, and only a Correction moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.clocks = Clocks(NTP_WAITS, NOW).start(newest=NOW - HOUR)
        self.deadline = self.clocks.now + HOUR
        self.left = HOUR
        self.seen = self.clocks.now

    @rule(passed=st.integers(1, 20_000))
    def live(self, passed: Millis) -> None:
        self.clocks.pass_ms(passed)
        self.left -= passed
        self.look()

    @rule(passed=st.integers(1, 10 * HOUR))
    def sleep(self, passed: Millis) -> None:
        self.live(passed)

    @rule(by=st.one_of(st.integers(-3 * YEAR, 3 * YEAR), st.integers(-3000, 3000)))
    def jump(self, by: Millis) -> None:
        self.clocks.wall += by
        self.look()

    @rule(evidence=st.sampled_from([NTP, NTP_WAITS, NOTHING, BATTERY]))
    def hear_of_ntp(self, evidence: Evidence) -> None:
        self.clocks.evidence = evidence
        self.look()

    @rule()
    def hear_of_a_person(self) -> None:
        self.follow(self.clocks.keeper.believe(self.clocks.read()))

    def look(self) -> None:
        self.follow(self.clocks.look())

    def follow(self, correction: Correction | None) -> None:
        if correction is not None:
            assert self.seen >= correction.since
            self.deadline = correction.of(self.deadline)
            self.seen += correction.by
            assert self.clocks.now == self.clocks.wall

    @invariant()
    def it_never_goes_back(self) -> None:
        assert self.clocks.now >= self.seen
        self.seen = self.clocks.now

    @invariant()
    def a_duration_lasts_as_long_as_it_is(self) -> None:
        if self.left > 0:
            assert abs(self.deadline - self.clocks.now - self.left) <= self.slack

    @property
    def slack(self) -> Millis:
        """Small differences are followed, and may add up; more than slowly they never are."""
        return (HOUR - self.left) // 10 + 20 * STEP_MS


AnyClock.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, derandomize=True
)
TestAnyClock = AnyClock.TestCase
