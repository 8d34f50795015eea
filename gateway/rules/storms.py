"""Command storms: rules that move one actuator again and again, mostly because of what they did.

Pure. Counts what rules asked of each actuator, a device or a plot, and says when it is too much.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from devices.command import Effect
from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.rules.rule import Rule

WINDOW_MS = 10 * 60_000
"""In so long a time is counted."""
RULE_MAX = 6
"""Times one rule may command one actuator within the window, for each device that it watches. What
should be moved more often is moved by the device itself."""
ACTUATOR_MAX = 8
"""Times all rules together may want something else of it than before. Two rules that undo each
other are found by this one; twenty devices that one rule rings the same bell for are no storm."""
REST_MS = 60 * 60_000
"""A storm is over when nothing was asked for so long. Sooner, a loop would go on at each end."""

_EVERY_RULE = ""


@dataclass(slots=True)
class _Count:
    """`passed` are the times within the window; `rests_until` is None while there is no storm."""

    limit: int
    passed: deque[Millis] = field(default_factory=deque)
    rests_until: Millis | None = None
    rules: set[str] = field(default_factory=set)

    def is_full(self, now: Millis) -> bool:
        """Whether one more is too much."""
        if self.rests_until is not None and self.rests_until > now:
            return True
        self.rests_until = None
        while self.passed and self.passed[0] <= now - WINDOW_MS:
            self.passed.popleft()
        return len(self.passed) >= self.limit

    def is_over(self, now: Millis) -> bool:
        """Whether nothing of it counts any more."""
        ended = self.rests_until is None or self.rests_until <= now
        return ended and (not self.passed or self.passed[-1] <= now - WINDOW_MS)


class Wish(NamedTuple):
    """What a rule asks of an actuator; `want` is anything that is the same for the same."""

    actuator: str
    want: object
    effect: Effect


class Storms:
    """What every rule asked of every actuator. Memory is bounded by what was asked in an hour."""

    def __init__(self) -> None:
        self.stopped: dict[str, int] = {}
        """How often each rule was stopped."""
        self._counts: dict[tuple[str, str], _Count] = {}
        self._moving: dict[str, bool] = {}  # whether the newest word to it was a START
        self._newest: dict[str, object] = {}  # what was wanted of it last
        self._told: set[str] = set()
        self._swept_at: Millis = 0

    def restore(self, actuators: Iterable[str], now: Millis) -> None:
        """These were in a storm when the gateway stopped: they rest for another while."""
        for actuator in actuators:
            count = self._counts[_EVERY_RULE, actuator] = _Count(ACTUATOR_MAX)
            count.rests_until = now + REST_MS
            self._told.add(actuator)

    def stops(self, rule: str, subject: str, wish: Wish, now: Millis) -> bool:
        """Whether the rule has to be stopped, which fires for `subject`. If not, what it asks
        counts.

        What was started may be stopped once in any case: a storm leaves nothing open.
        """
        self._sweep(now)
        actuator, want, effect = wish
        counts = [self._counts.setdefault((f"{rule}.{subject}", actuator), _Count(RULE_MAX))]
        of_all = self._counts.setdefault((_EVERY_RULE, actuator), _Count(ACTUATOR_MAX))
        if self._newest.get(actuator) != want or of_all.is_full(now):
            counts.append(of_all)
        full = [count for count in counts if count.is_full(now)]
        for count in full:
            count.rests_until = now + REST_MS
            count.rules.add(rule)
        if full and not (effect is Effect.STOP and self._moving.get(actuator)):
            self.stopped[rule] = self.stopped.get(rule, 0) + 1
            return True
        for count in counts:
            count.rules.add(rule)
            if not full:
                count.passed.append(now)
        self._newest[actuator] = want
        if effect is not Effect.NONE:
            self._moving[actuator] = effect is Effect.START
        return False

    def is_news(self, actuator: str) -> bool:
        """Whether nobody was told yet of the storm at this actuator."""
        is_news = actuator not in self._told
        self._told.add(actuator)
        return is_news

    def forget(self, rules: Iterable[Rule]) -> None:
        """They were edited or removed: what they did before does not count any more."""
        ids = {rule.id for rule in rules}
        self._counts = {
            k: count for k, count in self._counts.items() if ids.isdisjoint(count.rules)
        }

    def take_ended(self, now: Millis) -> list[str]:
        """The actuators whose storm is over since the last call."""
        stormy = {
            actuator
            for (_, actuator), count in self._counts.items()
            if count.rests_until is not None and count.rests_until > now
        }
        ended = sorted(self._told - stormy)
        self._told &= stormy
        return ended

    def next_end(self) -> Millis | None:
        """When a storm ends if nothing more is asked; a time that has passed when one is over."""
        if not self._told:
            return None
        ends: dict[str, Millis] = dict.fromkeys(self._told, 0)
        for (_, actuator), count in self._counts.items():
            if actuator in ends and count.rests_until is not None:
                ends[actuator] = max(ends[actuator], count.rests_until)
        return min(ends.values())

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        for count in self._counts.values():
            count.passed = deque(correction.of(at) for at in count.passed)
            if count.rests_until is not None:
                count.rests_until = correction.of(count.rests_until - REST_MS) + REST_MS
        self._swept_at = correction.of(self._swept_at)

    def _sweep(self, now: Millis) -> None:
        if now - self._swept_at < WINDOW_MS:
            return
        self._swept_at = now
        self._counts = {k: count for k, count in self._counts.items() if not count.is_over(now)}
        known = {actuator for _, actuator in self._counts}
        self._moving = {one: moves for one, moves in self._moving.items() if one in known}
        self._newest = {one: want for one, want in self._newest.items() if one in known}


def too_often(rule: Text, actuator: Text) -> Text:
    """What people are told of a storm, and what to do."""
    minutes = WINDOW_MS // 60_000
    return Text(
        f"Quy tắc “{rule.vi}” điều khiển {actuator.vi} quá dày (trong {minutes} phút được ra lệnh "
        f"{RULE_MAX} lần, đổi ý {ACTUATOR_MAX} lần) nên đã bị chặn, đến khi yên một "
        "giờ. Kỹ thuật viên xem lại điều kiện của quy tắc: có thể nó tự lặp hoặc trái với quy "
        "tắc khác.",
        f"The rule “{rule.en}” commands {actuator.en} too often (in {minutes} minutes "
        f"{RULE_MAX} commands, {ACTUATOR_MAX} changes of mind are allowed) and was stopped, until "
        "all is calm for an hour. Technician: look at its condition; it may answer to its own "
        "effect, or another rule undoes it.",
    )
