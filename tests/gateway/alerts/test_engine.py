"""One alert for each cause and subject, from its opening to its end."""

from dataclasses import replace

from devices.text import Text
from gateway.alerts.engine import AlertEngine
from gateway.decisions import Alert, AlertAsked, AlertCleared, Severity
from tests.gateway.fleets import NOW

DARK = AlertAsked("rule:lamp", "light-1", Severity.WARNING, Text("Đèn hỏng", "Lamp failed"), NOW)


def cleared(at: int = NOW + 5) -> AlertCleared:
    return AlertCleared(DARK.source, DARK.subject, at)


def test_the_same_cause_opens_one_alert() -> None:
    engine = AlertEngine()
    (opened,) = engine.ask(DARK)
    assert (opened.opened_at, opened.acknowledged_at, opened.resolved_at) == (NOW, None, None)
    assert engine.ask(replace(DARK, at=NOW + 1)) == []
    (other,) = engine.ask(replace(DARK, subject="light-2"))
    assert other.id != opened.id
    assert engine.open_alerts() == [opened, other]


def test_the_same_decision_made_again_has_the_same_id() -> None:
    assert AlertEngine().ask(DARK) == AlertEngine().ask(DARK)


def test_a_graver_cause_raises_it_and_asks_again_for_a_person() -> None:
    engine = AlertEngine()
    (opened,) = engine.ask(DARK)
    engine.acknowledge(opened.id, NOW + 1)
    graver = replace(DARK, severity=Severity.CRITICAL, message=Text("Cháy", "Fire"), at=NOW + 2)
    (raised,) = engine.ask(graver)
    assert raised == replace(opened, severity=Severity.CRITICAL, message=graver.message)
    assert engine.ask(DARK) == []
    assert engine.open_alerts() == [raised]


def test_it_ends_with_its_cause_and_a_new_one_may_open() -> None:
    engine = AlertEngine()
    (opened,) = engine.ask(DARK)
    assert engine.clear(cleared()) == [replace(opened, resolved_at=NOW + 5)]
    assert engine.clear(cleared()) == []
    (again,) = engine.ask(replace(DARK, at=NOW + 9))
    assert again.id != opened.id


def test_it_never_ends_before_it_began() -> None:
    engine = AlertEngine()
    engine.ask(DARK)
    (resolved,) = engine.clear(cleared(NOW - 3_600_000))
    assert resolved.resolved_at == NOW


def test_a_person_acknowledges_once() -> None:
    engine = AlertEngine()
    (opened,) = engine.ask(DARK)
    assert engine.acknowledge("other", NOW) == []
    (seen,) = engine.acknowledge(opened.id, NOW + 1)
    assert seen.acknowledged_at == NOW + 1
    assert engine.acknowledge(opened.id, NOW + 2) == []


def test_a_restart_keeps_the_open_ones() -> None:
    before = AlertEngine()
    (opened,) = before.ask(DARK)
    after = AlertEngine()
    after.restore([opened])
    assert after.ask(DARK) == []
    assert after.clear(cleared()) == before.clear(cleared())


def test_the_worst_come_first_and_of_these_the_newest() -> None:
    engine = AlertEngine()
    opened: list[Alert] = []
    for number, severity in enumerate([Severity.INFO, Severity.CRITICAL, Severity.INFO]):
        opened += engine.ask(
            replace(DARK, subject=f"d{number}", severity=severity, at=NOW + number)
        )
    assert engine.open_alerts() == [opened[1], opened[2], opened[0]]
