"""Rollups lose nothing and count nothing twice, whenever and in whatever order things come."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.history import Point
from gateway.journal.rollup import DAY_MS, HOUR_MS
from tests.gateway.history_contract import MIDNIGHT
from tests.gateway.journal.recorder import JournalRecorder

RESET_EVERY_MS = 5 * HOUR_MS
MINUTE_MS = 60_000
Said = dict[int, float]
Step = tuple[str, int, int]
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(
        st.just("say"), st.integers(0, 90), st.sampled_from([0, 0, 0, 1, 50, 200, 3000])
    ),  # minutes since the newest, minutes late
    st.tuples(st.just("roll"), st.integers(1, 3), st.just(0)),
    st.tuples(st.just("kill"), st.just(0), st.just(0)),
    st.tuples(st.just("forget"), st.integers(0, 20), st.just(0)),
)


def rx_bytes(at: int) -> int:
    """A counter that begins again with some hours."""
    return (at - MIDNIGHT) % RESET_EVERY_MS


def gauge_points(said: Said, start: int, end: int, step: int) -> list[Point]:
    groups: dict[int, list[float]] = defaultdict(list)
    for at, value in sorted(said.items()):
        if start <= at < end:
            groups[start + (at - start) // step * step].append(value)
    return [
        Point(at, pytest.approx(sum(g) / len(g)), min(g), max(g), len(g))  # type: ignore[arg-type]
        for at, g in groups.items()
    ]


def counter_points(said: Said, start: int, end: int, step: int) -> list[Point]:
    rises: dict[int, list[float]] = defaultdict(list)
    inside = [(at, value) for at, value in sorted(said.items()) if start <= at < end]
    for (_, before), (at, value) in pairwise(inside):
        rises[start + (at - start) // step * step].append(
            value - before if value >= before else value
        )
    return [Point(at, sum(r), sum(r), sum(r), len(r)) for at, r in rises.items()]


def assert_counted(found: Sequence[Point], expected: list[Point], exactly: bool) -> None:
    """Where values came late and the counter began again, too little may be counted: `merge`."""
    if exactly:
        assert found == expected
        return
    assert [point.at for point in found] == [point.at for point in expected]
    assert [point.samples for point in found] == [point.samples for point in expected]
    for point, most in zip(found, expected, strict=True):
        assert 0 <= point.mean <= most.mean


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=40))
def test_rollups_answer_as_all_messages_would(
    tmp_path_factory: pytest.TempPathFactory, history: list[Step]
) -> None:
    recorder = JournalRecorder(tmp_path_factory.mktemp("journal") / "journal.db")
    clients: Said = {}
    received: Said = {}
    forgotten = 0
    try:
        for number, (what, amount, late) in enumerate(history):
            if what == "roll":
                recorder.roll(amount)
            elif what == "kill":
                recorder.restart_job()
            elif what == "forget":
                missing = recorder.job.first_missing()
                rolled = recorder.newest if missing is None else missing - 1
                forgotten = max(forgotten, rolled - amount)
                recorder.forget(forgotten)
            else:
                now = recorder.now + amount * MINUTE_MS
                at = max(MIDNIGHT, now - late * MINUTE_MS) + number  # no two at the same time
                recorder.now = now
                clients[at], received[at] = number, rx_bytes(at)
                recorder.say("wifi-1", at, clients=number, rx_bytes=rx_bytes(at))
        end = (recorder.now // DAY_MS + 3) * DAY_MS
        values = [value for _, value in sorted(received.items())]
        exactly = list(received) == sorted(received) or values == sorted(values)
        for start, step in (
            (MIDNIGHT, HOUR_MS),
            (MIDNIGHT + 2 * HOUR_MS, 3 * HOUR_MS),
            (MIDNIGHT, DAY_MS),
            (MIDNIGHT + DAY_MS, DAY_MS),
        ):
            found = recorder.reader.series("wifi-1", "clients", start, end, step)
            assert found == gauge_points(clients, start, end, step)
            found = recorder.reader.series("wifi-1", "rx_bytes", start, end, step)
            assert_counted(found, counter_points(received, start, end, step), exactly)
        if not forgotten:
            for start, stop in ((MIDNIGHT, end), (MIDNIGHT + 7 * MINUTE_MS, MIDNIGHT + HOUR_MS)):
                found = recorder.reader.series("wifi-1", "clients", start, stop, 7 * MINUTE_MS)
                assert found == gauge_points(clients, start, stop, 7 * MINUTE_MS)
    finally:
        recorder.close()


def test_a_transaction_that_fails_half_way_changes_nothing(recorder: JournalRecorder) -> None:
    recorder.say("wifi-1", MIDNIGHT, clients=4)
    recorder.roll()
    recorder.say("wifi-1", MIDNIGHT + MINUTE_MS, clients=6)
    recorder.write(
        "CREATE TRIGGER fail BEFORE INSERT ON rollup_cursor BEGIN SELECT raise(FAIL, 'x'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        recorder.roll()
    question = ("wifi-1", "clients", MIDNIGHT, MIDNIGHT + DAY_MS, HOUR_MS)
    assert recorder.reader.series(*question) == [Point(MIDNIGHT, 5, 4, 6, 2)]
    recorder.write("DROP TRIGGER fail")
    recorder.roll()
    recorder.roll()
    assert recorder.reader.series(*question) == [Point(MIDNIGHT, 5, 4, 6, 2)]


def test_a_kill_after_the_commit_counts_nothing_twice(recorder: JournalRecorder) -> None:
    for minute in range(3):
        recorder.say("wifi-1", MIDNIGHT + minute * MINUTE_MS, clients=minute)
        recorder.roll()
        recorder.restart_job()
        recorder.roll()
    found = recorder.reader.series("wifi-1", "clients", MIDNIGHT, MIDNIGHT + DAY_MS, DAY_MS)
    assert found == [Point(MIDNIGHT, 1, 0, 2, 3)]


def test_every_device_has_its_turn(recorder: JournalRecorder) -> None:
    for device in ("soil-1", "wifi-1", "wifi-2"):
        recorder.say(device, MIDNIGHT, **{"soil_ph" if device == "soil-1" else "clients": 5})
    recorder.roll()
    assert recorder.job.first_missing() is None
    for device in ("soil-1", "wifi-1", "wifi-2"):
        recorder.say(device, MIDNIGHT + 1, **{"soil_ph" if device == "soil-1" else "clients": 5})
    for missing in (2, 3, 4):  # behind the last that is in the rollups of each
        assert recorder.job.first_missing() == missing
        recorder.roll(devices=1)
    assert recorder.job.first_missing() is None


def test_hours_of_long_ago_are_dropped_and_days_stay(recorder: JournalRecorder) -> None:
    for day in range(3):
        recorder.say("wifi-1", MIDNIGHT + day * DAY_MS, clients=day)
    recorder.roll(hours_from=MIDNIGHT + 2 * DAY_MS)
    start, end = MIDNIGHT, MIDNIGHT + 3 * DAY_MS
    by_day = recorder.reader.series("wifi-1", "clients", start, end, DAY_MS)
    assert [point.mean for point in by_day] == [0, 1, 2]
    by_hour = recorder.reader.series("wifi-1", "clients", start, end, HOUR_MS)
    assert [point.mean for point in by_hour] == [2]


def test_a_distant_time_is_read_from_where_it_lies(recorder: JournalRecorder) -> None:
    """Not by walking from the newest message: those between cannot even be read."""
    for minute in range(60):
        recorder.say("wifi-1", MIDNIGHT + minute * MINUTE_MS, clients=minute)
    for day in range(1, 30):
        recorder.say("wifi-1", MIDNIGHT + day * DAY_MS, clients=0)
    recorder.roll()
    recorder.write("UPDATE message SET body = x'00' WHERE id > 60")
    found = recorder.reader.series(
        "wifi-1", "clients", MIDNIGHT, MIDNIGHT + HOUR_MS, 20 * MINUTE_MS
    )
    assert [point.samples for point in found] == [20, 20, 20]


def test_what_an_unknown_field_holds_does_not_matter(recorder: JournalRecorder) -> None:
    recorder.say("wifi-1", MIDNIGHT, clients=4, serial_number=2**70)
    recorder.say("wifi-1", MIDNIGHT + 1, clients=6)
    body = r'{"clients": 5, "name": "\ud800"}'
    recorder.write(f"UPDATE message SET body = CAST('{body}' AS BLOB) WHERE id = 2")  # noqa: S608
    recorder.roll()
    found = recorder.reader.series("wifi-1", "clients", MIDNIGHT, MIDNIGHT + DAY_MS, DAY_MS)
    assert found == [Point(MIDNIGHT, 4.5, 4, 5, 2)]


def test_a_long_silence_of_the_job_is_made_up_in_pieces(
    recorder: JournalRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.journal.rollup_job.MESSAGES_AT_ONCE", 3)
    for minute in range(10):
        recorder.say("wifi-1", MIDNIGHT + minute * 20 * MINUTE_MS, rx_bytes=minute % 4)
    recorder.roll()
    found = recorder.reader.series("wifi-1", "rx_bytes", MIDNIGHT, MIDNIGHT + DAY_MS, DAY_MS)
    assert found == [Point(MIDNIGHT, 7, 7, 7, 9)]
