"""A command storm in a running pipeline: what is recorded, told and counted, over a restart."""

from collections.abc import Mapping

from gateway.decisions import CommandAsked, CommandState
from gateway.rules.storms import ACTUATOR_MAX, REST_MS
from gateway.storm_alert import COMMAND_STORM
from tests.gateway.driven_hamlet import MINUTE, Hamlet, Open


def rule(id: str, when: str, percent: int) -> Mapping[str, object]:
    command = {"device": "light-1", "command": "set-brightness", "brightness_pct": percent}
    return {
        "rule": id,
        "label": {"vi": f"Quy tắc {id}", "en": f"Rule {id}"},
        "on": {"device": "soil-1"},
        "when": when,
        "then": [{"command": {**command, "expires": "1s"}}],
    }


RULES = [rule("up", "soil_moisture_pct < 5", 100), rule("down", "soil_moisture_pct >= 5", 0)]


def flap(hamlet: Hamlet, first: int, times: int) -> None:
    """The moisture goes up and down, each time later than the command before could wait."""
    for seq in range(first, first + times):
        hamlet.now += 2_000
        hamlet.pipeline.tick(hamlet.now)
        hamlet.soil(seq, moisture=3 if seq % 2 else 8)
    hamlet.commit()


def states(hamlet: Hamlet) -> dict[str, int]:
    return dict(hamlet.ask("SELECT state, count(*) FROM command GROUP BY state"))


def test_a_storm_is_stopped_recorded_and_told_and_stays_so_over_a_restart(
    open_hamlet: Open,
) -> None:
    hamlet = open_hamlet(rules=RULES)
    flap(hamlet, 1, 40)
    assert sum(states(hamlet).values()) == ACTUATOR_MAX + 1
    assert states(hamlet)[CommandState.REFUSED.value] == 1
    [alert] = hamlet.pipeline.engines.alerts.open_alerts()
    assert (alert.source, alert.subject) == (COMMAND_STORM, "light-1")
    stopped = [row.stopped for row in hamlet.pipeline.engines.rules.status()]
    assert sum(stopped) == 40 - ACTUATOR_MAX

    hamlet.restart()
    hamlet.commit()
    flap(hamlet, 41, 20)
    assert sum(states(hamlet).values()) == ACTUATOR_MAX + 1
    assert len(hamlet.pipeline.engines.alerts.open_alerts()) == 1

    hamlet.now += REST_MS
    hamlet.pipeline.tick(hamlet.now)
    hamlet.commit()
    assert hamlet.pipeline.engines.alerts.open_alerts() == []
    flap(hamlet, 61, 1)
    assert sum(states(hamlet).values()) == ACTUATOR_MAX + 2


def test_a_person_commands_as_before(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=RULES)
    flap(hamlet, 1, 40)
    args = {"brightness_pct": 70}
    expires_at = hamlet.now + MINUTE
    wish = CommandAsked("p", "light-1", "set-brightness", args, "person:x", hamlet.now, expires_at)
    hamlet.pipeline.ask(wish, hamlet.now)
    hamlet.commit()
    assert hamlet.ask("SELECT state FROM command WHERE id = 'p'") == [(CommandState.QUEUED.value,)]
