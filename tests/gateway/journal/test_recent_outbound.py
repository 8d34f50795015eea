"""What comes from memory is what would come from the file, line for line."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.kinds import KINDS
from devices.text import Text
from gateway.clock import Correction, Scale, Trust
from gateway.fleet import Device, Fleet
from gateway.forward.line_protocol import LineEncoder
from gateway.journal.batch import Batch, MessageRow, PeriodEnd
from gateway.journal.database import open_journal
from gateway.journal.outbound import TOGETHER_MAX_BYTES, JournalOutbound
from gateway.journal.periods import Repair, begin_period, repair
from gateway.journal.reader import JournalReader
from gateway.journal.recent import RecentMessages
from gateway.journal.recent_outbound import RecentOutbound
from gateway.journal.reserve import Reserve
from gateway.journal.writer import JournalWriter, commit
from tests.gateway.forward.test_line_protocol import metrics_of

T0 = 1_795_400_000_000
BY_NUMBER = dict(enumerate(KINDS.values(), 1))


class Hamlet:
    """A journal with a device of each kind, asked with and without what is in memory."""

    def __init__(self, file: Path) -> None:
        fleet = Fleet()
        for number, kind in BY_NUMBER.items():
            fleet.add(Device(number, f"dev-{number}", kind, True, Text("d", "d")))
        self.connection = open_journal(file)
        commit(self.connection, Batch(new_devices=[(device, T0) for device in fleet]))
        self._writer = JournalWriter(self.connection, Reserve(file.parent), print, print)
        self.reader = JournalReader(file, fleet, ZoneInfo("UTC"), print)
        self.encode = LineEncoder("khe-coc", fleet).readings
        self.journal = JournalOutbound(self.reader, self._writer, lambda: T0)
        self.recent = RecentMessages()
        self.outbound = RecentOutbound(self.recent, self.reader, self._writer, lambda: T0)
        self._newest = 0

    def restart(self) -> None:
        self.connection.execute("DELETE FROM message")
        self.connection.execute("DELETE FROM clock_period")
        self.recent.forget(self._newest)
        self._newest = 0

    def say(self, *said: tuple[int, bytes], channel: int = 0) -> None:
        first = self._newest + 1
        rows: list[MessageRow] = [
            (id, device, None, channel, T0 + id, T0 + id, "b", id, body)
            for id, (device, body) in enumerate(said, first)
        ]
        self._newest += len(rows)
        commit(self.connection, Batch(messages=rows))
        self.recent.add(rows)

    def agree(self, cursor: int, limit: int) -> int:
        """Both say the same; returns where to go on."""
        found = self.encode(self.outbound.read_after(cursor, limit))
        assert found == self.encode(self.journal.read_after(cursor, limit))
        return found.upto

    def held_in_memory(self, cursor: int) -> bool:
        return bool(self.recent.telemetry_after(cursor, 1))

    def close(self) -> None:
        self.reader.close()
        self._writer.close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hamlet]:
    with closing(Hamlet(tmp_path_factory.mktemp("recent") / "journal.db")) as hamlet:
        yield hamlet


@pytest.fixture
def hamlet(opened: Hamlet) -> Hamlet:
    opened.restart()
    return opened


_extra = st.dictionaries(
    st.text(alphabet="xyz", min_size=1),
    st.text() | st.lists(st.floats(0, 1)) | st.integers(-(10**30), 10**30),
    max_size=2,
)


@st.composite
def messages(draw: st.DrawFn) -> tuple[int, bytes]:
    number = draw(st.sampled_from(list(BY_NUMBER)))
    fields = {"seq": 3, "boot": "b"} | draw(_extra) | draw(metrics_of(BY_NUMBER[number]))
    return number, json.dumps(fields).encode()


@settings(deadline=None)
@given(
    batches=st.lists(st.tuples(st.sampled_from([0, 0, 1]), st.lists(messages(), max_size=6))),
    forgotten=st.integers(0, 10),
    limit=st.integers(1, 7),
)
def test_readings_of_all_kinds_become_the_same_lines(
    opened: Hamlet, batches: list[tuple[int, list[tuple[int, bytes]]]], forgotten: int, limit: int
) -> None:
    opened.restart()
    for channel, said in batches:
        opened.say(*said, channel=channel)
    opened.recent.forget(forgotten)
    cursor = -1
    upto = 0
    while upto > cursor:
        cursor, upto = upto, opened.agree(upto, limit)
    assert upto == opened.journal.newest()


_steps = st.lists(
    st.tuples(st.sampled_from(["say", "send", "fail", "restart"]), st.integers(1, 4)),
    max_size=20,
)


@settings(deadline=None)
@given(_steps)
def test_whatever_happens_each_reading_goes_out_once_and_in_order(
    opened: Hamlet, steps: list[tuple[str, int]]
) -> None:
    opened.restart()
    cursor = said = 0
    sent: list[int] = []
    for step, count in [*steps, ("send", 100)]:
        if step == "say":
            opened.say(*((1, b'{"battery_v":%d}' % number) for number in range(count)))
            said += count
        elif step == "restart":
            opened.recent = opened.outbound._recent = RecentMessages()
        else:
            rows = opened.outbound.read_after(cursor, count)
            if step == "send":
                sent += rows.ids
                cursor = rows.upto
                opened.outbound.save_cursor("influxdb", cursor, [])
    assert sent == list(range(1, said + 1))


def test_what_is_in_memory_is_not_read_from_the_file(hamlet: Hamlet) -> None:
    hamlet.say((1, b'{"seq":1}'), (1, b'{"seq":2}'))
    hamlet.connection.execute("DELETE FROM message")
    assert list(hamlet.outbound.read_after(0, 10).ids) == [1, 2]
    hamlet.outbound.save_cursor("influxdb", 2, [])
    assert not hamlet.held_in_memory(0)


@pytest.mark.parametrize(
    "body",
    [
        b'{"battery_v":3,"note":"%b"}' % (b"x" * TOGETHER_MAX_BYTES),
        b'{"battery_v":3,"other":1%b}' % (b"0" * 400),
        b'{"battery_v":3,"note":"\\ud800"}',
    ],
)
def test_what_cannot_be_read_together_is_left_to_the_journal(hamlet: Hamlet, body: bytes) -> None:
    hamlet.say((1, b'{"battery_v":1}'), (1, body), (1, b'{"battery_v":2}'))
    assert hamlet.agree(0, 10) == 3


def test_while_nobody_knows_the_time_messages_wait_in_memory_too(hamlet: Hamlet) -> None:
    begin_period(hamlet.connection, "boot", Scale(Trust.NONE, T0, T0))
    hamlet.say((1, b'{"battery_v":1}'))
    assert hamlet.outbound.read_after(0, 10).upto == 0


def test_a_time_that_was_corrected_on_disk_is_not_sent_as_it_was(hamlet: Hamlet) -> None:
    begin_period(hamlet.connection, "boot", Scale(Trust.NONE, T0, T0))
    hamlet.say((1, b'{"battery_v":1}'))
    end = PeriodEnd(Correction(T0, 5000), Scale(Trust.PROVEN, T0, T0 + 9000), 1)
    commit(hamlet.connection, Batch(records=[end]))
    while repair(hamlet.connection) is not Repair.DONE:
        pass
    hamlet.say((1, b'{"battery_v":2}'))
    assert hamlet.held_in_memory(0)
    assert list(hamlet.outbound.read_after(0, 10).measured_at) == [T0 + 1 + 5000, T0 + 2]
    assert hamlet.agree(1, 10) == 2


def test_messages_whose_time_nobody_will_know_are_set_aside(hamlet: Hamlet) -> None:
    begin_period(hamlet.connection, "boot", Scale(Trust.NONE, T0, T0))
    hamlet.say((1, b'{"battery_v":1}'))
    begin_period(hamlet.connection, "next boot", Scale(Trust.PROVEN, T0, T0))
    hamlet.say((1, b'{"battery_v":2}'))
    (aside,) = hamlet.outbound.read_after(0, 10).set_aside
    assert aside.row_id == 1
    assert hamlet.agree(0, 10) == 1
    assert hamlet.agree(1, 10) == 2
