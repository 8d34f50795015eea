"""A slow, obvious model of the rules: one rule, one soil sensor, and for every answer a look
through the whole history. It shares nothing with the engine but the words of docs/rules.md.

All times are ms after START, and every message comes 20 s past a minute, so that it never meets a
time of day.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from devices.metric import Value
from devices.reading import Millis
from gateway.decisions import RuleState
from tests.gateway.rules.scene import MINUTE, START

SILENT_AFTER = 30 * MINUTE
"""Of the soil sensor: three times its ten minutes."""
ON_TIME = 5 * MINUTE
"""A moment that comes so late was not missed."""
UTC_OFFSET = 7 * 60 * MINUTE
DAY = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Values = dict[str, Value]


@dataclass
class History:
    """What the sensor measured, and when."""

    readings: list[tuple[Millis, Values]] = field(default_factory=list)

    def measured_at(self, metric: str) -> Millis | None:
        return max((at for at, values in self.readings if metric in values), default=None)

    def value(self, metric: str, now: Millis) -> Value | None:
        at = self.measured_at(metric)
        if at is None or now - at > SILENT_AFTER:
            return None
        return next(values[metric] for then, values in reversed(self.readings) if then == at)


Holds = Callable[[History, Millis], bool | None]
Moments = Callable[[History], Iterable[Millis]]


def no_moments(history: History) -> Iterable[Millis]:
    return ()


@dataclass(frozen=True)
class Condition:
    """Its text, what it means, and when that may change although nothing is measured."""

    text: str
    holds: Holds
    moments: Moments = no_moments


def below(metric: str, limit: float) -> Condition:
    def holds(history: History, now: Millis) -> bool | None:
        value = history.value(metric, now)
        return None if value is None else value < limit

    return Condition(f"{metric} < {limit:g}", holds)


def older(metric: str, minutes: int) -> Condition:
    def holds(history: History, now: Millis) -> bool | None:
        at = history.measured_at(metric)
        return None if at is None else now - at > minutes * MINUTE

    def moments(history: History) -> Iterable[Millis]:
        at = history.measured_at(metric)
        return () if at is None else (at + minutes * MINUTE + 1,)

    return Condition(f"age({metric}) > {minutes * 60}", holds, moments)


def known(metric: str) -> Condition:
    return Condition(
        f"known({metric})", lambda history, now: history.value(metric, now) is not None
    )


def before(hour: int) -> Condition:
    """So many hours of the day, as of the hour."""

    def moments(history: History) -> Iterable[Millis]:
        midnight = -(START + UTC_OFFSET) % (DAY * MINUTE) - DAY * MINUTE
        return range(midnight, midnight + 2 * DAY * MINUTE, 60 * MINUTE)

    return Condition(
        f"hour < {hour}", lambda history, now: _local_minute(now) // 60 < hour, moments
    )


def negated(part: Condition) -> Condition:
    def holds(history: History, now: Millis) -> bool | None:
        found = part.holds(history, now)
        return None if found is None else not found

    return Condition(f"not ({part.text})", holds, part.moments)


def both(parts: Sequence[Condition]) -> Condition:
    def holds(history: History, now: Millis) -> bool | None:
        found = [part.holds(history, now) for part in parts]
        return False if False in found else None if None in found else True

    return _joined(" and ", parts, holds)


def either(parts: Sequence[Condition]) -> Condition:
    def holds(history: History, now: Millis) -> bool | None:
        found = [part.holds(history, now) for part in parts]
        return True if True in found else None if None in found else False

    return _joined(" or ", parts, holds)


def chosen(yes: Condition, question: Condition, no: Condition) -> Condition:
    def holds(history: History, now: Millis) -> bool | None:
        answer = question.holds(history, now)
        return None if answer is None else (yes if answer else no).holds(history, now)

    text = f"({yes.text}) if ({question.text}) else ({no.text})"
    return Condition(text, holds, _joined("", (yes, question, no), holds).moments)


def _joined(word: str, parts: Sequence[Condition], holds: Holds) -> Condition:
    def moments(history: History) -> Iterable[Millis]:
        return [moment for part in parts for moment in part.moments(history)]

    return Condition(word.join(f"({part.text})" for part in parts), holds, moments)


@dataclass(frozen=True)
class Times:
    """Minutes of every local day, and how a rule says them."""

    text: str
    minutes: frozenset[int]

    def come(self, now: Millis) -> bool:
        return _local_minute(now) in self.minutes


@dataclass(frozen=True)
class Hours:
    """Between two minutes of the day, on the weekdays on which that begins."""

    begin: int
    end: int
    weekdays: frozenset[int]

    @property
    def text(self) -> str:
        begin, end = (f"{at // 60:02}:{at % 60:02}" for at in (self.begin, self.end))
        days = ", ".join(WEEKDAYS[day] for day in sorted(self.weekdays))
        return f"{{between: [{begin}, {end}], weekdays: [{days}]}}"

    def is_open(self, now: Millis) -> bool:
        minute, day = _local_minute(now), _local_day(now)
        if self.begin < self.end:
            return self.begin <= minute < self.end and day in self.weekdays
        if minute >= self.begin:
            return day in self.weekdays
        return minute < self.end and (day - 1) % 7 in self.weekdays


def _local_minute(now: Millis) -> int:
    return (START + now + UTC_OFFSET) // MINUTE % DAY


def _local_day(now: Millis) -> int:
    days = (START + now + UTC_OFFSET) // (DAY * MINUTE)
    return (days + 3) % 7  # 1970 began on a Thursday


@dataclass(frozen=True)
class Terms:
    """One rule. It begins with silence of so many minutes, with times, with an event, or else with
    its condition; `until` is a condition or minutes."""

    begins: int | Times | str | None
    when: Condition | None
    until: Condition | int | None
    for_minutes: int
    cooldown_minutes: int
    unknown: str
    only: Hours | None = None
    missed: str | None = None

    @property
    def yaml(self) -> str:
        until = self.until
        lines = {
            "silent": f"{self.begins}m" if isinstance(self.begins, int) else None,
            "event": self.begins if isinstance(self.begins, str) else None,
            "when": self.when and self.when.text,
            "until": until.text if isinstance(until, Condition) else until and f"{until}m",
            "for": self.for_minutes and f"{self.for_minutes}m",
            "cooldown": self.cooldown_minutes and f"{self.cooldown_minutes}m",
            "unknown": self.unknown if self.asks else None,
            "only": self.only and self.only.text,
            "missed": self.missed,
        }
        written = [f"  {name}: {text}\n" for name, text in lines.items() if text]
        if isinstance(self.begins, Times):
            written.append(f"  {self.begins.text}\n")
        head = "- rule: r\n  label: x\n  on: {kind: soil}\n"
        alert, command = "alert: {severity: info}", "command: {device: w1, command: reboot}"
        action = command if self.momentary else alert  # which needs an end
        return "".join([head, *written, f"  then: [{{{action}}}]\n"])

    @property
    def asks(self) -> bool:
        """Whether anything can be unknown to it."""
        return self.when is not None or isinstance(self.until, Condition)

    @property
    def at_moments(self) -> bool:
        return isinstance(self.begins, Times | str)

    @property
    def momentary(self) -> bool:
        """Whether it is over as soon as it has acted."""
        if self.until is not None or not self.at_moments:
            return False
        return isinstance(self.begins, str) or self.when is None


@dataclass
class Model:
    """What the rule makes of what it is told, in the order of time."""

    terms: Terms
    history: History = field(default_factory=History)
    state: RuleState = RuleState.INACTIVE
    since: Millis = 0
    heard: Millis = 0
    due: Millis | None = None
    cool_until: Millis = 0
    changes: list[tuple[Millis, RuleState]] = field(default_factory=list)

    def measure(self, now: Millis, values: Values) -> None:
        self.history.readings.append((now, values))
        self.heard = now
        if isinstance(self.terms.begins, int) and self.state is RuleState.FIRING:
            self.change(RuleState.INACTIVE, now)
        self.look(now)

    def happen(self, now: Millis, event: str) -> None:
        self.heard = now
        if event == self.terms.begins:
            self.strike(now)
        if self.due == now:
            self.look(now)

    def pass_time(self, begin: Millis, end: Millis) -> None:
        """From one message to the next, both excluded."""
        minutes = range(begin - (START + begin) % MINUTE + MINUTE, end, MINUTE)
        edges = {at for at in minutes if self.is_open(at) is not self.is_open(at - MINUTE)}
        opens = {at for at in edges if self.is_open(at)}
        strikes = {at for at in minutes if self.strikes_at(at)}
        now = begin
        while True:
            looks = {*opens, *self.moments()}
            now = min((at for at in looks | edges | strikes if now < at < end), default=end)
            if now == end:
                break
            if now in edges - opens:
                self.close(now)
            if now in looks:
                self.look(now)
            if now in strikes:
                self.strike(now)

    def close(self, now: Millis) -> None:
        """The hours of the rule are over."""
        goes_on = self.state is RuleState.FIRING and self.terms.until is not None
        if self.state is not RuleState.INACTIVE and not goes_on:
            self.change(RuleState.INACTIVE, now)

    def be_away(self, begin: Millis, end: Millis) -> None:
        """The gateway is off; what came meanwhile is seen at its end, moments first."""
        minutes = range(begin - (START + begin) % MINUTE + MINUTE, end + 1, MINUTE)
        passed = [at for at in minutes if self.strikes_at(at)]
        late = self.terms.missed == "run" or (
            self.terms.missed is None and not self.terms.momentary
        )
        if not self.is_open(end):
            self.close(end)
        if passed and (late or end - passed[-1] <= ON_TIME):
            self.strike(end)
        self.look(end)

    def moments(self) -> Iterable[Millis]:
        """When something may change without a message: it is due, silent, or something ages."""
        terms = self.terms
        if self.due is not None:
            yield self.due
        if isinstance(terms.begins, int):
            yield max(self.heard + terms.begins * MINUTE, self.cool_until)
        if self.history.readings:
            yield self.history.readings[-1][0] + SILENT_AFTER + 1
        for condition in (terms.until, None if terms.at_moments else terms.when):
            if isinstance(condition, Condition):
                yield from condition.moments(self.history)

    def is_open(self, now: Millis) -> bool:
        return self.terms.only is None or self.terms.only.is_open(now)

    def strikes_at(self, now: Millis) -> bool:
        return isinstance(self.terms.begins, Times) and self.terms.begins.come(now)

    def look(self, now: Millis) -> None:
        terms = self.terms
        if self.state is RuleState.FIRING:
            over = self.is_over(now)
            if over or (over is None and terms.unknown == "clear"):
                self.change(RuleState.INACTIVE, now)
        elif isinstance(terms.begins, int):
            silent = now - self.heard >= terms.begins * MINUTE
            if silent and self.is_open(now) and now >= self.cool_until:
                self.fire(now)
        elif terms.begins is None:
            self.begin(self.holds(now), now)

    def begin(self, holds: bool | None, now: Millis) -> None:
        """The rule does not fire, and its condition was looked at."""
        if holds is None and self.terms.unknown == "hold":
            return
        if holds is None:
            holds = self.terms.unknown == "fire"
        if not holds or self.ends_already(now):
            if self.state is RuleState.PENDING:
                self.change(RuleState.INACTIVE, now)
        elif self.state is RuleState.PENDING and self.due is not None and now < self.due:
            pass
        else:
            due = max(now + self.terms.for_minutes * MINUTE, self.cool_until)
            if self.state is RuleState.INACTIVE and due > now:
                self.change(RuleState.PENDING, now, due)
            else:
                self.fire(now)

    def strike(self, now: Millis) -> None:
        """A moment of the rule has come, by the clock or by an event."""
        if not self.is_open(now):
            return
        holds = self.holds(now)
        if holds is None and self.terms.unknown == "hold":
            return
        if not (self.terms.unknown == "fire" if holds is None else holds):
            if self.state is RuleState.FIRING and self.terms.until is None:
                self.change(RuleState.INACTIVE, now)
        elif now >= self.cool_until and not self.ends_already(now):
            self.fire(now)

    def holds(self, now: Millis) -> bool | None:
        if not self.is_open(now):
            return False
        return self.terms.when.holds(self.history, now) if self.terms.when else True

    def is_over(self, now: Millis) -> bool | None:
        """Whether a firing rule ends."""
        terms = self.terms
        if isinstance(terms.until, Condition):
            return terms.until.holds(self.history, now)
        if terms.until is not None:
            return now >= self.since + terms.until * MINUTE
        if terms.begins is not None:
            return not self.is_open(now)
        holds = self.holds(now)
        return None if holds is None else not holds

    def ends_already(self, now: Millis) -> bool:
        if not isinstance(self.terms.until, Condition):
            return False
        until = self.terms.until.holds(self.history, now)
        return self.terms.unknown == "clear" if until is None else until

    def fire(self, now: Millis) -> None:
        terms = self.terms
        self.cool_until = now + terms.cooldown_minutes * MINUTE
        ends = now + terms.until * MINUTE if isinstance(terms.until, int) else None
        self.change(RuleState.FIRING, now, ends)
        if terms.momentary:
            self.change(RuleState.INACTIVE, now)

    def change(self, state: RuleState, now: Millis, due: Millis | None = None) -> None:
        self.state, self.since, self.due = state, now, due
        self.changes.append((now, state))
