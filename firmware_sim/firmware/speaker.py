"""A loudspeaker cluster: plays the two bulletins of the day by itself, and clips on command."""

import math
from collections.abc import Mapping
from typing import Any

from devices.reading import Millis
from devices.topics import Channel
from firmware_sim.chance import noise
from firmware_sim.faults import Ailments
from firmware_sim.firmware.device import MILLIS_PER_HOUR, Badge, Firmware, to_json
from firmware_sim.ring import Message
from firmware_sim.weather import Sky

BULLETIN_HOURS = (5, 17)
BULLETIN_MS = 20 * 60_000
CLIP_MS = 60_000
"""Every clip of the simulator is a minute long."""
WARM_C = 17.0
"""Above the air, when it has played for long."""
WARMING_H = 0.3
IDLE_W = 4.0
FULL_W = 62.0
"""At full volume."""


class SpeakerFirmware(Firmware):
    """`deadline` is when playing ends, or else when the next bulletin begins."""

    model = "IP loudspeaker cluster 60 W"

    def __init__(self, badge: Badge, sky: Sky, ailments: Ailments) -> None:
        super().__init__(badge, sky, ailments)
        self._clip: str | None = None
        self._volume_pct = 55.0 + badge.luck % 4 * 5
        self._warmth_c = 1.0
        self._felt_at = sky.now
        self.deadline = self._next_bulletin(sky.now)

    def measure(self, now: Millis) -> str:
        self._feel(now)
        luck = self.badge.luck + self.seq * 2
        power = self._power_w()
        return (
            f'"volume_pct":{self._volume_pct:.0f},"playing":{"true" if self._clip else "false"},'
            f'"amplifier_temperature_c":{self.sky.air.temperature_c + self._warmth_c:.1f},'
            f'"supply_v":{12.4 - power * 0.006 + 0.03 * noise(luck):.2f},'
            f'"power_w":{power * (1 + 0.04 * noise(luck + 1)):.1f}'
        )

    def obey(self, command: str, args: Mapping[str, Any], now: Millis) -> dict[str, Any]:
        self._feel(now)
        if "volume_pct" in args:
            self._volume_pct = float(args["volume_pct"])
        if command == "play":
            self._clip = args["clip"]
            self.deadline = now + CLIP_MS
        elif command == "stop":
            self._clip = None
            self.deadline = self._next_bulletin(now)
        return {"playing": self._clip is not None, "volume_pct": self._volume_pct}

    def expire(self, now: Millis) -> list[Message]:
        self._feel(now)
        messages = []
        if self._clip is None:
            self._clip = "bulletin"
            self.deadline = now + BULLETIN_MS
        else:
            event = to_json({"event": "playback-finished", "clip": self._clip})
            messages.append(Message(self.badge.topic(Channel.EVENT), event))
            self._clip = None
            self.deadline = self._next_bulletin(now)
        messages.append(self.report(now))
        return messages

    def save(self) -> dict[str, Any]:
        return {**super().save(), "volume_pct": self._volume_pct}

    def load(self, saved: Mapping[str, Any]) -> None:
        super().load(saved)
        self._volume_pct = saved["volume_pct"]

    def _power_w(self) -> float:
        return IDLE_W + (FULL_W * (self._volume_pct / 100) ** 2 if self._clip else 0.0)

    def _feel(self, now: Millis) -> None:
        """Let the amplifier warm up or cool down as it was used since the last time."""
        hours = max(0, now - self._felt_at) / MILLIS_PER_HOUR
        self._felt_at = max(now, self._felt_at)
        target = WARM_C * self._power_w() / (IDLE_W + FULL_W)
        self._warmth_c += (target - self._warmth_c) * (1 - math.exp(-hours / WARMING_H))

    def _next_bulletin(self, now: Millis) -> Millis:
        return min(self.sky.next_local(now, hour) for hour in BULLETIN_HOURS)
