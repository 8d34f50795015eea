"""Forecasts of rain: what is read, when it is believed, and what comes of it at the real edges."""

import asyncio
import json
import logging
import os
from pathlib import Path

import aiomqtt
import pytest

from devices.text import Text
from gateway.forecast import (
    AGE_MAX_MS,
    EARLY_MAX_MS,
    FORECAST_MAX,
    PERIODS_MAX,
    ForecastError,
    Forecasts,
    read_forecast,
)
from gateway.forecast_watch import ForecastWatch
from gateway.located_yaml import ProblemsError
from tests.conftest import StartMosquitto
from tests.gateway.driven_hamlet import HOUR, NOW, Hamlet
from tests.gateway.small_site import small_site
from tests.gateway.test_app import running

FILE = "data/forecast.json"
TOPIC = "hamlet/thu/forecast"
AT_NOW = 0.0, 24.0, 12.0


def period(begin_h: float, end_h: float, rain_mm: object, **more: object) -> dict[str, object]:
    begin, end = round(NOW + begin_h * HOUR), round(NOW + end_h * HOUR)
    return {"from": begin, "to": end, "rain_mm": rain_mm, **more}


def forecast(*periods: dict[str, object], issued_at: object = NOW) -> bytes:
    return json.dumps({"issued_at": issued_at, "periods": list(periods)}).encode()


def told(raw: bytes) -> Forecasts:
    forecasts = Forecasts(file=FILE)
    forecasts.take(FILE, raw)
    return forecasts


@pytest.mark.parametrize(
    ("periods", "rain_mm"),
    [
        ([period(*AT_NOW)], 12.0),
        ([period(-12, 12, 12)], 6.0),
        ([period(12, 36, 12)], 6.0),
        ([period(0, 6, 1), period(6, 12, 2), period(23, 25, 4)], 5.0),
        ([period(0, 6, 1, probability_pct=49.9), period(6, 12, 2, probability_pct=50)], 2.0),
        ([period(0, 6, 1, probability_pct=10)], 0.0),
        ([period(24, 48, 12)], None),
        ([period(-24, 0, 12)], None),
    ],
)
def test_the_rain_of_the_next_24_hours_counts(
    periods: list[dict[str, object]], rain_mm: float | None
) -> None:
    assert told(forecast(*periods)).rain_mm(NOW) == rain_mm


def test_times_are_read_as_people_write_them() -> None:
    raw = (
        b'{"issued_at": "2026-11-22T06:00:00+07:00", "periods":'
        b' [{"from": "2026-11-22T00:00:00Z", "to": "2026-11-22T12:00:00+07:00", "rain_mm": 3}]}'
    )
    read = read_forecast(raw)
    assert read.periods[0].end - read.periods[0].begin == 5 * HOUR
    assert read.periods[0].begin - read.issued_at == HOUR


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"nonsense", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[" * 60_000, "JSON"),
        (b"[]", "object"),
        (forecast(), "periods"),
        (forecast(period(*AT_NOW), issued_at="yesterday"), "issued_at"),
        (forecast(period(*AT_NOW), issued_at=1), "before 2020"),
        (forecast(period(*AT_NOW), issued_at=10**15), "2099"),
        (forecast(period(*AT_NOW), issued_at=True), "issued_at"),
        (forecast(period(0, 1, -0.1)), "periods.0.rain_mm"),
        (forecast(period(0, 1, 2000.1)), "periods.0.rain_mm"),
        (forecast(period(0, 1, "12")), "periods.0.rain_mm"),
        (forecast(period(0, 1, float("nan"))), "periods.0.rain_mm"),
        (forecast(period(0, 1, None)), "periods.0.rain_mm"),
        (forecast(period(0, 1, 1, probability_pct=101)), "probability_pct"),
        (forecast(period(0, 1, 1, probability=50)), "periods.0.probability"),
        (forecast(period(1, 1, 1)), "must end after it begins"),
        (forecast(period(0, 200, 1)), "within a week"),
        (forecast(period(0, 6, 1), period(5, 8, 1)), "periods.1 begins before"),
        (forecast(period(6, 8, 1), period(0, 5, 1)), "periods.1 begins before"),
        (forecast(*(period(n, n + 1, 1) for n in range(PERIODS_MAX + 1))), "at most"),
        (b" " * FORECAST_MAX + forecast(period(*AT_NOW)), "bytes"),
    ],
)
def test_what_is_no_forecast_is_refused_with_its_place(raw: bytes, says: str) -> None:
    with pytest.raises(ForecastError, match=says):
        read_forecast(raw)
    forecasts = told(forecast(period(*AT_NOW)))
    forecasts.take(FILE, raw)
    assert forecasts.rain_mm(NOW) is None, "it took the place of the good one"
    assert (forecasts.taken, forecasts.refused) == (1, 1)


@pytest.mark.parametrize(
    ("later", "known", "trouble"),
    [
        (-EARLY_MAX_MS - 1, False, "it is issued in the future"),
        (-EARLY_MAX_MS, True, None),
        (AGE_MAX_MS, True, None),
        (AGE_MAX_MS + 1, False, "it is older than 24 hours"),
    ],
)
def test_a_forecast_is_believed_for_a_day(later: int, known: bool, trouble: str | None) -> None:
    forecasts = told(forecast(period(-24, 72, 12)))
    assert (forecasts.rain_mm(NOW + later) is not None) is known
    said = forecasts.status(NOW + later)[0].trouble
    assert (said.en if said else None) == trouble


def test_of_two_sources_the_newer_one_that_is_of_use_counts() -> None:
    forecasts = Forecasts(FILE, TOPIC)
    assert forecasts.rain_mm(NOW) is None
    forecasts.take(FILE, forecast(period(0, 24, 1)))
    forecasts.take(TOPIC, forecast(period(0, 24, 2), issued_at=NOW - HOUR))
    assert forecasts.rain_mm(NOW) == 1.0
    forecasts.lose(FILE, Text("mất", "gone"))
    assert forecasts.rain_mm(NOW) == 2.0
    forecasts.take(TOPIC, b"")
    assert forecasts.rain_mm(NOW) is None
    assert forecasts.refused == 0, "a retained message that was taken back"


@pytest.mark.parametrize(
    "config",
    [{}, *({"topic": topic} for topic in ("", "a/#", "a/+/b", "$SYS/x", "hamlet/thu/soil/s/info"))],
)
def test_a_site_names_a_source_that_can_be(tmp_path: Path, config: dict[str, str]) -> None:
    with pytest.raises(ProblemsError):
        small_site(tmp_path, forecast=config)


def test_the_file_is_known_before_anything_is_decided(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / FILE).write_bytes(forecast(period(*AT_NOW)))
    hamlet = Hamlet(tmp_path, (), True, forecast={"file": FILE})
    assert hamlet.pipeline.engines.irrigation.forecasts.rain_mm(NOW) == 12.0
    hamlet.restart()
    assert hamlet.pipeline.engines.irrigation.forecasts.rain_mm(NOW) == 12.0


def test_the_topic_is_no_message_of_the_hamlet(tmp_path: Path) -> None:
    hamlet = Hamlet(tmp_path, (), True, forecast={"topic": TOPIC})
    forecasts = hamlet.pipeline.engines.irrigation.forecasts
    hamlet.say(TOPIC, forecast(period(*AT_NOW)), token=1)
    assert forecasts.rain_mm(NOW) == 12.0
    hamlet.say(TOPIC, b"{" * 100_000)
    assert forecasts.rain_mm(NOW) is None
    assert hamlet.commit().tokens == [1]
    assert hamlet.pipeline.counters.received == sum(hamlet.counted) == 0
    hamlet.say("hamlet/thu/other", b"1")
    assert hamlet.counted == (0, 0, 1)


async def test_the_file_is_read_again_and_each_trouble_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    forecasts = Forecasts(file="forecast.json")
    watch = ForecastWatch(forecasts, tmp_path, lambda: NOW)
    file = tmp_path / "forecast.json"

    async def look() -> str:
        caplog.clear()
        await watch.look()
        await watch.look()
        (said,) = caplog.messages
        return said

    assert await look() == "forecast forecast.json: there is no such file"
    file.write_bytes(forecast(period(*AT_NOW)))
    assert await look() == "forecast forecast.json: 12.0 mm within a day"
    file.write_bytes(b"x" * 10_000_000)
    assert "is over 65536 bytes" in await look()
    file.write_bytes(b'{"issued_at":')
    assert "cannot be read: Invalid JSON" in await look()
    file.write_bytes(forecast(period(*AT_NOW)))
    assert await look() == "forecast forecast.json: 12.0 mm within a day"
    file.unlink()
    os.mkfifo(file)
    assert await look() == "forecast forecast.json: is no file"
    assert (forecasts.taken, forecasts.refused) == (2, 2)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_mosquitto_keeps_the_forecast_for_the_gateway(
    protocol: str, tmp_path: Path, start_mosquitto: StartMosquitto
) -> None:
    broker = start_mosquitto()
    site, _ = small_site(
        tmp_path,
        broker={"url": broker.url, "protocol": protocol},
        forecast={"topic": TOPIC},
    )
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        for start, bad in ((1, False), (2, True)):
            await client.publish(TOPIC, forecast(period(0, 24, start)), qos=1, retain=True)
            async with running(site) as gateway:
                forecasts = gateway.pipeline.engines.irrigation.forecasts
                while not forecasts.taken:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                if bad:
                    await client.publish(TOPIC, b"\xff" * 70_000, qos=1, retain=True)
                    while not forecasts.refused:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                assert (forecasts.status(NOW)[0].rain_mm == start) is not bad
                assert gateway.pipeline.counters.received == 0
