"""A little every minute, and everything in time."""

from gateway.journal.rollup import DAY_MS
from gateway.observations import Observations
from gateway.upkeep import HOURS_KEPT_DAYS, ROLLUP_EVERY_S, TICK_S, Upkeep
from tests.gateway.history_contract import MIDNIGHT
from tests.gateway.journal.recorder import JournalRecorder


def upkeep_of(recorder: JournalRecorder, keep_days: int = 400) -> Upkeep:
    return Upkeep(recorder.fleet, recorder.job, Observations(), keep_days, lambda: recorder.now)


def test_all_devices_have_had_their_turn_after_some_hours(recorder: JournalRecorder) -> None:
    recorder.say("soil-1", MIDNIGHT, battery_v=3)
    recorder.say("wifi-1", MIDNIGHT, clients=3)
    recorder.say("wifi-2", MIDNIGHT, clients=3)
    upkeep = upkeep_of(recorder)
    for tick in range(ROLLUP_EVERY_S // TICK_S):
        upkeep.tick(MIDNIGHT + tick * TICK_S * 1000)
    assert recorder.job.first_missing() is None
    assert sorted(recorder.ask("SELECT * FROM rollup_cursor")) == [(1, 1), (2, 2), (3, 3)]


def test_hours_are_kept_as_long_as_messages_at_least(recorder: JournalRecorder) -> None:
    for keep_days, kept in ((1, False), (10 * HOURS_KEPT_DAYS, True)):
        recorder.say("wifi-1", MIDNIGHT, clients=3)
        for _ in recorder.fleet:
            upkeep_of(recorder, keep_days).tick(MIDNIGHT + (HOURS_KEPT_DAYS + 1) * DAY_MS)
        ((hours,),) = recorder.ask("SELECT hours IS NOT NULL FROM rollup")
        assert bool(hours) is kept
        recorder.write("DELETE FROM rollup")
        recorder.restart_job()
