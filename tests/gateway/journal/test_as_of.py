"""What was known in the past, as it was known then."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.reading import Millis
from gateway.fleet import Device, Fleet
from gateway.journal.as_of import fleet_as_of, rule_states_as_of
from tests.gateway.driven_hamlet import MINUTE, NOW, Hamlet
from tests.gateway.small_site import DRY_RULE, small_site


def as_of(hamlet: Hamlet, folder: Path, at: Millis) -> Fleet:
    site, _ = small_site(folder)
    return fleet_as_of(hamlet.connection, site.devices, at)


def known(device: Device | None) -> object:
    assert device is not None
    ages = {name: device.measured_at_of(name) for name in device.values}
    return dict(device.values), ages, device.measured_at, device.heard_at


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=12))
def test_it_is_what_the_gateway_knew_then(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]]
) -> None:
    """Readings come every few minutes to hours, some of them late."""
    folder = tmp_path_factory.mktemp("site")
    hamlet = Hamlet(folder, (), False)
    then: list[tuple[Millis, object]] = []
    for number, (later, late) in enumerate(steps, 1):
        hamlet.now += later * MINUTE + 1
        hamlet.soil(number, number, at=hamlet.now - late * MINUTE)
        hamlet.commit()
        then.append((hamlet.now, known(hamlet.device("soil-1"))))
    for at, expected in then:
        assert known(as_of(hamlet, folder, at).get("soil-1")) == expected
    hamlet.connection.close()


def test_before_the_first_message_nothing_is_known(tmp_path: Path) -> None:
    hamlet = Hamlet(tmp_path, (), False)
    hamlet.now += MINUTE
    hamlet.soil(1)
    hamlet.commit()
    device = as_of(hamlet, tmp_path, NOW).get("soil-1")
    assert device is not None
    assert (device.values, device.heard_at) == ({}, None)
    assert as_of(hamlet, tmp_path, NOW).get("light-1") is not None
    hamlet.connection.close()


def test_a_device_that_was_silent_for_days_is_known_from_its_last_message(tmp_path: Path) -> None:
    hamlet = Hamlet(tmp_path, (), False)
    hamlet.soil(1, 17)
    hamlet.commit()
    hamlet.now += 5 * 24 * 60 * MINUTE
    hamlet.say("hamlet/thu/light/light-1/telemetry", b'{"seq":1,"boot":"b"}')
    hamlet.commit()
    device = as_of(hamlet, tmp_path, hamlet.now).get("soil-1")
    assert device is not None
    assert (device.values, device.measured_at) == ({"soil_moisture_pct": 17}, NOW)
    hamlet.connection.close()


def test_how_a_rule_stood(tmp_path: Path) -> None:
    hamlet = Hamlet(tmp_path, [{**DRY_RULE, "for": "10m"}], False)
    for number, moisture in enumerate((20, 1, 1, 20)):
        hamlet.soil(number, moisture)
        hamlet.commit()
        hamlet.now += 10 * MINUTE

    def state(minutes: int) -> str | None:
        at = NOW + minutes * MINUTE
        states = rule_states_as_of(hamlet.connection, "dry", ["soil-1", "soil-2"], at)
        return states[0].state.value if states else None

    found = [state(minutes) for minutes in (0, 9, 10, 19, 20, 29, 30, 99)]
    assert found == [None, None, "pending", "pending", "firing", "firing", "inactive", "inactive"]
    hamlet.connection.close()


def test_what_acts_and_is_over_at_once_is_over(tmp_path: Path) -> None:
    rule = {**{name: part for name, part in DRY_RULE.items() if name != "when"}, "at": "07:30"}
    hamlet = Hamlet(tmp_path, [rule], False)
    due = NOW + 30 * MINUTE
    while hamlet.now < due:
        hamlet.now = hamlet.pipeline.next_deadline() or due
        hamlet.pipeline.tick(hamlet.now)
    hamlet.commit()
    changes = hamlet.ask("SELECT since, state FROM rule_change ORDER BY state")
    assert changes == [(due, "firing"), (due, "inactive")]
    [state] = rule_states_as_of(hamlet.connection, "dry", ["soil-1"], due)
    assert state.state.value == "inactive"
    hamlet.connection.close()
