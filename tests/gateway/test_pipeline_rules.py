"""Other rules for a running pipeline: everything that follows is in one work."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.decisions import Alert, Command, CommandState, RuleChanged, RuleState
from gateway.work import Work
from tests.gateway.driven_hamlet import MINUTE, Hamlet, Open
from tests.gateway.small_site import DRY_RULE, small_site

ALERT_RULE: Mapping[str, object] = {
    **DRY_RULE,
    "rule": "too-dry",
    "then": [{"alert": {"severity": "warning"}}],
}


def _replace(hamlet: Hamlet, folder: Path, *rules: Mapping[str, object]) -> Work:
    """A minute later there are other rules."""
    _, read = small_site(folder, rules=rules)
    hamlet.now += MINUTE
    hamlet.pipeline.replace_rules(read, hamlet.now)
    return hamlet.commit()


def test_a_removed_rule_and_its_alert_end_in_the_same_work(
    open_hamlet: Open, tmp_path: Path
) -> None:
    hamlet = open_hamlet(rules=[ALERT_RULE])
    hamlet.soil(1, moisture=3)
    hamlet.commit()
    changed, alert = _replace(hamlet, tmp_path).batch.records
    assert isinstance(changed, RuleChanged)
    assert changed.state is RuleState.INACTIVE
    assert isinstance(alert, Alert)
    assert alert.resolved_at == hamlet.now
    hamlet.restart()
    assert hamlet.commit().batch.records == []


def test_a_disarmed_rule_is_as_good_as_removed(open_hamlet: Open, tmp_path: Path) -> None:
    hamlet = open_hamlet(rules=[ALERT_RULE])
    hamlet.soil(1, moisture=3)
    hamlet.commit()
    _replace(hamlet, tmp_path, {**ALERT_RULE, "armed": False})
    assert hamlet.pipeline.engines.alerts.open_alerts() == []
    assert hamlet.pipeline.engines.rules.status() == []
    _replace(hamlet, tmp_path, {**ALERT_RULE, "armed": True})
    assert len(hamlet.pipeline.engines.alerts.open_alerts()) == 1


def test_the_command_of_a_removed_rule_is_still_sent(open_hamlet: Open, tmp_path: Path) -> None:
    hamlet = open_hamlet(rules=[DRY_RULE])
    hamlet.soil(1, moisture=3)
    hamlet.commit()
    records: Sequence[object] = _replace(hamlet, tmp_path).batch.records
    assert not any(isinstance(one, Command) for one in records)
    assert hamlet.ask("SELECT state FROM command") == [(CommandState.QUEUED.value,)]
    assert len(list(hamlet.pipeline.engines.outbox.due(hamlet.now - MINUTE // 2))) == 1


def test_an_open_alert_keeps_its_words_while_the_edited_rule_alerts(
    open_hamlet: Open, tmp_path: Path
) -> None:
    hamlet = open_hamlet(rules=[ALERT_RULE])
    hamlet.soil(1, moisture=3)
    hamlet.commit()
    _replace(hamlet, tmp_path, {**ALERT_RULE, "label": "Parched"})
    [alert] = hamlet.pipeline.engines.alerts.open_alerts()
    assert alert.message.en.startswith("Dry")


def test_an_alert_that_the_edited_rule_does_not_open_is_cleared(
    open_hamlet: Open, tmp_path: Path
) -> None:
    hamlet = open_hamlet(rules=[ALERT_RULE])
    hamlet.soil(1, moisture=3)
    hamlet.commit()
    _replace(hamlet, tmp_path, {**ALERT_RULE, "then": DRY_RULE["then"]})
    assert hamlet.pipeline.engines.alerts.open_alerts() == []
    [rule] = hamlet.pipeline.engines.rules.status()
    assert rule.firing == ("soil-1",)


def test_so_it_is_when_the_rule_was_edited_while_the_gateway_was_stopped(
    open_hamlet: Open, tmp_path: Path
) -> None:
    hamlet = open_hamlet(rules=[ALERT_RULE])
    hamlet.soil(1, moisture=3)
    hamlet.commit()
    again = Hamlet(tmp_path, [{**ALERT_RULE, "then": DRY_RULE["then"]}], False)
    assert again.pipeline.engines.alerts.open_alerts() == []
    again.connection.close()
