"""From a probe's reading to the valve: plots that go by their probes, and water for a moment.

Plays probes and valves of plots that nobody else talks to: each plot's soil is dry once, its valve
says that it has obeyed, and the watering ends after a few litres.
"""

import asyncio
import contextlib
import json
import time

import aiomqtt

PLOTS = 200
"""A plot is asked once: its day's water is given by then."""
VALVE, PROBE = "tap", "bed"
DRY_PCT = 20.0
ANSWER_TIMEOUT_S = 10.0


def plots() -> list[dict[str, object]]:
    """As `plots.yaml` has them. The water of one flows three seconds."""
    return [_plot(number) for number in range(PLOTS)]


def devices() -> list[tuple[str, str]]:
    """Id and kind of every probe and valve."""
    pairs = ((PROBE, "soil"), (VALVE, "valve"))
    return [(f"{name}-{number}", kind) for number in range(PLOTS) for name, kind in pairs]


async def ask_plots(port: int, hamlet: str, count: int, per_s: int) -> list[float]:
    """Let one plot after the other be dry; returns the seconds until each valve was to open."""
    published: dict[str, float] = {}
    waits: list[float] = []
    answered = asyncio.Event()
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe(f"hamlet/{hamlet}/valve/+/command", qos=1)

        async def obey() -> None:
            async for message in client.messages:
                arrived = time.perf_counter()
                valve = message.topic.value.split("/")[3]
                if valve in published:
                    waits.append(arrived - published.pop(valve))
                    answered.set()
                command = json.loads(bytes(message.payload))
                done = {"id": command["id"], "ok": True, "open": command["command"] == "open"}
                topic = f"hamlet/{hamlet}/valve/{valve}/result"
                await client.publish(topic, json.dumps(done), qos=1)

        obeying = asyncio.create_task(obey())
        for number in range(count):  # a valve that was never heard is not opened
            shut = {"seq": 0, "boot": "tap", "open": False, "flow_l_min": 0.0}
            topic = f"hamlet/{hamlet}/valve/{VALVE}-{number}/telemetry"
            await client.publish(topic, json.dumps(shut), qos=1)
        for number in range(count):
            answered.clear()
            dry = {"seq": 0, "boot": "bed", "soil_moisture_pct": DRY_PCT}
            topic = f"hamlet/{hamlet}/soil/{PROBE}-{number}/telemetry"
            published[f"{VALVE}-{number}"] = time.perf_counter()
            await client.publish(topic, json.dumps(dry), qos=1)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    await answered.wait()
            await asyncio.sleep(1 / per_s)
        obeying.cancel()
    return waits


def _plot(number: int) -> dict[str, object]:
    return {
        "id": f"plot-{number}",
        "label": {"vi": f"Lô {number}", "en": f"Plot {number}"},
        "area_m2": 2700,
        "valves": [f"{VALVE}-{number}"],
        "sensors": [f"{PROBE}-{number}"],
        "rate_l_min": 270,
        "soil": {"field_capacity_pct": 32, "wilting_point_pct": 18, "root_depth_m": 0.6},
        "litres_per_day_max": 24500,
        "minutes_per_run_max": 0.05,
        "mode": "soil",
        "thresholds": {"start_pct": 25, "stop_pct": 28},
    }
