"""Which devices the rules of others depend on, and what has to be remembered of each.

Found anew whenever rules or devices change.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from devices.reading import Millis
from gateway.fleet import Device
from gateway.rules.expression.nodes import Changed, Last, Rain, Window
from gateway.rules.instance import Instance
from gateway.rules.plan import Plan
from gateway.rules.surroundings import RAIN_METRIC, WEATHER, Surroundings
from gateway.rules.windows import Span, Watch


@dataclass(slots=True)
class _Needed:
    """Of one device: `spans` and `changes` are to be remembered; the `followers`, instances of
    other devices, are asked when it reports."""

    spans: set[Span] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    followers: dict[Instance, None] = field(default_factory=dict)


def relate(plans: dict[str, Plan], surroundings: Surroundings, now: Millis) -> None:
    """Tell each plan what depends on its device. A device without rules gets a plan when those of
    others need it, and loses it when they do not any more."""
    surroundings.forget_fleet()
    instances = (one for plan in plans.values() for one in plan.instances if one.questions)
    needed = _needed(instances, surroundings)
    followed = {id for id, need in needed.items() if need.followers}
    following = {one.device.id for need in needed.values() for one in need.followers}
    surroundings.tied = followed | following
    for id in surroundings.watches.keys() - needed.keys():
        del surroundings.watches[id]
    for id, plan in list(plans.items()):
        if id not in needed:
            plan.relate(None, ())
            if not plan.instances:
                del plans[id]
    for id, need in needed.items():
        _provide(id, need, plans, surroundings, now)


def relate_alone(
    device: Device, plans: dict[str, Plan], surroundings: Surroundings, now: Millis
) -> bool:
    """The same for one device that changed, where no other is concerned. When thousands join, each
    must not look at all. Returns whether that was enough."""
    plan = plans.get(device.id)
    needed = _needed(plan.instances if plan else (), surroundings)
    alone = device.id not in surroundings.tied and device.kind.name != WEATHER
    if not alone or needed.keys() - {device.id}:
        return False
    surroundings.forget_fleet()
    if device.id in needed:
        _provide(device.id, needed[device.id], plans, surroundings, now)
    else:
        surroundings.watches.pop(device.id, None)
    return True


def _provide(
    id: str, need: _Needed, plans: dict[str, Plan], surroundings: Surroundings, now: Millis
) -> None:
    device = surroundings.fleet.get(id)
    if device is None or not device.adopted:
        return
    if id not in plans:
        plans[id] = Plan(device, {}, _nothing_set, surroundings)
    watch = None
    if need.spans or need.changes:
        watch = surroundings.watches.setdefault(id, Watch(device))
        watch.need(need.spans, need.changes, now, surroundings.recall)
    plans[id].relate(watch, need.followers)


def _needed(instances: Iterable[Instance], surroundings: Surroundings) -> dict[str, _Needed]:
    needed: dict[str, _Needed] = {}
    for instance in instances:
        own = instance.device
        for question in instance.questions:
            match question:
                case Window(_, metric, ms):
                    needed.setdefault(own.id, _Needed()).spans.add((metric, ms))
                case Changed(metric):
                    needed.setdefault(own.id, _Needed()).changes.add(metric)
                case Last(_, device) if device != own.id:
                    needed.setdefault(device, _Needed()).followers[instance] = None
                case Rain(ms):
                    for station in surroundings.stations(question, own):
                        gauge = needed.setdefault(station.id, _Needed())
                        gauge.spans.add((RAIN_METRIC, ms))
                        if station is not own:
                            gauge.followers[instance] = None
    return needed


def _nothing_set(name: str) -> None:
    """The settings of a device without rules."""
