from itertools import pairwise

import pytest

from devices.decode import DECODERS
from devices.topics import Channel
from firmware_sim.cadence import HISTORY
from firmware_sim.faults import Fault, Spell
from firmware_sim.history import FastWorld, Sent
from firmware_sim.ring import RING_MAX
from firmware_sim.world import World
from tests.firmware_sim.small_hamlet import (
    DAY,
    HOUR,
    LAYOUT,
    MINUTE,
    START,
    broken,
    channel_of,
    command,
    command_topic,
    make_world,
)


def of_device(sent: list[Sent], device: str, channel: Channel) -> list[tuple[int, bytes]]:
    return [
        (now, payload)
        for now, topic, payload in sent
        if topic.endswith(f"/{device}/{channel.value}")
    ]


def numbers(sent: list[Sent], device: str) -> list[tuple[int, int]]:
    """Sequence number and measuring time of a device's telemetry, in the order of arrival."""
    kind = next(spec.kind for spec in LAYOUT.devices if spec.id == device)
    readings = [
        DECODERS[kind](device, payload, now)
        for now, payload in of_device(sent, device, Channel.TELEMETRY)
    ]
    return [(reading.seq, reading.measured_at) for reading in readings]


@pytest.mark.parametrize("fault", [None, *Fault])
def test_same_seed_and_start_give_the_same_bytes(fault: Fault | None) -> None:
    faults = {spec.id: broken(fault, 0.5) for spec in LAYOUT.devices} if fault else {}

    def play(seed: int) -> list[Sent]:
        return list(FastWorld(make_world(seed, faults=faults), START + 6 * HOUR))

    assert play(1) == play(1)
    assert play(1) != play(2)


def test_two_days_of_everything_decode_in_order_and_without_gap() -> None:
    sent = list(FastWorld(make_world(), START + 2 * DAY))
    times = [now for now, _, _ in sent]
    assert times == sorted(times)
    assert times[-1] <= START + 2 * DAY
    for spec in LAYOUT.devices:
        assert len(of_device(sent, spec.id, Channel.INFO)) == 1
        seqs = [seq for seq, _ in numbers(sent, spec.id)]
        assert seqs == list(range(len(seqs)))
        assert len(seqs) >= 2 * DAY // 1000 // HISTORY.report_s[spec.kind] - 1


def test_a_command_delivered_while_it_plays_is_answered_next() -> None:
    world = FastWorld(make_world(), START + 3 * HOUR)
    sent: list[Sent] = []
    delivered = 0
    for message in world:
        sent.append(message)
        if message[0] >= START + HOUR and not delivered:
            delivered = len(sent)
            for device, name in (("pump-1", "start"), ("valve-1", "open")):
                world.deliver(command_topic(device), command(name, lease_s=600), message[0])
    assert [topic.split("/", 3)[3] for _, topic, _ in sent[delivered : delivered + 4]] == [
        "pump-1/result",
        "pump-1/telemetry",
        "valve-1/result",
        "valve-1/telemetry",
    ]
    opened = sent[delivered][0]
    readings = [
        DECODERS["valve"]("valve-1", payload, now)
        for now, payload in of_device(sent, "valve-1", Channel.TELEMETRY)
    ]
    watering = [reading for reading in readings if reading.values["open"]]
    assert all(opened <= reading.measured_at < opened + 600_000 for reading in watering)
    assert all(b.measured_at - a.measured_at <= 30_000 for a, b in pairwise(watering))
    closed = next(reading for reading in readings if reading.measured_at >= opened + 600_000)
    assert closed.measured_at == opened + 600_000
    # Ten minutes at 240 L/min.
    assert closed.values["volume_total_l"] == pytest.approx(2400, abs=1)
    assert readings[-1].values["volume_total_l"] == closed.values["volume_total_l"]


def test_a_command_to_nobody_is_lost_and_to_no_topic_is_a_mistake() -> None:
    world = FastWorld(make_world(), START + HOUR)
    world.deliver("hamlet/khe-coc/valve/valve-99/command", command("close"), START)
    with pytest.raises(ValueError, match="no command topic"):
        world.deliver("hamlet/khe-coc/valve/valve-1/telemetry", b"", START)


class TestCutLine:
    def test_what_was_measured_meanwhile_is_resent_in_order_with_its_own_time(self) -> None:
        cut = Spell(Fault.LINE_CUT, START + 2 * HOUR, START + 5 * HOUR)
        sent = list(FastWorld(make_world(faults={"light-1": cut}), START + 8 * HOUR))
        statuses = of_device(sent, "light-1", Channel.STATUS)
        assert [payload for _, payload in statuses] == [b"online", b"offline", b"online"]
        (_, (lost, _), (back, _)) = statuses
        assert cut.start <= lost <= cut.start + 15 * MINUTE
        assert cut.end <= back <= cut.end + 15 * MINUTE
        arrivals = [now for now, _ in of_device(sent, "light-1", Channel.TELEMETRY)]
        assert not [now for now in arrivals if cut.start <= now < cut.end]
        seqs = numbers(sent, "light-1")
        assert [seq for seq, _ in seqs] == list(range(len(seqs)))
        measured = [at for _, at in seqs]
        assert all(b - a <= 15 * MINUTE for a, b in pairwise(measured))

    def test_a_full_ring_loses_the_oldest(self) -> None:
        days = RING_MAX * 15 * MINUTE // DAY + 2
        cut = Spell(Fault.LINE_CUT, START + HOUR, START + days * DAY)
        sent = list(FastWorld(make_world(faults={"light-1": cut}), cut.end + HOUR))
        seqs = [seq for seq, _ in numbers(sent, "light-1")]
        gaps = [(a, b) for a, b in pairwise(seqs) if b != a + 1]
        assert len(gaps) == 1
        resent = of_device(sent, "light-1", Channel.TELEMETRY)
        assert len([1 for now, _ in resent if cut.end <= now <= cut.end + 15 * MINUTE]) > RING_MAX

    def test_a_command_does_not_arrive(self) -> None:
        cut = Spell(Fault.LINE_CUT, START, START + 2 * HOUR)
        world = FastWorld(make_world(faults={"light-1": cut}), START + HOUR)
        sent: list[Sent] = []
        for message in world:
            sent.append(message)
            if channel_of(message[1]) is Channel.STATUS and message[2] == b"offline":
                dim = command("set-brightness", brightness_pct=10)
                world.deliver(command_topic("light-1"), dim, message[0])
        assert not of_device(sent, "light-1", Channel.RESULT)


def test_history_continues_where_a_saved_world_stopped() -> None:
    whole = make_world()
    list(FastWorld(whole, START + DAY))
    half = make_world()
    list(FastWorld(half, START + DAY // 2))
    rest = World(LAYOUT, seed=1, start=START + DAY // 2, cadence=HISTORY, saved=half.save())
    sent = list(FastWorld(rest, START + DAY))
    assert numbers(sent, "light-1")[0][0] == 0  # a new boot
    for plot, ground in whole.grounds.items():
        assert rest.grounds[plot].top_pct == pytest.approx(ground.top_pct, abs=0.05)
