"""From a site and its journal to a pipeline with every engine in the state it was left in."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.kinds import KINDS
from devices.reading import Millis
from devices.text import Text
from gateway.admission import Admission
from gateway.alerts.engine import AlertEngine
from gateway.commands.outbox import Outbox
from gateway.engines import Engines, Remembered
from gateway.fleet import Device, Fleet
from gateway.health.engine import HealthEngine
from gateway.irrigation.engine import IrrigationEngine
from gateway.journal.memory import (
    load_commands,
    load_fleet,
    load_open_alerts,
    load_rule_states,
    load_runs,
    unknown_to_journal,
)
from gateway.pipeline import Pipeline
from gateway.rules.engine import RuleEngine
from gateway.rules.load import load_rules
from gateway.rules.rule import Rule
from gateway.site import Site, load_site

JOURNAL_FILE = "journal.db"


def read_site(folder: Path) -> tuple[Site, list[Rule]]:
    """A site and its rules, checked whole. Raises ProblemsError with every mistake."""
    site = load_site(folder)
    fleet = Fleet()
    for number, config in enumerate(site.devices, 1):
        fleet.add(
            Device(
                number, config.id, KINDS[config.kind], True, config.label, config.place,
                config.road, config.plot, config.tags, config.position, config.settings,
            )
        )  # fmt: skip
    return site, load_rules(site.rules, fleet, {plot.id for plot in site.plots})


def build_pipeline(
    connection: sqlite3.Connection, site: Site, rules: Sequence[Rule], now: Millis
) -> Pipeline:
    """The pipeline, ready to receive. Raises DeviceConflictError."""
    fleet = load_fleet(connection, site.devices)
    config = site.config
    engines = Engines(
        fleet=fleet,
        health=HealthEngine(fleet),
        rules=RuleEngine(rules, fleet),
        alerts=AlertEngine(),
        outbox=Outbox(config.hamlet, fleet),
        irrigation=IrrigationEngine(site.plots, fleet, ZoneInfo(config.place.timezone)),
        remembered=Remembered(
            rules=load_rule_states(connection),
            alerts=load_open_alerts(connection),
            commands=load_commands(connection),
            runs=load_runs(connection, now),
        ),
    )
    admission = Admission(config.hamlet, fleet, adopt_new_devices=config.adopt_new_devices)
    pipeline = Pipeline(admission, fleet, engines)
    pipeline.start(unknown_to_journal(connection, fleet), now)
    return pipeline
