"""What a reading says of a device: a table per kind, and never down for want of data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.kinds import KINDS
from devices.metric import Value
from gateway.decisions import State
from gateway.health.verdicts import (
    ASSESS,
    BATTERY_EMPTY,
    LAMP_FAILURE,
    NO_DATA,
    NO_INTERNET,
    NO_POWER,
    WORKS,
    Verdict,
    assess_reporting,
)

DARK = {"is_night": True, "brightness_pct": 70, "load_power_w": 0.3, "battery_soc_pct": 80}


@pytest.mark.parametrize(
    ("kind", "values", "settings", "verdict"),
    [
        ("light", {**DARK, "load_power_w": 21}, {"lamp_w": 30}, WORKS),
        ("light", {**DARK, "load_power_w": 4.2}, {"lamp_w": 30}, WORKS),
        ("light", {**DARK, "load_power_w": 4.1}, {"lamp_w": 30}, LAMP_FAILURE),
        ("light", {**DARK, "load_power_w": 4.1}, {}, WORKS),
        ("light", DARK, {}, LAMP_FAILURE),
        ("light", {**DARK, "battery_soc_pct": 3}, {}, BATTERY_EMPTY),
        ("light", {**DARK, "battery_v": 11.0}, {}, BATTERY_EMPTY),
        ("light", {**DARK, "battery_v": 23.0}, {"battery_empty_v": 23.5}, BATTERY_EMPTY),
        ("light", {**DARK, "brightness_pct": 0}, {"lamp_w": 30}, None),
        ("light", {**DARK, "is_night": False}, {"lamp_w": 30}, None),
        ("light", {"battery_v": 13.1}, {"lamp_w": 30}, NO_DATA),
        ("light", {"is_night": True, "brightness_pct": 70}, {"lamp_w": 30}, NO_DATA),
        (
            "light",
            {"is_night": True, "brightness_pct": 70, "load_power_w": 0},
            {"lamp_w": 30},
            NO_DATA,
        ),
        ("wifi", {"internet_ok": True, "loss_pct": 5}, {}, WORKS),
        ("wifi", {"internet_ok": False, "loss_pct": 0}, {}, NO_INTERNET),
        ("wifi", {"internet_ok": True, "loss_pct": 100}, {}, NO_INTERNET),
        ("wifi", {"loss_pct": 20}, {}, WORKS),
        ("wifi", {"clients": 3}, {}, NO_DATA),
        ("speaker", {"supply_v": 12.3}, {}, WORKS),
        ("speaker", {"supply_v": 9}, {}, NO_POWER),
        ("speaker", {"supply_v": 20}, {"supply_min_v": 21}, NO_POWER),
        ("speaker", {"volume_pct": 60}, {}, NO_DATA),
    ],
)
def test_the_verdict(
    kind: str, values: dict[str, Value], settings: dict[str, Value], verdict: Verdict | None
) -> None:
    assert ASSESS[kind](values, settings) == verdict


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
def test_less_data_never_make_a_device_fail(kind: str, data: st.DataObject) -> None:
    assess = ASSESS.get(kind, assess_reporting)
    values: dict[str, Value] = {
        metric.name: data.draw(
            st.booleans() if metric.type is bool else st.floats(metric.low, min(metric.high, 1e6))
        )
        for metric in KINDS[kind].metrics
    }
    full = assess(values, {"lamp_w": 30})
    fewer = data.draw(st.sets(st.sampled_from(sorted(values))))
    part = assess({name: values[name] for name in fewer}, {"lamp_w": 30})
    if full == WORKS:
        assert part is None or part[0] is not State.DOWN
