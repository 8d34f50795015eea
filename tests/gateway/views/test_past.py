"""The journal first, and what it no longer has from the store: the real one, and one that hangs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.decisions import State
from gateway.forward.influx_history import InfluxHistory
from gateway.history import Point
from gateway.patient_store import PatientStore
from gateway.site import InfluxConfig
from gateway.views.past import Origin, Past
from tests.conftest import InfluxBucket
from tests.gateway.forward.http_store import served
from tests.gateway.forward.test_influx_history import InfluxRecorder
from tests.gateway.history_contract import HOUR, MIDNIGHT, MINUTE

PATIENCE_S = 60.0
"""Of tests that get an answer: the machine may be busy."""


@pytest.fixture
def recorder(influxd: InfluxBucket, tmp_path: Path) -> Iterator[InfluxRecorder]:
    recorder = InfluxRecorder(influxd, tmp_path)
    yield recorder
    recorder.close()


def past_of(recorder: InfluxRecorder) -> Past:
    store = PatientStore(recorder.store(), patience_s=PATIENCE_S)
    return Past(recorder.journal.reader, store)


def say_hourly(recorder: InfluxRecorder) -> None:
    for hour in range(6):
        recorder.say("wifi-1", MIDNIGHT + hour * HOUR, clients=hour, rx_bytes=10 * hour)
        recorder.turn("wifi-1", State.UP, MIDNIGHT + hour * HOUR, f"cause-{hour}")


def test_what_the_journal_has_comes_from_it_alone(recorder: InfluxRecorder) -> None:
    say_hourly(recorder)
    found = past_of(recorder).series("wifi-1", "clients", MIDNIGHT, MIDNIGHT + 6 * HOUR, MINUTE)
    assert found.origin is Origin.JOURNAL
    assert len(found.points) == 6


def test_what_was_deleted_comes_from_the_store(recorder: InfluxRecorder) -> None:
    say_hourly(recorder)
    past = past_of(recorder)
    recorder.journal.forget(3)
    step = 30 * MINUTE
    question = (MIDNIGHT, MIDNIGHT + 6 * HOUR, step)
    clients = past.series("wifi-1", "clients", *question)
    assert clients.origin is Origin.STORE
    assert [(point.at, point.mean) for point in clients.points] == [
        (MIDNIGHT + hour * HOUR, hour) for hour in range(6)
    ]
    rises = past.series("wifi-1", "rx_bytes", *question)
    # From the third value, in the store, to the fourth, in the journal, nobody knows the rise.
    assert [point.mean for point in rises.points] == [10, 10, 10, 10]


def test_a_journal_that_begins_anew_has_the_past_of_the_store(recorder: InfluxRecorder) -> None:
    say_hourly(recorder)
    past = past_of(recorder)
    recorder.journal.forget(6)
    recorder.journal.write("DELETE FROM state_change WHERE since < ?", MIDNIGHT + 5 * HOUR)
    found = past.series("wifi-1", "clients", MIDNIGHT, MIDNIGHT + 6 * HOUR, HOUR)
    assert found.origin is Origin.STORE
    assert found.points[0] == Point(MIDNIGHT, 0, 0, 0, 1)
    assert len(found.points) == 6
    (changes,) = past.states(MIDNIGHT + HOUR, MIDNIGHT + 6 * HOUR, "wifi-1").values()
    assert [change.cause for change in changes] == [f"cause-{hour}" for hour in range(1, 6)]


async def test_a_store_that_hangs_costs_only_what_is_old(recorder: InfluxRecorder) -> None:
    say_hourly(recorder)
    recorder.journal.forget(3)
    requests = 0
    over, ended = asyncio.Event(), asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += 1
        await over.wait()
        writer.close()
        await writer.wait_closed()
        ended.set()

    async with served(hang) as url:
        config = InfluxConfig(url=url, org="o", bucket="b", token_file="unused")
        store = InfluxHistory(config, "khe-coc", recorder.fleet, lambda: "secret")
        past = Past(recorder.journal.reader, PatientStore(store, patience_s=0.2))
        for _ in range(3):
            found = await asyncio.to_thread(
                past.series, "wifi-1", "clients", MIDNIGHT, MIDNIGHT + 6 * HOUR, MINUTE
            )
            assert found.origin is Origin.NO_ANSWER
            assert [point.mean for point in found.points] == [3, 4, 5]
        over.set()
        await ended.wait()
    assert requests == 1
