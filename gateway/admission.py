"""Which topics are let in, and to which device each belongs. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from devices.decode import AHEAD_MAX_MS, DECODERS, LATEST, Decode
from devices.kinds import KINDS
from devices.reading import Millis, Reading
from devices.rejection import Reason, RejectedError
from devices.text import Text
from devices.topics import FROM_DEVICE, Channel, parse_topic
from gateway.fleet import GATEWAY, Device, Fleet
from gateway.journal.batch import CHANNEL_CODES
from gateway.reports import check_report

NEW_DEVICES_MAX = 1000
"""Devices waiting to be adopted. A neighbour's whole hamlet fits; a flood of invented ids does
not fill the memory."""


OWN_TOPIC = GATEWAY
"""Where the gateway's own readings come in. Nothing on the wire has this topic, so no message from
outside can pass for one."""

IRRIGATION_KINDS = frozenset({"valve", "pump", "soil", "weather"})
"""Of these the irrigation wants every reading."""


class Route(NamedTuple):
    """Where the messages of one topic go. `code` is the channel's in the journal; `waters` says
    whether the irrigation looks at such readings."""

    device: Device
    channel: Channel
    code: int
    decode: Decode
    waters: bool


class Admission:
    """Routes by topic. Only topics of known devices are remembered, so memory stays bounded."""

    def __init__(self, hamlet: str, fleet: Fleet, *, adopt_new_devices: bool) -> None:
        self.routes: dict[str, Route] = {}
        own = fleet.get(GATEWAY)
        if own is not None:
            code = CHANNEL_CODES[Channel.TELEMETRY]
            self.routes[OWN_TOPIC] = Route(own, Channel.TELEMETRY, code, DECODERS[GATEWAY], False)
        self._decoders: Mapping[str, Decode] = DECODERS
        self._hamlet = hamlet
        self._fleet = fleet
        self._adopt_new_devices = adopt_new_devices
        self._next_number = max((device.number for device in fleet), default=0) + 1
        self._waiting = sum(1 for _ in fleet.unadopted())

    def admit(self, topic: str, payload: bytes, now: Millis) -> tuple[Route, bool]:
        """The route of a topic seen for the first time, and whether its device is new.

        A new device is added to the fleet by its first valid message. Raises RejectedError.
        """
        parts = parse_topic(topic)
        if parts is None or parts.hamlet != self._hamlet or parts.channel not in FROM_DEVICE:
            raise RejectedError(Reason.BAD_TOPIC, _form(self._hamlet))
        if parts.kind not in KINDS:
            said = Text(f"không có loại {parts.kind!r}", f"no device kind {parts.kind!r}")
            raise RejectedError(Reason.UNKNOWN_KIND, said)
        if parts.kind == GATEWAY:
            raise RejectedError(Reason.OTHER_KIND, _NOT_FOR_OTHERS)
        device = self._fleet.get(parts.device)
        if device is not None and device.kind.name != parts.kind:
            raise RejectedError(Reason.OTHER_KIND, _other(device, parts.kind))
        is_new = device is None
        if device is None:
            device = self._welcome(parts.device, parts.kind, parts.channel, payload, now)
        code = CHANNEL_CODES[parts.channel]
        route = Route(
            device, parts.channel, code, self._decoders[parts.kind], parts.kind in IRRIGATION_KINDS
        )
        self.routes[topic] = route
        return route, is_new

    def _welcome(self, id: str, kind: str, channel: Channel, payload: bytes, now: Millis) -> Device:
        if channel is Channel.TELEMETRY:
            self._decoders[kind](id, payload, now)
        else:
            check_report(channel, payload)
        if not self._adopt_new_devices:
            if self._waiting >= NEW_DEVICES_MAX:
                raise RejectedError(Reason.TOO_MANY_DEVICES, _ENOUGH)
            self._waiting += 1
        device = Device(self._next_number, id, KINDS[kind], self._adopt_new_devices, Text(id, id))
        self._next_number += 1
        self._fleet.add(device)
        return device

    def judge_times(self, *, clock_trusted: bool) -> None:
        """By a clock that may be behind, no device's time is too far ahead."""
        self._decoders = DECODERS if clock_trusted else _LENIENT
        for topic, route in self.routes.items():
            self.routes[topic] = route._replace(decode=self._decoders[route.device.kind.name])

    def adopted(self) -> None:
        """One of those that waited does so no more."""
        self._waiting -= 1


_NOT_FOR_OTHERS = Text("chỉ máy ở nhà văn hóa được dùng loại này", "the gateway speaks for itself")
_ENOUGH = Text(
    f"đã có {NEW_DEVICES_MAX} thiết bị mới đang chờ", f"{NEW_DEVICES_MAX} new devices wait already"
)


def _form(hamlet: str) -> Text:
    return Text(
        f"phải là hamlet/{hamlet}/<loại>/<thiết bị>/<kênh>",
        f"must be hamlet/{hamlet}/<kind>/<device>/<channel>",
    )


def _other(device: Device, said: str) -> Text:
    id, kind = device.id, device.kind.name
    return Text(f"{id} thuộc loại {kind}, không phải {said}", f"{id} is a {kind}, not a {said}")


def _lenient(decode: Decode) -> Decode:
    """For the time in which our own clock is a lower bound: later it is known what was ahead."""

    def decode_any_time(device: str, payload: bytes, now: Millis) -> Reading:
        try:
            return decode(device, payload, now)
        except RejectedError as error:
            if error.reason is not Reason.FUTURE_TIME:
                raise
            return decode(device, payload, LATEST - AHEAD_MAX_MS)._replace(received_at=now)

    return decode_any_time


_LENIENT = {kind: _lenient(decode) for kind, decode in DECODERS.items()}
