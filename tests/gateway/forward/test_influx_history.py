"""InfluxDB as a store of the past, filled the way it is in a hamlet: through the journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.decisions import State
from gateway.forward.influx import InfluxSink
from gateway.forward.influx_history import InfluxHistory
from gateway.forward.line_protocol import LineEncoder
from gateway.forward.lines import Stream
from gateway.forward.sink import Stored
from gateway.history import Point, StoreError
from gateway.journal.outbound import JournalOutbound, StatesOutbound
from gateway.site import InfluxConfig
from tests.conftest import InfluxBucket
from tests.gateway.history_contract import HOUR, MIDNIGHT, MINUTE, StoreContract
from tests.gateway.journal.recorder import JournalRecorder

HAMLET = "khe-coc"


def config_of(influxd: InfluxBucket) -> InfluxConfig:
    return InfluxConfig(
        url=influxd.url, org=influxd.org, bucket=influxd.bucket, token_file="unused"
    )


class InfluxRecorder:
    """A journal that is forwarded when the store is asked for."""

    def __init__(self, influxd: InfluxBucket, folder: Path) -> None:
        self.journal = JournalRecorder(folder / "journal.db")
        self._influxd = influxd
        self.fleet = self.journal.fleet
        self.say = self.journal.say
        self.turn = self.journal.turn
        self.close = self.journal.close

    def store(self) -> InfluxHistory:
        encoder = LineEncoder(HAMLET, self.fleet)
        reader, writer = self.journal.reader, self.journal.writer
        sink = InfluxSink(config_of(self._influxd), lambda: self._influxd.token)
        for stream in (
            Stream("influxdb", JournalOutbound(reader, writer, lambda: 0), encoder.readings),
            Stream("states", StatesOutbound(reader, writer, lambda: 0), encoder.states),
        ):
            lines = stream.read(0, 10_000)
            assert not lines.set_aside
            if lines.lines:
                assert sink.write(lines.lines) == Stored()
        sink.close()
        return InfluxHistory(
            config_of(self._influxd), HAMLET, self.fleet, lambda: self._influxd.token
        )


@pytest.fixture
def recorder(influxd: InfluxBucket, tmp_path: Path) -> Iterator[InfluxRecorder]:
    recorder = InfluxRecorder(influxd, tmp_path)
    yield recorder
    recorder.close()


class TestInfluxHistory(StoreContract):
    """The same contract, kept by a real server."""


def test_a_device_that_is_moved_keeps_its_past(recorder: InfluxRecorder) -> None:
    device = recorder.fleet.get("wifi-1")
    assert device is not None
    recorder.say("wifi-1", MIDNIGHT, clients=2, rx_bytes=10)
    recorder.turn("wifi-1", State.UP, MIDNIGHT, "fine")
    recorder.store()
    device.place = "main-road"
    recorder.say("wifi-1", MIDNIGHT + MINUTE, clients=6, rx_bytes=15)
    recorder.turn("wifi-1", State.DOWN, MIDNIGHT + MINUTE, "no-internet")
    # What was forwarded once is forwarded again here, now with the new place.
    store = recorder.store()
    assert store.latest("wifi-1")["clients"].value == 6
    clients = store.series("wifi-1", "clients", MIDNIGHT, MIDNIGHT + HOUR, HOUR)
    assert [(point.low, point.high) for point in clients] == [(2, 6)]
    assert store.series("wifi-1", "rx_bytes", MIDNIGHT, MIDNIGHT + HOUR, HOUR)[0].mean == 5
    (changes,) = store.states(MIDNIGHT + 2 * MINUTE, MIDNIGHT + HOUR).values()
    assert [change.cause for change in changes] == ["no-internet"]


@pytest.mark.parametrize(
    "name", ['soil-1" or true or "', "${r.device}", "a\\", "x\n|> drop()", "Đồi chè"]
)
def test_a_hostile_name_is_only_a_name(recorder: InfluxRecorder, name: str) -> None:
    recorder.say("wifi-1", MIDNIGHT, clients=2)
    recorder.turn("wifi-1", State.UP, MIDNIGHT, "fine")
    store = recorder.store()
    assert store.states(MIDNIGHT, MIDNIGHT + HOUR, name) == {}
    assert store.latest(name) == {}


def test_only_ones_own_hamlet_is_seen(recorder: InfluxRecorder, influxd: InfluxBucket) -> None:
    recorder.say("soil-1", MIDNIGHT, soil_ph=5.0)
    influxd.write(f"soil,device=soil-1,hamlet=another soil_ph=9.0 {MIDNIGHT + 1}")
    store = recorder.store()
    assert store.latest("soil-1")["soil_ph"].value == 5.0
    assert store.series("soil-1", "soil_ph", MIDNIGHT, MIDNIGHT + HOUR, HOUR) == [
        Point(MIDNIGHT, 5.0, 5.0, 5.0, 1)
    ]


def test_who_cannot_ask_says_so(influxd: InfluxBucket, recorder: InfluxRecorder) -> None:
    for token in ("wrong", "Đ"):
        store = InfluxHistory(config_of(influxd), HAMLET, recorder.fleet, lambda: token)  # noqa: B023
        with pytest.raises(StoreError, match="cannot be asked"):
            store.latest("soil-1")
