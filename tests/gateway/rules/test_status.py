from gateway.decisions import RuleState
from gateway.rules.status import RuleOfDevice
from tests.gateway.rules.scene import MINUTE, START, Scene, device

RULES = """
- rule: dark
  label: {vi: Tối, en: Dark}
  on: {kind: light}
  when: load_power_w < 1
  then: [{alert: {severity: info}}]
- rule: silent
  label: {vi: Im lặng, en: Silent}
  on: {kind: light}
  silent: 30m
  then: [{alert: {severity: info}}]
- rule: crowded
  label: {vi: Đông, en: Crowded}
  on: {kind: wifi}
  when: clients > 50
  then: [{alert: {severity: info}}]
"""


def test_the_rules_of_a_device_are_those_that_concern_it_also_the_quiet_ones() -> None:
    scene = Scene(RULES, device("light", "l1"), device("light", "l2", adopted=False))
    scene.send(MINUTE, "l1", load_power_w=0.0)
    labels = [rule.label for rule in scene.rules]
    assert scene.engine.rules_of("l1") == [
        RuleOfDevice("dark", labels[0], RuleState.FIRING, START + MINUTE),
        RuleOfDevice("silent", labels[1], RuleState.INACTIVE, None),
    ]
    assert scene.engine.rules_of("l2") == []
    assert scene.engine.rules_of("nobody") == []


def test_asking_changes_nothing() -> None:
    scene = Scene(RULES, device("light", "l1"))
    scene.send(MINUTE, "l1", load_power_w=0.0)
    before = scene.engine.next_deadline(), list(scene.decisions)
    scene.engine.rules_of("l1")
    assert (scene.engine.next_deadline(), scene.decisions) == before
