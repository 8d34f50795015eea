from collections.abc import Mapping

import pytest
from hypothesis import assume, given

from devices.kinds import KINDS
from devices.metric import Value, flag, gauge
from gateway.rules.expression.compile import compile_condition
from gateway.rules.expression.expression import walk
from gateway.rules.expression.nodes import Arithmetic, Negative, Node, Number, Operator, Question
from gateway.rules.expression.parse import parse
from gateway.rules.expression.scope import Scope
from gateway.rules.expression.write import write
from tests.gateway.rules.expression.test_compile import TRUTH_NODES, VALUES

METRICS = {metric.name: metric for kind in KINDS.values() for metric in kind.metrics}
OF_SOIL = {metric.name: metric for metric in KINDS["soil"].metrics}
SOIL = Scope(OF_SOIL, METRICS, kinds=frozenset(KINDS))
LETTERS = Scope(
    {
        **{name: gauge(name, "", 0, 1, name, name) for name in "ab"},
        **{name: flag(name, name, name) for name in "pq"},
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "soil_ph < 5",
        "soil_ph < 5 and soil_moisture_pct > 24 or not soil_ph > 7",
        "soil_ph < 5 and (soil_moisture_pct > 24 or not (soil_ph > 7 and soil_ph < 8))",
        "(soil_ph < 5 and soil_ph > 3) and soil_ph != 4",
        "10 < soil_moisture_pct <= 20.5",
        "soil_ph in (1, 2, 3)",
        "soil_ph not in [4]",
        "not known(soil_ph)",
        "age(soil_ph) > 600",
        "age(soil_ph) <= 0.5",
        "soil_ph * (1 + 2) - -3 / battery_v > -(soil_ph + 1)",
        "soil_ph - (battery_v - 1) > 0",
        "(soil_ph if battery_v > 3 else 7 if battery_v > 2 else 6) < device.limits.ph",
        "soil_ph < device.wanted_ph",
        "true or soil_ph > 3",
        "(soil_ph > 3) == (battery_v > 3)",
        "avg(soil_moisture_pct, 1h30m) < 20",
        "max(soil_ph, 1d) - min(soil_ph, 1d) > 2",
        "changed(soil_ph)",
        'last(open, device="valve-1") and last(flow_l_min, device="valve-1") > 3',
        'median(soil_ph, kind="soil", place=device.place) > soil_ph',
        'rain_24h_mm(device.plot) + rain_1h_mm("lo-3") < 5',
        "hour in (5, 6) and is_night and soil_ph > 3",
    ],
)
def test_a_condition_is_written_as_an_author_would(text: str) -> None:
    assert write(parse(text, SOIL)) == text


@given(TRUTH_NODES, VALUES)
def test_what_is_written_means_the_same(node: Node, values: Mapping[str, Value]) -> None:
    divisions = (one for one in walk(node) if isinstance(one, Arithmetic))
    assume(not any(one.operator is Operator.DIVIDE and is_zero(one.right) for one in divisions))
    again = parse(write(node), LETTERS)
    assert parse(write(again), LETTERS) == again
    assert judge(again, values) is judge(node, values)


def is_zero(node: Node) -> bool:
    """Whether the parser sees that it is, and refuses to divide by it."""
    return node == Number(0) or (isinstance(node, Negative) and is_zero(node.inner))


def judge(node: Node, values: Mapping[str, Value]) -> bool | None:
    return compile_condition(node, "x")(values.get, values.get, unknown)


def unknown(question: Question) -> None:
    return None
