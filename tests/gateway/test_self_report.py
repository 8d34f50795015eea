"""The gateway as a device of its own: kept and judged like any other, counted apart."""

import json
from pathlib import Path

import pytest

from devices.rejection import Reason
from gateway.decisions import State
from gateway.located_yaml import ProblemsError
from gateway.site import load_site
from tests.gateway.driven_hamlet import MINUTE, Hamlet, Open, assert_known_again
from tests.gateway.small_site import HAMLET, small_site

HOT_RULE = {
    "rule": "hot",
    "label": {"vi": "Nóng", "en": "Hot"},
    "on": {"device": "gateway"},
    "when": "cpu_temperature_c > 80",
    "then": [{"alert": {"severity": "warning", "message": {"vi": "Nóng", "en": "Hot"}}}],
}


def report(hamlet: Hamlet, seq: int, **values: object) -> None:
    body = {"seq": seq, "boot": "g", **values}
    hamlet.pipeline.report(json.dumps(body).encode(), hamlet.now)


def test_its_reading_is_kept_like_any_other(hamlet: Hamlet) -> None:
    report(hamlet, 0, disk_free_mb=1000.0, broker_connected=True)
    hamlet.commit()
    own = hamlet.device("gateway")
    assert own.adopted
    assert own.state is State.UP
    assert own.values == {"disk_free_mb": 1000.0, "broker_connected": True}
    assert hamlet.ask("SELECT device, boot, seq FROM message") == [(own.number, "g", 0)]
    assert_known_again(hamlet)


def test_it_did_not_come_in(hamlet: Hamlet) -> None:
    report(hamlet, 0, disk_free_mb=1000.0)
    hamlet.soil(0)
    assert hamlet.pipeline.counters.received == 1
    assert hamlet.counted == (1, 0, 0)


def test_a_reading_of_ours_that_is_wrong_is_seen(hamlet: Hamlet) -> None:
    report(hamlet, 0, disk_free_mb=-1.0)
    assert hamlet.pipeline.counters.received == 1
    assert hamlet.reason() is Reason.OUT_OF_RANGE


def test_rules_judge_it(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[HOT_RULE])
    report(hamlet, 0, cpu_temperature_c=85.0)
    (alert,) = hamlet.pipeline.engines.alerts.open_alerts()
    assert alert.subject == "gateway"
    hamlet.now += MINUTE
    report(hamlet, 1, cpu_temperature_c=60.0)
    assert not hamlet.pipeline.engines.alerts.open_alerts()


@pytest.mark.parametrize("name", ["gateway/gateway", "gateway/another", "soil/gateway"])
@pytest.mark.parametrize("channel", ["telemetry", "status", "info"])
def test_nobody_else_can_speak_for_it(hamlet: Hamlet, name: str, channel: str) -> None:
    hamlet.say(f"hamlet/{HAMLET}/{name}/{channel}", b'{"seq":0,"disk_free_mb":1}')
    assert hamlet.reason() is Reason.OTHER_KIND
    assert not hamlet.device("gateway").values


@pytest.mark.parametrize("listed", [("gateway", "soil"), ("box", "gateway")])
def test_it_is_not_listed(tmp_path: Path, listed: tuple[str, str]) -> None:
    small_site(tmp_path)
    id, kind = listed
    one = {"id": id, "kind": kind, "label": {"vi": "Máy", "en": "Box"}}
    (tmp_path / "devices.yaml").write_text(json.dumps({"devices": [one]}))
    with pytest.raises(ProblemsError, match="the gateway itself"):
        load_site(tmp_path)
