"""Topics of the native dialect: `hamlet/{hamlet}/{kind}/{device}/{channel}`."""

import re
from enum import Enum
from typing import NamedTuple

IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""Ids of hamlets, devices, places, plots and rules. ASCII, so that they are safe in a topic, a
file name, a URL and a line of an SMS."""

TOPIC_MAX = 5 * 64
"""Five parts of at most 63 characters and their slashes: anything longer is no topic of ours."""


class Channel(Enum):
    """What a message is about; the values are the last part of the topic."""

    TELEMETRY = "telemetry"
    STATUS = "status"
    INFO = "info"
    EVENT = "event"
    COMMAND = "command"
    RESULT = "result"
    ACK = "ack"


FROM_DEVICE = frozenset(Channel) - {Channel.COMMAND, Channel.ACK}


class Topic(NamedTuple):
    """The parts of a topic. `kind` may still be one that nobody knows."""

    hamlet: str
    kind: str
    device: str
    channel: Channel

    def __str__(self) -> str:
        return f"hamlet/{self.hamlet}/{self.kind}/{self.device}/{self.channel.value}"


def parse_topic(topic: str) -> Topic | None:
    """The parts of `topic`, or None when it is none of the native dialect's."""
    if len(topic) > TOPIC_MAX:
        return None
    parts = topic.split("/")
    if len(parts) != 5 or parts[0] != "hamlet":
        return None
    _, hamlet, kind, device, channel = parts
    if not (IDENTIFIER.fullmatch(hamlet) and IDENTIFIER.fullmatch(kind)):
        return None
    if not IDENTIFIER.fullmatch(device):
        return None
    try:
        return Topic(hamlet, kind, device, Channel(channel))
    except ValueError:
        return None


def subscriptions(hamlet: str) -> tuple[str, ...]:
    """The filters that bring everything the devices of a hamlet say, and no command."""
    return tuple(
        f"hamlet/{hamlet}/+/+/{channel.value}" for channel in Channel if channel in FROM_DEVICE
    )
