"""Packets are read as the codec reads them, but what would make it panic is seen before."""

import mqtt5
import pytest

from gateway.intake.mqtt5_framing import read_quietly

GOOD = mqtt5.PublishPacket("hamlet/đèn", b"x").write()
BAD = b"\x30\x06\x00\x02\xff\xff\x00x"
LONG_TOPIC = b"\x30\x04\x00\x09\xff\xff"


@pytest.mark.parametrize("behind", [b"", GOOD, b"\xff"])
@pytest.mark.parametrize("packet", [GOOD, mqtt5.PingRespPacket().write()])
def test_a_good_packet_is_read_whatever_follows(packet: bytes, behind: bytes) -> None:
    found, size = read_quietly(memoryview(packet + behind))
    assert (found, size) == mqtt5.read(memoryview(packet))


@pytest.mark.parametrize("cut", range(len(GOOD)))
def test_less_than_a_packet_is_not_yet_one(cut: int) -> None:
    with pytest.raises(IndexError):
        read_quietly(memoryview(GOOD[:cut]))


@pytest.mark.parametrize("behind", [b"", GOOD, b"\xff"])
@pytest.mark.parametrize("packet", [BAD, LONG_TOPIC])
def test_a_topic_that_is_no_text_leaves_nothing_in_the_log(
    packet: bytes, behind: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises((ValueError, IndexError)):
        read_quietly(memoryview(packet + behind))
    assert capfd.readouterr().err == "", "the codec prints a trace when it panics"
