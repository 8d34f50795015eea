"""What every device's program does: number and date its reports, obey each command once.

Knows nothing of connections. Reports are formatted by hand because a week of a hamlet is a
quarter of a million of them; the tests parse every kind of them.
"""

import json
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from devices.command import CommandRefusedError
from devices.kind import Kind
from devices.messages import Command, decode_message
from devices.reading import Millis
from devices.rejection import RejectedError
from devices.topics import Channel, Topic
from firmware_sim.faults import HEALTHY, Ailments, Fault
from firmware_sim.firmware.hearing import Hearing
from firmware_sim.ring import Message
from firmware_sim.weather import Sky

ANSWERS_MAX = 32
"""Command ids remembered. The gateway repeats a command for minutes, not for 32 commands."""
BABBLE_FACTOR = 20
"""A babbling device talks that much more often."""
MILLIS_PER_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Badge:
    """Who a device is. `luck` sets its noise apart from its neighbours'."""

    hamlet: str
    id: str
    kind: Kind
    interval_s: int
    active_s: int
    luck: int

    def topic(self, channel: Channel) -> str:
        """The device's topic of that channel."""
        return str(Topic(self.hamlet, self.kind.name, self.id, channel))


class Firmware(ABC):
    """One device from boot to power cut. `due` is when it reports next, `deadline` when something
    on it ends by itself; both in ms like `now`."""

    model: ClassVar[str]

    def __init__(self, badge: Badge, sky: Sky, ailments: Ailments = HEALTHY) -> None:
        self.badge = badge
        self.sky = sky
        self.ailments = ailments
        self.due = sky.now
        self.deadline: Millis | None = None
        self.seq = 0
        self.boot = ""
        self._hearing = Hearing()
        self._frozen: str | None = None
        self._answers: OrderedDict[str, Message] = OrderedDict()
        self._telemetry = badge.topic(Channel.TELEMETRY)
        self.restart(sky.now)

    @property
    def wake(self) -> Millis:
        """When `run` has something to do."""
        at = self.due if self.deadline is None else min(self.due, self.deadline)
        return min(at, self._hearing.next_at) if self.ailments else at

    def restart(self, now: Millis) -> None:
        """Begin a new boot: its sequence starts at 0, and it is named by its moment."""
        self.boot = f"{now:x}"
        self.seq = 0

    def run(self, now: Millis) -> list[Message]:
        """What the device says at `now` by itself."""
        messages = self._hear(now) if self.ailments else []
        if self.deadline is not None and now >= self.deadline:
            self.sky.advance(now)
            messages += self.expire(now)
        if now >= self.due:
            messages.append(self.report(now))
        return messages

    def report(self, now: Millis) -> Message:
        """Telemetry of this moment."""
        seq = self.seq
        values = self.values(now)
        self.seq = seq + 1
        interval = self.interval_ms()
        # The first interval is shortened by luck: devices that boot together drift apart.
        self.due = now + (interval if seq else interval * (3 + self.badge.luck % 8) // 10)
        head = f'{{"seq":{seq},"boot":"{self.boot}","measured_at":{self._clock(now)},'
        payload = f"{head}{values}}}".encode()
        if self.ailments and self._ails(Fault.BABBLING, now):
            self.due = now + interval // BABBLE_FACTOR
            if seq % 4:  # garbage is no reading, and not worth keeping
                return Message(self._telemetry, payload[: len(payload) // 2])
        return Message(self._telemetry, payload, seq=seq)

    def values(self, now: Millis) -> str:
        """What it measures at this moment, as members of a JSON object, without braces."""
        if now > self.sky.now:
            self.sky.advance(now)
        return self._ailing_values(now) if self.ailments else self.measure(now)

    def handle_command(self, payload: bytes, now: Millis) -> list[Message]:
        """Obey, once, what has not expired. Returns the result, and a report if it was obeyed.
        What a bad line holds up is obeyed by `run`."""
        if not self.ailments:
            return self._carry_out(payload, now)
        self.sky.advance(now)
        if self._ails(Fault.COMMANDS_LOST, now):
            return []
        late_s = self._amount(Fault.COMMANDS_LATE, now) or 0.0
        times = self._amount(Fault.COMMANDS_REPEATED, now) or 1.0
        self._hearing.expect(payload, now + int(late_s * 1000), max(1, round(times)))
        return self._hear(now)

    def announce(self) -> list[Message]:
        """What the device says of itself when it has connected; retained."""
        kind = self.badge.kind
        info = {
            "model": self.model,
            "firmware": "1.0",
            "serial": f"SIM-{self.badge.id}",
            "capabilities": [command.name for command in kind.commands],
            "interval_s": self.badge.interval_s,
        }
        return [
            Message(self.badge.topic(Channel.STATUS), b"online", retain=True),
            Message(self.badge.topic(Channel.INFO), to_json(info), retain=True),
        ]

    @property
    def will(self) -> Message:
        """What the broker says for the device when its connection is lost."""
        return Message(self.badge.topic(Channel.STATUS), b"offline", retain=True)

    def cut_off(self, now: Millis) -> bool:
        """Whether its line is cut, so that nobody hears it."""
        return bool(self.ailments) and self._ails(Fault.LINE_CUT, now)

    def interval_ms(self) -> int:
        """How long until the next report."""
        return self.badge.interval_s * 1000

    @abstractmethod
    def measure(self, now: Millis) -> str:
        """The members of the JSON object, without braces. The sky is at `now`."""

    def obey(self, command: str, args: Mapping[str, Any], now: Millis) -> dict[str, Any]:
        """Carry out a command whose arguments are checked; returns the read-back."""
        raise NotImplementedError(f"{type(self).__name__} has no {command}")

    def expire(self, now: Millis) -> list[Message]:
        """What happens when `deadline` is reached."""
        raise NotImplementedError(f"{type(self).__name__} has no deadline")

    def save(self) -> dict[str, Any]:
        """What outlives a power cut, as JSON."""
        return {"frozen": self._frozen}

    def load(self, saved: Mapping[str, Any]) -> None:
        """Continue from what `save` gave."""
        self._frozen = saved["frozen"]

    def _hear(self, now: Millis) -> list[Message]:
        """Obey what the line has let through by now."""
        messages = []
        for payload in self._hearing.take(now):
            messages += self._carry_out(payload, now)
        if messages and self._ails(Fault.RESULTS_LOST, now):
            return [message for message in messages if message.topic == self._telemetry]
        return messages

    def _carry_out(self, payload: bytes, now: Millis) -> list[Message]:
        try:
            command = decode_message(Command, payload)
        except RejectedError:
            return []  # nobody could be answered
        answered = self._answers.get(command.id)
        if answered is not None:
            return [answered]
        self.sky.advance(now)
        obeyed = False
        try:
            if command.expires_at_ms <= self._clock(now):
                raise CommandRefusedError("expired")
            self.badge.kind.check_command(command.command, command.args)
            read_back = self.obey(command.command, command.args, now)
            obeyed = True
        except (CommandRefusedError, RejectedError) as error:
            read_back = {"error": str(error)}
        result = Message(
            self.badge.topic(Channel.RESULT), to_json({"id": command.id, "ok": obeyed, **read_back})
        )
        self._answers[command.id] = result
        if len(self._answers) > ANSWERS_MAX:
            self._answers.popitem(last=False)
        return [result, self.report(now)] if obeyed else [result]

    def _ailing_values(self, now: Millis) -> str:
        values = self.measure(now)
        if not self._ails(Fault.SENSOR_FROZEN, now):
            self._frozen = None
        elif self._frozen is None:
            self._frozen = values
        return self._frozen or values

    def _ails(self, fault: Fault, now: Millis) -> bool:
        return self.ailments.has(fault, now, self.sky.air.hour)

    def _amount(self, fault: Fault, now: Millis) -> float | None:
        return self.ailments.amount(fault, now, self.sky.air.hour)

    def _clock(self, now: Millis) -> Millis:
        """The time as the device knows it."""
        if not self.ailments:
            return now
        ahead_h = self._amount(Fault.WRONG_CLOCK, now)
        return now if ahead_h is None else now + int(ahead_h * MILLIS_PER_HOUR)


def to_json(value: object) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
