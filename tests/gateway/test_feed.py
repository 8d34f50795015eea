import asyncio

import pytest

from gateway.feed import SUBSCRIBERS_MAX, Feed, TooManySubscribersError, Update

SOON_S = 10.0
A, B = Update(frozenset({"a"})), Update(frozenset({"b"}), alerts=True)


async def test_a_slow_reader_gets_everything_at_once() -> None:
    feed = Feed(interval_s=0.001)
    with feed.subscribe() as subscription:
        feed.publish(A)
        feed.publish(B)
        assert await subscription.next(SOON_S) == Update(frozenset({"a", "b"}), alerts=True)


async def test_nothing_is_told_twice() -> None:
    feed = Feed(interval_s=0.001)
    with feed.subscribe() as subscription:
        feed.publish(A)
        await subscription.next(SOON_S)
        assert await subscription.next(0.01) is None
        feed.publish(B)
        assert await subscription.next(SOON_S) == B


async def test_news_waits_for_the_beat_and_is_not_lost() -> None:
    feed = Feed(interval_s=3600.0)
    with feed.subscribe() as subscription:
        feed.publish(A)
        assert await subscription.next(0.01) is None
        feed.publish(B)
        feed.close()
        assert await subscription.next(SOON_S) == A.merge(B)


async def test_closing_ends_the_wait_for_the_beat() -> None:
    feed = Feed(interval_s=3600.0)
    with feed.subscribe() as subscription:
        feed.publish(A)
        waiting = asyncio.create_task(subscription.next(SOON_S))
        await asyncio.sleep(0)
        feed.close()
        assert await waiting == A


async def test_every_reader_is_told() -> None:
    feed = Feed(interval_s=0.001)
    with feed.subscribe() as one, feed.subscribe() as other:
        feed.publish(A)
        assert await one.next(SOON_S) == await other.next(SOON_S) == A


async def test_closing_wakes_a_waiting_reader() -> None:
    feed = Feed()
    with feed.subscribe() as subscription:
        waiting = asyncio.create_task(subscription.next(SOON_S))
        await asyncio.sleep(0)
        feed.close()
        await waiting
        assert subscription.closed


async def test_the_number_of_readers_is_bounded_and_leaving_makes_room() -> None:
    feed = Feed()
    subscriptions = [feed.subscribe() for _ in range(SUBSCRIBERS_MAX)]
    for subscription in subscriptions:
        subscription.__enter__()
    with pytest.raises(TooManySubscribersError), feed.subscribe():
        pass
    subscriptions[0].__exit__(None, None, None)
    with feed.subscribe():
        assert feed.full
