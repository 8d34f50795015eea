"""From a site and its journal to a pipeline with every engine in the state it was left in."""

import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.kinds import KINDS
from devices.reading import Millis
from gateway.admission import Admission
from gateway.alerts.engine import AlertEngine
from gateway.broker_watch import BrokerWatch
from gateway.budgets import Budgets
from gateway.commands.outbox import Outbox
from gateway.diary.engine import DiaryEngine
from gateway.engines import Engines, Remembered
from gateway.fleet import GATEWAY, Fleet
from gateway.forecast import Forecasts
from gateway.forecast_watch import take_file
from gateway.hamlet_time import HamletTime
from gateway.health.engine import HealthEngine
from gateway.irrigation.engine import IrrigationEngine
from gateway.journal.memory import (
    list_device,
    load_commands,
    load_fleet,
    load_open_alerts,
    load_rule_states,
    load_runs,
    newest_message,
    unknown_to_journal,
)
from gateway.journal.plots import load_plots, load_reasons
from gateway.journal.recall import recall
from gateway.located_yaml import ProblemsError
from gateway.pipeline import Pipeline
from gateway.rounds import Rounds
from gateway.rules.engine import RuleEngine
from gateway.rules.groups import GroupNames
from gateway.rules.loader import check_files, rule_files
from gateway.rules.rule import GroupBy, Rule, armed
from gateway.rules.vocabulary import Vocabulary
from gateway.site import ForecastConfig, PlaceConfig, Site, SiteConfig, load_site

JOURNAL_FILE = "journal.db"


def read_site(folder: Path) -> tuple[Site, list[Rule]]:
    """A site and its rules, checked whole. Raises ProblemsError with every mistake."""
    try:
        site = load_site(folder)
    except ProblemsError as error:
        # What the rules say of devices and plots cannot be judged; their own mistakes can.
        checked = check_files(rule_files(folder / "rules"), Vocabulary(KINDS, None, None))
        raise ProblemsError([*error.problems, *checked.problems]) from None
    return site, check_files(rule_files(site.rules), vocabulary_of(site)).sound()


def vocabulary_of(site: Site) -> Vocabulary:
    """What the rules of the site may speak of. New devices, which no file knows, are not in it."""
    fleet = Fleet()
    for number, config in enumerate(site.devices, 1):
        fleet.add(list_device(number, config))
    return Vocabulary(
        kinds=KINDS,
        fleet=fleet,
        plots={plot.id for plot in site.plots},
        constants=site.config.constants,
        keep_days=site.config.journal.keep_days,
    )


def build_pipeline(
    connection: sqlite3.Connection,
    site: Site,
    rules: Sequence[Rule],
    now: Millis,
    *,
    clock_trusted: bool = True,
) -> Pipeline:
    """The pipeline, ready to receive. Raises DeviceConflictError."""
    fleet = load_fleet(connection, site.devices)
    engines = build_engines(fleet, site, armed(rules))
    engines.rules.around.recall = partial(recall, connection)
    runs = load_runs(connection, now)
    engines.remembered = Remembered(
        rules=load_rule_states(connection),
        alerts=load_open_alerts(connection),
        commands=load_commands(connection),
        runs=runs,
        reasons=load_reasons(connection, runs),
        plots=load_plots(connection, now),
    )
    take_file(engines.irrigation.forecasts, site.folder)
    pipeline = connect(engines, site.config, newest_message(connection))
    pipeline.start(unknown_to_journal(connection, fleet), now, clock_trusted=clock_trusted)
    return pipeline


def build_engines(fleet: Fleet, site: Site, rules: Sequence[Rule]) -> Engines:
    """Every engine, with nothing remembered."""
    config = site.config
    here = hamlet_time(config.place)
    irrigation = IrrigationEngine(
        site.water, fleet, here, config.place.altitude_m, _forecasts(config.forecast)
    )
    return Engines(
        fleet=fleet,
        health=HealthEngine(fleet),
        rules=RuleEngine(rules, fleet, here, group_names(site)),
        alerts=AlertEngine(),
        outbox=Outbox(config.hamlet, fleet),
        irrigation=irrigation,
        diary=DiaryEngine(site.water, fleet, here, irrigation.overridable),
    )


def hamlet_time(place: PlaceConfig) -> HamletTime:
    """The clock and the sun that rules go by."""
    return HamletTime(ZoneInfo(place.timezone), place.latitude, place.longitude)


def group_names(site: Site) -> GroupNames:
    """What people call the roads, places and plots."""
    drawn = site.map
    return {
        **{(GroupBy.ROAD, road.id): road.label for road in drawn.roads},
        **{(GroupBy.PLACE, place.id): place.label for place in drawn.places},
        **{(GroupBy.PLOT, plot.id): plot.label for plot in site.plots},
    }


def connect(engines: Engines, config: SiteConfig, newest_message: int) -> Pipeline:
    """The pipeline between these engines, yet to be started. It numbers what it accepts from the
    newest message on."""
    fleet = engines.fleet
    limits = config.limits
    round_s = limits.ack_interval_s
    return Pipeline(
        config.hamlet,
        Admission(config.hamlet, fleet, adopt_new_devices=config.adopt_new_devices),
        fleet,
        engines,
        Rounds(fleet, round_s),
        Budgets(limits.device_messages_per_minute, limits.device_burst, round_s),
        _watch_broker(fleet, keeps_sessions=config.broker.embedded is None),
        newest_message,
    )


def _forecasts(config: ForecastConfig | None) -> Forecasts:
    return Forecasts(config.file, config.topic) if config else Forecasts()


def _watch_broker(fleet: Fleet, *, keeps_sessions: bool) -> BrokerWatch:
    """With what the gateway's newest reading of itself said of the broker."""
    own = fleet.get(GATEWAY)
    known = own.values if own else {}
    lost, total = (
        value if isinstance(value := known.get(name), int) else None
        for name in ("broker_sessions_lost_total", "broker_dropped_total")
    )
    return BrokerWatch(keeps_sessions=keeps_sessions, sessions_lost=lost, total=total)
