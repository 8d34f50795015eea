"""The command: which subjects, how often, and what is printed."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway.app import SiteError
from gateway.cli.bench.latency import measure_latency
from gateway.cli.bench.throughput import Run, Subject, measure, summarise
from gateway.cli.complaints import complaints
from gateway.cli.demo.broker import find_mosquitto, free_port, mosquitto

YARDSTICK = Subject("yardstick", None)
SUBJECTS = (YARDSTICK, Subject("gateway, 1 rule", 1), Subject("gateway, 100 rules", 100))
BROKER_PORT = 21_883
FULL_SPEED: dict[str, str | int] = {
    "max_inflight_messages": 0,
    "max_queued_messages": 0,
    "persistence": "false",
}
"""Mosquitto without the limits that would drop a burst."""


def bench(
    messages: Annotated[int, typer.Option(min=1000, help="Messages in each run.")] = 100_000,
    devices: Annotated[int, typer.Option(min=4, help="Simulated devices.")] = 1000,
    rounds: Annotated[int, typer.Option(min=1, help="Runs of each subject, in turn.")] = 3,
    rate: Annotated[int, typer.Option(min=1, help="Messages a second for latency.")] = 1000,
    seconds: Annotated[int, typer.Option(min=5, help="Length of the latency run.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Measure what a message costs, beside a yardstick that does the least, in the same run."""
    with complaints():
        program = find_mosquitto()
        if program is None:
            raise SiteError("the bench needs Mosquitto: apt-get install mosquitto")
        console = Console(stderr=True, quiet=as_json)
        report = _measure_all(program, messages, devices, rounds, rate, seconds, console)
        print(json.dumps(report, indent=2))


def _measure_all(
    program: str,
    messages: int,
    devices: int,
    rounds: int,
    rate: int,
    seconds: int,
    console: Console,
) -> dict[str, object]:
    runs: dict[Subject, list[Run]] = {subject: [] for subject in SUBJECTS}
    for number in range(1, rounds + 1):
        for subject in SUBJECTS:
            console.print(f"round {number} of {rounds}: {subject.name}")
            with _broker(program) as port:
                runs[subject].append(measure(subject, port, messages=messages, devices=devices))
    console.print("latency of decisions")
    with _broker(program) as port:
        latency = measure_latency(port, devices=devices, rules=100, rate=rate, seconds=seconds)
    return {
        "messages": messages,
        "devices": devices,
        "rounds": rounds,
        **{subject.name: summarise(runs[subject], runs[YARDSTICK]) for subject in SUBJECTS},
        "decision": latency,
    }


@contextmanager
def _broker(program: str) -> Iterator[int]:
    """A new one for each run: no session of the last one is left to be served."""
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        port = free_port(BROKER_PORT)
        with mosquitto(program, Path(folder), port, FULL_SPEED):
            yield port
