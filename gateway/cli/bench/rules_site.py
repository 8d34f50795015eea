"""What the bench of the rules plays with: a site in memory, its rules, and a journal made up."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import merge
from pathlib import Path

from devices.kinds import KINDS
from devices.metric import Metric, Value
from devices.reading import Millis
from devices.text import Text
from gateway.assembly import read_site
from gateway.fleet import Device, Fleet
from gateway.located_yaml import parse_yaml
from gateway.rules.document import Document
from gateway.rules.loader import check_rules_of
from gateway.rules.rule import Rule
from gateway.rules.selector import Selector
from gateway.rules.vocabulary import Vocabulary
from gateway.site import Site

START: Millis = 1_795_305_600_000
DEVICES = {"soil": 40, "light": 240, "wifi": 20, "speaker": 40}
"""A hamlet."""
CONDITION = "soil_moisture_pct < 0.5"
CONDITIONS = {
    "soil": CONDITION,
    "light": "battery_soc_pct < 0.5 and load_power_w > 900",
    "wifi": "rtt_ms > 59000 or loss_pct > 99.5",
}
"""They never come true: looking is measured, not acting."""


def make_site(folder: Path) -> Site:
    """A site without devices of its own."""
    site = {
        "hamlet": "bench",
        "name": {"vi": "Đo tốc độ", "en": "Bench"},
        "place": {"latitude": 21.72, "longitude": 105.74, "timezone": "Asia/Ho_Chi_Minh"},
        "broker": {"url": "mqtt://127.0.0.1:1883"},
        "adopt_new_devices": True,
    }
    (folder / "site.yaml").write_text(json.dumps(site), encoding="utf-8")
    return read_site(folder)[0]


def make_fleet(soils: int = DEVICES["soil"]) -> Fleet:
    """The devices of a hamlet, with so many soil sensors."""
    fleet = Fleet()
    for name, count in (DEVICES | {"soil": soils}).items():
        for number in range(count):
            id = f"{name}-{number}"
            fleet.add(Device(len(fleet) + 1, id, KINDS[name], True, Text(id, id)))
    return fleet


def make_rules(
    site: Site, rules: int, touching: int, kinds: Sequence[str] = ("soil",)
) -> list[Rule]:
    """`touching` rules for every device of the kinds in turn, the others for single speakers, as
    technicians write them for one place."""
    models = [read_rules(rules_text([CONDITIONS[kind]], kind), site)[0] for kind in kinds]
    (other,) = read_rules(rules_text(["supply_v < 1 and not playing"], "speaker"), site)
    found = [
        replace(models[number % len(models)], id=f"touching-{number}") for number in range(touching)
    ]
    for number in range(rules - touching):
        speaker = Selector(devices=frozenset({f"speaker-{number % DEVICES['speaker']}"}))
        found.append(replace(other, id=f"other-{number}", on=speaker))
    return found


def rules_text(conditions: Sequence[str], kind: str = "soil") -> str:
    """A file of rules with these conditions."""
    return "".join(
        f"- rule: rule-{number}\n  label: {{vi: Thử, en: Try}}\n  on: {{kind: {kind}}}\n"
        f"  when: {condition}\n  for: 10m\n  then: [{{alert: {{severity: warning}}}}]\n"
        for number, condition in enumerate(conditions)
    )


def read_rules(text: str, site: Site) -> list[Rule]:
    """The rules of a file."""
    document = Document(parse_yaml(text, Path("rules.yaml")), text.split("\n"))
    vocabulary = Vocabulary(KINDS, None, None, site.config.constants)
    return check_rules_of([document.root], vocabulary).sound()


def calm_values(device: Device, seq: int) -> dict[str, Value]:
    """All that a device of that kind measures, a little different each time."""
    return {metric.name: _calm(metric, seq) for metric in device.kind.metrics}


def write_journal(connection: sqlite3.Connection, fleet: Fleet, messages: int) -> None:
    """So many messages of all the devices, each in the rhythm of its kind."""
    for device in fleet:
        connection.execute(
            "INSERT INTO device (number, id, kind, adopted, first_seen, snapshot_message)"
            " VALUES (?, ?, ?, 1, ?, 0)",
            [device.number, device.id, device.kind.name, START],
        )
    turns = merge(*(_turns(device) for device in fleet))
    with connection:
        connection.execute("BEGIN")
        for id, (at, number, seq) in zip(range(1, messages + 1), turns, strict=False):
            body = json.dumps({"seq": seq, "boot": "b", **calm_values(fleet.numbered(number), seq)})
            connection.execute(
                "INSERT INTO message VALUES (?, ?, NULL, 0, ?, ?, 'b', ?, ?)",
                [id, number, at, at, seq, body.encode()],
            )


def _turns(device: Device) -> Iterator[tuple[Millis, int, int]]:
    """When it reports: time, number, sequence number."""
    every = device.interval_s * 1000
    at, seq = START + device.number * 997 % every, 0
    while True:
        yield at, device.number, seq
        at, seq = at + every, seq + 1


def _calm(metric: Metric, seq: int) -> Value:
    if metric.type is bool:
        return False
    middle = min(max(metric.low, 20.0), metric.high) + seq % 5 / 10
    return int(middle) if metric.type is int else round(middle, 1)
