"""The command: which subjects, how often, and what is printed."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.app import SiteError
from gateway.cli.bench.growth import measure_memory
from gateway.cli.bench.history import ROWS, measure_history
from gateway.cli.bench.irrigation import measure_irrigation
from gateway.cli.bench.latency import measure_latency
from gateway.cli.bench.process import some_port
from gateway.cli.bench.rules import STEPS, measure_rules
from gateway.cli.bench.season import measure_season
from gateway.cli.bench.store import Store, find_influxd, influxd
from gateway.cli.bench.throughput import BURST, Run, Subject, measure, summarise
from gateway.cli.complaints import complaints
from gateway.cli.demo.broker import find_mosquitto, mosquitto
from gateway.cli.progress import progress as shown_progress

DEVICES, RULES = 5000, 100
"""A commune on one gateway."""
LATENCY_DEVICES, LATENCY_RATE = 1000, 1000
YARDSTICK, BURST_YARDSTICK = "yardstick", "yardstick, bursts"
SUBJECTS: Mapping[str, Subject] = {
    YARDSTICK: Subject(DEVICES, None),
    "gateway": Subject(DEVICES, RULES, forwarding=True),
    "gateway, no store": Subject(DEVICES, RULES),
    BURST_YARDSTICK: Subject(DEVICES, None, BURST),
    "gateway, bursts": Subject(DEVICES, RULES, BURST, forwarding=True),
    "gateway, bursts, no store": Subject(DEVICES, RULES, BURST),
}
GROWTH: Mapping[str, Subject] = {
    "gateway, 10 devices": Subject(10, RULES, forwarding=True),
    "gateway, 1000 devices": Subject(1000, RULES, forwarding=True),
    "gateway, 1 rule": Subject(DEVICES, 1, forwarding=True),
    "gateway, 1000 rules": Subject(DEVICES, 1000, forwarding=True),
}
"""Measured in the first round only: what grows with devices or rules shows at once."""
FULL_SPEED: dict[str, str | int] = {
    "max_inflight_messages": 0,
    "max_queued_messages": 0,
    "persistence": "false",
}
"""Mosquitto without the limits that would drop a burst."""


bench = typer.Typer()


@bench.callback(invoke_without_command=True)
def bench_all(
    context: typer.Context,
    messages: Annotated[int, typer.Option(min=1000, help="Messages in each run.")] = 60_000,
    rounds: Annotated[
        int, typer.Option(min=1, help="Runs of each subject, in turn; one of other sizes.")
    ] = 2,
    seconds: Annotated[int, typer.Option(min=5, help="Length of the latency run.")] = 15,
    large: Annotated[
        bool,
        typer.Option(
            "--large",
            help="Also a million messages, and a journal of 20 million: half an hour, 10 GB.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Measure what a message costs, beside a yardstick that does the least, in the same run."""
    if context.invoked_subcommand:
        return
    with complaints():
        program = find_mosquitto()
        if program is None:
            raise SiteError("the bench needs Mosquitto: apt-get install mosquitto")
        store_program = find_influxd()
        console = Console(stderr=True, quiet=as_json)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with (
            influxd(store_program) if store_program else nullcontext() as store,
            Progress(*columns, console=console) as progress,
        ):
            report = {
                "messages": messages,
                "rounds": rounds,
                "devices": DEVICES,
                "rules": RULES,
                "forwarding": "InfluxDB" if store else "left out, influxd 2 is not installed",
                "subjects": _measure_all(program, messages, rounds, store, progress),
                "decision": _measure_latency(program, seconds, progress),
                **(_measure_large(program, progress) if large else {}),
            }
        print(json.dumps(report, indent=2, allow_nan=False))


@bench.command("rules")
def bench_rules(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Measure what rules cost, in this process alone: some twenty seconds."""
    done = count(1)
    with shown_progress("rules") as on_progress:
        report = measure_rules(lambda: on_progress(next(done) / STEPS))
    if as_json:
        print(json.dumps(asdict(report), indent=2))
    else:
        print("\n".join(report.lines()))


@bench.command("irrigation")
def bench_irrigation(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Measure what agronomy and planning cost, in this process alone: half a minute."""
    report, season = measure_irrigation(), measure_season()
    if as_json:
        print(json.dumps({**asdict(report), "season": asdict(season)}, indent=2))
    else:
        print("\n".join([*report.lines(), *season.lines()]))


def _measure_all(
    program: str, messages: int, rounds: int, store: Store | None, progress: Progress
) -> dict[str, object]:
    every = {**SUBJECTS, **GROWTH}
    runs: dict[str, list[Run]] = {name: [] for name in every}
    task = progress.add_task("", total=rounds * len(SUBJECTS) + len(GROWTH))
    for number in range(rounds):
        for name, subject in (SUBJECTS if number else every).items():
            progress.update(task, description=name)
            with _broker(program) as port:
                runs[name].append(measure(subject, port, messages, store))
            progress.advance(task)
    return {
        name: summarise(runs[name], runs[YARDSTICK if subject.window != BURST else BURST_YARDSTICK])
        for name, subject in every.items()
    }


def _measure_latency(program: str, seconds: int, progress: Progress) -> dict[str, object]:
    task = progress.add_task("latency of decisions", total=1)
    with _broker(program) as port:
        latency = measure_latency(
            port, devices=LATENCY_DEVICES, rules=RULES, rate=LATENCY_RATE, seconds=seconds
        )
    progress.advance(task)
    return latency


def _measure_large(program: str, progress: Progress) -> dict[str, object]:
    task = progress.add_task("memory", total=1)
    with _broker(program) as port:
        memory = measure_memory(port, devices=DEVICES, rules=RULES)
    progress.advance(task)
    writing = progress.add_task("a long history", total=ROWS // DEVICES)
    with _broker(program) as port:
        history = measure_history(
            port,
            devices=DEVICES,
            rules=RULES,
            rows=ROWS,
            on_turn=lambda: progress.advance(writing),
        )
    return {"memory": memory, "history": history}


@contextmanager
def _broker(program: str) -> Iterator[int]:
    """A new one for each run: no session of the last one is left to be served."""
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        port = some_port()
        with mosquitto(program, Path(folder), port, FULL_SPEED):
            yield port
