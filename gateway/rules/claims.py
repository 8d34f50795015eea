"""Who wants what of an actuator: of two rules that want opposite things, one wins.

Pure. A rule that fires claims what it commanded until it ends; a START no longer than its lease.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.command import Argument, CommandSpec, Effect
from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import CommandAsked
from gateway.rules.instance import Instance

SWITCH = "switch"
"""Starting and stopping are about the same thing; every other command is about itself."""
LEASE = "lease_s"

Thing = tuple[str, str]
"""An actuator, and what of it is claimed."""


@dataclass(slots=True)
class Claim:
    """What one firing rule wants. `until` is None for as long as it fires."""

    holder: Instance
    command: str
    args: Mapping[str, Argument]
    effect: Effect
    until: Millis | None

    @classmethod
    def of(cls, holder: Instance, asked: CommandAsked, spec: CommandSpec) -> "Claim":
        """The claim that goes with a command."""
        lease_s = asked.args.get(LEASE)
        until = asked.at + lease_s * 1000 if isinstance(lease_s, int) else None
        return cls(holder, asked.command, asked.args, spec.effect, until)

    def opposes(self, other: "Claim") -> bool:
        """Whether both cannot have their way."""
        return self.holder.rule.id != other.holder.rule.id and self.want != other.want

    @property
    def want(self) -> object:
        """The same for two claims that can both have their way."""
        return self.command, {name: arg for name, arg in self.args.items() if name != LEASE}

    def yields_to(self, older: "Claim") -> bool:
        """Whether the older one wins: by its priority, and between equals because it stops what
        this one would start. Else the newer one does."""
        mine, others = self.holder.rule.priority, older.holder.rule.priority
        if mine != others:
            return mine < others
        return self.effect is Effect.START and older.effect is Effect.STOP

    def beats(self, older: "Claim") -> bool:
        """Whether the older one has lost something by that. Clips that are played one after the
        other, by rules of the same priority, are no contest."""
        lower = older.holder.rule.priority < self.holder.rule.priority
        return lower or self.effect is not Effect.NONE


class Claims:
    """The claims of all firing rules."""

    def __init__(self) -> None:
        self._of_thing: dict[Thing, dict[tuple[str, str], Claim]] = {}
        self._of_holder: dict[tuple[str, str], set[Thing]] = {}

    def opposed(self, device: str, claim: Claim, now: Millis) -> list[Claim]:
        """The claims that are against this one and still stand."""
        others = self._of_thing.get(_thing(device, claim), {}).values()
        return [
            other
            for other in others
            if (other.until is None or other.until > now) and claim.opposes(other)
        ]

    def place(self, device: str, claim: Claim) -> None:
        """From now on it stands, in place of an older one of the same rule and subject."""
        thing, holder = _thing(device, claim), _key(claim.holder)
        self._of_thing.setdefault(thing, {})[holder] = claim
        self._of_holder.setdefault(holder, set()).add(thing)

    def release(self, holder: Instance) -> None:
        """The rule does not fire any more."""
        for thing in self._of_holder.pop(_key(holder), ()):
            claims = self._of_thing[thing]
            del claims[_key(holder)]
            if not claims:
                del self._of_thing[thing]

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        for claims in self._of_thing.values():
            for claim in claims.values():
                claim.until = correction.of_any(claim.until)


def _thing(device: str, claim: Claim) -> Thing:
    return device, claim.command if claim.effect is Effect.NONE else SWITCH


def _key(holder: Instance) -> tuple[str, str]:
    return holder.rule.id, holder.device.id
