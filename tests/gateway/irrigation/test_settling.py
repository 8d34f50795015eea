"""The first minutes after a start: nobody has said everything yet."""

import pytest

from gateway.irrigation.blindness import SOURCE
from tests.gateway.irrigation.grown_garden import HOUR, MINUTE, GrownGarden, tea
from tests.gateway.irrigation.test_gardener import MORNING, THRESHOLDS, forecast


def started(moisture: float | None, **changes: object) -> GrownGarden:
    """The gateway has just started, for the first time."""
    about = {"mode": "soil", "thresholds": THRESHOLDS, **changes}
    garden = GrownGarden(tea("lo-1", **about), start=MORNING)
    garden.moisture["soil-1"] = moisture
    garden.save(garden.engine.restore([], garden.clock, garden.memory()))
    return garden


def dry(topic: str | None = None) -> GrownGarden:
    """The forecast has not arrived."""
    garden = started(19.0)
    garden.engine.forecasts.topic = topic
    return garden


def test_a_probe_does_not_outrun_the_forecast_that_is_on_its_way() -> None:
    garden = dry("forecast")
    garden.report()
    assert garden.runs == {}
    garden.engine.forecasts.take("forecast", forecast(garden, 300.0))
    garden.report()
    garden.last_until(garden.now + 30 * MINUTE)
    assert garden.runs == {}
    assert garden.decided()[-1][0] == "skip"


def test_a_forecast_that_never_comes_is_not_waited_for_long() -> None:
    garden = dry("forecast")
    garden.last_until(garden.now + 15 * MINUTE)
    assert len(garden.runs) == 1


def test_without_a_topic_the_first_word_of_a_probe_counts() -> None:
    garden = dry()
    garden.report()
    assert len(garden.runs) == 1


@pytest.mark.parametrize("speaks_after_min", [5, 60, 170])
def test_probes_that_speak_seldom_make_no_alert_at_a_start(speaks_after_min: int) -> None:
    garden = started(None)
    garden.last_until(MORNING + speaks_after_min * MINUTE)
    garden.moisture["soil-1"] = 30.0
    garden.last_until(MORNING + 5 * HOUR)
    assert garden.raised == []


def test_who_stays_silent_is_told() -> None:
    garden = started(None)
    garden.last_until(MORNING + 5 * HOUR)
    assert (SOURCE, "lo-1") in garden.open_alerts
