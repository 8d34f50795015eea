"""The whole gateway on a machine whose clock is wrong: what the journal says in the end is what a
right clock would have said, and nothing fires or hangs because of a jump."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from devices.reading import Millis
from gateway.app import Gateway, open_gateway
from gateway.assembly import JOURNAL_FILE
from gateway.decisions import RuleState
from gateway.journal.database import open_for_reading
from gateway.journal.outbound import TIME_UNKNOWN, JournalOutbound, StatesOutbound
from gateway.journal.periods import UncertainTime, uncertain_times
from gateway.timekeeping.keeper import AFTER_NEWEST_MS
from tests.gateway.own_time import NTP, NTP_WAITS, DrivenClocks
from tests.gateway.small_site import DRY_RULE, small_site, soil, topic
from tests.real import free_port

TIMEOUT_S = 60.0
"""Generous: it ends a test that hangs, and measures nothing."""
NOW: Millis = 1_795_305_600_000
MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE
YEAR: Millis = 365 * 24 * HOUR


class Hamlet:
    """A site whose gateway is opened again and again, each time on clocks of the test's choice."""

    def __init__(self, folder: Path, rules: Sequence[Mapping[str, object]] = ()) -> None:
        url = f"mqtt://127.0.0.1:{free_port()}"
        self.site, self.rules = small_site(folder, rules=rules, broker={"url": url})
        self.seq = 0

    @asynccontextmanager
    async def on(self, clocks: DrivenClocks) -> AsyncIterator["Hamlet"]:
        opened = open_gateway(self.site, self.rules, clocks)
        async with asyncio.timeout(TIMEOUT_S), opened as gateway:
            self.gateway: Gateway = gateway
            await gateway.clock_watch.look()
            yield self

    async def say(self, moisture: float = 30, **more: object) -> None:
        gateway = self.gateway
        body = soil(self.seq, moisture, **more)
        self.seq += 1
        gateway.committer.on_message(topic("soil-1"), body, 0, 0, gateway.clock.now())
        await gateway.committer.commit()

    async def upkeep(self) -> None:
        """Give every device its turn."""
        gateway = self.gateway
        for _ in gateway.pipeline.fleet:
            await asyncio.to_thread(gateway.upkeep.tick, gateway.clock.now())

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        connection = open_for_reading(self.site.data / JOURNAL_FILE)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def times(self) -> list[tuple[Millis, Millis]]:
        """measured_at, received_at of all telemetry."""
        return self.ask("SELECT measured_at, received_at FROM message WHERE device = 1")

    def uncertain(self) -> list[UncertainTime]:
        connection = open_for_reading(self.site.data / JOURNAL_FILE)
        try:
            return uncertain_times(connection)
        finally:
            connection.close()

    def outbound(self) -> JournalOutbound:
        gateway = self.gateway
        return JournalOutbound(gateway.reader, None, gateway.clock.now)  # type: ignore[arg-type]

    def states(self) -> StatesOutbound:
        gateway = self.gateway
        return StatesOutbound(gateway.reader, None, gateway.clock.now)  # type: ignore[arg-type]


@pytest.fixture
def hamlet(tmp_path: Path) -> Hamlet:
    return Hamlet(tmp_path)


async def test_times_are_repaired_as_soon_as_the_time_is_known(hamlet: Hamlet) -> None:
    async with hamlet.on(DrivenClocks(NOW)):
        await hamlet.say()
    clocks = DrivenClocks(NOW - 2 * HOUR, NTP_WAITS, "boot-2")  # five hours later, in truth
    began = NOW + 5 * HOUR
    async with hamlet.on(clocks):
        assert not hamlet.gateway.pipeline.clock_trusted
        await hamlet.say()
        named = began - MINUTE
        await hamlet.say(measured_at=named)
        clocks.pass_ms(10 * MINUTE)
        await hamlet.say(measured_at=began + 30 * 24 * HOUR)  # wrong by any clock
        assert hamlet.times()[1][1] == NOW + AFTER_NEWEST_MS
        assert hamlet.outbound().read_after(0, 10).upto == 1
        clocks.wall, clocks.evidence = began + 11 * MINUTE, NTP
        clocks.pass_ms(0)
        await hamlet.say()
        await hamlet.gateway.clock_watch.look()
        assert hamlet.gateway.pipeline.clock_trusted
        await hamlet.say()
        start = began + MINUTE  # it booted a minute before it heard the first
        assert hamlet.times() == [
            (NOW, NOW),
            (start, start),
            (named, start),
            (start + 10 * MINUTE, start + 10 * MINUTE),
            (start + 10 * MINUTE, start + 10 * MINUTE),
            (start + 10 * MINUTE, start + 10 * MINUTE),
        ]
        assert len(hamlet.outbound().read_after(0, 10).ids) == 6
        assert hamlet.uncertain() == []


async def test_a_start_knows_the_devices_as_they_were_corrected(hamlet: Hamlet) -> None:
    clocks = DrivenClocks(NOW - 2 * HOUR, NTP_WAITS)
    async with hamlet.on(clocks):
        await hamlet.say()
        hamlet.gateway.committer.on_connection(False, "nobody answers")
        hamlet.gateway.committer.on_connection(True, "subscribed")
        clocks.wall, clocks.evidence = NOW, NTP
        await hamlet.gateway.clock_watch.look()
        await hamlet.gateway.committer.commit()
        assert hamlet.gateway.observations.broker_since == NOW
        known = hamlet.gateway.pipeline.fleet.get("soil-1")
        assert known is not None
        before = (known.measured_at, known.heard_at, known.state, known.state_since)
        assert before[:2] == (NOW, NOW)
        hamlet.gateway.committer.fail(RuntimeError("a kill leaves no snapshot behind"))
        hamlet.gateway.committer.failure.exception()
    async with hamlet.on(clocks):
        again = hamlet.gateway.pipeline.fleet.get("soil-1")
        assert again is not None
        assert (again.measured_at, again.heard_at, again.state, again.state_since) == before


async def test_records_are_moved_with_the_messages(tmp_path: Path) -> None:
    hamlet = Hamlet(tmp_path, [{**DRY_RULE, "then": [{"alert": {"severity": "warning"}}]}])
    clocks = DrivenClocks(NOW - 2 * HOUR, NTP_WAITS)
    async with hamlet.on(clocks):
        await hamlet.say(moisture=3)
        await hamlet.say(moisture=3, boot=5)  # rejected
        clocks.pass_ms(HOUR)
        await hamlet.gateway.committer.commit()
        hamlet.gateway.committer.on_message("x", b"", 0, False, hamlet.gateway.clock.now())
        clocks.wall, clocks.evidence = NOW, NTP
        await hamlet.gateway.clock_watch.look()
        await hamlet.gateway.committer.commit()
        (alert,) = hamlet.gateway.pipeline.engines.alerts.open_alerts()
    began = NOW - HOUR
    assert alert.opened_at == began
    assert hamlet.ask("SELECT received_at FROM rejected ORDER BY id") == [(began,), (NOW,)]
    assert hamlet.ask("SELECT DISTINCT since FROM rule_change") == [(began,)]
    assert hamlet.ask("SELECT since FROM rule_state") == [(began,)]
    assert hamlet.ask("SELECT opened_at FROM alert") == [(began,)]
    assert hamlet.ask("SELECT since FROM state_change WHERE device = 'soil-1'") == [(began,)]
    assert hamlet.ask("SELECT min(first_seen), max(first_seen) FROM device") == [(began, began)]


async def test_what_no_clock_ever_stamped_is_kept_but_not_sent_on(hamlet: Hamlet) -> None:
    async with hamlet.on(DrivenClocks(NOW)):
        await hamlet.say()
    async with hamlet.on(DrivenClocks(NOW - HOUR, NTP_WAITS, "boot-2")):
        await hamlet.say()
        await hamlet.say()
    async with hamlet.on(DrivenClocks(NOW + HOUR, NTP, "boot-3")):
        await hamlet.say()
        since = NOW + AFTER_NEWEST_MS
        assert hamlet.uncertain() == [UncertainTime(2, 3, since, since)]
        outbound = hamlet.outbound()
        first = outbound.read_after(0, 10)
        aside = outbound.read_after(first.upto, 10)
        last = outbound.read_after(aside.upto, 10)
        assert (first.ids, last.ids) == ([1], [4])
        assert [(row.row_id, row.reason) for row in aside.set_aside] == [
            (2, TIME_UNKNOWN),
            (3, TIME_UNKNOWN),
        ]
        assert outbound.read_after(last.upto, 10).upto == last.upto


async def test_nothing_is_folded_by_a_time_that_nobody_knows(hamlet: Hamlet) -> None:
    clocks = DrivenClocks(NOW - HOUR, NTP_WAITS)
    async with hamlet.on(clocks):
        await hamlet.say()
        await hamlet.upkeep()
        assert hamlet.ask("SELECT count(*) FROM rollup") == [(0,)]
        clocks.wall, clocks.evidence = NOW, NTP
        await hamlet.gateway.clock_watch.look()
        await hamlet.upkeep()
        ((day,),) = hamlet.ask("SELECT day FROM rollup WHERE device = 1")
        assert NOW - 24 * HOUR < day <= NOW


async def test_a_restart_before_the_time_is_known_goes_on_counting(hamlet: Hamlet) -> None:
    clocks = DrivenClocks(NOW - HOUR, NTP_WAITS)
    async with hamlet.on(clocks):
        await hamlet.say()
        before = hamlet.gateway.clock.now()
    clocks.pass_ms(MINUTE)
    async with hamlet.on(clocks):
        assert hamlet.gateway.clock.now() == before + MINUTE
        await hamlet.say()
        clocks.wall, clocks.evidence = NOW, NTP
        await hamlet.gateway.clock_watch.look()
    assert [received for _, received in hamlet.times()] == [NOW - MINUTE, NOW]


async def test_a_repair_that_was_cut_short_is_finished_by_the_next_start(
    hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.journal.periods.REPAIRED_AT_ONCE", 1)
    clocks = DrivenClocks(NOW - HOUR, NTP_WAITS)
    async with hamlet.on(clocks):
        for _ in range(3):
            await hamlet.say()
        clocks.wall, clocks.evidence = NOW, NTP
        hamlet.gateway.clock_watch.believe()
        await hamlet.gateway.committer.commit()
    assert [received for _, received in hamlet.times()] == [NOW - HOUR] * 3
    async with hamlet.on(clocks):
        await hamlet.say()
    assert [received for _, received in hamlet.times()] == [NOW] * 4


@pytest.mark.parametrize("jump", [3 * YEAR, -3 * YEAR])
@pytest.mark.parametrize("believed", [True, False])
async def test_a_jump_of_years_fires_nothing_early_and_hangs_nothing(
    jump: Millis, believed: bool, tmp_path: Path
) -> None:
    rule = {**DRY_RULE, "for": "10m"}
    hamlet = Hamlet(tmp_path, [rule])
    clocks = DrivenClocks(NOW)
    async with hamlet.on(clocks):
        rules, tick = hamlet.gateway.pipeline.engines.rules, hamlet.gateway.pipeline.tick
        await hamlet.say(moisture=3)
        clocks.pass_ms(4 * MINUTE)
        await hamlet.say(moisture=3)
        clocks.wall += jump
        clocks.evidence = NTP if believed else NTP_WAITS
        await hamlet.gateway.clock_watch.look()
        due = NOW + 10 * MINUTE + (jump if believed else 0)
        deadline = hamlet.gateway.pipeline.next_deadline()
        assert deadline is not None
        assert deadline <= due
        clocks.pass_ms(6 * MINUTE - 1)
        await hamlet.say(moisture=3)
        tick(hamlet.gateway.clock.now())
        assert rules.status()[0].subjects[RuleState.FIRING] == 0
        clocks.pass_ms(1)
        tick(hamlet.gateway.clock.now())
        assert hamlet.gateway.clock.now() == due
        soil_1 = hamlet.gateway.pipeline.fleet.get("soil-1")
        assert soil_1 is not None
        assert soil_1.state_cause != "silent"
        assert rules.status()[0].subjects[RuleState.FIRING] == 1


async def test_a_jump_that_nobody_vouches_for_is_told_and_untold(hamlet: Hamlet) -> None:
    clocks = DrivenClocks(NOW)
    async with hamlet.on(clocks):
        alerts = hamlet.gateway.pipeline.engines.alerts.open_alerts
        clocks.wall, clocks.evidence = clocks.wall + YEAR, NTP_WAITS
        await hamlet.gateway.clock_watch.look()
        assert not alerts()
        clocks.pass_ms(11_000)
        await hamlet.gateway.clock_watch.look()
        (alert,) = alerts()
        assert (alert.source, alert.subject) == ("gateway:clock", "gateway")
        clocks.wall -= YEAR
        await hamlet.gateway.clock_watch.look()
        assert not alerts()
        clocks.wall += YEAR
        await hamlet.gateway.trust_clock()
        assert hamlet.gateway.clock.now() == NOW + 11_000 + YEAR
        assert not alerts()


async def test_a_state_of_a_time_that_nobody_knows_is_not_sent_on(hamlet: Hamlet) -> None:
    async with hamlet.on(DrivenClocks(NOW - HOUR, NTP_WAITS)):
        await hamlet.say()
        assert hamlet.states().read_after(0, 10).upto == 0, "they wait: it may yet be known"
    async with hamlet.on(DrivenClocks(NOW + HOUR, NTP, "boot-2")):
        hamlet.gateway.committer.on_connection(True, "subscribed")
        await hamlet.say()
        rows = hamlet.states().read_after(0, 10)
        noted = dict(hamlet.ask("SELECT number, since FROM state_change"))
        assert [id for id, since in noted.items() if since >= NOW + HOUR] == list(rows.ids)
        assert rows.set_aside
        assert {row.reason for row in rows.set_aside} == {TIME_UNKNOWN}


async def test_a_correction_during_a_commit_is_followed_by_the_repair(hamlet: Hamlet) -> None:
    clocks = DrivenClocks(NOW - HOUR, NTP_WAITS)
    async with hamlet.on(clocks):
        await hamlet.say()
        commit = asyncio.create_task(hamlet.gateway.committer.commit())
        await asyncio.sleep(0)
        assert hamlet.gateway.committer.commit_since is not None
        clocks.wall, clocks.evidence = NOW, NTP
        await hamlet.gateway.clock_watch.look()
        assert hamlet.times() == [(NOW, NOW)]
        await commit
