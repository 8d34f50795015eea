"""Readings on their way into the pipeline: numbered, dated when they had to wait, bounded."""

from collections.abc import Callable
from typing import Any

import orjson

from devices.topics import Channel, parse_topic
from gateway.serial.reports import WAITING_MAX, Reports


class Inbox:
    """Remembers what it is told; `full` by the test's will."""

    def __init__(self) -> None:
        self.full = False
        self.heard: list[tuple[str, dict[str, Any], int]] = []
        self.chunks = 0

    def on_message(self, topic: str, payload: bytes, token: int, flags: int, now: int) -> None:
        assert (token, flags) == (0, 0)
        self.heard.append((topic, orjson.loads(payload), now))

    def perform(self, step: Callable[[], None]) -> None:
        step()
        self.chunks += 1


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def steady(self) -> int:
        return self.now % 1_000_000_000


def test_a_reading_is_telemetry_with_numbers_of_its_own() -> None:
    inbox, clock = Inbox(), Clock()
    reports = Reports("khe-coc", "serial-1", inbox, clock, clock.steady)
    reports.report("soil-1", "soil", {"soil_ph": 5.0})
    reports.report("soil-2", "soil", {"soil_ph": 6.0})
    reports.report("soil-1", "soil", {"soil_ph": 5.5})
    assert [fields for _, fields, _ in inbox.heard] == [
        {"soil_ph": 5.0, "seq": 0, "boot": "serial-1"},
        {"soil_ph": 6.0, "seq": 0, "boot": "serial-1"},
        {"soil_ph": 5.5, "seq": 1, "boot": "serial-1"},
    ]
    topic = parse_topic(inbox.heard[0][0])
    assert topic == ("khe-coc", "soil", "soil-1", Channel.TELEMETRY)
    assert inbox.chunks == 3


def test_what_had_to_wait_says_when_it_was_measured() -> None:
    inbox, clock = Inbox(), Clock()
    reports = Reports("khe-coc", "b", inbox, clock, clock.steady)
    inbox.full = True
    reports.report("soil-1", "soil", {"soil_ph": 5.0})
    measured_at = clock.now
    clock.now += 60_000
    assert not inbox.heard
    inbox.full = False
    reports.report("soil-1", "soil", {"soil_ph": 5.1})
    assert [fields.get("measured_at") for _, fields, _ in inbox.heard] == [measured_at, None]
    assert [now for _, _, now in inbox.heard] == [clock.now, clock.now]


def test_too_much_waiting_drops_the_oldest_and_counts() -> None:
    inbox, clock = Inbox(), Clock()
    reports = Reports("khe-coc", "b", inbox, clock, clock.steady)
    inbox.full = True
    for _ in range(WAITING_MAX + 3):
        reports.report("soil-1", "soil", {"soil_ph": 5.0})
    assert reports.dropped == 3
    inbox.full = False
    reports.flush()
    assert [fields["seq"] for _, fields, _ in inbox.heard] == list(range(3, WAITING_MAX + 3))


def test_a_device_is_introduced_with_its_interval() -> None:
    inbox = Inbox()
    Reports("khe-coc", "b", inbox, Clock(), Clock().steady).introduce(
        "soil-1", "soil", {"interval_s": 60}
    )
    ((topic, info, _),) = inbox.heard
    assert topic.endswith("/info")
    assert info == {"interval_s": 60}
