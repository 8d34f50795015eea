"""A short history: the journal that the bench writes is one that a gateway starts with."""

from gateway.cli.bench.history import measure_history
from tests.real import Mosquitto


def test_a_gateway_starts_with_the_history_and_answers_from_it(mosquitto: Mosquitto) -> None:
    turns: list[None] = []
    found = measure_history(
        mosquitto.port, devices=40, rules=4, rows=400, on_turn=lambda: turns.append(None)
    )
    assert len(turns) == 10
    assert found["rows"] == 400
    assert found["month_max_ms"] >= found["month_p50_ms"] > 0
