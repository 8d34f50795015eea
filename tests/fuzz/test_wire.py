"""What comes over MQTT: any bytes, in any pieces."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import mqtt5
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.decode import DECODERS
from devices.kinds import KINDS
from devices.messages import Ack, Command, Event, Info, Result, decode_message, decode_status
from devices.rejection import RejectedError
from devices.topics import Channel, parse_topic
from gateway.assembly import JOURNAL_FILE
from gateway.delivery import REDELIVERED, RETAINED
from gateway.intake.mqtt5_framing import LengthError, packet_size, raw_publish
from tests.fuzz.conftest import Fuzz
from tests.fuzz.mutation import mutated, pieces
from tests.gateway.driven_hamlet import HOUR, NOW, Hamlet, assert_known_again
from tests.gateway.intake.test_mqtt5_connection import CONNACK, POISON, SUBACK, Peer, publish
from tests.gateway.small_site import DEVICES, DRY_RULE, HAMLET, topic

SAMPLES = [kind.sample for kind in KINDS.values()]
REPORTS = [
    b"online", b"offline",
    b'{"model":"x","firmware":"1.2","serial":"7","capabilities":["a"],"interval_s":60}',
    b'{"event":"playback-finished","clip":"storm"}',
    b'{"id":"c1","ok":false,"error":"jammed","open":true}',
    b'{"id":"c1","command":"open","lease_s":60,"expires_at":1795305600000}',
]  # fmt: skip
REPORT_CHANNELS = ("status", "status", "info", "event", "result")
DAY = 24 * HOUR
TOPICS = [
    f"hamlet/{HAMLET}/{kind}/{device}/{channel.value}"
    for device, kind in (*DEVICES, ("stranger", "soil"), ("gateway", "gateway"))
    for channel in Channel
]
PACKETS = [
    CONNACK, SUBACK, POISON,
    *(publish(sample, topic=TOPICS[0], qos=qos) for qos in range(3) for sample in SAMPLES[:2]),
    publish(b"", topic=TOPICS[1], retain=True),
    mqtt5.PubAckPacket(1).write(), mqtt5.PubRelPacket(1).write(), mqtt5.PingRespPacket().write(),
    mqtt5.DisconnectPacket().write(), b"\x20\x02\x00\x05",
]  # fmt: skip
STREAMS = [CONNACK + SUBACK + b"".join(PACKETS[at:]) for at in range(len(PACKETS))]

# Invalid UTF-8 makes the codec panic: besides raising, Rust reports it to `sys.unraisablehook`.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("quarantine", [False, True])
def test_packets_mean_the_same_in_any_pieces(fuzz: Fuzz, quarantine: bool) -> None:
    @given(mutated(STREAMS), st.lists(st.integers(0, 1 << 16), max_size=8))
    def check(stream: bytes, cuts: list[int]) -> None:
        whole = Peer(quarantine=quarantine).feed(stream)
        for chunks in (pieces(stream, cuts), pieces(stream, range(len(stream)))):
            parts = Peer(quarantine=quarantine).feed(*chunks)
            assert parts.messages == whole.messages
            assert parts.events == whole.events
            assert parts.sent == whole.sent

    fuzz(check)


def test_frames(fuzz: Fuzz) -> None:
    @given(mutated(PACKETS))
    def check(packet: bytes) -> None:
        try:
            size = packet_size(memoryview(packet))
        except LengthError:
            return
        if size is not None and size <= len(packet) and packet[0] & 0xF0 == 0x30:
            found = raw_publish(memoryview(packet)[:size])
            assert found is None or 0 <= found.packet_id < 1 << 16

    fuzz(check)


def test_topics(fuzz: Fuzz) -> None:
    @given(mutated([topic.encode() for topic in TOPICS]))
    def check(topic: bytes) -> None:
        text = topic.decode(errors="surrogateescape")
        parts = parse_topic(text)
        assert parts is None or str(parts) == text

    fuzz(check)


def test_telemetry(fuzz: Fuzz) -> None:
    payloads = {kind.name: mutated([kind.sample]) for kind in KINDS.values()}

    @given(st.sampled_from(list(KINDS)), st.data())
    def check(kind: str, data: st.DataObject) -> None:
        known = {metric.name: metric for metric in KINDS[kind].metrics}
        try:
            reading = DECODERS[kind]("d", data.draw(payloads[kind]), NOW)
        except RejectedError:
            return
        assert reading.values
        for name, value in reading.values.items():
            assert known[name].low <= value <= known[name].high
            assert (type(value) is bool) == (known[name].type is bool)

    fuzz(check)


def test_reports(fuzz: Fuzz) -> None:
    @given(mutated(REPORTS))
    def check(payload: bytes) -> None:
        with suppress(RejectedError):
            decode_status(payload)
        for model in (Info, Event, Result, Command):
            with suppress(RejectedError):
                decode_message(model, payload)

    fuzz(check)


def test_a_whole_pipeline_keeps_its_books_and_its_memory(fuzz: Fuzz, tmp_path: Path) -> None:
    wild_topic = st.one_of(
        st.sampled_from(TOPICS),
        mutated([topic.encode() for topic in TOPICS]).map(lambda b: b.decode(errors="replace")),
    )
    wild_payload = mutated([*SAMPLES, *REPORTS, b'{"seq":0,"boot":"b","soil_moisture_pct":3}'])
    wild = st.tuples(wild_topic, wild_payload)
    # Nonsense ends at the door: what is behind it meets only what makes sense.
    when = st.one_of(st.none(), st.integers(NOW - 2 * DAY, NOW + 3 * DAY))
    sound = st.builds(
        _reading,
        st.sampled_from(["soil-1", "soil-1", "soil-2"]),
        st.integers(0, 12),
        st.sampled_from(["b", "c", None]),
        st.integers(0, 100),
        when,
    )
    report = st.sampled_from(
        [
            (topic(device, channel), payload)
            for device, _ in DEVICES
            for channel, payload in zip(REPORT_CHANNELS, REPORTS, strict=False)
        ]
    )
    flags = st.sampled_from([0, RETAINED, REDELIVERED, RETAINED | REDELIVERED])
    content = st.one_of(sound, sound, report, wild)
    message = st.tuples(content, flags, st.integers(0, 2 * HOUR))
    limits = {"device_burst": 8, "ack_interval_s": 1}
    new = Hamlet(tmp_path, [], adopt=False)
    new.connection.close()
    journal = (tmp_path / "data" / JOURNAL_FILE).read_bytes()

    @given(st.lists(message, min_size=1, max_size=30), st.booleans())
    def check(messages: list[tuple[tuple[str, bytes], int, int]], adopt: bool) -> None:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data"
            data.mkdir()
            (data / JOURNAL_FILE).write_bytes(journal)  # to make a new one takes most of the time
            hamlet = Hamlet(Path(folder), [DRY_RULE], adopt, limits=limits)
            try:
                for token, ((topic, payload), flags, passes) in enumerate(messages):
                    hamlet.now += passes
                    hamlet.pipeline.tick(hamlet.now)
                    hamlet.pipeline.visit(hamlet.now)
                    hamlet.pipeline.receive(topic, payload, token, flags, hamlet.now)
                    if passes % 4 == 0:
                        for receipt in hamlet.commit().receipts:
                            assert decode_message(Ack, receipt.payload).seq >= 0
                            hamlet.pipeline.told(receipt)
                hamlet.pipeline.tick(hamlet.now)
                hamlet.commit()
                assert sum(hamlet.counted) == hamlet.pipeline.counters.received == len(messages)
                assert_known_again(hamlet)
            finally:
                hamlet.connection.close()

    fuzz(check)


def _reading(
    device: str, seq: int, boot: str | None, moisture: int, measured_at: int | None
) -> tuple[str, bytes]:
    more = {name: it for name, it in (("boot", boot), ("measured_at", measured_at)) if it}
    return topic(device), json.dumps({"seq": seq, "soil_moisture_pct": moisture, **more}).encode()
