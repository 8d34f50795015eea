"""A bus alone: what it hands over of a device that answers too late."""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import orjson

from devices.profile import Profile
from firmware_sim.modbus_slaves import Slave, Wire
from firmware_sim.pty_port import PtyPort
from firmware_sim.registers import Memory
from gateway.serial.bus import ModbusBus
from gateway.serial.exchange import Cause
from gateway.serial.port import open_port
from gateway.serial.reports import Reports
from gateway.serial.statistics import LineStatistics
from gateway.serial.steady import steady_ms
from gateway.serial_lines import SerialLine

TIMEOUT_S = 60.0
POLL_S = 0.01
ANSWER_S = 0.2
LATE_S = (2.5 * ANSWER_S, 2.8 * ANSWER_S)
"""So that the answer to a question asked twice comes while the next one's is awaited."""
USED, GENERATED = 7, 90
POLLS = 4
MEMORY: Memory = {(3, 0): USED, (3, 100): GENERATED}
PROFILE = Profile.model_validate(
    {
        "label": {"vi": "Thử", "en": "Test"},
        "kind": "light",
        "metrics": {
            "used_today_wh": {"address": 0, "function": 3, "unit": "Wh"},
            "generated_today_wh": {"address": 100, "function": 3, "unit": "Wh"},
        },
    }
)


class Inbox:
    """Keeps the telemetry."""

    full = False

    def __init__(self) -> None:
        self.readings: list[dict[str, object]] = []

    def on_message(self, topic: str, payload: bytes, token: int, flags: int, now: int) -> None:
        self.readings.append(orjson.loads(payload))

    def perform(self, step: Callable[[], None]) -> None:
        step()


async def test_a_late_answer_is_not_taken_for_the_next_ones(tmp_path: Path) -> None:
    wire = Wire([Slave(1, lambda: MEMORY)])
    pauses = itertools.cycle(LATE_S)
    loop = asyncio.get_running_loop()

    def answer_late(asked: bytes) -> bytes:
        loop.call_later(next(pauses), cable.send, wire.feed(asked))
        return b""

    cable = PtyPort(tmp_path / "bus", answer_late)
    line = SerialLine.model_validate(
        {
            "port": str(cable.path),
            "timeout_ms": round(1000 * ANSWER_S),
            "devices": [{"device": "light-1", "profile": "late", "address": 1, "every_s": 1}],
        }
    )
    inbox, statistics = Inbox(), LineStatistics(line.port)
    reports = Reports("thu", "boot-1", inbox, steady_ms, steady_ms)
    bus = ModbusBus(line, {"late": PROFILE}, statistics, reports, steady_ms)
    seen = statistics.devices["light-1"]
    cable.plug()
    try:
        async with asyncio.timeout(TIMEOUT_S), open_port(line.port, 9600, "N", 1) as port:
            serving = asyncio.create_task(bus.serve(port))
            while seen.polls < POLLS:  # noqa: ASYNC110  # a bus has no event to wait for
                await asyncio.sleep(POLL_S)
            serving.cancel()
            await asyncio.wait([serving])
    finally:
        cable.unplug()
    for reading in inbox.readings:
        assert reading.get("used_today_wh", USED) == USED
        assert reading.get("generated_today_wh", GENERATED) == GENERATED
    assert seen.errors[Cause.SILENT]
