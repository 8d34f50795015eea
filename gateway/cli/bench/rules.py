"""What rules cost: per reading and condition, in memory, to load, and in a back-test."""

import gc
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from devices.metric import Value
from devices.reading import Millis, Reading
from gateway.assembly import build_engines
from gateway.backtest.journal_rows import JournalRows
from gateway.backtest.rows import Span
from gateway.backtest.run import backtest
from gateway.cli.bench.rules_site import (
    CONDITION,
    START,
    calm_values,
    make_fleet,
    make_rules,
    make_site,
    read_rules,
    rules_text,
    write_journal,
)
from gateway.fleet import Device, Fleet
from gateway.journal.database import open_for_reading, open_journal
from gateway.rules.engine import RuleEngine
from gateway.rules.rule import Rule
from gateway.site import Site

RULES = (1, 100, 1_000, 10_000)
TOUCHING = (0, 1, 10, 100)
"""Rules that read the metrics which the reading brings; none of them changes its mind."""
READINGS = 5_000
"""Per measurement, the fastest of `REPEATS`: others on the machine only make it slower."""
REPEATS = 5
IDLE_DEVICES, IDLE_RULES = 500, 10
WINDOW_DEVICES = 50
WINDOW_READINGS = 720
"""One each five seconds in a window of an hour."""
LOADED_RULES = 1_000
BACKTEST_READINGS, BACKTEST_RULES = 300_000, 20

STEPS = len(RULES) * len(TOUCHING) + 5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PerReading:
    """CPU time of the engine for a reading when there are `rules`, `touching` of which read it."""

    rules: int
    touching: int
    ns: float


@dataclass(frozen=True, slots=True)
class Played:
    """A back-test of a journal, with reading the file."""

    rules: int
    readings: int
    seconds: float
    readings_per_s: int


@dataclass(frozen=True, slots=True)
class RulesReport:
    """CPU time of this process alone. `instance_bytes`: an idle rule for one device;
    `window_bytes`: a full window of one metric of one device."""

    reading_ns: Sequence[PerReading]
    condition_ns: float
    instance_bytes: int
    window_bytes: int
    load_1000_rules_s: float
    backtest: Played

    def lines(self) -> Iterator[str]:
        """For people."""
        yield "rules  reading it  ns a reading"
        for one in self.reading_ns:
            yield f"{one.rules:>5}  {one.touching:>10}  {one.ns:>12,.0f}"
        yield f"a simple condition: {self.condition_ns:.0f} ns"
        yield f"an idle rule for one device: {self.instance_bytes:,} bytes"
        yield f"a full window: {self.window_bytes:,} bytes"
        yield f"loading 1,000 rules: {self.load_1000_rules_s:.2f} s"
        played = self.backtest
        yield (
            f"back-test with {played.rules} rules: {played.readings_per_s:,} readings/s"
            f" ({played.readings:,} in {played.seconds:.2f} s)"
        )


def measure_rules(on_step: Callable[[], None]) -> RulesReport:
    """Everything; `on_step` is called `STEPS` times."""
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as name:
        site = make_site(Path(name))

        def step(measure: Callable[[Site], T]) -> T:
            measured = measure(site)
            on_step()
            return measured

        return RulesReport(
            reading_ns=_per_reading(site, on_step),
            condition_ns=step(_condition_ns),
            instance_bytes=step(_instance_bytes),
            window_bytes=step(_window_bytes),
            load_1000_rules_s=step(_load_s),
            backtest=step(_backtest),
        )


def _per_reading(site: Site, on_step: Callable[[], None]) -> list[PerReading]:
    found: list[PerReading] = []
    for rules in RULES:
        for touching in TOUCHING:
            if touching <= rules:
                fleet = make_fleet()
                engine = _engine(make_rules(site, rules, touching), fleet, site)
                ns = _reading_ns(engine, fleet)
                found.append(PerReading(rules, touching, ns))
            on_step()
    return found


def _reading_ns(engine: RuleEngine, fleet: Fleet) -> float:
    """Of a soil sensor that reports all it measures."""
    soils = [device for device in fleet if device.kind.name == "soil"]
    readings = [(device, _reading(device, at)) for at in range(20) for device in soils]
    for device, reading in readings:
        device.heard_at = START
        device.apply(reading)
        engine.on_reading(device, reading, START)
    on_reading, asked = engine.on_reading, readings[:READINGS]

    def ask() -> None:
        for device, reading in asked:
            on_reading(device, reading, START)

    def idle() -> None:
        for _ in asked:
            pass

    return round((_fastest(ask) - _fastest(idle)) / len(asked), 1)


def _condition_ns(site: Site) -> float:
    """One comparison with a number, asked by itself."""
    judge = read_rules(rules_text([CONDITION]), site)[0].expressions[0].judge
    values: dict[str, Value] = {"soil_moisture_pct": 31.5}
    read = values.get

    def nothing(asked: object) -> Value | None:
        return None

    def ask() -> None:
        for _ in range(READINGS):
            judge(read, nothing, nothing)

    def idle() -> None:
        for _ in range(READINGS):
            pass

    return round((_fastest(ask) - _fastest(idle)) / READINGS, 1)


def _instance_bytes(site: Site) -> int:
    """Of an idle rule for one device, by what ten more rules for each device take."""

    def taken(rules: int) -> int:
        few = make_rules(site, rules, rules)
        return _bytes_of(lambda: _settled(few, site)) // IDLE_DEVICES

    return (taken(IDLE_RULES + 1) - taken(1)) // IDLE_RULES


def _window_bytes(site: Site) -> int:
    """Of a full window, by what it takes beyond a rule that has none."""

    def taken(condition: str) -> int:
        rules = read_rules(rules_text([condition]), site)
        return _bytes_of(lambda: _fed(rules, site))

    return (taken("avg(soil_moisture_pct, 1h) < 2") - taken(CONDITION)) // WINDOW_DEVICES


def _fed(rules: Sequence[Rule], site: Site) -> object:
    fleet = make_fleet(soils=WINDOW_DEVICES)
    engine = _engine(rules, fleet, site)
    for number in range(WINDOW_READINGS):
        now = START + number * 5_000
        for device in fleet:
            if device.kind.name == "soil":
                reading = _reading(device, now - START, soil_moisture_pct=30 + number % 7)
                device.heard_at = now
                device.apply(reading)
                engine.on_reading(device, reading, now)
    return fleet, engine


def _settled(rules: Sequence[Rule], site: Site) -> object:
    fleet = make_fleet(soils=IDLE_DEVICES)
    return fleet, _engine(rules, fleet, site)


def _load_s(site: Site) -> float:
    """Of a file with so many rules, checked."""
    text = rules_text([CONDITION] * LOADED_RULES)
    began = time.process_time()
    read_rules(text, site)
    return round(time.process_time() - began, 3)


def _backtest(site: Site) -> Played:
    """Of a journal: streetlights, wifi and soil sensors that report as their kinds do."""
    rules = make_rules(site, BACKTEST_RULES, BACKTEST_RULES, kinds=("soil", "light", "wifi"))
    file = site.data / "journal.db"
    connection = open_journal(file)
    write_journal(connection, make_fleet(), BACKTEST_READINGS)
    connection.close()
    reader = open_for_reading(file)
    source = JournalRows(reader, site, Span(0, START * 2))
    began = time.process_time()
    result = backtest(source, site, rules)
    took = time.process_time() - began
    reader.close()
    return Played(len(rules), result.readings, round(took, 2), round(result.readings / took))


def _engine(rules: Sequence[Rule], fleet: Fleet, site: Site) -> RuleEngine:
    engine = build_engines(fleet, site, rules).rules
    engine.restore((), START)
    return engine


def _reading(device: Device, at: Millis, **more: Value) -> Reading:
    values = calm_values(device, at) | more
    return Reading(device.id, device.kind.name, "b", at, START + at, START + at, values)


def _fastest(work: Callable[[], None]) -> int:
    """ns of CPU time."""
    took = []
    gc.collect()
    for _ in range(REPEATS):
        began = time.process_time_ns()
        work()
        took.append(time.process_time_ns() - began)
    return min(took)


def _bytes_of(make: Callable[[], object]) -> int:
    """What the object holds."""
    make()  # what is made once for all, e.g. compiled conditions, is there already
    gc.collect()
    tracemalloc.start()
    made = make()
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del made
    return taken
