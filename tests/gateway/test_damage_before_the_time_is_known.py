"""A power cut both damages the journal and takes the time: neither makes the other worse."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from devices.reading import Millis
from gateway.journal.export import Wanted, export
from gateway.journal.periods import uncertain_times
from gateway.journal.replacement import note_damage
from gateway.journal.salvage import salvage
from tests.gateway.own_time import NTP, NTP_WAITS, DrivenClocks
from tests.gateway.small_site import DRY_RULE
from tests.gateway.test_clock_watch import HOUR, MINUTE, NOW, Hamlet

RULES = [{**DRY_RULE, "then": [{"alert": {"severity": "warning"}}]}]


@pytest.fixture
def hamlet(tmp_path: Path) -> Hamlet:
    return Hamlet(tmp_path, RULES)


def damage(hamlet: Hamlet) -> None:
    note_damage(hamlet.site.data / "journal.db", "for the test")


def bring_back(hamlet: Hamlet) -> None:
    (aside,) = hamlet.site.data.glob("journal.damaged-*.db")
    salvage(aside, hamlet.site.data / "journal.db", NOW, lambda share: None)


def received(hamlet: Hamlet) -> list[Millis]:
    return [at for _, at in hamlet.times()]


def exported(hamlet: Hamlet) -> list[dict[str, Any]]:
    rows = export(hamlet.site.data / "journal.db", Wanted(device="soil-1"), pytest.fail)
    return [dict(row) for row in rows]


async def test_a_new_journal_knows_how_late_it_is_at_least(hamlet: Hamlet) -> None:
    async with hamlet.on(DrivenClocks(NOW)):
        await hamlet.say()
    damage(hamlet)
    async with hamlet.on(DrivenClocks(NOW - HOUR, boot="boot-2", evidence=NTP_WAITS)):
        assert not hamlet.gateway.pipeline.clock_trusted
        assert hamlet.gateway.clock.now() > NOW


async def test_times_that_are_known_later_are_put_right_in_what_is_fetched(hamlet: Hamlet) -> None:
    clocks = DrivenClocks(NOW - 2 * HOUR, NTP_WAITS)
    async with hamlet.on(clocks):
        await hamlet.say(moisture=3)
        before = hamlet.gateway.clock.now()
    damage(hamlet)
    clocks.pass_ms(MINUTE)
    async with hamlet.on(clocks):
        assert hamlet.gateway.clock.now() == before + MINUTE, "time goes on"
        await hamlet.say(moisture=3)
        clocks.wall, clocks.evidence = NOW, NTP
        await hamlet.gateway.clock_watch.look()
        await hamlet.gateway.committer.commit()
        await hamlet.gateway.clock_watch.look()
        await hamlet.say(moisture=3)
    assert received(hamlet) == [NOW, NOW]
    for _ in range(2):
        bring_back(hamlet)
        assert received(hamlet) == [NOW - MINUTE, NOW, NOW]
        assert [row.get("time_known", True) for row in exported(hamlet)] == [True] * 3
        for table, at in (("rule_change", "since"), ("alert", "opened_at")):
            times = hamlet.ask(f"SELECT DISTINCT {at} FROM {table} WHERE {at} < {NOW}")  # noqa: S608
            assert times == [(NOW - MINUTE,)], table
        states = "SELECT since FROM state_change WHERE device = 'soil-1' ORDER BY since"
        assert hamlet.ask(states)[0] == (NOW - MINUTE,)


async def test_what_is_fetched_before_the_time_is_known_is_put_right_once(hamlet: Hamlet) -> None:
    clocks = DrivenClocks(NOW - 2 * HOUR, NTP_WAITS)
    async with hamlet.on(clocks):
        await hamlet.say()
    damage(hamlet)
    async with hamlet.on(clocks):
        await hamlet.say()
    bring_back(hamlet)
    assert [row.get("time_known", True) for row in exported(hamlet)] == [False] * 2
    async with hamlet.on(clocks):
        clocks.wall, clocks.evidence = NOW, NTP
        await hamlet.gateway.clock_watch.look()
        await hamlet.gateway.committer.commit()
        await hamlet.gateway.clock_watch.look()
    bring_back(hamlet)
    assert received(hamlet) == [NOW, NOW]


async def test_what_nobody_will_ever_know_stays_so(hamlet: Hamlet) -> None:
    async with hamlet.on(DrivenClocks(NOW)):
        await hamlet.say()
    async with hamlet.on(DrivenClocks(NOW - HOUR, NTP_WAITS, "boot-2")):
        await hamlet.say()
    damage(hamlet)
    async with hamlet.on(DrivenClocks(NOW + HOUR, NTP, "boot-3")):
        await hamlet.say()
        assert hamlet.gateway.uncertain == 0, "they are not there"
    bring_back(hamlet)
    assert [row.get("time_known", True) for row in exported(hamlet)] == [True, False, True]
    with closing(sqlite3.connect(hamlet.site.data / "journal.db")) as connection:
        assert [one.messages for one in uncertain_times(connection)] == [1]
