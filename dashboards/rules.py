"""The rules of the hamlet as the pages show them: each with how it does, the loud ones first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards.words import Words
from devices.text import Text
from gateway.clock import Millis
from gateway.decisions import RuleState
from gateway.rule_texts import Rehearsal, RuleEditing, RuleText
from gateway.views import Views
from gateway.views.subjects import Subject
from gateway.views.views import RuleStatus


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with how it does; one that is switched off has no status."""

    text: RuleText
    status: RuleStatus | None

    @property
    def health(self) -> Text | None:
        return self.status.health if self.status else None

    @property
    def lost(self) -> Text | None:
        """Where another rule overruled it."""
        return self.status.lost if self.status else None

    def number(self, state: RuleState) -> int:
        """Devices for which it is in that state."""
        return self.status.subjects.get(state, 0) if self.status else 0

    @property
    def is_busy(self) -> bool:
        """Whether there is more to say of it than that nothing happens."""
        return self.health is not None or self.number(RuleState.FIRING) > 0

    def badges(self, words: Words) -> list[tuple[str, str]]:
        """Class and word of each: what it is, and how it does."""
        if not self.text.armed:
            return [("quiet", words.t("rules.state.off"))]
        badges = []
        if self.health is not None:
            badges.append(("unknown", words.t("rules.state.wrong")))
        if firing := self.number(RuleState.FIRING):
            several = words.t("rules.state.firing.n", n=firing)
            badges.append(("warn", several if firing > 1 else words.t("rules.state.firing")))
        if self.number(RuleState.PENDING):
            badges.append(("quiet", words.t("rules.state.pending")))
        return badges or [("up", words.t("rules.state.inactive"))]


def rule_rows(rules: RuleEditing, views: Views) -> list[RuleRow]:
    """All rules, in the order of their files."""
    status: Mapping[str, RuleStatus] = {one.rule: one for one in views.rules()}
    return [RuleRow(text, status.get(text.rule)) for text in rules.texts()]


def grouped(rows: Sequence[RuleRow]) -> list[tuple[str, list[RuleRow]]]:
    """Those that need somebody, those that watch, those that rest; under the key of a title."""
    groups: dict[str, list[RuleRow]] = {"rules.busy": [], "rules.calm": [], "rules.resting": []}
    for row in rows:
        name = "busy" if row.is_busy else "calm" if row.text.armed else "resting"
        groups[f"rules.{name}"].append(row)
    return [(name, found) for name, found in groups.items() if found]


def rehearsed(views: Views, rehearsal: Rehearsal | None) -> list[tuple[Millis, Subject, RuleState]]:
    """What a rule would have done last, the newest first, with the names of the devices."""
    changes = rehearsal.changes if rehearsal else ()
    return [(at, views.subject(id), state) for at, id, state in reversed(changes)]
