"""A little every minute, and everything in time."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from devices.reading import Millis
from gateway.decisions import AlertAsked, AlertCleared, State
from gateway.history import StoreError
from gateway.journal.notices import HISTORY_DROPPED
from gateway.journal.retention import Swept
from gateway.journal.rollup import DAY_MS
from gateway.observations import Observations
from gateway.site import JournalConfig
from gateway.upkeep import (
    GB,
    HOURS_KEPT_DAYS,
    HOURS_PER_MESSAGES,
    LITTLE_ROOM,
    ROLLUP_EVERY_S,
    TICK_S,
    Upkeep,
)
from tests.gateway.history_contract import MIDNIGHT
from tests.gateway.journal.recorder import JournalRecorder

TIMEOUT_S = 60.0
AT_ONCE = 10**9
"""So fast that age is what the clock says."""


class Kept(Upkeep):
    """An upkeep that remembers what it said."""

    def __init__(
        self,
        recorder: JournalRecorder,
        *,
        keep_days: int = 400,
        max_gb: float = 8,
        room: Callable[[], int] = lambda: GB,
        sinks: tuple[str, ...] = (),
        state_sinks: tuple[str, ...] = (),
    ) -> None:
        self.said: list[AlertAsked | AlertCleared] = []
        self.seen = Observations()
        super().__init__(
            recorder.fleet,
            recorder.reader,
            recorder.writer,
            recorder.job,
            JournalConfig(keep_days=keep_days, max_gb=max_gb),
            room=room,
            sinks=sinks,
            state_sinks=state_sinks,
            observations=self.seen,
            now=lambda: recorder.now,
            tell=self.said.append,
        )


def test_all_devices_have_had_their_turn_after_some_hours(recorder: JournalRecorder) -> None:
    recorder.say("soil-1", MIDNIGHT, battery_v=3)
    recorder.say("wifi-1", MIDNIGHT, clients=3)
    recorder.say("wifi-2", MIDNIGHT, clients=3)
    upkeep = Kept(recorder)
    for tick in range(ROLLUP_EVERY_S // TICK_S):
        upkeep.tick(MIDNIGHT + tick * TICK_S * 1000)
    assert recorder.job.first_missing() is None
    assert sorted(recorder.ask("SELECT * FROM rollup_cursor")) == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize(
    ("keep_days", "max_gb", "age_days", "kept"),
    [
        (1, 8, HOURS_KEPT_DAYS - 1, True),
        (1, 8, HOURS_KEPT_DAYS + 1, False),
        (10 * HOURS_KEPT_DAYS, 8, HOURS_KEPT_DAYS + 1, True),  # messages need them
        (1, 1 / GB, HOURS_PER_MESSAGES - 1, True),  # a byte: a single message is left
        (1, 1 / GB, HOURS_PER_MESSAGES + 1, False),
    ],
)
def test_hours_are_kept_for_a_time(
    recorder: JournalRecorder,
    monkeypatch: pytest.MonkeyPatch,
    keep_days: int,
    max_gb: float,
    age_days: int,
    kept: bool,
) -> None:
    monkeypatch.setattr("gateway.journal.ageing.SPEED", AT_ONCE)
    upkeep = Kept(recorder, keep_days=keep_days, max_gb=max_gb)
    for at in (MIDNIGHT, MIDNIGHT + age_days * DAY_MS, MIDNIGHT + age_days * DAY_MS + 1):
        recorder.say("wifi-1", at, clients=3)
        for _ in recorder.fleet:
            upkeep.tick(at)
    oldest = "SELECT hours IS NOT NULL FROM rollup ORDER BY day LIMIT 1"
    assert recorder.ask(oldest) == [(kept,)]


async def test_what_was_dropped_is_counted_and_told_until_the_store_catches_up(
    recorder: JournalRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.upkeep.TICK_S", 0.001)
    upkeep = Kept(recorder, max_gb=1 / GB, sinks=("influxdb",))

    async def until(count: int) -> None:
        while len(upkeep.said) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    recorder.say("wifi-1", MIDNIGHT, clients=3)
    recorder.say("wifi-1", MIDNIGHT + 1, clients=3)
    task = asyncio.create_task(upkeep.run())
    async with asyncio.timeout(TIMEOUT_S):
        await until(1)
        recorder.write("INSERT INTO sink VALUES ('influxdb', 2)")
        await until(2)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    asked, cleared = upkeep.said
    assert isinstance(asked, AlertAsked)
    assert isinstance(cleared, AlertCleared)
    assert {asked.source, cleared.source} == {HISTORY_DROPPED}
    assert upkeep.seen.journal_dropped == 1


async def test_what_was_dropped_is_counted_when_the_rest_of_the_turn_fails(
    recorder: JournalRecorder,
) -> None:
    looks = 0

    def room() -> int:
        nonlocal looks
        looks += 1
        if looks == 3:  # rollups are made, and one message is gone
            raise StoreError("the disk cannot be read")
        return GB

    upkeep = Kept(recorder, max_gb=1 / GB, room=room, sinks=("influxdb",))
    recorder.say("wifi-1", MIDNIGHT, clients=3)
    recorder.say("wifi-1", MIDNIGHT + 1, clients=3)
    await upkeep.take_turn()
    assert upkeep.seen.journal_dropped == 1
    assert [said.source for said in upkeep.said] == [HISTORY_DROPPED]
    await upkeep.take_turn()
    assert upkeep.seen.journal_dropped == 1


async def test_little_room_on_the_disk_is_said_once_a_day(
    recorder: JournalRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    room = 0
    upkeep = Kept(recorder, room=lambda: room)
    recorder.say("wifi-1", MIDNIGHT, clients=3)
    for at, left, warnings in ((0, 0, 1), (1, GB, 1), (2, 0, 1), (DAY_MS, 0, 2)):
        room, recorder.now = left, MIDNIGHT + at
        await upkeep.take_turn()
        assert caplog.messages.count(LITTLE_ROOM) == warnings


def test_old_records_are_pruned_once_a_day(
    recorder: JournalRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.journal.ageing.SPEED", AT_ONCE)
    upkeep = Kept(recorder, keep_days=1)
    insert = "INSERT INTO set_aside VALUES ('influxdb', ?, ?, 'x')"
    left = []
    for number, hour in enumerate((0, 1, 25)):
        recorder.write(insert, number, MIDNIGHT)
        upkeep.tick(MIDNIGHT + 2 * DAY_MS + hour * 3_600_000)
        left.append(recorder.ask("SELECT count(*) FROM set_aside")[0][0])
    assert left == [0, 1, 0]


def test_states_that_a_store_lacks_are_not_pruned(recorder: JournalRecorder) -> None:
    for hour in range(3):
        recorder.turn("wifi-1", State.UP, MIDNIGHT + hour, "ok")
    for sinks, left in ((("states",), 3), ((), 1)):
        Kept(recorder, keep_days=1, state_sinks=sinks).tick(MIDNIGHT + 2 * DAY_MS)
        assert recorder.ask("SELECT count(*) FROM state_change") == [(left,)]


def test_a_clock_years_ahead_deletes_a_day_in_an_hour(recorder: JournalRecorder) -> None:
    for day in range(400):
        recorder.say("wifi-1", MIDNIGHT + day * DAY_MS, clients=3)
        recorder.write("INSERT INTO set_aside VALUES ('x', ?, ?, 'x')", day, recorder.now)
    recorder.roll()
    right = recorder.now
    upkeep = Kept(recorder, keep_days=400)
    upkeep.tick(right)
    for tick in range(120):
        if tick == 60:  # a restart forgets no more than the hour in which it was to be saved
            upkeep = Kept(recorder, keep_days=400)
        upkeep.tick(right + 3 * 365 * DAY_MS + tick * TICK_S * 1000)
    assert recorder.ask("SELECT count(*) FROM message") == [(399,)]
    assert recorder.ask("SELECT count(*) FROM set_aside") == [(399,)]
    assert recorder.ask("SELECT count(*) FROM rollup WHERE hours IS NULL") == [(0,)]
    upkeep.tick(right + 1)
    assert recorder.ask("SELECT count(*) FROM message") == [(399,)]


async def test_it_ends_when_nothing_is_written_any_more(
    recorder: JournalRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.upkeep.TICK_S", 0.001)
    recorder.say("wifi-1", MIDNIGHT, clients=3)
    recorder.writer.close()
    async with asyncio.timeout(TIMEOUT_S):
        await Kept(recorder).run()


async def test_while_the_disk_cannot_be_read_it_waits(recorder: JournalRecorder) -> None:
    class Unreadable(Kept):
        readable = False

        def tick(self, now: Millis) -> Swept:
            if not self.readable:
                raise StoreError("the journal cannot be read: disk I/O error")
            return super().tick(now)

    upkeep = Unreadable(recorder)
    await upkeep.take_turn()
    assert not upkeep.said
    upkeep.readable = True
    await upkeep.take_turn()
    assert upkeep.said
