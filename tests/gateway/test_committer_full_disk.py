"""The committer with a real journal on a full disk: what waits, and what does not."""

from pathlib import Path

from gateway.committer import COMMIT_MESSAGES, WAITING_MAX
from tests.gateway.committer_bench import LONG_MESSAGES, Bench, OpenBench
from tests.gateway.small_site import DRY_RULE

FULL_ALERT = "SELECT count(*), count(resolved_at) FROM alert WHERE source = 'gateway:disk-full'"


async def test_on_a_full_disk_messages_wait_and_decisions_do_not(open_bench: OpenBench) -> None:
    async with open_bench(rules=[DRY_RULE], interval=1) as bench:
        await bench.limit_size(more_pages=1)
        for number in range(COMMIT_MESSAGES):
            bench.say(number, token=number + 1)
        bench.say(COMMIT_MESSAGES, token=COMMIT_MESSAGES + 1, moisture=3)
        bench.end_chunk()
        await bench.until(lambda: bool(bench.receiver.published))
        assert bench.observations.disk_full
        assert not bench.receiver.acknowledged
        assert bench.ask("SELECT count(*) FROM message") == [(0,)]
        assert bench.ask("SELECT state FROM rule_state") == [("firing",)]
        assert bench.ask(FULL_ALERT) == [(1, 0)]
        assert bench.ask("SELECT count(snapshot) FROM device") == [(0,)], "of unwritten messages"
        await bench.limit_size(more_pages=100_000)
        total = COMMIT_MESSAGES + 1
        await bench.until(lambda: len(bench.receiver.acknowledged) == total)
        assert bench.receiver.acknowledged == list(range(1, total + 1))
        await bench.committer.commit()
        assert bench.ask(FULL_ALERT) == [(1, 1)]
        assert not bench.observations.disk_full
        assert bench.ask("SELECT count(*), max(id) FROM message") == [(total, total)]
        assert bench.ask("SELECT count(*) FROM command") == [(1,)]


async def test_what_waits_for_room_is_bounded(open_bench: OpenBench) -> None:
    async with open_bench(interval=1) as bench:
        await bench.limit_size(more_pages=1)
        for number in range(WAITING_MAX):
            bench.say(number, token=number + 1)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.paused)
        await bench.limit_size(more_pages=100_000)
        await bench.until(lambda: len(bench.receiver.acknowledged) == WAITING_MAX)
        assert not bench.receiver.paused


async def test_long_messages_that_wait_for_room_count_by_their_bytes(open_bench: OpenBench) -> None:
    async with open_bench() as bench:
        await bench.limit_size(more_pages=1)
        for number in range(LONG_MESSAGES):
            bench.say_long(number)
        await bench.until(lambda: bench.receiver.paused)
        await bench.limit_size(more_pages=100_000)
        await bench.until(lambda: len(bench.receiver.acknowledged) == LONG_MESSAGES)
        assert not bench.receiver.paused


async def test_an_end_on_a_full_disk_leaves_what_waits_to_the_broker(open_bench: OpenBench) -> None:
    async with open_bench(interval=1) as bench:
        await bench.limit_size(more_pages=1)
        for number in range(COMMIT_MESSAGES):
            bench.say(number, token=number + 1)
        bench.end_chunk()
        await bench.committer.stop()
        assert not bench.receiver.acknowledged
        assert bench.ask("SELECT count(snapshot) FROM device") == [(0,)]
        assert bench.ask(FULL_ALERT) == [(1, 0)]


async def test_a_start_without_room_says_so_and_holds_messages(tmp_path: Path) -> None:
    bench = Bench(tmp_path, (), 1)
    bench.committer.start(bench.writer, has_room=False)
    bench.say(0, token=1)
    bench.end_chunk()
    await bench.committer.commit()
    assert bench.ask(FULL_ALERT) == [(1, 0)]
    assert not bench.receiver.acknowledged
    await bench.until(lambda: bench.receiver.acknowledged == [1])
    await bench.committer.stop()
    bench.writer.close()
    assert bench.ask(FULL_ALERT) == [(1, 1)]
