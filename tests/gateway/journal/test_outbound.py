"""What the journal gives a forwarder is what the decoder understood."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.kinds import KINDS
from devices.text import Text
from gateway.clock import Scale, Trust
from gateway.decisions import State, StateChanged
from gateway.fleet import Device, Fleet
from gateway.journal.batch import Batch, MessageRow
from gateway.journal.database import APPLICATION_ID, SCHEMA, open_journal
from gateway.journal.outbound import TOGETHER_MAX_BYTES, JournalOutbound, StatesOutbound
from gateway.journal.periods import begin_period
from gateway.journal.reader import JournalReader
from gateway.journal.reserve import Reserve
from gateway.journal.writer import JournalWriter, commit
from gateway.outbound import SetAside

T0 = 1_795_400_000_000


class Telemetry:
    """A journal with one soil probe, and its outbound side."""

    def __init__(self, file: Path) -> None:
        self.connection = open_journal(file)
        self._writer = JournalWriter(self.connection, Reserve(file.parent), print, print)
        self._reader = JournalReader(file, Fleet(), ZoneInfo("UTC"), print)
        self._device = Device(1, "soil-1", KINDS["soil"], True, Text("s", "s"))
        if not self.connection.execute("SELECT 1 FROM device").fetchone():
            commit(self.connection, Batch(new_devices=[(self._device, T0)]))
        self.states = StatesOutbound(self._reader, self._writer, lambda: T0)
        self.outbound = JournalOutbound(self._reader, self._writer, lambda: T0)

    def write(self, *bodies: bytes, channel: int = 0) -> None:
        first = self._newest() + 1
        rows: list[MessageRow] = [
            (id, 1, None, channel, T0 + id, T0 + 1000 + id, "b", id, body)
            for id, body in enumerate(bodies, first)
        ]
        commit(self.connection, Batch(messages=rows))

    def _newest(self) -> int:
        return int(
            self.connection.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()[0]
        )

    def turn(self, *changes: StateChanged) -> None:
        commit(self.connection, Batch(records=list(changes)))

    def empty(self) -> None:
        self.connection.execute("DELETE FROM message")

    def close(self) -> None:
        self._reader.close()
        self._writer.close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telemetry]:
    telemetry = Telemetry(tmp_path_factory.mktemp("outbound") / "journal.db")
    yield telemetry
    telemetry.close()


@pytest.fixture
def telemetry(opened: Telemetry) -> Telemetry:
    opened.empty()
    return opened


def test_nothing_new_stays_where_it_is(telemetry: Telemetry) -> None:
    rows = telemetry.outbound.read_after(41, 10)
    assert (rows.upto, rows.ids, rows.set_aside) == (41, (), ())


def test_telemetry_alone_goes_out_in_order_and_in_bounds(telemetry: Telemetry) -> None:
    telemetry.write(b'{"seq":1,"soil_ph":5.5}', b'{"seq":2,"soil_ph":6}')
    telemetry.write(b"online", channel=1)
    telemetry.write(b'{"seq":3,"soil_ph":6.5}')
    rows = telemetry.outbound.read_after(0, 2)
    assert (rows.upto, list(rows.ids), list(rows.devices)) == (2, [1, 2], [1, 1])
    assert list(rows.measured_at) == [T0 + 1, T0 + 2]
    assert list(rows.messages) == [{"seq": 1, "soil_ph": 5.5}, {"seq": 2, "soil_ph": 6}]
    assert list(telemetry.outbound.read_after(2, 10).ids) == [4]


@pytest.mark.parametrize("length", [TOGETHER_MAX_BYTES, TOGETHER_MAX_BYTES + 1, 65_536])
def test_a_long_body_loses_only_what_is_no_figure(telemetry: Telemetry, length: int) -> None:
    body = b'{"soil_ph":5.5,"battery_v":3,"note":"%b"}' % (b"x" * (length - 40))
    telemetry.write(b'{"soil_ph":1.5}', body, b'{"soil_ph":2.5}')
    rows = telemetry.outbound.read_after(0, 10)
    assert list(rows.ids) == [1, 2, 3]
    assert rows.messages[1]["soil_ph"] == 5.5
    assert rows.messages[1]["battery_v"] == 3
    assert not rows.set_aside


def test_an_integer_that_only_some_parsers_take_is_no_damage(telemetry: Telemetry) -> None:
    telemetry.write(b'{"soil_ph":1.5,"other":1%b}' % (b"0" * 400))
    rows = telemetry.outbound.read_after(0, 10)
    assert not rows.set_aside
    assert rows.messages[0]["soil_ph"] == 1.5


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b'{"seq":',
        b"\xff\xfe",
        b"7",
        b"[]",
        b"null",
        b"1],[1",
        b"{},{}",
        b'{"a":NaN}',
        b"\x00",
        b"[" * 60_000,
    ],
)
def test_a_damaged_body_costs_only_itself(telemetry: Telemetry, damaged: bytes) -> None:
    telemetry.write(b'{"soil_ph":1.5}', damaged, b'{"soil_ph":2.5}')
    rows = telemetry.outbound.read_after(0, 10)
    assert (rows.upto, list(rows.ids)) == (3, [1, 3])
    assert list(rows.messages) == [{"soil_ph": 1.5}, {"soil_ph": 2.5}]
    (aside,) = rows.set_aside
    assert aside.row_id == 2
    telemetry.empty()
    telemetry.write(damaged)
    rows = telemetry.outbound.read_after(0, 10)
    assert (rows.upto, len(rows.ids), len(rows.set_aside)) == (1, 0, 1)


_leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
_json = st.recursive(
    _leaves | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=9), _json, max_size=4), min_size=1, max_size=5))
def test_any_message_comes_out_as_it_went_in(opened: Telemetry, messages: list[object]) -> None:
    opened.empty()
    opened.write(*(json.dumps(m).encode() for m in messages))
    rows = opened.outbound.read_after(0, 100)
    assert (rows.upto, list(rows.ids)) == (len(messages), list(range(1, len(messages) + 1)))
    for id, message in zip(rows.ids, rows.messages, strict=True):
        said = messages[id - 1]
        assert isinstance(said, dict)
        figures = {n: v for n, v in said.items() if type(v) in (int, float, bool)}
        assert {n: v for n, v in message.items() if type(v) in (int, float, bool)} == figures


def test_the_cursor_and_what_was_set_aside_are_saved_together(telemetry: Telemetry) -> None:
    assert telemetry.outbound.cursor("influxdb") == 0
    telemetry.outbound.save_cursor("influxdb", 7, [SetAside(3, "poison")])
    assert telemetry.outbound.cursor("influxdb") == 7
    assert telemetry.outbound.cursor("another") == 0


def test_states_go_out_in_the_order_in_which_they_were_saved(telemetry: Telemetry) -> None:
    assert telemetry.states.read_after(0, 10).upto == 0
    assert telemetry.states.newest() == 0
    telemetry.turn(
        StateChanged("soil-1", T0 + 5, State.UP, "fine"),
        StateChanged("soil-1", T0, State.UNKNOWN, "silent"),  # known later, and true from earlier
    )
    rows = telemetry.states.read_after(0, 10)
    assert (list(rows.devices), list(rows.measured_at)) == ([1, 1], [T0 + 5, T0])
    assert list(rows.messages) == [
        {"state": "up", "cause": "fine"},
        {"state": "unknown", "cause": "silent"},
    ]
    assert list(telemetry.states.read_after(0, 1).ids) == [rows.ids[0]]
    assert telemetry.states.oldest_received_after(rows.ids[0]) == T0


def test_a_state_that_is_replaced_goes_out_again(telemetry: Telemetry) -> None:
    change = StateChanged("soil-1", T0 + 99, State.UP, "fine")
    telemetry.turn(change)
    cursor = telemetry.states.newest()
    telemetry.turn(StateChanged("soil-1", T0 + 99, State.DOWN, "stuck"))
    (message,) = telemetry.states.read_after(cursor, 10).messages
    assert message == {"state": "down", "cause": "stuck"}


def test_the_states_of_an_older_journal_go_out_too(tmp_path: Path) -> None:
    file = tmp_path / "journal.db"
    with sqlite3.connect(file) as old:
        for number in range(1, 5):
            old.executescript((SCHEMA / f"{number:04}.sql").read_text())
        old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        old.execute("PRAGMA user_version = 4")
        old.execute("INSERT INTO device VALUES (1, 'soil-1', 'soil', 0, 1, NULL, 0)")
        for since, state in ((T0 + 1, "down"), (T0, "up")):
            old.execute("INSERT INTO state_change VALUES ('soil-1', ?, ?, 'why')", [since, state])
    old.close()
    telemetry = Telemetry(file)
    rows = telemetry.states.read_after(0, 10)
    telemetry.close()
    assert [message["state"] for message in rows.messages] == ["up", "down"]


def test_while_nobody_knows_the_time_states_wait(telemetry: Telemetry) -> None:
    telemetry.turn(StateChanged("soil-1", T0 + 200, State.UP, "fine"))
    cursor = telemetry.states.newest() - 1
    begin_period(telemetry.connection, "boot", Scale(Trust.NONE, T0, T0))
    assert not telemetry.states.read_after(cursor, 10).ids
    telemetry.connection.execute("DELETE FROM clock_period")
    assert telemetry.states.read_after(cursor, 10).ids
