"""What is wrong with a rule, in words for the technician: what it cannot compute, what never came.

A rule that waits for data that nobody sends looks like one that has nothing to say. Pure.
"""

from collections.abc import Iterable, Sequence

from devices.kind import Kind
from devices.reading import Millis
from devices.text import Text
from gateway.fleet import Device
from gateway.rules.grouping import Group
from gateway.rules.instance import Instance

AWAITED_MS = 3_600_000
"""An hour. The slowest devices report twice in it, so what has not come by then does not come."""
LOST_MS = 86_400_000
"""A day. Some values are only measured by night or by day."""

NO_DEVICE = Text("không có thiết bị nào khớp", "no device matches")


def cannot_be_computed(device: Device, error: Exception) -> Text:
    """Why the condition of a rule raised."""
    if isinstance(error, OverflowError):
        why = Text("một con số lớn quá mức", "a number grew beyond all bounds")
    else:
        why = Text(*[f"{type(error).__name__}: {error}"] * 2)
    return Text(
        f"{device.id}: không tính được điều kiện, {why.vi}",
        f"{device.id}: the condition cannot be computed, {why.en}",
    )


def health_of(instances: Sequence[Instance], newest: Millis, since: Millis) -> Text | None:
    """The worst that is wrong with one rule; None when all is well. `newest` is when anything was
    heard last of any device, `since` when the gateway began to listen."""
    if not instances:
        return NO_DEVICE
    for found in (
        [one.error for one in instances if one.error],
        [one.action_error for one in instances if one.action_error],
        [gap for one in instances if (gap := _gap(one, newest, since))],
    ):
        if found:
            devices = sum(not isinstance(one.device, Group) for one in instances)
            return _with_number(found[0], len(found), devices)
    return None


def newest_of(devices: Iterable[Device]) -> Millis:
    """When any of them was heard last."""
    return max((device.heard_at for device in devices if device.heard_at is not None), default=0)


def _gap(instance: Instance, newest: Millis, since: Millis) -> Text | None:
    """What the rule reads and the device does not send. A device that fell silent is no gap: that
    is its own fault and shown there, and rules that ask for absence know what to make of it."""
    if any(part.absence_matters for part in instance.rule.expressions):
        return None
    device = instance.device
    if device.heard_at is None:
        if newest - since < AWAITED_MS:
            return None
        return Text(
            f"chưa từng nghe thấy {device.label.vi}", f"{device.label.en} was never heard from"
        )
    for name in sorted(instance.rule.metrics):
        measured_at = device.measured_at_of(name)
        if measured_at is None and newest - since >= AWAITED_MS:
            what = _label(device.kind, name)
            return Text(
                f"{device.label.vi} chưa từng gửi “{what.vi}” ({name})",
                f"{device.label.en} has never sent “{what.en}” ({name})",
            )
        if measured_at is not None and device.heard_at - measured_at > LOST_MS:
            what = _label(device.kind, name)
            return Text(
                f"{device.label.vi} không còn gửi “{what.vi}” ({name})",
                f"{device.label.en} does not send “{what.en}” ({name}) any more",
            )
    return None


def _label(kind: Kind, name: str) -> Text:
    metric = kind.metric(name)
    return metric.label if metric else Text(name, name)


def _with_number(words: Text, affected: int, of: int) -> Text:
    if of <= 1:
        return words
    return Text(
        f"{words.vi} ({affected} trên {of} thiết bị)",
        f"{words.en} ({affected} of {of} devices)",
    )
