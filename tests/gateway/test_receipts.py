"""What devices are told of their readings, and that it is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.kinds import KINDS
from devices.messages import ACK_MISSING_MAX, Ack, decode_message
from devices.text import Text
from gateway.fleet import Device, Fleet
from gateway.receipts import make_receipt
from gateway.rounds import Rounds
from gateway.sequences import AWAITED_MS, RANGES_MAX, WIRED
from tests.gateway.driven_hamlet import HOUR, MINUTE, NOW, Hamlet, Open
from tests.gateway.small_site import HAMLET, soil, topic

LONG_BOOT = b'{"seq":1,"boot":"%s"}' % (b"b" * 65)


def device_that_sent(*seqs: int, boot: str | None = "b") -> Device:
    device = Device(1, "soil-1", KINDS["soil"], True, Text("Đất", "Soil"))
    for seq in seqs:
        device.sequences.add(boot, seq, NOW + seq, newer=True)
    device.heard_at = NOW
    return device


def ack_for(device: Device) -> Ack:
    receipt = make_receipt(HAMLET, device)
    assert receipt is not None
    assert receipt.topic == topic("soil-1", "ack")
    return decode_message(Ack, receipt.payload)


def test_it_names_the_boot_the_highest_number_and_what_is_missing() -> None:
    device = device_that_sent(3, 4, 7, 9)
    assert ack_for(device) == Ack(boot="b", seq=9, missing=((0, 2), (5, 6), (8, 8)))


def test_a_boot_without_name_is_not_named() -> None:
    assert ack_for(device_that_sent(0, 1, boot=None)) == Ack(seq=1)


def test_who_has_measured_nothing_is_told_nothing() -> None:
    assert make_receipt(HAMLET, device_that_sent()) is None


def test_who_hangs_on_a_serial_line_hears_nothing_and_is_told_nothing() -> None:
    device = device_that_sent(0, 1, boot=WIRED + "1")
    assert make_receipt(HAMLET, device) is None
    device.sequences.add("b", 0, NOW + 2, newer=True)
    assert ack_for(device) == Ack(boot="b", seq=0), "it has moved to the air"


@given(st.sets(st.integers(0, 100), min_size=1))
def test_what_it_covers_has_come_however_many_gaps_there_are(seqs: set[int]) -> None:
    ack = ack_for(device_that_sent(*sorted(seqs)))
    assert ack.seq == max(seqs)
    assert len(ack.missing) <= ACK_MISSING_MAX
    for seq in range(110):
        assert not ack.covers(seq) or seq in seqs


def test_gaps_that_were_forgotten_are_not_asked_for() -> None:
    device = device_that_sent(*range(0, 4 * RANGES_MAX, 2))
    assert device.sequences.lost
    assert ack_for(device).missing[0][0] > 0, "else what came would be accepted again"


def test_what_is_no_longer_expected_is_not_asked_for() -> None:
    device = device_that_sent(0, 2)
    device.heard_at = NOW + 2 + AWAITED_MS
    assert ack_for(device).missing == ((1, 1),)
    device.heard_at += 1
    assert ack_for(device).missing == ()


def test_nothing_is_covered_by_a_leap_however_old_that_is() -> None:
    device = device_that_sent(0, 1)
    device.sequences.add("b", 2**62, NOW + 2, newer=True)
    device.sequences.add("b", 2**62 + 2, NOW + 2, newer=True)
    device.heard_at = NOW + 2 * AWAITED_MS
    ack = ack_for(device)
    assert ack.seq == 2**62 + 2
    assert ack.missing == ((2, 2**62 - 1),)
    device.heard_at = NOW + 3
    device.sequences.add("b", 4, NOW + 3, newer=True)
    assert ack_for(device) == Ack(boot="b", seq=4, missing=((2, 3),)), "it has come back"


@pytest.mark.parametrize(("devices", "steps"), [(0, 3), (1, 30), (7, 3), (40, 30)])
def test_each_device_has_its_turn_once_in_a_round(devices: int, steps: int) -> None:
    fleet = Fleet()
    for number in range(devices):
        fleet.add(Device(number, f"soil-{number}", KINDS["soil"], True, Text("", "")))
    rounds = Rounds(fleet, steps)
    for _ in range(2):
        shares = [rounds.next_share() for _ in range(steps)]
        assert [device.number for share in shares for device in share] == list(range(devices))
        assert max(map(len, shares)) <= devices // steps + 1


def test_a_receipt_speaks_of_what_is_in_its_work_or_before_it(hamlet: Hamlet) -> None:
    hamlet.soil(0)
    go_round(hamlet)
    hamlet.soil(1)
    work = hamlet.pipeline.take_work()
    hamlet.soil(2)  # comes while that work is written
    (receipt,) = work.receipts
    assert decode_message(Ack, receipt.payload).seq == 1


def test_of_work_that_could_not_be_written_nobody_is_told_yet(hamlet: Hamlet) -> None:
    hamlet.soil(0)
    go_round(hamlet)
    work = hamlet.pipeline.take_work()
    hamlet.soil(1)
    hamlet.pipeline.give_back(work)
    assert not hamlet.pipeline.take_urgent().receipts
    (receipt,) = hamlet.commit().receipts
    assert decode_message(Ack, receipt.payload).seq == 1


def test_the_gateway_tells_itself_nothing(hamlet: Hamlet) -> None:
    hamlet.pipeline.report(b'{"seq":0,"boot":"b","disk_free_mb":50}', NOW)
    assert told(hamlet) == []


def test_only_devices_of_which_there_is_news_are_told_and_all_when_asked(open_hamlet: Open) -> None:
    hamlet = open_hamlet()
    hamlet.soil(0, at=NOW - HOUR)
    assert told(hamlet) == ["soil-1"]
    assert told(hamlet) == []
    hamlet.soil(0, at=NOW - HOUR)  # a duplicate is no news
    assert told(hamlet) == []
    hamlet.soil(1, at=NOW - MINUTE)
    assert told(hamlet) == ["soil-1"]
    hamlet.pipeline.connected(session_kept=True, now=NOW)
    assert told(hamlet) == ["soil-1"]
    hamlet.restart()
    assert told(hamlet) == ["soil-1"], "whether it was told before, nobody knows"


def test_who_could_not_be_told_is_due_again(hamlet: Hamlet) -> None:
    hamlet.soil(0)
    for _ in range(2):
        go_round(hamlet)
        assert len(hamlet.commit().receipts) == 1


def go_round(hamlet: Hamlet) -> None:
    for _ in range(30):
        hamlet.pipeline.visit(hamlet.now)


def told(hamlet: Hamlet) -> list[str]:
    """Whom a round tells."""
    go_round(hamlet)
    work = hamlet.commit()
    for receipt in work.receipts:
        hamlet.pipeline.told(receipt)
    return [receipt.device.id for receipt in work.receipts]


@pytest.mark.parametrize("boot", [None, "b"])
def test_a_reading_that_was_rejected_is_not_asked_for_again(
    hamlet: Hamlet, boot: str | None
) -> None:
    named = {} if boot is None else {"boot": boot}
    for seq, moisture in ((0, 20), (1, 900), (2, 20), (3, float("nan")), (4, 20), (6, 20)):
        hamlet.say(topic("soil-1"), soil(seq, moisture, **named))
    (gap,) = hamlet.device("soil-1").sequences.gaps()
    assert (gap.first, gap.last) == (5, 5)
    assert ack_for(hamlet.device("soil-1")).missing == ((5, 5),)
    assert hamlet.counted == (4, 0, 2)


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 5000,
        b"[]",
        b"{",
        b'{"seq":"1"}',
        b'{"seq":1e999}',
        b'{"seq":1,"boot":"%s"}' % (b"b" * 65),
    ],
)
def test_what_has_no_number_is_just_rejected(hamlet: Hamlet, payload: bytes) -> None:
    hamlet.soil(0)
    hamlet.say(topic("soil-1"), payload)
    hamlet.soil(2)
    assert len(hamlet.device("soil-1").sequences.gaps()) == 1
    assert hamlet.counted == (2, 0, 1)
