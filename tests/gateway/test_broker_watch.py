"""What a broker lost is counted and said, and only that."""

import asyncio
import json
from pathlib import Path

import aiomqtt
import pytest

from gateway.broker_watch import CALM_MS, DROPPED_TOPIC, DROPS, SESSION_LOST, BrokerWatch
from gateway.fleet import GATEWAY
from tests.conftest import StartMosquitto
from tests.gateway.driven_hamlet import NOW, Hamlet
from tests.gateway.small_site import small_site
from tests.gateway.test_app import running


def is_open(hamlet: Hamlet, source: str) -> bool:
    hamlet.commit()
    return any(alert.source == source for alert in hamlet.pipeline.engines.alerts.open_alerts())


def test_the_first_session_is_no_lost_one(hamlet: Hamlet) -> None:
    hamlet.pipeline.connected(session_kept=False, now=NOW)
    assert not is_open(hamlet, SESSION_LOST)


def test_a_session_that_is_lost_is_told_until_one_is_kept(hamlet: Hamlet) -> None:
    for kept, lost in ((False, 0), (True, 0), (False, 1), (False, 2), (True, 2)):
        hamlet.pipeline.connected(session_kept=kept, now=NOW)
        assert hamlet.pipeline.broker.sessions_lost == lost
        assert is_open(hamlet, SESSION_LOST) is (not kept and lost > 0)


def test_that_there_was_a_session_is_known_after_a_restart(hamlet: Hamlet) -> None:
    own = {"seq": 0, "boot": "g", "broker_sessions_lost_total": 3, "broker_dropped_total": 10}
    hamlet.pipeline.report(json.dumps(own).encode(), NOW)
    hamlet.commit()
    hamlet.restart()
    hamlet.pipeline.connected(session_kept=False, now=NOW)
    assert hamlet.pipeline.broker.sessions_lost == 4
    hamlet.say(DROPPED_TOPIC, b"12")
    assert hamlet.pipeline.broker.dropped == 2, "while the gateway was away"


def test_a_broker_that_keeps_no_sessions_loses_none() -> None:
    watch = BrokerWatch(keeps_sessions=False, sessions_lost=0, total=None)
    watch.on_session(kept=False, now=NOW)
    assert watch.sessions_lost == 0


def test_what_the_broker_drops_is_counted_from_the_first_word_on() -> None:
    watch = BrokerWatch(keeps_sessions=True, sessions_lost=None, total=None)
    for said, dropped in ((b"70", 0), (b"70", 0), (b"75", 5), (b"x", 5), (b"9" * 99, 5), (b"3", 8)):
        watch.on_dropped(said, NOW)
        assert watch.dropped == dropped


def test_a_clock_set_back_by_years_does_not_hold_an_alert_for_years() -> None:
    watch = BrokerWatch(keeps_sessions=True, sessions_lost=None, total=0)
    assert watch.on_dropped(b"1", NOW)
    years_ago = NOW - 3 * 365 * 24 * CALM_MS
    assert watch.on_visit(years_ago) == []
    assert watch.on_visit(years_ago + CALM_MS)


def test_drops_are_told_for_an_hour_and_are_no_messages_of_the_hamlet(hamlet: Hamlet) -> None:
    for total in (b"0", b"4"):
        hamlet.say(DROPPED_TOPIC, total, token=1)
    assert hamlet.commit().tokens == [1, 1]
    assert hamlet.pipeline.counters.received == sum(hamlet.counted) == 0
    assert is_open(hamlet, DROPS)
    hamlet.restart()
    hamlet.pipeline.visit(NOW + CALM_MS - 1)
    assert is_open(hamlet, DROPS)
    hamlet.pipeline.visit(NOW + CALM_MS)
    assert not is_open(hamlet, DROPS)
    assert hamlet.pipeline.fleet.get(GATEWAY) is not None


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_mosquitto_says_what_it_drops(
    protocol: str, tmp_path: Path, start_mosquitto: StartMosquitto
) -> None:
    broker = start_mosquitto(settings={"sys_interval": 1, "max_queued_messages": 1})
    site, _ = small_site(tmp_path, broker={"url": broker.url, "protocol": protocol})
    away = aiomqtt.Client("127.0.0.1", broker.port, identifier="away", clean_session=False)
    async with away:
        await away.subscribe("x", qos=1)
    async with running(site) as gateway:
        watch = gateway.pipeline.broker
        while watch.total is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            for _ in range(5):
                await client.publish("x", b"", qos=1)
        while not watch.dropped:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert gateway.pipeline.counters.received == 0
