"""What a rule may do to an actuator: nothing that the device cannot, nothing that a rule of more
weight forbids, and not again and again.

Every request of a firing rule passes here. What is held back is recorded as a refused command, and
the rule says why.
"""

from collections.abc import Iterable
from contextlib import suppress

from devices.command import CommandRefusedError, Effect
from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    Command,
    CommandAsked,
    CommandState,
    Decision,
    Explanation,
    IrrigationAsked,
    RuleState,
    Severity,
)
from gateway.fleet import Device, Fleet
from gateway.rules.claims import Claim, Claims
from gateway.rules.instance import Instance
from gateway.rules.rule import ActionError, Firing
from gateway.rules.storms import Storms, Wish, too_often
from gateway.storm_alert import COMMAND_STORM


class Restraint:
    """For all rules of a hamlet. `overruled` counts what each rule lost to others."""

    def __init__(self, fleet: Fleet) -> None:
        self.overruled: dict[str, int] = {}
        self.storms = Storms()
        self._fleet = fleet
        self._claims = Claims()
        self._stopped: dict[str, dict[int, tuple[Instance, Text]]] = {}

    def filter(self, who: Instance, asked: Iterable[Decision], now: Millis) -> list[Decision]:
        """What of the requests of a rule that fires may be carried out, and what is to be said of
        the rest."""
        decisions: list[Decision] = []
        for request in asked:
            if isinstance(request, CommandAsked):
                decisions += self._command(who, request, now)
            elif isinstance(request, IrrigationAsked):
                decisions += self._watering(who, request, now)
            else:
                decisions.append(request)
        return decisions

    def claim_again(self, who: Instance) -> None:
        """The rule has been firing since before the start, and still wants what it asked for."""
        if who.state is not RuleState.FIRING or not who.rule.actuates:
            return
        firing = Firing(who.rule, who.device, self._fleet, _not_known, who.since)
        for index, action in enumerate(who.rule.then):
            with suppress(ActionError):
                for request in action.ask(firing, index):
                    self._claim(who, request)

    def release(self, who: Instance) -> None:
        """The rule has ended there."""
        self._claims.release(who)

    def on_tick(self, now: Millis) -> list[Decision]:
        """The storms that are over; their rules complain no longer."""
        ended = self.storms.take_ended(now)
        for actuator in ended:
            for who, words in self._stopped.pop(actuator, {}).values():
                if who.action_error is words:
                    who.action_error = None
        return [AlertCleared(COMMAND_STORM, actuator, now) for actuator in ended]

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self.storms.correct(correction)
        self._claims.correct(correction)

    def _claim(self, who: Instance, request: Decision) -> None:
        if not isinstance(request, CommandAsked):
            return
        device = self._fleet.get(request.device)
        spec = device and device.kind.command(request.command)
        if device and spec:
            self._claims.place(device.id, Claim.of(who, request, spec))

    def _command(self, who: Instance, asked: CommandAsked, now: Millis) -> list[Decision]:
        device = self._fleet.get(asked.device)
        if device is None:
            return [asked]  # and refused where the commands wait
        try:
            spec = device.check_command(asked.command, asked.args)
        except CommandRefusedError as error:
            who.action_error = _not_allowed(device, asked.command, error)
            return [_refused(asked, str(error), now)]
        claim = Claim.of(who, asked, spec)
        opposed = self._claims.opposed(device.id, claim, now)
        for other in opposed:
            if claim.yields_to(other):
                self._lose(who, other, device)
                return [_refused(asked, f"{other.holder.rule.source} is against it", now)]
        wish = Wish(device.id, claim.want, spec.effect)
        if self.storms.stops(who.rule.id, who.device.id, wish, now):
            return self._storm(who, device.id, device.label, now, _refused(asked, _STORM, now))
        for other in opposed:
            if claim.beats(other):
                self._lose(other.holder, claim, device)
        self._claims.place(device.id, claim)
        return [asked]

    def _watering(self, who: Instance, asked: IrrigationAsked, now: Millis) -> list[Decision]:
        wish = Wish(asked.plot, "water", Effect.NONE)
        if not self.storms.stops(who.rule.id, who.device.id, wish, now):
            return [asked]
        label = Text(f"lô {asked.plot}", f"plot {asked.plot}")
        sentence = too_often(who.rule.label, label)
        refused = Explanation(asked.plot, now, "refuse", sentence, {})
        return self._storm(who, asked.plot, label, now, refused)

    def _storm(
        self, who: Instance, actuator: str, label: Text, now: Millis, refused: Decision
    ) -> list[Decision]:
        """Say so once: what a storm asks must not fill the journal either."""
        who.action_error = words = too_often(who.rule.label, label)
        self._stopped.setdefault(actuator, {})[id(who)] = who, words
        if not self.storms.is_news(actuator):
            return []
        alert = AlertAsked(COMMAND_STORM, actuator, Severity.WARNING, words, now)
        return [refused, alert]

    def _lose(self, loser: Instance, winner: Claim, device: Device) -> None:
        rule, by = loser.rule.id, winner.holder.rule
        self.overruled[rule] = self.overruled.get(rule, 0) + 1
        loser.lost = Text(
            f"{device.label.vi}: theo quy tắc “{by.label.vi}” (ưu tiên {by.priority})",
            f"{device.label.en}: the rule “{by.label.en}” (priority {by.priority}) has its way",
        )


_STORM = "the rule commands it too often"


def _refused(asked: CommandAsked, error: str, now: Millis) -> Command:
    return Command(
        id=asked.key,
        device=asked.device,
        command=asked.command,
        args=asked.args,
        requester=asked.requester,
        created_at=now,
        expires_at=asked.expires_at,
        state=CommandState.REFUSED,
        finished_at=now,
        error=error,
    )


def _not_allowed(device: Device, command: str, error: CommandRefusedError) -> Text:
    return Text(
        f"{device.label.vi} không được nhận lệnh “{command}” này ({error})",
        f"{device.label.en} must not be told this “{command}”: {error}",
    )


def _not_known(metric: str) -> Value | None:
    """What was measured when it fired; no request depends on it."""
    return None
