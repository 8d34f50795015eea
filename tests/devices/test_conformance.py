"""Every kind passes these by existing; a new one needs no new test."""

import json

import pytest

from devices.command import Effect
from devices.decode import DECODERS
from devices.kind import Kind
from devices.kinds import KINDS
from devices.metric import Shape
from devices.rejection import Reason, RejectedError
from devices.topics import IDENTIFIER

NOW = 1_795_400_000_000
WIRE_FIELDS = {"seq", "boot", "measured_at"}

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@every_kind
def test_sample_holds_every_metric_and_decodes_to_the_values_sent(kind: Kind) -> None:
    sent = json.loads(kind.sample)
    reading = DECODERS[kind.name]("some-device", kind.sample, NOW)
    assert reading.kind == kind.name
    assert dict(reading.values) == {k: v for k, v in sent.items() if k not in WIRE_FIELDS}
    assert set(reading.values) == {metric.name for metric in kind.metrics}
    assert reading.seq == sent["seq"]
    assert not reading.extra


@every_kind
def test_each_metric_refuses_the_wrong_type_and_what_is_out_of_range(kind: Kind) -> None:
    decode = DECODERS[kind.name]
    for metric in kind.metrics:
        wrong: list[object] = ["1", None, [1], {}]
        wrong.append(0 if metric.type is bool else True)
        for value in wrong:
            payload = json.dumps({"seq": 1, metric.name: value}).encode()
            with pytest.raises(RejectedError) as caught:
                decode("d", payload, NOW)
            assert caught.value.reason is Reason.WRONG_TYPE, (metric.name, value)
        if metric.shape is Shape.GAUGE:
            for number in (metric.low - 1, metric.high + 1):
                value = int(number) if metric.type is int else number
                payload = json.dumps({"seq": 1, metric.name: value}).encode()
                with pytest.raises(RejectedError) as caught:
                    decode("d", payload, NOW)
                assert caught.value.reason is Reason.OUT_OF_RANGE, (metric.name, value)


@every_kind
def test_every_word_a_person_sees_is_there_in_both_languages(kind: Kind) -> None:
    texts = [kind.label, *(m.label for m in kind.metrics), *(c.label for c in kind.commands)]
    assert all(text.vi.strip() and text.en.strip() for text in texts)


@every_kind
def test_nothing_can_be_started_without_a_lease(kind: Kind) -> None:
    for command in kind.commands:
        needs_lease = any(p.name == "lease_s" and p.required for p in command.parameters)
        assert needs_lease == (command.effect is Effect.START)
    effects = {command.effect for command in kind.commands}
    assert (Effect.START in effects) == (Effect.STOP in effects)


@every_kind
def test_names_are_safe_in_a_topic(kind: Kind) -> None:
    assert IDENTIFIER.fullmatch(kind.name)
