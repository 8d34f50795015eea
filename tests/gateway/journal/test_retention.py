"""Old messages go by age and by budget, and nothing that is needed as long as there is room."""

import pytest

from gateway.history import Point
from gateway.journal.memory import load_fleet
from gateway.journal.retention import PAGES_LEFT_SHARE, Retention, Swept
from gateway.journal.rollup import DAY_MS
from tests.gateway.history_contract import MIDNIGHT
from tests.gateway.journal.recorder import JournalRecorder

PLENTY = 10**9
NOTHING = 1


def retention(
    recorder: JournalRecorder,
    *,
    max_bytes: int = PLENTY,
    room: int = PLENTY,
    sinks: tuple[str, ...] = (),
) -> Retention:
    return Retention(
        recorder.reader,
        recorder.writer,
        recorder.job,
        keep_ms=10 * DAY_MS,
        max_bytes=max_bytes,
        room=lambda: room,
        sinks=sinks,
    )


def days_of_messages(recorder: JournalRecorder, days: int) -> None:
    for day in range(days):
        recorder.say("wifi-1", MIDNIGHT + day * DAY_MS, clients=day)


def kept(recorder: JournalRecorder) -> list[int]:
    return [id for (id,) in recorder.ask("SELECT id FROM message ORDER BY id")]


def test_messages_go_by_age_when_rollups_have_them(recorder: JournalRecorder) -> None:
    days_of_messages(recorder, 20)
    now = MIDNIGHT + 20 * DAY_MS
    assert retention(recorder).run(now) == Swept(False, False, MIDNIGHT, True)
    assert len(kept(recorder)) == 20
    recorder.roll()
    assert retention(recorder).run(now) == Swept(False, False, MIDNIGHT + 10 * DAY_MS, True)
    assert kept(recorder) == list(range(11, 21))
    found = recorder.reader.series("wifi-1", "clients", MIDNIGHT, now, 20 * DAY_MS)
    assert found == [Point(MIDNIGHT, 9.5, 0, 19, 20)]


def test_it_goes_on_until_all_that_is_too_old_is_gone(
    recorder: JournalRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.journal.retention.MESSAGES_AT_ONCE", 3)
    days_of_messages(recorder, 20)
    recorder.roll()
    retention(recorder).run(MIDNIGHT + 20 * DAY_MS)
    assert kept(recorder) == list(range(11, 21))


def test_what_a_store_lacks_stays_while_there_is_room(recorder: JournalRecorder) -> None:
    days_of_messages(recorder, 20)
    recorder.roll()
    keeper = retention(recorder, sinks=("influxdb",))
    now = MIDNIGHT + 20 * DAY_MS
    assert keeper.run(now) == Swept(False, False, MIDNIGHT, False)
    assert len(kept(recorder)) == 20
    recorder.write("INSERT INTO sink VALUES ('influxdb', 4), ('another', 0)")
    assert keeper.run(now) == Swept(False, False, MIDNIGHT + 4 * DAY_MS, False)
    assert kept(recorder)[0] == 5
    recorder.write("UPDATE sink SET cursor = 20")
    assert keeper.run(now).store_has_it
    assert kept(recorder)[0] == 11


def test_without_room_the_oldest_go_and_are_counted(recorder: JournalRecorder) -> None:
    days_of_messages(recorder, 5)
    recorder.write("INSERT INTO sink VALUES ('influxdb', 2)")
    keeper = retention(recorder, max_bytes=NOTHING, sinks=("influxdb",))
    swept = keeper.run(MIDNIGHT)
    assert keeper.dropped == 2
    assert swept == Swept(True, False, MIDNIGHT + 4 * DAY_MS, False)  # 3 and 4; 1 and 2 it had
    assert kept(recorder) == [5]  # the next number follows the newest
    found = recorder.reader.series("wifi-1", "clients", MIDNIGHT, MIDNIGHT + 5 * DAY_MS, 5 * DAY_MS)
    assert found == [Point(MIDNIGHT, 2, 0, 4, 5)]  # rollups were made before


def test_room_means_the_pages_in_use(recorder: JournalRecorder) -> None:
    for number in range(400):
        recorder.say("wifi-1", MIDNIGHT + number, clients=number)
    recorder.roll()
    ((pages, size),) = recorder.ask("SELECT * FROM pragma_page_count, pragma_page_size")
    budget = (pages - 4) * size
    assert retention(recorder, max_bytes=budget).run(MIDNIGHT).over_budget
    ((unused,),) = recorder.ask("SELECT * FROM pragma_freelist_count")
    assert unused >= 4
    left = kept(recorder)
    assert not retention(recorder, max_bytes=budget).run(MIDNIGHT).over_budget
    assert kept(recorder) == left


def test_on_a_disk_with_little_room_the_file_makes_room_within_itself(
    recorder: JournalRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.journal.retention.MESSAGES_AT_ONCE", 20)
    for number in range(400):
        recorder.say("wifi-1", MIDNIGHT + number, clients=number)
    recorder.write("INSERT INTO sink VALUES ('influxdb', 400)")
    recorder.roll()
    ((pages, size),) = recorder.ask("SELECT * FROM pragma_page_count, pragma_page_size")
    keeper = retention(recorder, room=(pages - 4) * size, sinks=("influxdb",))
    swept = keeper.run(MIDNIGHT)
    assert (swept.over_budget, swept.little_room, keeper.dropped) == (True, True, 0)
    ((unused,),) = recorder.ask("SELECT * FROM pragma_freelist_count")
    assert 4 <= unused <= 5, "no more than is needed"
    left = kept(recorder)
    assert not keeper.run(MIDNIGHT).little_room
    assert kept(recorder) == left


def test_who_fills_the_disk_costs_a_short_history_a_part_and_not_all(
    recorder: JournalRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.journal.retention.MESSAGES_AT_ONCE", 20)
    for number in range(2000):
        recorder.say("wifi-1", MIDNIGHT + number, clients=number)
    recorder.roll()
    keeper = retention(recorder, room=-1, sinks=("influxdb",))
    assert keeper.run(MIDNIGHT).little_room
    ((pages, unused),) = recorder.ask("SELECT * FROM pragma_page_count, pragma_freelist_count")
    assert pages * PAGES_LEFT_SHARE - 1 <= pages - unused <= pages * PAGES_LEFT_SHARE
    left = kept(recorder)
    assert left
    keeper.run(MIDNIGHT)
    assert kept(recorder) == left, "the next minute does not take as much again"


def test_an_empty_journal_needs_nothing(recorder: JournalRecorder) -> None:
    assert retention(recorder, max_bytes=NOTHING).run(MIDNIGHT) == Swept(True, False, None, True)


def test_a_start_after_deleting_knows_everything(recorder: JournalRecorder) -> None:
    days_of_messages(recorder, 20)
    recorder.say("soil-1", recorder.now, soil_ph=5)
    retention(recorder, max_bytes=NOTHING).run(recorder.now)
    with recorder.reader.connection() as connection:
        fleet = load_fleet(connection, [])
    device = fleet.get("soil-1")
    assert device is not None
    assert device.values == {"soil_ph": 5}
    assert device.committed_message == 21
    assert not recorder.reader.messages("wifi-1", 5)
    assert len(recorder.reader.messages("soil-1", 5)) == 1
