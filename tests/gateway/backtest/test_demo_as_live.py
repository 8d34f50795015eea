"""The demo lives some days with its own rules, and the back-test finds the same firings."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

from devices.reading import Millis
from firmware_sim.cadence import HISTORY
from firmware_sim.layout import load_layout
from firmware_sim.scenario import load_scenario
from firmware_sim.world import World
from gateway.assembly import JOURNAL_FILE, read_site
from gateway.backtest.journal_rows import JournalRows
from gateway.backtest.rows import Span
from gateway.backtest.run import backtest
from gateway.cli.drive.drive import Drive
from gateway.journal.database import open_for_reading
from tests.real import PROJECT

DAYS = 30 if os.environ.get("HAMLET_FULL") == "1" else 2
END: Millis = 1_795_305_600_000
START: Millis = END - DAYS * 86_400_000
Told = tuple[Millis, str, str, str]


def test_the_same_rules_over_the_demos_days_give_the_same_firings(tmp_path: Path) -> None:
    folder = PROJECT / "site.example"
    site, rules = read_site(folder)
    layout = load_layout(folder)
    scenario = load_scenario(
        folder / "scenario.yaml",
        origin=END,
        timezone=layout.timezone,
        devices={device.id for device in layout.devices},
    )
    world = World(layout, seed=1, start=START, cadence=HISTORY, scenario=scenario)
    site = replace(site, folder=tmp_path)
    journal = site.data / JOURNAL_FILE
    drive = Drive(site, rules, world)
    drive.play(END)
    drive.close()

    tried: list[Told] = []
    connection = open_for_reading(journal)
    try:
        live: list[Told] = connection.execute(
            "SELECT since, rule, subject, state FROM rule_change"
        ).fetchall()
        backtest(
            JournalRows(connection, site, Span(START, END + 1)),
            site,
            rules,
            on_change=lambda one: tried.append((one.time, one.rule, one.device, one.state.value)),
        )
    finally:
        connection.close()
    assert len({rule for _, rule, _, state in live if state == "firing"}) >= 3
    assert Counter(tried) - Counter(live) == Counter()
    assert Counter(live) - Counter(tried) == Counter()
