"""What can be proved of conditions from the ranges of what they read; and that it is true."""

from collections.abc import Mapping

import pytest
from hypothesis import assume, given

from devices.kinds import KINDS
from devices.metric import Value, flag, gauge
from gateway.rules.expression.compile import compile_condition
from gateway.rules.expression.interval import Reasoning
from gateway.rules.expression.nodes import Node, Question
from gateway.rules.expression.parse import parse
from gateway.rules.expression.scope import Scope
from tests.gateway.rules.expression.test_compile import TRUTH_NODES, VALUES

ALL = {metric.name: metric for kind in KINDS.values() for metric in kind.metrics}
SCOPE = Scope(ALL, ALL, kinds=frozenset(KINDS))


def outcomes(text: str) -> set[bool]:
    """What the condition can come to."""
    node, reasoning = parse(text, SCOPE), Reasoning(SCOPE)
    return {outcome for outcome in (False, True) if reasoning.can_be(node, outcome)}


@pytest.mark.parametrize(
    "text",
    [
        "soil_moisture_pct > 100",
        "soil_moisture_pct < 0",
        "soil_moisture_pct == 101",
        "soil_moisture_pct in (-1, 101, 200)",
        "soil_moisture_pct < 24 and soil_moisture_pct > 30",
        "soil_moisture_pct < 24 and soil_moisture_pct >= 24",
        "not (soil_moisture_pct < 24 or soil_moisture_pct >= 24)",
        "30 < soil_moisture_pct < 24",
        "soil_moisture_pct > 24 and soil_moisture_pct in (1, 2, 3)",
        "soil_moisture_pct == 3 and soil_moisture_pct != 3",
        "clients > 3 and clients < 4",
        "clients == 3.5",
        "internet_ok and not internet_ok",
        "internet_ok and clients > 3 and not internet_ok",
        "avg(soil_moisture_pct, 1h) > 100",
        "min(soil_ph, 1h) > 14",
        "delta(rx_bytes, 1h) < 0",
        "delta(soil_ph, 1h) > 14",
        "count(soil_ph, 1h) < 0",
        "hour > 23",
        "hour == 4.5",
        "hour >= 22 and hour < 5",
        "rain_24h_mm(device.plot) < 0",
        'last(soil_ph, device="s-1") > 14',
        'median(soil_ph, kind="soil") > 14',
        "soil_ph * 10 > 140",
        "soil_ph + soil_ph > 28",
        "soil_ph - 20 > 0",
        "-soil_ph > 0",
        "soil_ph / 2 > 7",
        "(soil_ph if internet_ok else 10) > 14",
        "soil_ph < soil_moisture_pct and soil_moisture_pct < 3 and soil_ph > 3",
        "(clients > 3 if internet_ok else clients > 5) and clients < 2",
        "false",
    ],
)
def test_never_true(text: str) -> None:
    assert outcomes(text) == {False}
    assert outcomes(f"not ({text})") == {True}


@pytest.mark.parametrize(
    "text",
    [
        "soil_moisture_pct <= 100",
        "soil_moisture_pct < 30 or soil_moisture_pct > 24",
        "soil_moisture_pct != 101",
        "clients > 3 or clients < 4",
        "internet_ok or not internet_ok",
        "soil_moisture_pct not in (101, 102)",
        "0 <= hour <= 23",
    ],
)
def test_always_true(text: str) -> None:
    assert outcomes(text) == {True}


@pytest.mark.parametrize(
    "text",
    [
        "soil_moisture_pct < 24",
        "soil_moisture_pct >= 100",
        "soil_moisture_pct == 100",
        "soil_moisture_pct < 24 and soil_ph > 3",
        "soil_moisture_pct <= 24 and soil_moisture_pct >= 24",
        "soil_moisture_pct < 24 or soil_moisture_pct > 30",
        "hour >= 22 or hour < 5",
        "clients > 3 and clients < 5",
        "soil_ph / (soil_moisture_pct - 50) > 1000",
        "soil_ph > device.limits.ph and soil_ph < device.limits.ph",
        " * ".join(["rx_bytes"] * 20) + " / 3 > 1",
        "rx_bytes * rx_bytes * 1e15 - " + " * ".join(["rx_bytes"] * 20) + " > 1",
        "known(soil_ph)",
        "age(soil_ph) > 600",
        "changed(soil_ph) and not is_night",
        "rate(soil_ph, 1h) > 1000",
        "avg(soil_ph, 1h) > 7 and avg(soil_ph, 1d) < 7",
        "last(soil_ph, device='s-1') > 7 and last(soil_ph, device='s-2') < 7",
        "median(clients, kind='wifi') == 3.5",
    ],
)
def test_what_can_be_either(text: str) -> None:
    assert outcomes(text) == {False, True}


def test_what_is_given_narrows_what_can_be() -> None:
    reasoning = Reasoning(SCOPE)
    dry, wet = parse("soil_moisture_pct < 24", SCOPE), parse("soil_moisture_pct > 30", SCOPE)
    assert not reasoning.can_be(dry, True, wet)
    assert reasoning.can_be(dry, False, wet)
    assert not reasoning.can_be(dry, True, parse("soil_moisture_pct > 100", SCOPE))


LOW, HIGH = -1e3, 1e3
LETTERS = Scope(
    {
        **{name: gauge(name, "", LOW, HIGH, name, name) for name in "ab"},
        **{name: flag(name, name, name) for name in "pq"},
    }
)


@given(TRUTH_NODES, VALUES)
def test_what_happens_was_possible(node: Node, values: Mapping[str, Value]) -> None:
    assume(all(LOW <= value <= HIGH for value in values.values()))
    judge = compile_condition(node, "x")
    try:
        outcome = judge(values.get, lambda name: None, unknown)
    except OverflowError:
        assume(False)
    if outcome is not None:
        assert Reasoning(LETTERS).can_be(node, outcome)


def unknown(question: Question) -> None:
    return None
