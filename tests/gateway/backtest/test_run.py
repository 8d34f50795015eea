"""What is counted, what is compared, and that it can be ended."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.backtest.journal_rows import JournalRows
from gateway.backtest.run import backtest
from gateway.backtest.water import Water
from gateway.decisions import IrrigationAsked
from gateway.journal.database import open_for_reading
from gateway.plots import Plot
from gateway.site import Site
from tests.gateway.backtest.lived_hamlet import EVER, HOUR, MINUTE, NOW, LivedHamlet
from tests.gateway.small_site import DRY_RULE, small_site

DRY = {**DRY_RULE, "on": {"kind": "soil"}, "when": "soil_moisture_pct < 20"}
ALERTS = {**DRY, "rule": "alerts", "then": [{"alert": {"severity": "info"}}]}


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[LivedHamlet]:
    hamlet = LivedHamlet(*small_site(tmp_path, rules=[DRY, ALERTS]), reports=False)
    for number in range(50):
        for device in ("soil-1", "soil-2"):
            hamlet.say(device, {"soil_moisture_pct": 10 if number % 10 < 5 else 30})
        hamlet.wait(10 * MINUTE)
    hamlet.save()
    yield hamlet
    hamlet.close()


def test_firings_devices_commands_and_alerts_are_counted(hamlet: LivedHamlet) -> None:
    commands, alerts = hamlet.run(None, EVER).tried.rules
    assert (commands.firings, commands.devices, commands.commands, commands.alerts) == (
        10,
        2,
        sum(1 for _ in hamlet.connection.execute("SELECT 1 FROM command")),
        0,
    )
    assert (alerts.firings, alerts.alerts, alerts.commands) == (10, 10, 0)
    assert alerts.firing_ms == 10 * 50 * MINUTE
    assert alerts.firing_at_end == 0


def test_two_sets_of_rules_are_tried_together(hamlet: LivedHamlet, tmp_path: Path) -> None:
    slower = small_site(tmp_path / "other", rules=[{**ALERTS, "for": "3h"}])[1]
    reader = open_for_reading(hamlet.file)
    source = JournalRows(reader, hamlet.site, EVER)
    armed = [rule for rule in hamlet.rules if rule.id == "alerts"]
    result = backtest(source, hamlet.site, slower, armed=armed)
    assert result.armed
    assert (result.tried.alerts, result.armed.alerts) == (0, 10)
    reader.close()


def test_it_can_be_ended_between_two_pieces(
    hamlet: LivedHamlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.backtest.journal_rows.ROWS_AT_ONCE", 20)
    reader = open_for_reading(hamlet.file)
    source = JournalRows(reader, hamlet.site, EVER)
    result = backtest(source, hamlet.site, hamlet.rules, go_on=lambda share: share < 0.5)
    assert not result.complete
    assert result.readings == 60
    assert result.span.end < source.span.end
    reader.close()


def test_a_body_that_is_no_json_is_counted(hamlet: LivedHamlet) -> None:
    hamlet.connection.execute("UPDATE message SET body = x'7b' WHERE id = 3")
    long = b'{"seq": 9, "soil_moisture_pct": 10, "more": 99999999999999999999999}'
    hamlet.connection.execute("UPDATE message SET body = ? WHERE id = 5", [long])
    result = hamlet.run(None, EVER)
    assert (result.unreadable, result.readings) == (1, 99)


def water(plot: Plot, site: Site) -> Water:
    return Water([plot], ZoneInfo(site.config.place.timezone))


PLOT = Plot.model_validate(
    {
        "id": "lo-1",
        "label": {"vi": "Lô 1", "en": "Plot 1"},
        "area_m2": 1000.0,
        "valves": ["valve-1"],
        "rate_l_min": 100.0,
        "soil": {"field_capacity_pct": 32.0, "wilting_point_pct": 16.0, "root_depth_m": 0.6},
        "litres_per_day_max": 10_000.0,
        "minutes_per_run_max": 60.0,
    }
)


def asked(at: int, depth_mm: float, plot: str = "lo-1") -> IrrigationAsked:
    return IrrigationAsked(plot, "rule:x", at, depth_mm=depth_mm)


def test_water_is_limited_by_the_run_the_day_and_what_flows_already(hamlet: LivedHamlet) -> None:
    given = water(PLOT, hamlet.site)
    assert given.give(asked(NOW, 5)) == 5000
    assert given.give(asked(NOW + 49 * MINUTE, 5)) == 0, "it is being watered"
    assert given.give(asked(NOW + HOUR, 3)) == 3000
    assert given.give(asked(NOW + 2 * HOUR, 9)) == 2000, "the day's ceiling"
    assert given.give(asked(NOW + 25 * HOUR, 9)) == 6000, "an hour is the longest run"
    assert given.give(asked(NOW, 5, "nowhere")) == 0
