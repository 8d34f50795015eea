"""One rule for one device: its state, and which outcome of its condition changes nothing."""

from collections.abc import Callable, Iterable
from functools import partial

from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import RuleChanged, RuleState
from gateway.duration import DURATION_MAX_MS
from gateway.fleet import SILENT_AFTER_MIN_MS, Device
from gateway.rules.answers import Answers
from gateway.rules.expression.compile import Ask, Judge, ReadSetting, ReadValue
from gateway.rules.expression.expression import Expression
from gateway.rules.expression.nodes import TIMED, AgeLimit, Question, Rain, Window
from gateway.rules.expression.write import write
from gateway.rules.rule import Rule, Unknown

NEVER = object()
"""No outcome is this: every one must be looked at."""


class Instance:
    """`judge` is what is asked in the present state; while it answers `calm`, nothing happens.

    `held` is set while a pending rule is due but its condition unknown. `wake_at` is the agenda's.
    `questions` is all that it asks; the answers to the `timed` ones change by themselves, and were
    looked at last at `checked_at`; a fresh reading never makes one change sooner than `soonest_ms`
    after it has come. `answers` has them, once it belongs to a plan.
    `fired` is when it last fired, and how many times before at that same moment.
    `open` is whether the rule's `only` allows it now, None while the time is not known.
    `lost` says what it wanted in vain, since another rule has more weight.
    `on_settled` is called when `judge` or `calm` were chosen anew.
    """

    __slots__ = (
        "action_error",
        "answers",
        "calm",
        "checked_at",
        "cool_until",
        "device",
        "due",
        "error",
        "fired",
        "held",
        "judge",
        "lost",
        "on_settled",
        "open",
        "question",
        "questions",
        "rule",
        "setting",
        "since",
        "soonest_ms",
        "state",
        "timed",
        "wake_at",
    )

    def __init__(self, rule: Rule, device: Device, setting: ReadSetting, since: Millis) -> None:
        self.rule = rule
        self.device = device
        self.setting = setting
        self.questions = rule.questions
        self.timed = tuple(
            one for part in rule.watched for one in part.questions if isinstance(one, TIMED)
        )
        self.soonest_ms = _soonest(self.timed)
        self.answers: Answers | None = None
        self.cool_until: Millis | None = None
        self.wake_at: Millis | None = None
        self.checked_at: Millis = 0
        self.fired: tuple[Millis, int] = (0, 0)
        self.open: bool | None = True
        self.error: Text | None = None
        self.action_error: Text | None = None
        self.lost: Text | None = None
        self.question: Expression | None = None
        self.judge: Judge = _false
        self.calm: object = NEVER
        self.on_settled: Callable[[], None] = _nobody
        self.enter(RuleState.INACTIVE, since)

    def enter(self, state: RuleState, since: Millis, due: Millis | None = None) -> None:
        """Take a state."""
        self.state = state
        self.since = since
        self.due = due
        self.held = False
        self.settle()

    def settle(self) -> None:
        """Choose what is asked from now on."""
        rule, firing = self.rule, self.state is RuleState.FIRING
        ends = firing and rule.until is not None
        self.question = rule.until if ends else rule.when
        self.calm = firing and not ends
        if self.error is not None or self.state is RuleState.PENDING:
            self.calm = NEVER
        if not ends and rule.at_moments:
            self.question, self.calm = None, False
        elif not ends and self.open is False:
            self.question = None
        self.judge = self.question.judge if self.question is not None else _false
        if not ends and self.open is None and self.question is not None:
            self.judge, self.calm = partial(_false_or_unknown, self.question.judge), NEVER
        self.on_settled()

    @property
    def fires(self) -> bool:
        """Whether it has begun, and has not ended."""
        return self.state is RuleState.FIRING

    @property
    def at_rest(self) -> bool:
        """Whether a reading may come that it has nothing to say to."""
        return self.calm is not NEVER and not (self.question is None and self.calm)

    def turn(self, open: bool | None) -> None:
        """The rule opens or closes, or nobody knows any more."""
        if self.open is not open:
            self.open = open
            self.settle()

    def hold(self, now: Millis) -> None:
        """Nothing changes while the condition is unknown; no need to be woken for it either."""
        self.held = self.due is not None and self.due <= now

    def count_firing(self, now: Millis) -> int:
        """Note that it fires; returns how many times it has at this very moment before."""
        at, times = self.fired
        self.fired = now, times + 1 if at == now else 0
        return self.fired[1]

    def firing_ends(self, outcome: bool | None) -> bool:
        """Whether a firing rule is over, `outcome` being that of its present question."""
        if outcome is None:
            return self.rule.unknown is Unknown.CLEAR
        return outcome is (self.rule.until is not None)

    def rewind(self, now: Millis) -> bool:
        """Bring times into reach that lie ahead of `now` although they cannot, because the clock
        was set back or the rule edited. Returns whether something changed."""
        before = (self.since, self.due, self.cool_until)
        if self.cool_until is not None and self.cool_until > now + self.rule.cooldown_ms:
            self.cool_until = now + self.rule.cooldown_ms
        if self.state is RuleState.PENDING:
            self.since = min(self.since, now)
            self.due = self.due_from(self.since)
            self.held = False
        elif self.state is RuleState.FIRING:
            self.due = self.ends_from(min(self.since, now))
        return before != (self.since, self.due, self.cool_until)

    def correct(self, correction: Correction, now: Millis) -> bool:
        """The clock was wrong. Returns whether there is something to save anew."""
        before = (self.since, self.due, self.cool_until)
        cool_until, pending = self.cool_until, self.state is RuleState.PENDING
        if cool_until is not None and cool_until - self.rule.cooldown_ms >= correction.since:
            self.cool_until = cool_until + correction.by
        # A pending rule may wait since before the last start; what it still has to wait counts.
        self.since = self.since + correction.by if pending else correction.of(self.since)
        if pending:
            self.due = self.due_from(self.since)
        elif self.state is RuleState.FIRING:
            self.due = self.ends_from(self.since)
        self.fired = correction.of(self.fired[0]), self.fired[1]
        self.checked_at = min(self.checked_at, now)
        return before != (self.since, self.due, self.cool_until)

    def due_from(self, since: Millis) -> Millis:
        """When it fires if its condition holds since then: after `for`, not before it is cool."""
        return max(since + self.rule.for_ms, self.cool_until or 0)

    def ends_from(self, since: Millis) -> Millis | None:
        """When it ends if it fires since then; None when that is no question of time."""
        return None if self.rule.lasts_ms is None else since + self.rule.lasts_ms

    def time_told(self, now: Millis) -> bool:
        """Whether an answer may have changed by itself since that was last looked at."""
        at = self._next_change()
        return at is not None and at <= now

    def next_wake(self) -> Millis | None:
        """When its condition may change, or its time come, without any reading."""
        at = self._next_change()
        if self.due is None or self.held:
            return at
        return self.due if at is None else min(self.due, at)

    def _next_change(self) -> Millis | None:
        if not self.timed or self.answers is None:
            return None
        return self.answers.next_change(self.timed, self.checked_at)

    def record(self, read: ReadValue, ask: Ask | None = None) -> RuleChanged:
        """Its state as it is saved, with the values that were read and the answers that were had,
        as far as somebody can be asked."""
        values = {name: read(name) for name in sorted(self.rule.metrics)}
        if ask is not None:
            asked = (one for one in self.questions if not isinstance(one, AgeLimit))
            values.update((write(question), ask(question)) for question in asked)
        return RuleChanged(
            rule=self.rule.id,
            subject=self.device.id,
            state=self.state,
            since=self.since,
            due=self.due,
            cool_until=self.cool_until,
            values=values,
        )


def _soonest(timed: Iterable[Question]) -> Millis:
    """What is fresh may have been measured a little while ago."""
    spans = [one.limit_ms for one in timed if isinstance(one, AgeLimit)]
    spans += [one.ms for one in timed if isinstance(one, Window | Rain)]
    return min(spans, default=DURATION_MAX_MS) - SILENT_AFTER_MIN_MS


def _nobody() -> None:
    """It belongs to no plan yet."""


def _false(value: object, setting: object, ask: object) -> bool | None:
    """The condition of a rule that waits for no reading: it is about silence, which a reading
    ends, or about moments, or it is closed."""
    return False


def _false_or_unknown(
    judge: Judge, value: ReadValue, setting: ReadSetting, ask: Ask
) -> bool | None:
    """The condition of a rule of which nobody knows whether it is open."""
    return False if judge(value, setting, ask) is False else None
