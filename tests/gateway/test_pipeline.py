"""The pipeline by itself: what becomes of each message, and of what was decided because of it."""

import json
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.reading import Millis
from devices.rejection import Reason
from gateway.admission import NEW_DEVICES_MAX
from gateway.decisions import Alert, Command, CommandAsked, CommandState, RuleChanged, StateChanged
from gateway.journal.batch import CHANNEL_CODES, CHANNELS
from gateway.pipeline import BACKFILL_AGE_MS
from gateway.rejections import KEPT_OF_DEVICE, KEPT_OF_STRANGERS, PAYLOAD_MAX, TOPIC_MAX, WINDOW_MS
from tests.gateway.driven_hamlet import HOUR, MINUTE, NOW, Hamlet, Open, assert_known_again
from tests.gateway.small_site import DEVICES, DRY_RULE, HAMLET, soil, topic

WET_RULE: Mapping[str, object] = {
    **DRY_RULE,
    "rule": "wet",
    "when": "soil_moisture_pct > 10",
    "then": [{"command": {"device": "light-1", "command": "set-brightness", "brightness_pct": 0}}],
}
ALERT_RULE: Mapping[str, object] = {
    **DRY_RULE,
    "rule": "too-dry",
    "then": [{"alert": {"severity": "warning"}}],
}


# What becomes of a message.


def test_a_message_that_came_before_is_a_duplicate_also_after_a_restart(hamlet: Hamlet) -> None:
    hamlet.soil(0)
    hamlet.soil(0)
    assert hamlet.counted == (1, 1, 0)
    hamlet.commit()
    hamlet.restart()
    hamlet.soil(0)
    assert hamlet.counted == (0, 1, 0)


def test_every_token_is_acknowledged_whatever_the_message_is(hamlet: Hamlet) -> None:
    hamlet.say(topic("soil-1"), soil(0), token=1)
    hamlet.say(topic("soil-1"), soil(0), token=2)
    hamlet.say(topic("soil-1"), b"no json", token=3)
    hamlet.say("somewhere/else", b"", token=4)
    hamlet.say(topic("soil-1", "status"), b"online", token=5)
    hamlet.say(topic("soil-1"), soil(1), token=0)
    assert hamlet.commit().tokens == [1, 2, 3, 4, 5]


def test_a_resent_reading_is_kept_and_starts_nothing(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[DRY_RULE])
    hamlet.soil(1, at=NOW)
    hamlet.soil(0, moisture=3, at=NOW - MINUTE)
    work = hamlet.commit()
    assert [row[7] for row in work.batch.messages] == [1, 0]
    assert not work.commands
    assert hamlet.device("soil-1").values["soil_moisture_pct"] == 20


@pytest.mark.parametrize(("age", "fires"), [(BACKFILL_AGE_MS, True), (BACKFILL_AGE_MS + 1, False)])
def test_an_old_reading_moves_nothing(open_hamlet: Open, age: Millis, fires: bool) -> None:
    hamlet = open_hamlet(rules=[DRY_RULE])
    hamlet.soil(0, moisture=3, at=NOW - age)
    work = hamlet.commit()
    assert bool(work.commands) is fires
    assert hamlet.counted == (1, 0, 0)


def test_what_came_late_is_the_newest_of_its_metrics_also_after_a_restart(
    open_hamlet: Open,
) -> None:
    hamlet = open_hamlet()
    hamlet.soil(1, moisture=20)
    hamlet.say(topic("soil-1"), soil(0, 3, measured_at=NOW - MINUTE, soil_ph=5.5))
    hamlet.commit()
    for _ in range(2):
        device = hamlet.device("soil-1")
        assert dict(device.values) == {"soil_moisture_pct": 20, "soil_ph": 5.5}
        assert device.measured_at_of("soil_ph") == NOW - MINUTE
        assert device.measured_at_of("soil_moisture_pct") == NOW
        hamlet.restart()


def test_a_clock_ahead_hides_no_later_reading(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[DRY_RULE])
    hamlet.soil(0, at=NOW + 5 * HOUR)
    assert hamlet.device("soil-1").measured_at == NOW
    hamlet.now += MINUTE
    hamlet.soil(1, moisture=3, at=NOW + MINUTE)
    assert hamlet.commit().commands
    assert hamlet.ask("SELECT measured_at FROM message WHERE seq = 0") == [(NOW + 5 * HOUR,)]


def test_nor_does_it_after_a_restart(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[DRY_RULE])
    hamlet.soil(0, at=NOW + 5 * HOUR)
    hamlet.commit()
    hamlet.now += MINUTE
    hamlet.restart()
    hamlet.soil(1, moisture=3, at=NOW + MINUTE)
    assert hamlet.commit().commands


def test_a_clock_a_day_ahead_is_rejected(hamlet: Hamlet) -> None:
    hamlet.soil(0, at=NOW + 25 * HOUR)
    assert hamlet.reason() is Reason.FUTURE_TIME


def test_a_new_device_is_journaled_and_moves_no_rule_until_it_is_adopted(open_hamlet: Open) -> None:
    rule = {**ALERT_RULE, "on": {"kind": "soil"}}
    hamlet = open_hamlet(rules=[rule])
    hamlet.say(topic("soil-9", kind="soil"), soil(0, moisture=3))
    work = hamlet.commit()
    assert len(work.batch.messages) == 1
    assert not work.batch.records
    hamlet.restart()
    device = hamlet.device("soil-9")
    assert not device.adopted
    hamlet.pipeline.adopt(device, hamlet.now)
    hamlet.say(topic("soil-9", kind="soil"), soil(1, moisture=3))
    assert any(isinstance(record, Alert) for record in hamlet.commit().batch.records)
    hamlet.restart()
    assert hamlet.device("soil-9").adopted


def test_a_new_device_must_first_say_something_valid(hamlet: Hamlet) -> None:
    for channel in ("telemetry", "status", "info", "event", "result"):
        hamlet.say(topic("soil-9", channel, "soil"), b"{")
    assert hamlet.counted == (0, 0, 5)
    assert hamlet.pipeline.fleet.get("soil-9") is None


def test_an_id_belongs_to_one_kind(hamlet: Hamlet) -> None:
    hamlet.say(topic("soil-1", kind="light"), b'{"seq":0,"battery_v":12}')
    assert hamlet.reason() is Reason.OTHER_KIND


def test_a_flood_of_invented_devices_ends(hamlet: Hamlet) -> None:
    for number in range(NEW_DEVICES_MAX + 5):
        hamlet.say(topic(f"soil-x{number}", kind="soil"), soil(0))
    assert hamlet.counted == (NEW_DEVICES_MAX, 0, 5)
    assert hamlet.reason() is Reason.TOO_MANY_DEVICES
    hamlet.commit()
    hamlet.restart()
    hamlet.say(topic("soil-y", kind="soil"), soil(0))
    assert hamlet.reason() is Reason.TOO_MANY_DEVICES
    hamlet.soil(0)
    assert hamlet.counted == (1, 0, 1), "who is known is heard all the same"


@pytest.mark.parametrize(
    ("channel", "payload"),
    [("status", b"online"), ("status", b"offline"), ("info", b'{"model":"m","interval_s":5}')],
)
def test_a_retained_report_that_comes_again_is_no_news(
    hamlet: Hamlet, channel: str, payload: bytes
) -> None:
    for expected in ((1, 0, 0), (1, 1, 0)):
        hamlet.say(topic("soil-1", channel), payload)
        assert hamlet.counted == expected
    hamlet.commit()
    hamlet.restart()
    hamlet.say(topic("soil-1", channel), payload)
    assert hamlet.counted == (0, 1, 0)


def test_what_is_kept_of_a_rejected_message_is_bounded(hamlet: Hamlet) -> None:
    hamlet.say("x" * 60_000, b"y" * 60_000)
    (row,) = hamlet.commit().batch.rejected
    assert len(row.topic) == TOPIC_MAX
    assert len(row.payload) == PAYLOAD_MAX


def test_of_each_device_and_reason_the_first_few_are_kept_and_all_are_counted(
    hamlet: Hamlet,
) -> None:
    def say_wrong(id: str, times: int) -> None:
        for _ in range(times):
            hamlet.say(topic(id), b"{")
            hamlet.say(f"hamlet/{id}", b"{}")

    say_wrong("soil-1", 2 * KEPT_OF_STRANGERS)
    say_wrong("soil-2", 1)
    kept = Counter(row.topic for row in hamlet.commit().batch.rejected)
    strangers = KEPT_OF_STRANGERS
    assert kept == {topic("soil-1"): KEPT_OF_DEVICE, "hamlet/soil-1": strangers, topic("soil-2"): 1}
    assert hamlet.counted == (0, 0, 4 * KEPT_OF_STRANGERS + 2)
    hamlet.now += WINDOW_MS
    say_wrong("soil-1", 1)
    assert len(hamlet.commit().batch.rejected) == 2


PARTS = st.sampled_from([*(id for id, _ in DEVICES), *dict(DEVICES).values(), "soil-7", HAMLET])
CHANNEL_NAMES = st.sampled_from([channel.value for channel in CHANNELS] + ["command", "x"])
TOPICS = st.one_of(
    st.text(max_size=400),
    st.builds(topic, st.sampled_from([id for id, _ in DEVICES]), CHANNEL_NAMES),
    st.builds(lambda *parts: "/".join(parts), PARTS, PARTS, PARTS, PARTS, CHANNEL_NAMES),
    st.builds(lambda kind, id, channel: topic(id, channel, kind), PARTS, PARTS, CHANNEL_NAMES),
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.none())
)
REPORTS = st.dictionaries(
    st.sampled_from(
        ["seq", "boot", "measured_at", "soil_moisture_pct", "open", "id", "ok", "event", "x"]
    ),
    st.one_of(VALUES, st.integers(0, 3), st.integers(NOW - HOUR, NOW + HOUR)),
)
PAYLOADS = st.one_of(
    st.binary(max_size=50),
    st.sampled_from([b"online", b"offline", b"[" * 5000, b"NaN", b'{"seq":1e999}']),
    st.builds(lambda report: json.dumps(report).encode(), REPORTS),
    st.builds(soil, st.integers(0, 5), st.sampled_from([3, 20])),
)


@settings(deadline=None, max_examples=40)
@given(messages=st.lists(st.tuples(TOPICS, PAYLOADS), max_size=30))
def test_received_is_accepted_and_duplicate_and_rejected(
    tmp_path_factory: pytest.TempPathFactory, messages: list[tuple[str, bytes]]
) -> None:
    hamlet = Hamlet(tmp_path_factory.mktemp("any"), [DRY_RULE, WET_RULE], adopt=True)
    for token, (name, payload) in enumerate(messages, 1):
        hamlet.say(name, payload, token)
        assert hamlet.pipeline.counters.received == token == sum(hamlet.counted)
    work = hamlet.commit()  # whatever it is, the journal takes it
    assert work.tokens == list(range(1, len(messages) + 1))
    assert len(work.batch.messages) == hamlet.pipeline.counters.accepted
    assert_known_again(hamlet)
    hamlet.connection.close()


# What was decided.


def test_what_was_decided_is_in_the_same_work_as_its_message(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[DRY_RULE, ALERT_RULE])
    hamlet.soil(0, moisture=3)
    work = hamlet.commit()
    assert len(work.batch.messages) == 1
    decided = {type(record) for record in work.batch.records}
    assert decided >= {Alert, Command, RuleChanged, StateChanged}
    (command,) = [record for record in work.batch.records if isinstance(record, Command)]
    assert work.commands == [command.id]
    assert work.decided
    assert work.alerts


def test_each_firing_within_a_millisecond_is_one_command_and_the_last_word_is_the_last(
    open_hamlet: Open,
) -> None:
    hamlet = open_hamlet(rules=[DRY_RULE, WET_RULE])
    for seq, moisture in enumerate((3, 20, 3, 20, 3)):
        hamlet.soil(seq, moisture)
    work = hamlet.commit()
    asked = [record for record in work.batch.records if isinstance(record, Command)]
    assert [command.args["brightness_pct"] for command in asked] == [50, 0, 50, 0, 50]
    assert len({command.id for command in asked}) == 5
    sent = hamlet.pipeline.engines.outbox.due(hamlet.now)
    assert {send.command_id for send in sent} == {command.id for command in asked}


def test_a_command_is_due_only_after_the_commit(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[DRY_RULE])
    hamlet.soil(0, moisture=3)
    outbox = hamlet.pipeline.engines.outbox
    assert not outbox.due(hamlet.now)
    work = hamlet.pipeline.take_work()
    assert not outbox.due(hamlet.now)
    hamlet.pipeline.committed(work)
    assert len(outbox.due(hamlet.now)) == 1


def test_a_message_may_be_read_only_after_the_commit(hamlet: Hamlet) -> None:
    hamlet.soil(0)
    assert hamlet.device("soil-1").committed_message is None
    work = hamlet.pipeline.take_work()
    hamlet.soil(1)
    assert hamlet.device("soil-1").committed_message is None
    hamlet.pipeline.committed(work)
    assert hamlet.device("soil-1").committed_message == 1
    assert hamlet.device("soil-1").last_message == 2


def test_what_comes_while_a_work_is_written_is_kept_apart(hamlet: Hamlet) -> None:
    hamlet.soil(0)
    work = hamlet.pipeline.take_work()
    hamlet.soil(1)
    assert [row[7] for row in work.batch.messages] == [0]
    assert hamlet.pipeline.waiting == 1


def test_a_person_is_refused_what_the_device_cannot_do(hamlet: Hamlet) -> None:
    for key, command, args in (
        ("a", "dance", {}),
        ("b", "set-brightness", {"brightness_pct": 101}),
    ):
        asked = CommandAsked(key, "light-1", command, args, "person:x", NOW, NOW + MINUTE)
        hamlet.pipeline.ask(asked, NOW)
    work = hamlet.commit()
    states = [record.state for record in work.batch.records if isinstance(record, Command)]
    assert states == [CommandState.REFUSED] * 2
    assert not work.commands


def test_a_result_ends_its_command_and_is_in_the_journal(open_hamlet: Open) -> None:
    hamlet = open_hamlet(rules=[DRY_RULE])
    hamlet.soil(0, moisture=3)
    (id,) = hamlet.commit().commands
    hamlet.say(topic("valve-1", "result"), json.dumps({"id": id, "ok": True}).encode())
    assert hamlet.ask("SELECT state FROM command") == [("queued",)], "another device's answer"
    hamlet.say(topic("light-1", "result"), json.dumps({"id": id, "ok": True}).encode())
    work = hamlet.commit()
    assert hamlet.ask("SELECT state FROM command") == [("done",)]
    assert [row[3] for row in work.batch.messages] == [CHANNEL_CODES[CHANNELS[4]]] * 2
