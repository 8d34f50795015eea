"""What is kept in memory of the messages on disk, and for how long."""

from gateway.journal.batch import MessageRow
from gateway.journal.recent import BYTES_MAX, RecentMessages


def rows_of(*ids: int, channel: int = 0, body: bytes = b"{}") -> list[MessageRow]:
    return [(id, 1, None, channel, 0, 0, "b", id, body) for id in ids]


def ids_after(recent: RecentMessages, cursor: int, limit: int = 100) -> list[int] | None:
    rows = recent.telemetry_after(cursor, limit)
    return None if rows is None else [row[0] for row in rows]


def test_rows_are_given_in_order_across_batches() -> None:
    recent = RecentMessages()
    recent.add(rows_of(4, 5, 6))
    recent.add([])
    recent.add(rows_of(7, 8))
    assert ids_after(recent, 3) == [4, 5, 6, 7, 8]
    assert ids_after(recent, 5) == [6, 7, 8]
    assert ids_after(recent, 5, limit=2) == [6, 7]
    assert ids_after(recent, 8) == []


def test_only_the_journal_knows_what_came_before() -> None:
    recent = RecentMessages()
    assert ids_after(recent, 0) is None
    recent.add(rows_of(4, 5))
    assert ids_after(recent, 2) is None


def test_what_is_no_telemetry_takes_no_place_of_what_is() -> None:
    recent = RecentMessages()
    recent.add(rows_of(1) + rows_of(2, 3, channel=1) + rows_of(4, 5))
    assert ids_after(recent, 0, limit=3) == [1, 4, 5]
    assert ids_after(recent, 1, limit=1) == [4]


def test_what_is_forwarded_is_forgotten() -> None:
    recent = RecentMessages()
    recent.add(rows_of(1, 2))
    recent.add(rows_of(3, 4))
    recent.forget(3)
    assert ids_after(recent, 1) is None
    assert ids_after(recent, 3) == [4]
    recent.forget(4)
    assert ids_after(recent, 4) is None
    recent.add(rows_of(5))
    assert ids_after(recent, 4) == [5]


def test_memory_is_bounded_by_bytes_and_the_oldest_go_first() -> None:
    recent = RecentMessages()
    body = b"x" * (BYTES_MAX // 4)
    for id in range(1, 9):
        recent.add(rows_of(id, body=body))
    assert ids_after(recent, 4) is None
    assert ids_after(recent, 5) == [6, 7, 8]
    recent.add(rows_of(9, body=body * 5))
    assert ids_after(recent, 8) is None
    recent.add(rows_of(10))
    assert ids_after(recent, 9) == [10]
