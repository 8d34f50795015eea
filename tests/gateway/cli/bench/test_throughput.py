"""A short run of each subject of the bench, with real servers: it measures what it says."""

import pytest

from gateway.cli.bench.command import FULL_SPEED
from gateway.cli.bench.store import influxd
from gateway.cli.bench.throughput import BURST, Subject, measure, summarise
from tests.conftest import StartMosquitto
from tests.real import require

MESSAGES = 2000


@pytest.mark.parametrize("subject", [Subject(20, None, BURST), Subject(20, 5)])
def test_every_message_is_on_disk_when_the_clock_stops(
    start_mosquitto: StartMosquitto, subject: Subject
) -> None:
    broker = start_mosquitto(settings=FULL_SPEED)
    run = measure(subject, broker.port, MESSAGES, None)
    assert run.cpu_us > 0
    assert run.rate > 0
    assert summarise([run], [run])["of_yardstick"] == 1


def test_a_store_gets_everything_before_the_clock_stops(start_mosquitto: StartMosquitto) -> None:
    with influxd(str(require("influxd"))) as store:
        broker = start_mosquitto(settings=FULL_SPEED)
        subject = Subject(20, 5, forwarding=True)
        assert measure(subject, broker.port, MESSAGES, store).peak_rss_mb > 0
