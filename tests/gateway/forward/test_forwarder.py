"""The forwarder between a journal in memory and stores in memory or on a local port."""

import asyncio
from collections.abc import Callable, Collection, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.forward.backoff import BATCH_MAX
from gateway.forward.forwarder import DOUBTS_MAX, Forwarder
from gateway.forward.sink import Answer, Refused, Stored, TooLarge, Trouble
from gateway.outbound import SetAside
from tests.gateway.forward.forwarding import (
    MemoryStore,
    fill,
    forwarding,
    reaches,
    stream_of,
)
from tests.gateway.forward.outbound import T0, MemoryJournal


async def looks_again(journal: MemoryJournal, forwarder: Forwarder) -> None:
    """Until it has counted what it did: it looks for more rows only after that."""
    reads = len(journal.reads)
    forwarder.notify(1)
    await asyncio.to_thread(journal.wait_until, lambda: len(journal.reads) > reads)


async def test_everything_arrives_once_in_bounded_batches_and_then_what_is_new() -> None:
    journal, store = MemoryJournal(), MemoryStore()
    fill(journal, 2 * BATCH_MAX + 1)
    async with forwarding(journal, store) as forwarder:
        await reaches(journal, 2 * BATCH_MAX + 1)
        fill(journal, 3)
        forwarder.notify(1)
        await reaches(journal, 2 * BATCH_MAX + 4)
    assert store.requests == [BATCH_MAX, BATCH_MAX, 1, 3]
    assert len(store.points) == len(journal.rows)


async def test_who_hears_nothing_new_does_not_look() -> None:
    journal, store = MemoryJournal(), MemoryStore()
    journal.add("soil-1", soil_ph=5.0)
    async with forwarding(journal, store) as forwarder:
        forwarder.notify(1)
        await reaches(journal, 1)
        await looks_again(journal, forwarder)
        reads = len(journal.reads)
        for _ in range(20):  # chances for the forwarder to run
            await asyncio.to_thread(journal.newest)
        assert len(journal.reads) == reads


async def test_streams_take_turns_and_keep_their_own_cursors() -> None:
    few, many, store = MemoryJournal(), MemoryJournal(), MemoryStore()
    fill(many, 3 * BATCH_MAX)
    fill(few, 2)
    forwarder = Forwarder([stream_of(many, "many"), stream_of(few, "few")], store, linger_s=0.0)
    task = asyncio.create_task(forwarder.run())
    await reaches(few, 2, "few")
    await reaches(many, 3 * BATCH_MAX, "many")
    statistics = await forwarder.statistics("few", T0)
    task.cancel()
    await asyncio.wait([task])
    assert store.requests[:3] == [BATCH_MAX, 2, BATCH_MAX]
    assert (statistics.sink, statistics.sent, statistics.backlog_rows) == ("few", 2, 0)


async def test_before_each_request_the_line_has_its_rest() -> None:
    events: list[str] = []

    class ThinLine(MemoryStore):
        def pause_s(self) -> float:
            events.append("rest")
            return 0.0

        def write(self, lines: Sequence[bytes]) -> Answer:
            events.append("write")
            return super().write(lines)

    journal = MemoryJournal()
    journal.add("soil-1", soil_ph=5.0)
    journal.add("soil-1", soil_moisture_pct=5.0)
    async with forwarding(journal, ThinLine(is_vague)):
        await reaches(journal, 2)
    assert events == ["rest", "write"] * 3


async def test_a_restart_goes_on_at_the_cursor() -> None:
    journal, store = MemoryJournal(), MemoryStore()
    fill(journal, 10)
    journal.save_cursor("memory", 6, [])
    async with forwarding(journal, store):
        await reaches(journal, 10)
    assert store.requests == [4]


async def test_rows_that_come_one_by_one_share_a_request() -> None:
    journal, store = MemoryJournal(), MemoryStore()
    async with forwarding(journal, store, linger_s=0.2) as forwarder:
        await asyncio.to_thread(journal.wait_until, lambda: journal.reads == [0])
        for number in range(1, 4):
            journal.add("soil-1", soil_ph=5.0 + number / 10)
            forwarder.notify(1)
            await asyncio.to_thread(journal.newest)  # lets the forwarder run in between
        await reaches(journal, 3)
    assert store.requests == [3]


async def test_a_whole_batch_does_not_wait_for_more() -> None:
    journal, store = MemoryJournal(), MemoryStore()
    async with forwarding(journal, store, linger_s=3600.0) as forwarder:
        await asyncio.to_thread(journal.wait_until, lambda: journal.reads == [0])
        fill(journal, BATCH_MAX)
        for _ in range(10):
            forwarder.notify(BATCH_MAX // 10)
        await reaches(journal, BATCH_MAX)
    assert store.requests == [BATCH_MAX]


async def test_rows_that_cannot_be_said_are_set_aside_without_asking_the_store() -> None:
    journal, store = MemoryJournal(), MemoryStore()
    journal.add("soil-1", other=2)
    async with forwarding(journal, store) as forwarder:
        await reaches(journal, 1)
        journal.add("soil-1", other=1)
        journal.add("soil-1", soil_ph=5.0)
        forwarder.notify(1)
        await reaches(journal, 3)
        await looks_again(journal, forwarder)
        statistics = await forwarder.statistics("memory", T0)
    assert journal.aside_ids("memory") == [1, 2]
    assert store.requests == [1]
    assert (statistics.sent, statistics.dead) == (1, 2)


def names_the_poison(lines: Sequence[bytes]) -> Answer:
    faults = {at: "poison" for at, line in enumerate(lines) if b"soil_ph" in line}
    return Refused(faults, certain=True) if faults else Stored()


def counts_the_poison(lines: Sequence[bytes]) -> Answer:
    """As InfluxDB's 422: certain only when it was everything."""
    poison = sum(b"soil_ph" in line for line in lines)
    if not poison:
        return Stored()
    return Refused(dict.fromkeys(range(len(lines)), "poison"), certain=poison == len(lines))


def suspects_some(lines: Sequence[bytes]) -> Answer:
    poison = [at for at, line in enumerate(lines) if b"soil_ph" in line]
    if not poison:
        return Stored()
    return Refused(dict.fromkeys(range(poison[0] + 1), "poison"), certain=len(lines) == 1)


def is_vague(lines: Sequence[bytes]) -> Answer:
    if not any(b"soil_ph" in line for line in lines):
        return Stored()
    return Refused(dict.fromkeys(range(len(lines)), "poison"), certain=False)


def takes_four_at_most(lines: Sequence[bytes]) -> Answer:
    if len(lines) > 4 or (len(lines) == 1 and b"soil_ph" in lines[0]):
        return TooLarge("too large")
    return is_vague(lines)


@pytest.mark.parametrize(
    "reply",
    [names_the_poison, counts_the_poison, suspects_some, is_vague, takes_four_at_most],
    ids=lambda reply: reply.__name__,
)
@settings(max_examples=25, deadline=None)
@given(poison=st.sets(st.integers(0, 39), max_size=DOUBTS_MAX), last=st.integers(0, 60))
def test_only_the_poison_is_set_aside(
    reply: Callable[[Sequence[bytes]], Answer], poison: Collection[int], last: int
) -> None:
    journal, store = MemoryJournal(), MemoryStore(reply)
    for number in range(max(40, last)):
        if number in poison:
            journal.add("soil-1", soil_ph=5.0)
        else:
            journal.add("soil-1", soil_moisture_pct=number / 10)

    async def forward_all() -> None:
        async with forwarding(journal, store):
            await reaches(journal, len(journal.rows))

    asyncio.run(forward_all())
    assert journal.aside_ids("memory") == sorted(number + 1 for number in poison)
    assert len(store.points) == len(journal.rows) - len(poison)


async def test_a_store_that_refuses_everything_loses_nothing() -> None:
    refuse = True
    journal = MemoryJournal()
    store = MemoryStore(lambda lines: is_vague([b"soil_ph"] * len(lines)) if refuse else Stored())
    fill(journal, 300)
    async with forwarding(journal, store) as forwarder:
        # The second look at the rows comes after the first refusal of them all.
        await asyncio.to_thread(journal.wait_until, lambda: len(journal.reads) >= 2)
        statistics = await forwarder.statistics("memory", T0 + 61_000)
        assert statistics.trouble == "the store refuses whatever it gets: poison"
        assert (statistics.backlog_rows, statistics.oldest_unsent_s) == (300, 60.0)
        assert journal.cursors == {}
        refuse = False
        await reaches(journal, 300)
        await looks_again(journal, forwarder)
        healed = await forwarder.statistics("memory", T0)
    assert journal.aside_ids("memory") == []
    assert len(store.points) == 300
    assert (healed.backlog_rows, healed.oldest_unsent_s, healed.trouble) == (0, None, None)


async def test_a_lone_refused_row_waits_for_a_neighbour_to_tell_whose_fault_it_is() -> None:
    journal, store = MemoryJournal(), MemoryStore(is_vague)
    journal.add("soil-1", soil_ph=5.0)
    async with forwarding(journal, store):
        await asyncio.to_thread(journal.wait_until, lambda: len(journal.reads) >= 3)
        assert journal.cursors == {}
        fill(journal, 1)
        await reaches(journal, 2)
    assert journal.aside["memory"] == [SetAside(1, "poison")]


async def test_an_outage_keeps_one_batch_in_memory_and_nothing_is_skipped() -> None:
    journal = MemoryJournal()
    answers = iter([Trouble("away")] * 20)
    store = MemoryStore(lambda _: next(answers, Stored()))
    fill(journal, 3 * BATCH_MAX)
    async with forwarding(journal, store):
        await reaches(journal, 3 * BATCH_MAX)
    assert max(store.requests) == BATCH_MAX
    assert store.requests[:3] == [BATCH_MAX, BATCH_MAX // 2, BATCH_MAX // 4]
    assert store.requests[19:22] == [1, 1, 2]
    assert len(store.points) == 3 * BATCH_MAX
