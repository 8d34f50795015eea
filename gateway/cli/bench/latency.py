"""How long from a reading published to the command on the wire, under a steady load."""

import asyncio
import contextlib
import json
import tempfile
import time
from pathlib import Path

import aiomqtt

from gateway.cli.bench.bench_site import HAMLET, PROBES, write_site
from gateway.cli.bench.dry_plots import PLOTS, ask_plots
from gateway.cli.bench.figures import WRITTEN, percentile_ms, wait_ms
from gateway.cli.bench.gateway import MeasuredGateway
from gateway.cli.bench.process import Measured, some_port
from gateway.cli.bench.throughput import STEADY as WINDOW

PROBES_PER_S = 20
PLOTS_PER_S = 10
FIRINGS = 5
"""Of each probe's rule: a rule that moves one actuator oftener is stopped as a storm."""
ANSWER_TIMEOUT_S = 10.0


def measure_latency(
    broker_port: int, *, devices: int, rules: int, rate: int, seconds: int
) -> dict[str, object]:
    """Milliseconds at the 50th and 99th percentile of a rule's decision, of one to water and of a
    commit, how many were answered, and bytes written to the disk for each message on it."""
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as name:
        folder = Path(name)
        web_port = some_port()
        write_site(
            folder,
            devices=devices,
            rules=rules,
            broker_port=broker_port,
            web_port=web_port,
            with_plots=True,
        )
        load_count = rate * seconds
        probes = min(seconds * PROBES_PER_S, PROBES * FIRINGS)
        plots = min(seconds * PLOTS_PER_S, PLOTS)
        with (
            Measured(
                "gateway.cli.bench.load", broker_port, load_count, devices, rate, WINDOW
            ) as load,
            MeasuredGateway(folder, web_port) as gateway,
        ):
            gateway.await_receiving()
            load.await_line("ready")
            load.say("warm up")
            load.await_line("warm")
            before = gateway.figures()
            load.say("go")
            waits, watering = asyncio.run(_both(broker_port, probes, plots))
            load.await_line("sent")
            figures = gateway.figures()
            rss = gateway.peak_rss_mb()
    return {
        "rate": rate,
        "devices": devices,
        "rules": rules + PROBES,
        "probes": probes,
        "answered": len(waits),
        "p50_ms": wait_ms(waits, 50),
        "p99_ms": wait_ms(waits, 99),
        "plots": plots,
        "plots_watered": len(watering),
        "watering_p50_ms": wait_ms(watering, 50),
        "watering_p99_ms": wait_ms(watering, 99),
        "commit_p50_ms": percentile_ms(figures, 50),
        "commit_p99_ms": percentile_ms(figures, 99),
        "written_bytes_per_message": round((figures[WRITTEN] - before[WRITTEN]) / load_count),
        "peak_rss_mb": round(rss, 1),
    }


async def _both(port: int, probes: int, plots: int) -> tuple[list[float], list[float]]:
    return await asyncio.gather(
        _probe(port, probes), ask_plots(port, HAMLET, plots, per_s=PLOTS_PER_S)
    )


async def _probe(port: int, count: int) -> list[float]:
    """Let one sensor after the other report a dry soil, and then a moist one."""
    published: dict[int, float] = {}
    waits: list[float] = []
    answered = asyncio.Event()
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe(f"hamlet/{HAMLET}/light/+/command", qos=1)

        async def listen() -> None:
            async for message in client.messages:
                arrived = time.perf_counter()
                device = message.topic.value.split("/")[3]
                number = int(device.rpartition("-")[2])
                if number in published:
                    waits.append(arrived - published.pop(number))
                    answered.set()
                command = json.loads(bytes(message.payload))
                answer = json.dumps({"id": command["id"], "ok": True})
                await client.publish(f"hamlet/{HAMLET}/light/{device}/result", answer, qos=1)

        listening = asyncio.create_task(listen())
        for probe in range(count):
            number, seq = probe % PROBES, probe // PROBES * 2
            topic = f"hamlet/{HAMLET}/soil/probe-{number}/telemetry"
            answered.clear()
            published[number] = time.perf_counter()
            await client.publish(topic, _soil(seq, 2.5), qos=1)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    await answered.wait()
            await client.publish(topic, _soil(seq + 1, 30.0), qos=1)
            await asyncio.sleep(1 / PROBES_PER_S)
        listening.cancel()
    return waits


def _soil(seq: int, moisture: float) -> str:
    return json.dumps({"seq": seq, "boot": "probe", "soil_moisture_pct": moisture})
