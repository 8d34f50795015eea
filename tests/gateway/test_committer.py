"""The committer with a real journal: what goes out, and that it never goes before the commit."""

import asyncio
import json

from gateway.committer import COMMIT_MESSAGES, WAITING_MAX
from gateway.decisions import CommandState
from tests.gateway.committer_bench import LONG_MESSAGES, TIMEOUT_S, OpenBench
from tests.gateway.own_time import now_ms
from tests.gateway.small_site import DRY_RULE, topic


async def test_acknowledges_in_order_what_is_on_the_disk_and_nothing_before(
    open_bench: OpenBench,
) -> None:
    async with open_bench(interval=1) as bench:
        with bench.slow_disk():
            for number in range(3):
                bench.say(number, token=number + 1)
                bench.end_chunk()
            done = asyncio.ensure_future(bench.committer.commit())
            await asyncio.to_thread(lambda: None)  # the journal's thread may try its luck
            assert not bench.receiver.acknowledged
            assert not bench.forwarded
            assert not done.done()
        await bench.until(lambda: len(bench.receiver.acknowledged) == 3)
        await done
        assert bench.receiver.acknowledged == [1, 2, 3]
        assert bench.on_disk_at_ack[-1] == 3
        assert [json.loads(body)["seq"] for body in bench.forwarded] == [0, 1, 2]


async def test_acknowledges_also_what_was_rejected_or_had_come_before(
    open_bench: OpenBench,
) -> None:
    async with open_bench(interval=1) as bench:
        bench.say(0, token=1)
        bench.say(0, token=2)
        bench.committer.on_message(topic("soil-1"), b"\xff{", 3, 0, now_ms())
        bench.end_chunk()
        await bench.until(lambda: len(bench.receiver.acknowledged) == 3)
        assert bench.ask("SELECT count(*) FROM rejected") == [(1,)]


async def test_duplicates_alone_are_acknowledged_too(open_bench: OpenBench) -> None:
    async with open_bench(interval=1) as bench:
        bench.say(0, token=1)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        bench.say(0, token=2)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1, 2])


async def test_commits_at_once_when_a_decision_waits(open_bench: OpenBench) -> None:
    async with open_bench(rules=[DRY_RULE]) as bench:
        bench.say(0, token=1)
        bench.end_chunk()  # the device's first word: it is up now, that is decided
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        bench.say(1, token=2, moisture=3)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1, 2])
        await bench.until(lambda: len(bench.receiver.published) == 1)


async def test_commits_at_once_when_many_messages_wait(open_bench: OpenBench) -> None:
    async with open_bench() as bench:
        bench.say(0, token=1)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        for number in range(1, COMMIT_MESSAGES):
            bench.say(number, token=number + 1)
        bench.end_chunk()
        assert bench.receiver.acknowledged == [1]
        bench.say(COMMIT_MESSAGES, token=COMMIT_MESSAGES + 1)
        bench.end_chunk()
        await bench.until(lambda: len(bench.receiver.acknowledged) == COMMIT_MESSAGES + 1)


async def test_stops_reading_while_too_much_waits_and_reads_again(open_bench: OpenBench) -> None:
    async with open_bench(interval=1) as bench:
        with bench.slow_disk():
            for number in range(COMMIT_MESSAGES):  # these are on their way
                bench.say(number, token=number + 1)
            bench.end_chunk()
            for number in range(COMMIT_MESSAGES, COMMIT_MESSAGES + WAITING_MAX - 1):
                bench.say(number, token=number + 1)
            bench.end_chunk()
            assert not bench.receiver.paused
            bench.say(COMMIT_MESSAGES + WAITING_MAX, token=COMMIT_MESSAGES + WAITING_MAX)
            bench.end_chunk()
            assert bench.receiver.paused
        await bench.until(lambda: not bench.receiver.paused)
        total = COMMIT_MESSAGES + WAITING_MAX
        await bench.until(lambda: len(bench.receiver.acknowledged) == total)
        assert bench.receiver.acknowledged == list(range(1, total + 1))


async def test_long_messages_count_by_their_bytes(open_bench: OpenBench) -> None:
    async with open_bench() as bench:
        bench.say_long(0)
        await bench.until(lambda: len(bench.receiver.acknowledged) == 1)  # its first word
        with bench.slow_disk():
            for number in range(1, LONG_MESSAGES + 1):  # on their way, though nothing is urgent
                bench.say_long(number)
            for number in range(LONG_MESSAGES + 1, 2 * LONG_MESSAGES):
                bench.say_long(number)
            assert not bench.receiver.paused
            bench.say_long(2 * LONG_MESSAGES)
            assert bench.receiver.paused
        await bench.until(lambda: len(bench.receiver.acknowledged) == 2 * LONG_MESSAGES + 1)
        assert not bench.receiver.paused


async def test_sends_a_command_only_when_it_is_in_the_journal(open_bench: OpenBench) -> None:
    async with open_bench(rules=[DRY_RULE]) as bench:
        with bench.slow_disk():
            bench.say(0, token=1, moisture=3)
            bench.end_chunk()
            bench.committer.on_connection(True, "connected")  # sends what is due, but this is not
            await asyncio.to_thread(lambda: None)
            assert not bench.receiver.published
        await bench.until(lambda: len(bench.receiver.published) == 1)
        sent = json.loads(bench.receiver.published[0].payload)
        assert bench.ask("SELECT id, state FROM command") == [(sent["id"], "queued")]
        assert bench.receiver.published[0].topic == topic("light-1", "command")


async def test_a_command_that_could_not_go_goes_when_the_broker_is_back(
    open_bench: OpenBench,
) -> None:
    async with open_bench(rules=[DRY_RULE]) as bench:
        bench.receiver.connected = False
        bench.say(0, token=1, moisture=3)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        assert not bench.receiver.published
        bench.receiver.connected = True
        bench.committer.on_connection(True, "connected")
        await bench.until(lambda: len(bench.receiver.published) == 1)


async def test_an_expired_command_is_never_sent(open_bench: OpenBench) -> None:
    async with open_bench(rules=[DRY_RULE]) as bench:
        # Its minute passed while the disk was slow.
        bench.say(0, token=1, moisture=3, now=now_ms() - 120_000)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        async with asyncio.timeout(TIMEOUT_S):
            while not bench.pipeline.counters.commands[CommandState.EXPIRED]:
                await bench.committer.commit()
        await bench.committer.commit()
        assert bench.ask("SELECT state, attempts FROM command") == [("expired", 0)]
        assert not bench.receiver.published


async def test_a_stop_leaves_nothing_to_replay(open_bench: OpenBench) -> None:
    async with open_bench() as bench:
        for number in range(5):
            bench.say(number, token=number + 1)
        bench.end_chunk()
        await bench.committer.stop()
        assert bench.receiver.acknowledged == [1, 2, 3, 4, 5]
        assert bench.ask("SELECT DISTINCT snapshot_message FROM device") == [(5,)]


async def test_what_comes_while_the_gateway_stops_is_in_the_snapshots(
    open_bench: OpenBench,
) -> None:
    async with open_bench() as bench:
        with bench.slow_disk():
            bench.say(0, token=1)
            bench.end_chunk()  # under way, so that the stop must wait
            stopping = asyncio.ensure_future(bench.committer.stop())
            await asyncio.sleep(0)  # a turn of the loop, in which it begins
            bench.say(1, token=2)
            bench.end_chunk()
        await stopping
        assert bench.receiver.acknowledged == [1, 2]
        query = "SELECT snapshot, snapshot_message FROM device WHERE id = 'soil-1'"
        [(snapshot, as_of)] = bench.ask(query)
        assert (json.loads(snapshot)["last_message"], as_of) == (2, 2)


async def test_a_disk_that_takes_nothing_does_not_hold_up_the_end(open_bench: OpenBench) -> None:
    async with open_bench() as bench:
        with bench.slow_disk():
            bench.say(0, token=1)
            bench.end_chunk()
            async with asyncio.timeout(TIMEOUT_S):
                await bench.committer.stop()
            assert not bench.receiver.acknowledged


async def test_tells_a_device_what_is_on_the_disk_and_again_to_a_new_broker(
    open_bench: OpenBench,
) -> None:
    async with open_bench(interval=1) as bench:
        bench.receiver.connected = False
        bench.say(0, token=1)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        assert not bench.receiver.told
        bench.receiver.connected = True
        await bench.until(lambda: bool(bench.receiver.told))
        assert bench.receiver.told[0].topic == topic("soil-1", "ack")
        assert json.loads(bench.receiver.told[0].payload) == {"boot": "b", "seq": 0, "missing": []}
        bench.committer.on_connection(True, "connected")
        await bench.until(lambda: len(bench.receiver.told) > 1)
