"""Rules that act at moments, through the pipeline and a real journal."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.clock import Correction, Scale, Trust
from gateway.decisions import RuleState
from gateway.delivery import REDELIVERED, RETAINED
from tests.gateway.driven_hamlet import HOUR, MINUTE, NOW, Hamlet, Open
from tests.gateway.small_site import topic

ON_LIGHT = {"label": "x", "on": {"device": "light-1"}}
DIM = {"command": {"device": "light-1", "command": "set-brightness", "brightness_pct": 0}}
TAMPERED = {"rule": "tampered", **ON_LIGHT, "event": "tamper", "then": [DIM]}
DAILY = {"rule": "daily", **ON_LIGHT, "at": "06:00", "then": [DIM]}
EVENT = topic("light-1", "event")

_NOW = datetime.fromtimestamp(NOW / 1000, ZoneInfo("Asia/Ho_Chi_Minh"))
_SIX = (_NOW + timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)
SIX = round(_SIX.timestamp() * 1000)
"""Six in the morning after NOW."""


def commands(hamlet: Hamlet) -> list[tuple[int]]:
    hamlet.commit()
    return hamlet.ask("SELECT id FROM command")


@pytest.mark.parametrize(
    ("flags", "count"), [((0, 0), 2), ((0, REDELIVERED), 1), ((RETAINED, RETAINED), 0)]
)
def test_an_event_counts_once_and_not_when_nobody_knows_how_old_it_is(
    open_hamlet: Open, flags: tuple[int, int], count: int
) -> None:
    hamlet = open_hamlet(rules=[TAMPERED])
    for flag in flags:
        hamlet.say(EVENT, b'{"event":"tamper","code":3}', flags=flag)
    assert len(commands(hamlet)) == count


def test_an_event_that_the_broker_kept_counts_when_it_arrives(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[TAMPERED])
    hamlet.now += 7 * 24 * HOUR
    hamlet.restart()
    hamlet.say(EVENT, b'{"event":"tamper"}')
    assert len(commands(hamlet)) == 1


@pytest.mark.parametrize(("missed", "count"), [("skip", 0), ("run", 1)])
def test_moments_wait_until_the_time_is_known(open_hamlet: Open, missed: str, count: int) -> None:
    hamlet = open_hamlet(rules=[{**DAILY, "missed": missed}])
    hamlet.now = SIX - HOUR
    hamlet.soil(0)
    hamlet.commit()
    hamlet.restart()
    hamlet.pipeline.trust_clock(False)
    hamlet.now = started = SIX - HOUR + 1  # it is two hours later, but nobody knows
    hamlet.now += 2 * HOUR
    hamlet.pipeline.tick(hamlet.now)
    assert hamlet.pipeline.pending.commands == []
    correction = Correction(started, 2 * HOUR)
    hamlet.now += 2 * HOUR
    scale = Scale(Trust.PROVEN, hamlet.now, hamlet.now)
    hamlet.pipeline.correct(correction, scale, hamlet.now)
    hamlet.pipeline.tick(hamlet.now)
    assert len(hamlet.pipeline.pending.commands) == count
    hamlet.now = SIX + 24 * HOUR
    hamlet.pipeline.tick(hamlet.now)
    assert len(hamlet.pipeline.pending.commands) == count + 1


def test_a_device_that_is_not_adopted_begins_nothing(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[{**TAMPERED, "on": {"kind": "light"}}])
    hamlet.say(topic("light-9", "event", kind="light"), b'{"event":"tamper"}')
    assert commands(hamlet) == []


@pytest.mark.parametrize(
    ("back_after", "missed", "count"),
    [(MINUTE, "skip", 1), (HOUR, "skip", 0), (HOUR, "run", 1), (7 * 24 * HOUR, "run", 1)],
)
def test_a_gateway_that_was_down_at_its_moment(
    open_hamlet: Open, back_after: int, missed: str, count: int
) -> None:
    hamlet = open_hamlet(rules=[{**DAILY, "missed": missed}])
    hamlet.now = SIX - MINUTE
    hamlet.soil(0)
    hamlet.commit()
    hamlet.now = SIX + back_after
    hamlet.restart()
    hamlet.pipeline.tick(hamlet.now)
    assert len(commands(hamlet)) == count


def test_a_moment_is_not_repeated_after_a_kill(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[{**DAILY, "missed": "run"}])
    hamlet.now = SIX - MINUTE
    hamlet.soil(0)
    hamlet.commit()
    hamlet.now = SIX
    hamlet.pipeline.tick(SIX)
    assert len(commands(hamlet)) == 1
    states = hamlet.ask("SELECT state FROM rule_change WHERE rule = 'daily' ORDER BY since, state")
    assert [RuleState(state) for (state,) in states] == [RuleState.FIRING, RuleState.INACTIVE]
    hamlet.now = SIX + MINUTE
    hamlet.restart()
    hamlet.pipeline.tick(hamlet.now)
    assert len(commands(hamlet)) == 1


def test_what_groups_do_is_kept_like_anything_else(open_hamlet: Open) -> None:
    rule = {
        "rule": "dry-all",
        "label": "x",
        "on": {"device": "soil-1"},
        "when": "soil_moisture_pct < 24",
        "group": {"by": "kind", "at_least": 1},
        "then": [{"alert": {"severity": "warning"}}],
    }
    hamlet = open_hamlet(rules=[rule])
    hamlet.soil(0, moisture=20)
    hamlet.commit()
    assert hamlet.ask("SELECT subject, state FROM rule_state") == [("group:kind:soil", "firing")]
    hamlet.restart()
    [alert] = hamlet.pipeline.engines.alerts.open_alerts()
    assert (alert.source, alert.subject) == ("rule:dry-all", "group:kind:soil")
    hamlet.soil(1, moisture=30)
    assert not list(hamlet.pipeline.engines.alerts.open_alerts())
