"""What people do about plots: done once, on disk when it is answered, and refused in words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from devices.text import Text
from gateway.app import Gateway
from gateway.assembly import JOURNAL_FILE, hamlet_time
from gateway.decisions import Explanation, Run
from gateway.journal.database import open_for_reading, open_journal
from gateway.journal.tables import NO_GOS, OVERRIDES, PLOT_SETTINGS, PROPOSALS, RUNS, R, Table
from gateway.plot_acts import DRY_DAYS_MAX, OVERRIDE_MAX_MS, Act, Amount, Unit
from gateway.plot_records import NoGo, Override, Proposal
from gateway.plots import Mode
from gateway.plots.guard import NoGoReason
from tests.gateway.watered_site import opened, tell_valve, write_watered_site

HOUR_MS = 3_600_000


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    write_watered_site(tmp_path)
    async with opened(tmp_path) as gateway:
        yield gateway


def act(key: str = "a") -> Act:
    return Act("lo-1", "person:Lan", key)


def six_mm(value: float = 6.0) -> Amount:
    return Amount(value, Unit.DEPTH)


def saved_in(gateway: Gateway, table: Table[R]) -> list[R]:
    with closing(open_for_reading(gateway.site.data / JOURNAL_FILE)) as journal:
        return table.select(journal, "")


def today(gateway: Gateway) -> date:
    return hamlet_time(gateway.site.config.place).day(gateway.clock.now())


async def test_a_watering_is_on_disk_when_it_is_answered(gateway: Gateway) -> None:
    outcome = await gateway.plots.water(act(), six_mm())
    assert outcome.done
    assert isinstance(outcome.record, Run)
    assert (outcome.record.target_l, outcome.record.requester) == (6000.0, "person:Lan")
    assert "6 mm" in outcome.text.en
    [saved] = saved_in(gateway, RUNS)
    assert saved.id == outcome.record.id


@pytest.mark.parametrize(
    ("amount", "litres"),
    [
        (Amount(2.5, Unit.DEPTH), 2500.0),
        (Amount(700, Unit.LITRES), 700.0),
        (Amount(12, Unit.MINUTES), 1200.0),
        (Amount(50, Unit.DEPTH), 9000.0),  # the day's ceiling
    ],
)
async def test_every_way_of_saying_how_much(
    gateway: Gateway, amount: Amount, litres: float
) -> None:
    outcome = await gateway.plots.water(act(), amount)
    assert isinstance(outcome.record, Run)
    assert outcome.record.target_l == litres


async def test_a_button_pressed_again_after_a_start_does_nothing_twice(tmp_path: Path) -> None:
    write_watered_site(tmp_path)
    async with opened(tmp_path) as gateway:
        now = gateway.clock.now()
        day = hamlet_time(gateway.site.config.place).day(now)
        until = now + HOUR_MS
        run = await gateway.plots.water(act("w"), six_mm())
        await gateway.plots.stop(act("s"))
        wind = await gateway.plots.override(act("o"), "wind", "thử", until)
        dry = await gateway.plots.add_dry_days(act("d"), day, day, NoGoReason.OTHER)
        assert isinstance(wind.record, Override)
        assert isinstance(dry.record, NoGo)
        await gateway.plots.end_override(act("e"), wind.record.id)
        await gateway.plots.remove_dry_days(act("r"), dry.record.id)
    with closing(open_journal(gateway.site.data / JOURNAL_FILE)) as journal:
        journal.execute("UPDATE run SET state = 'done', ended_at = step_at")
    async with opened(tmp_path) as gateway:
        again = [
            await gateway.plots.water(act("w"), six_mm()),
            await gateway.plots.override(act("o"), "wind", "thử", until),
            await gateway.plots.add_dry_days(act("d"), day, day, NoGoReason.OTHER),
        ]
        assert all(one.done for one in again)
        assert isinstance(run.record, Run)
        [saved] = saved_in(gateway, RUNS)
        assert (saved.id, saved.ended_at is not None) == (run.record.id, True)
        [override] = saved_in(gateway, OVERRIDES)
        [no_go] = saved_in(gateway, NO_GOS)
        assert override.ended_at is not None
        assert no_go.removed_at is not None
        assert (await gateway.plots.water(act("other"), six_mm())).done


async def test_a_yes_that_is_sent_again_after_a_start_waters_once(tmp_path: Path) -> None:
    write_watered_site(tmp_path, mode="schedule", ask_first=True)
    async with opened(tmp_path) as gateway:
        now = gateway.clock.now()
    file = gateway.site.data / JOURNAL_FILE
    sentence = Text("Có tưới không?", "Water it?")
    with closing(open_journal(file)) as journal:
        waits = Proposal("lo-1.1", "lo-1", now, now + HOUR_MS, 500.0, sentence)
        PROPOSALS.save(journal, waits)
    async with opened(tmp_path) as gateway:
        first = await gateway.plots.answer(act("y"), "lo-1.1", approved=True)
        assert first.done
    with closing(open_journal(file)) as journal:
        journal.execute("UPDATE run SET state = 'done', ended_at = step_at")
    async with opened(tmp_path) as gateway:
        again = await gateway.plots.answer(act("y"), "lo-1.1", approved=True)
        assert not again.done
        assert len(saved_in(gateway, RUNS)) == 1


async def test_a_button_pressed_twice_waters_once(gateway: Gateway) -> None:
    first, second = await asyncio.gather(
        gateway.plots.water(act("same"), six_mm()), gateway.plots.water(act("same"), six_mm())
    )
    assert first is second
    assert gateway.plots.outcome("lo-1", "same") is first
    assert len(gateway.pipeline.engines.irrigation.runs()) == 1


async def test_another_watering_meanwhile_is_refused_with_the_reason(gateway: Gateway) -> None:
    await gateway.plots.water(act("a"), six_mm())
    refused = await gateway.plots.water(act("b"), six_mm())
    assert not refused.done
    assert isinstance(refused.record, Explanation)
    assert refused.text.en.startswith("Not watering Tea plot one")
    assert refused.text.vi.startswith("Không tưới Lô chè một")


async def test_a_watering_is_stopped(gateway: Gateway) -> None:
    assert not (await gateway.plots.stop(act("a"))).done
    await gateway.plots.water(act("b"), six_mm())
    tell_valve(gateway, 1, is_open=True)
    assert (await gateway.plots.stop(act("c"))).done
    assert not (await gateway.plots.stop(act("d"))).done


async def test_the_mode_is_set_and_remembered(gateway: Gateway, tmp_path: Path) -> None:
    book = gateway.pipeline.engines.irrigation.book
    assert (await gateway.plots.set_ask_first(act("a"), True)).done
    assert (await gateway.plots.set_mode(act("b"), Mode.SCHEDULE)).done
    assert (book.mode("lo-1"), book.asks_first("lo-1")) == (Mode.SCHEDULE, True)
    newest = saved_in(gateway, PLOT_SETTINGS)[-1]
    assert (newest.mode, newest.ask_first, newest.by) == (Mode.SCHEDULE, True, "person:Lan")


async def test_a_mode_for_which_the_file_has_nothing_is_refused(gateway: Gateway) -> None:
    refused = await gateway.plots.set_mode(act(), Mode.SOIL)
    assert not refused.done
    assert "By soil moisture" in refused.text.en
    assert gateway.pipeline.engines.irrigation.book.mode("lo-1") is Mode.MANUAL


async def test_dry_days_come_and_go_and_it_is_known_by_whom(gateway: Gateway) -> None:
    begin = today(gateway)
    added = await gateway.plots.add_dry_days(
        act("a"), begin, begin + timedelta(days=2), NoGoReason.SPRAYING
    )
    assert isinstance(added.record, NoGo)
    book = gateway.pipeline.engines.irrigation.book
    assert list(book.no_gos("lo-1")) == [added.record]
    removed = await gateway.plots.remove_dry_days(Act("lo-1", "person:Minh", "b"), added.record.id)
    assert removed.done
    assert list(book.no_gos("lo-1")) == []
    [kept] = saved_in(gateway, NO_GOS)
    assert (kept.by, kept.removed_by) == ("person:Lan", "person:Minh")
    assert not (await gateway.plots.remove_dry_days(act("c"), added.record.id)).done


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-3, -1), (0, DRY_DAYS_MAX + 1)])
async def test_dry_days_that_make_no_sense_are_refused(
    gateway: Gateway, first: int, last: int
) -> None:
    day = today(gateway)
    outcome = await gateway.plots.add_dry_days(
        act(), day + timedelta(days=first), day + timedelta(days=last), NoGoReason.OTHER
    )
    assert not outcome.done
    assert list(gateway.pipeline.engines.irrigation.book.no_gos("lo-1")) == []


async def test_an_interlock_is_overridden_for_a_while(gateway: Gateway) -> None:
    now = gateway.clock.now()
    outcome = await gateway.plots.override(
        act("a"), "rain-24h", " \u202e trồng \n mới\0 ", now + HOUR_MS
    )
    assert isinstance(outcome.record, Override)
    assert outcome.record.reason == "trồng mới"
    book = gateway.pipeline.engines.irrigation.book
    assert book.override("lo-1", "rain-24h", now + 60_000) == outcome.record
    assert (await gateway.plots.end_override(act("b"), outcome.record.id)).done
    assert book.override("lo-1", "rain-24h", gateway.clock.now()) is None
    assert not (await gateway.plots.end_override(act("c"), outcome.record.id)).done
    [kept] = saved_in(gateway, OVERRIDES)
    assert kept.ended_by == "person:Lan"


@pytest.mark.parametrize(
    ("interlock", "reason", "length"),
    [
        ("silence", "why not", HOUR_MS),
        ("no-such-thing", "why not", HOUR_MS),
        ("rain-24h", "  ", HOUR_MS),
        ("rain-24h", "x" * 201, HOUR_MS),
        ("rain-24h", "why", -1),
        ("rain-24h", "why", OVERRIDE_MAX_MS + HOUR_MS),
    ],
)
async def test_no_override_without_reason_and_end(
    gateway: Gateway, interlock: str, reason: str, length: int
) -> None:
    now = gateway.clock.now()
    outcome = await gateway.plots.override(act(), interlock, reason, now + length)
    assert not outcome.done
    assert list(gateway.pipeline.engines.irrigation.book.overrides("lo-1", now + 1)) == []


async def test_a_proposal_that_does_not_wait_is_not_answered(gateway: Gateway) -> None:
    outcome = await gateway.plots.answer(act(), "no-such-proposal", approved=True)
    assert not outcome.done
    assert "does not wait any more" in outcome.text.en
