"""What a restart knows again: memory is never the truth."""

import pytest

from devices.text import Text
from gateway.decisions import AlertAsked, Severity
from gateway.pipeline import MESSAGES_PER_SNAPSHOT
from tests.gateway.driven_hamlet import MINUTE, Hamlet, assert_known_again
from tests.gateway.small_site import DEVICES, soil, topic


def test_snapshots_are_taken_in_turn_so_that_a_start_replays_little(hamlet: Hamlet) -> None:
    devices = len(DEVICES) + 1  # and the gateway
    count = MESSAGES_PER_SNAPSHOT * (devices + 1)
    for seq in range(count):
        hamlet.soil(seq)
        hamlet.commit()
    stored = hamlet.ask("SELECT snapshot_message FROM device ORDER BY snapshot_message")
    assert [number for (number,) in stored] == [
        MESSAGES_PER_SNAPSHOT * turn for turn in range(2, devices + 2)
    ]
    assert_known_again(hamlet)


def test_a_report_of_being_off_is_no_sign_of_life_after_a_restart(hamlet: Hamlet) -> None:
    hamlet.soil(0)
    hamlet.now += MINUTE
    hamlet.say(topic("soil-1", "status"), b"offline")
    hamlet.say(topic("soil-1", "info"), b'{"model":"m"}')
    hamlet.commit()
    assert_known_again(hamlet)


def test_snapshots_that_could_not_be_written_are_taken_again(hamlet: Hamlet) -> None:
    hamlet.pipeline.snapshot_all()
    hamlet.soil(0)
    work = hamlet.pipeline.take_work()
    assert len(work.batch.snapshots) == len(hamlet.pipeline.fleet)
    hamlet.pipeline.give_back(work)
    hamlet.soil(1)
    again = hamlet.commit()
    assert [one.number for one in again.batch.snapshots] == [
        one.number for one in work.batch.snapshots
    ]
    assert_known_again(hamlet)


def test_what_a_device_said_of_its_interval_outlives_a_clean_stop(hamlet: Hamlet) -> None:
    hamlet.say(topic("soil-1", "info"), b'{"model":"m","interval_s":5}')
    hamlet.pipeline.snapshot_all()
    hamlet.commit()
    assert_known_again(hamlet)


@pytest.mark.parametrize("number", [b"123456789012345678901234567890", b"-1e400", b"NaN"])
def test_no_number_that_a_device_may_send_breaks_its_snapshot(
    hamlet: Hamlet, number: bytes
) -> None:
    big = b"1" * 40
    hamlet.say(topic("soil-1"), b'{"seq":0,"soil_moisture_pct":20}')
    hamlet.say(topic("soil-1", "info"), b'{"model":"m","x":%s,"y":%s}' % (number, big))
    hamlet.say(topic("soil-1"), b'{"seq":1,"soil_moisture_pct":21,"x":%s,"y":%s}' % (number, big))
    hamlet.pipeline.snapshot_all()
    hamlet.commit()
    hamlet.restart()
    assert hamlet.device("soil-1").values["soil_moisture_pct"] >= 20


def test_what_nobody_understood_outlives_a_clean_stop(hamlet: Hamlet) -> None:
    hamlet.say(topic("soil-1"), soil(0, mystery=7))
    hamlet.pipeline.snapshot_all()
    hamlet.commit()
    assert_known_again(hamlet)


def test_alerts_of_a_plot_that_is_gone_go_with_it_but_not_those_of_water_astray(
    hamlet: Hamlet,
) -> None:
    for severity, source in (
        (Severity.WARNING, "irrigation"),
        (Severity.WARNING, "irrigation:meter"),
        (Severity.CRITICAL, "irrigation:astray"),
    ):
        alert = AlertAsked(source, "lo-gone", severity, Text("lô cũ", "old plot"), hamlet.now)
        hamlet.pipeline.ask(alert, hamlet.now)
    hamlet.commit()
    hamlet.restart()
    hamlet.commit()
    left = [alert.source for alert in hamlet.pipeline.engines.alerts.open_alerts()]
    assert left == ["irrigation:astray"]
