"""How the time of day drives the rules that go by it: their moments and their opening hours.

Holds while nobody knows the time. Knows nothing of devices; the engine says what follows.
"""

from collections.abc import Iterable, Iterator

from devices.reading import Millis
from gateway.hamlet_time import HamletTime
from gateway.rules.rule import Rule

LATE_MAX_MS = 5 * 60_000
"""A moment that is reached so much later has not been missed: a restart takes less."""
REPEAT_MAX_MS = 3 * 3_600_000
"""What was done by a clock that was ahead by at most that much is not done again."""


class RuleClock:
    """One rule's. `open` is None while nobody knows the time. `wake_at` is the agenda's.

    All moments up to `done_until` have been dealt with. `unsure`: since the last look the time may
    have gone on without the gateway, or may have been corrected.
    """

    __slots__ = ("done_until", "open", "rule", "unsure", "wake_at")

    def __init__(self, rule: Rule, done_until: Millis) -> None:
        self.rule = rule
        self.done_until = done_until
        self.open: bool | None = None
        self.unsure = True
        self.wake_at: Millis | None = None

    def resume(self, last_alive: Millis, now: Millis, here: HamletTime) -> None:
        """The gateway goes on. A rule that was open all the while has not opened."""
        self.done_until = last_alive
        edge = self.rule.only.next_edge(last_alive, here) if self.rule.only else None
        if self.open and (edge is None or edge > now):
            self.unsure = False

    def see(self, now: Millis, here: HamletTime) -> None:
        """Open or close."""
        only = self.rule.only
        self.open = only is None or only.is_open(now, here)

    def take_moment(self, now: Millis, here: HamletTime) -> bool:
        """Whether the rule is to act now, because a moment has come or, if it `runs_late`, because
        moments were missed. Each is taken once."""
        schedule, done_until = self.rule.schedule, self.done_until
        if schedule is None or done_until >= now:
            return False
        self.done_until = now
        newest = schedule.next(max(done_until, now - LATE_MAX_MS - 1), here)
        if newest is not None and newest <= now:
            return True
        missed = schedule.next(done_until, here) if self.rule.runs_late else None
        return missed is not None and missed <= now

    def next_look(self, now: Millis, here: HamletTime) -> Millis | None:
        """When a moment comes, or the rule may open or close, next."""
        rule = self.rule
        moment = rule.schedule.next(max(now, self.done_until), here) if rule.schedule else None
        edge = rule.only.next_edge(now, here) if rule.only else None
        return min((at for at in (moment, edge) if at is not None), default=None)

    def correct(self, by: Millis, now: Millis) -> None:
        """The gateway's time was wrong. What it passed over by that was missed; what it did too
        early is not done again, unless the clock was ahead by hours."""
        if by < -REPEAT_MAX_MS:
            self.done_until = min(self.done_until, now)


class RuleClocks:
    """Those of all rules that go by the time of day."""

    def __init__(self) -> None:
        self._clocks: dict[str, RuleClock] = {}

    def keep(self, rules: Iterable[Rule], now: Millis) -> None:
        """Go by these rules; one that is the same as before keeps its clock."""
        old = self._clocks
        self._clocks = {}
        for rule in rules:
            if rule.only is None and rule.schedule is None:
                continue
            clock = old.get(rule.id)
            if clock is None or clock.rule is not rule:
                clock = RuleClock(rule, now)
            self._clocks[rule.id] = clock

    def __iter__(self) -> Iterator[RuleClock]:
        return iter(self._clocks.values())

    def is_open(self, rule: Rule) -> bool | None:
        """Whether the rule is open, as far as is known."""
        if rule.only is None:
            return True
        return self._clocks[rule.id].open
