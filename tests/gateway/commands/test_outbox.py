"""The outbox: nothing is sent before its commit, after its expiry, or after a newer word."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from devices.command import Argument
from devices.messages import Command as WireCommand
from devices.messages import Result, decode_message
from devices.reading import Millis
from gateway.clock import Correction
from gateway.commands.outbox import (
    FINISHED_REMEMBERED,
    QUEUED_PER_DEVICE_MAX,
    REPEAT_MAX_MS,
    Outbox,
)
from gateway.decisions import Command, CommandAsked, CommandState, Decision
from gateway.fleet import Fleet
from tests.gateway.fleets import NOW, device, fleet_of

MINUTE = 60_000


def small_fleet() -> Fleet:
    return fleet_of(
        device("valve-1", "valve"),
        device("light-1", "light"),
        device("valve-9", "valve", adopted=False),
    )


@pytest.fixture
def outbox() -> Outbox:
    return Outbox("khe-coc", small_fleet())


def asked(
    key: str,
    command: str = "open",
    args: Mapping[str, Argument] | None = None,
    *,
    to: str = "valve-1",
    at: Millis = NOW,
    expires_at: Millis | None = None,
) -> CommandAsked:
    if args is None:
        args = {"lease_s": 90} if command == "open" else {}
    return CommandAsked(key, to, command, args, "test", at, expires_at or at + 10 * MINUTE)


def only(decisions: list[Decision]) -> Command:
    (command,) = decisions
    assert isinstance(command, Command)
    return command


def sent(outbox: Outbox, now: Millis) -> list[str]:
    return [send.command_id for send in outbox.due(now)]


def test_a_command_is_sent_only_after_its_commit(outbox: Outbox) -> None:
    queued = only(outbox.ask(asked("a"), NOW))
    assert queued.state is CommandState.QUEUED
    assert outbox.due(NOW + MINUTE) == []
    outbox.committed(["a", "never-asked"])
    (send,) = outbox.due(NOW)
    assert send.topic == "hamlet/khe-coc/valve/valve-1/command"
    wire = decode_message(WireCommand, send.payload)
    assert (wire.id, wire.command, wire.args) == ("a", "open", {"lease_s": 90})
    assert wire.expires_at_ms == send.expires_at == NOW + 10 * MINUTE


def test_it_is_repeated_ever_more_slowly_until_it_expires(outbox: Outbox) -> None:
    outbox.ask(asked("a"), NOW)
    outbox.committed(["a"])
    times: list[Millis] = []
    finished: list[Decision] = []
    while (deadline := outbox.next_deadline()) is not None:
        times += [deadline - NOW for _ in outbox.due(deadline)]
        finished += outbox.on_tick(deadline)
    pauses = [after - before for before, after in pairwise(times)]
    assert times[0] == 0
    assert pauses[0] == 2_000
    assert pauses == sorted(pauses)
    assert pauses[-1] == REPEAT_MAX_MS
    expired = only(finished)
    assert (expired.state, expired.attempts) == (CommandState.EXPIRED, len(times))
    assert expired.finished_at == NOW + 10 * MINUTE


def test_the_result_ends_it_and_carries_what_the_device_read_back(outbox: Outbox) -> None:
    outbox.ask(asked("a"), NOW)
    outbox.committed(["a"])
    outbox.due(NOW)
    result = decode_message(Result, b'{"id":"a","ok":true,"open":true}')
    done = only(outbox.on_result("valve-1", result, NOW + 800))
    assert (done.state, done.attempts, done.read_back) == (CommandState.DONE, 1, {"open": True})
    assert sent(outbox, NOW + MINUTE) == []
    assert outbox.next_deadline() is None
    assert outbox.ignored_results == 0
    assert outbox.on_result("valve-1", result, NOW + 900) == []
    assert outbox.ignored_results == 1


def test_a_device_that_says_no_ends_it_too(outbox: Outbox) -> None:
    outbox.ask(asked("a"), NOW)
    outbox.committed(["a"])
    failed = only(outbox.on_result("valve-1", Result(id="a", ok=False, error="jammed"), NOW))
    assert (failed.state, failed.error) == (CommandState.FAILED, "jammed")


@pytest.mark.parametrize(
    ("from_device", "id"), [("light-1", "a"), ("valve-1", "b"), ("nobody", "a")]
)
def test_foreign_and_unknown_results_are_ignored(outbox: Outbox, from_device: str, id: str) -> None:
    outbox.ask(asked("a"), NOW)
    outbox.committed(["a"])
    assert outbox.on_result(from_device, Result(id=id, ok=True), NOW) == []
    assert outbox.ignored_results == 1
    assert sent(outbox, NOW) == ["a"]


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (asked("a", to="valve-7"), "there is no device 'valve-7'"),
        (asked("a", "explode", {}), "has no command 'explode'"),
        (asked("a", "open", {}), "open needs lease_s"),
        (asked("a", "open", {"lease_s": 86_400}), "allowed is 1 to 3600"),
        (asked("a", to="valve-9"), "valve-9 is not adopted"),
        (asked("a", expires_at=NOW), "its time had passed"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(
    outbox: Outbox, request_: CommandAsked, why: str
) -> None:
    refused = only(outbox.ask(request_, NOW))
    assert refused.state is CommandState.REFUSED
    assert refused.error
    assert why in refused.error
    outbox.committed(["a"])
    assert sent(outbox, NOW) == []
    assert outbox.ask(request_, NOW) == []


def test_even_a_new_device_may_be_closed(outbox: Outbox) -> None:
    assert only(outbox.ask(asked("a", "close", to="valve-9"), NOW)).state is CommandState.QUEUED


def test_the_same_key_is_one_command(outbox: Outbox) -> None:
    outbox.ask(asked("a"), NOW)
    assert outbox.ask(asked("a"), NOW + 1) == []
    outbox.committed(["a"])
    outbox.committed(["a"])
    assert sent(outbox, NOW) == ["a"]
    outbox.on_result("valve-1", Result(id="a", ok=True), NOW)
    assert outbox.ask(asked("a"), NOW + 2) == []


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ("open", "close", ["b"]),
        ("open", "open", ["b"]),
        ("close", "open", ["b"]),
        ("close", "close", ["a", "b"]),
    ],
)
def test_the_newest_word_to_an_actuator_wins(
    outbox: Outbox, first: str, second: str, left: list[str]
) -> None:
    outbox.ask(asked("a", first), NOW)
    outbox.committed(["a"])
    decisions = outbox.ask(asked("b", second), NOW)
    outbox.committed(["b"])
    assert sent(outbox, NOW) == left
    if left == ["b"]:
        void, _ = decisions
        assert isinstance(void, Command)
        assert (void.state, void.error) == (CommandState.EXPIRED, "replaced by b")


def test_other_commands_do_not_replace_each_other_but_are_bounded(outbox: Outbox) -> None:
    keys = [f"k{number}" for number in range(QUEUED_PER_DEVICE_MAX + 1)]
    states = [
        only(outbox.ask(asked(key, "set-profile", {"profile": key}, to="light-1"), NOW)).state
        for key in keys
    ]
    assert states == [CommandState.QUEUED] * QUEUED_PER_DEVICE_MAX + [CommandState.REFUSED]


def test_memory_of_finished_commands_is_bounded(outbox: Outbox) -> None:
    for number in range(FINISHED_REMEMBERED + 1):
        outbox.ask(asked(f"k{number}", to="nobody"), NOW)
    assert outbox.ask(asked("k1", to="nobody"), NOW) == []
    assert len(outbox.ask(asked("k0", to="nobody"), NOW)) == 1


def test_a_restart_keeps_what_still_may_be_sent() -> None:
    before = Outbox("khe-coc", small_fleet())
    commands = [
        only(before.ask(asked("live"), NOW)),
        only(
            before.ask(
                asked(
                    "old",
                    to="light-1",
                    command="set-profile",
                    args={"profile": "x"},
                    expires_at=NOW + MINUTE,
                ),
                NOW,
            )
        ),
    ]
    after = Outbox("khe-coc", small_fleet())
    expired = only(after.restore(commands, NOW + 2 * MINUTE))
    assert (expired.id, expired.state) == ("old", CommandState.EXPIRED)
    assert sent(after, NOW + 2 * MINUTE) == ["live"]


def test_a_restart_without_the_device_expires_its_command(outbox: Outbox) -> None:
    queued = only(outbox.ask(asked("a"), NOW))
    gone = only(Outbox("khe-coc", fleet_of()).restore([queued], NOW))
    assert gone.state is CommandState.EXPIRED


@pytest.mark.parametrize("jump", [3 * 365 * 24 * 60 * MINUTE, -3 * 365 * 24 * 60 * MINUTE])
def test_a_corrected_clock_leaves_a_command_its_time(outbox: Outbox, jump: Millis) -> None:
    outbox.ask(asked("a"), NOW)
    outbox.committed(["a"])
    assert sent(outbox, NOW) == ["a"]
    (changed,) = outbox.correct(Correction(NOW, jump))
    assert (changed.created_at, changed.expires_at) == (NOW + jump, NOW + jump + 10 * MINUTE)
    assert sent(outbox, NOW + jump + 1_999) == []
    (again,) = outbox.due(NOW + jump + 2_000)
    assert decode_message(WireCommand, again.payload).expires_at == changed.expires_at
    assert outbox.on_tick(NOW + jump + 10 * MINUTE - 1) == []
    assert only(outbox.on_tick(NOW + jump + 10 * MINUTE)).state is CommandState.EXPIRED


def test_a_restart_without_a_known_time_sends_nothing_that_may_be_late(outbox: Outbox) -> None:
    queued = only(outbox.ask(asked("a"), NOW))
    again = Outbox("khe-coc", small_fleet())
    expired = only(again.restore([queued], NOW + 1000, clock_trusted=False))
    assert expired.state is CommandState.EXPIRED
    assert again.next_deadline() is None


def test_a_restart_ends_what_was_asked_by_a_clock_that_was_ahead(outbox: Outbox) -> None:
    queued = only(outbox.ask(asked("a"), NOW))
    again = Outbox("khe-coc", small_fleet())
    day = 24 * 60 * MINUTE
    expired = only(again.restore([queued], NOW - day))
    assert (expired.state, expired.error) == (CommandState.EXPIRED, "the clock went back")


class AnySequence(RuleBasedStateMachine):
    """Whatever is asked, committed, answered and delayed, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox("khe-coc", small_fleet())
        self.now = NOW
        self.records: dict[str, Command] = {}
        self.order: dict[str, int] = {}
        self.committed: set[str] = set()

    def save(self, decisions: list[Decision]) -> None:
        for command in decisions:
            assert isinstance(command, Command)
            before = self.records.get(command.id)
            assert before is None or before.state is CommandState.QUEUED, "a final state changed"
            self.records[command.id] = command

    @rule(
        number=st.integers(0, 30),
        command=st.sampled_from(["open", "close"]),
        lives_s=st.integers(1, 120),
    )
    def ask(self, number: int, command: str, lives_s: int) -> None:
        key = f"k{number}"
        request = asked(key, command, at=self.now, expires_at=self.now + lives_s * 1000)
        self.order.setdefault(key, len(self.order))
        self.save(self.outbox.ask(request, self.now))

    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        ids = data.draw(st.sets(st.sampled_from(sorted(self.records) or ["none"])))
        self.committed |= ids & self.records.keys()
        self.outbox.committed(ids)

    @rule(number=st.integers(0, 30), ok=st.booleans())
    def answer(self, number: int, ok: bool) -> None:
        self.save(self.outbox.on_result("valve-1", Result(id=f"k{number}", ok=ok), self.now))

    @rule(ms=st.integers(-30_000, 90_000))
    def pass_time(self, ms: int) -> None:
        self.now += ms
        self.save(self.outbox.on_tick(self.now))

    @rule()
    def restart(self) -> None:
        queued = [one for one in self.records.values() if one.state is CommandState.QUEUED]
        self.outbox = Outbox("khe-coc", small_fleet())
        self.committed |= {command.id for command in queued}
        self.save(self.outbox.restore(self.records.values(), self.now))

    @rule()
    def send(self) -> None:
        ids = sent(self.outbox, self.now)
        assert len(set(ids)) == len(ids)
        for id in ids:
            command = self.records[id]
            assert id in self.committed
            assert command.state is CommandState.QUEUED
            assert command.expires_at > self.now
            newer = [
                other
                for other in self.records.values()
                if self.order[other.id] > self.order[id] and other.state is not CommandState.REFUSED
            ]
            assert command.command == "close" or not newer, "a START after a newer word"


TestAnySequence = AnySequence.TestCase


def test_a_device_is_told_no_more_than_its_limits_whoever_asks() -> None:
    limited = device("light-2", "light")
    limited.limits = {"brightness_pct": 60}
    outbox = Outbox("khe-coc", fleet_of(limited))
    told = [
        outbox.ask(asked(f"c{pct}", "set-brightness", {"brightness_pct": pct}, to="light-2"), NOW)
        for pct in (60, 60.5)
    ]
    commands = [one for decisions in told for one in decisions if isinstance(one, Command)]
    assert [one.state for one in commands] == [CommandState.QUEUED, CommandState.REFUSED]
    words = "brightness_pct is 60.5, light-2 is limited to 60 in devices.yaml"
    assert [one.error for one in commands] == [None, words]
