"""What every `Store` answers alike: subclass `StoreContract` and give it a `recorder`."""

from typing import Protocol

from devices.metric import Value
from devices.reading import Millis
from gateway.decisions import State
from gateway.history import Measured, Point, Store

MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR
TIMEZONE = "Asia/Ho_Chi_Minh"
MIDNIGHT: Millis = 1_795_280_400_000
"""2026-11-22 00:00 in Vietnam. Everything is measured on that day or later."""
KINDS_OF = {"soil-1": "soil", "wifi-1": "wifi", "wifi-2": "wifi"}
"""The devices that a recorder knows, with their kinds."""


class Recorder(Protocol):
    """A store that a test fills."""

    def say(self, device: str, at: Millis, **values: Value) -> None:
        """The device measured that."""

    def turn(self, device: str, state: State, since: Millis, cause: str) -> None:
        """The device is in that state from then on."""

    def store(self) -> Store:
        """The store, which has everything that was said so far."""
        ...


class StoreContract:
    """The contract test; each implementation has a fixture `recorder` of its own."""

    def test_nothing_is_known_of_who_never_spoke(self, recorder: Recorder) -> None:
        store = recorder.store()
        for device in ("soil-1", "nobody"):
            assert store.latest(device) == {}
            assert not store.series(device, "soil_ph", MIDNIGHT, MIDNIGHT + DAY, MINUTE)
            assert not store.states(MIDNIGHT, MIDNIGHT + DAY, device)

    def test_the_latest_value_is_the_one_measured_last(self, recorder: Recorder) -> None:
        recorder.say("soil-1", MIDNIGHT + MINUTE, soil_moisture_pct=20.5, soil_ph=5.5)
        recorder.say("soil-1", MIDNIGHT + 3 * MINUTE, soil_moisture_pct=21.5)
        recorder.say("soil-1", MIDNIGHT + 2 * MINUTE, soil_moisture_pct=99.0)  # it came late
        recorder.say("wifi-1", MIDNIGHT + MINUTE, internet_ok=True, clients=3)
        store = recorder.store()
        assert store.latest("soil-1") == {
            "soil_moisture_pct": Measured(MIDNIGHT + 3 * MINUTE, 21.5),
            "soil_ph": Measured(MIDNIGHT + MINUTE, 5.5),
        }
        latest = store.latest("wifi-1")
        assert latest["internet_ok"].value is True
        assert latest["clients"].value == 3

    def test_what_came_late_counts_for_the_metrics_of_which_it_is_the_newest(
        self, recorder: Recorder
    ) -> None:
        recorder.say("soil-1", MIDNIGHT + MINUTE, soil_ph=5.5)
        recorder.say("soil-1", MIDNIGHT + 3 * MINUTE, soil_moisture_pct=21.5)
        late = {"soil_moisture_pct": 99.0, "soil_ph": 6.5, "battery_v": 3.6}
        recorder.say("soil-1", MIDNIGHT + 2 * MINUTE, **late)
        recorder.say("soil-1", MIDNIGHT, soil_ph=7.5, battery_v=3.7)
        assert recorder.store().latest("soil-1") == {
            "soil_moisture_pct": Measured(MIDNIGHT + 3 * MINUTE, 21.5),
            "soil_ph": Measured(MIDNIGHT + 2 * MINUTE, 6.5),
            "battery_v": Measured(MIDNIGHT + 2 * MINUTE, 3.6),
        }

    def test_a_step_has_its_mean_and_span_and_a_gap_is_absent(self, recorder: Recorder) -> None:
        for minute, value in ((1, 10.0), (4, 20.0), (11, 7.0), (15, 99.0)):
            recorder.say("soil-1", MIDNIGHT + minute * MINUTE, soil_moisture_pct=value)
        recorder.say("soil-1", MIDNIGHT + 2 * MINUTE, soil_ph=5.0)  # another metric
        found = recorder.store().series(
            "soil-1", "soil_moisture_pct", MIDNIGHT, MIDNIGHT + 15 * MINUTE, 5 * MINUTE
        )
        assert found == [
            Point(MIDNIGHT, 15.0, 10.0, 20.0, 2),
            Point(MIDNIGHT + 10 * MINUTE, 7.0, 7.0, 7.0, 1),
        ]

    def test_steps_count_from_the_start(self, recorder: Recorder) -> None:
        recorder.say("soil-1", MIDNIGHT + 7 * MINUTE, soil_ph=5.0)
        start = MIDNIGHT + 3 * MINUTE
        found = recorder.store().series("soil-1", "soil_ph", start, start + HOUR, 4 * MINUTE)
        assert found == [Point(start + 4 * MINUTE, 5.0, 5.0, 5.0, 1)]

    def test_yes_and_no_are_one_and_zero(self, recorder: Recorder) -> None:
        recorder.say("wifi-1", MIDNIGHT, internet_ok=True)
        recorder.say("wifi-1", MIDNIGHT + MINUTE, internet_ok=False)
        found = recorder.store().series("wifi-1", "internet_ok", MIDNIGHT, MIDNIGHT + HOUR, HOUR)
        assert found == [Point(MIDNIGHT, 0.5, 0.0, 1.0, 2)]

    def test_a_counter_rises_also_over_a_reset(self, recorder: Recorder) -> None:
        for minute, value in ((0, 100), (4, 110), (6, 115), (12, 4), (27, 4)):
            recorder.say("wifi-1", MIDNIGHT + minute * MINUTE, rx_bytes=value)
        found = recorder.store().series("wifi-1", "rx_bytes", MIDNIGHT, MIDNIGHT + HOUR, 5 * MINUTE)
        assert found == [
            Point(MIDNIGHT, 10, 10, 10, 1),
            Point(MIDNIGHT + 5 * MINUTE, 5, 5, 5, 1),
            Point(MIDNIGHT + 10 * MINUTE, 4, 4, 4, 1),
            Point(MIDNIGHT + 25 * MINUTE, 0, 0, 0, 1),
        ]

    def test_hours_and_days_are_exact_where_the_steps_fit_them(self, recorder: Recorder) -> None:
        for hour in (0, 1, 2, 23, 24, 49):
            for minute, more in ((0, 0), (59, 4)):
                at = MIDNIGHT + hour * HOUR + minute * MINUTE
                recorder.say("soil-1", at, soil_moisture_pct=hour + more)
        store = recorder.store()
        question = ("soil-1", "soil_moisture_pct", MIDNIGHT, MIDNIGHT + 4 * DAY)
        assert store.series(*question, 2 * HOUR) == [
            Point(MIDNIGHT, 2.5, 0, 5, 4),
            Point(MIDNIGHT + 2 * HOUR, 4, 2, 6, 2),
            Point(MIDNIGHT + 22 * HOUR, 25, 23, 27, 2),
            Point(MIDNIGHT + 24 * HOUR, 26, 24, 28, 2),
            Point(MIDNIGHT + 48 * HOUR, 51, 49, 53, 2),
        ]
        assert store.series(*question, DAY) == [
            Point(MIDNIGHT, 8.5, 0, 27, 8),
            Point(MIDNIGHT + DAY, 26, 24, 28, 2),
            Point(MIDNIGHT + 2 * DAY, 51, 49, 53, 2),
        ]

    def test_states_come_with_the_one_before_the_range(self, recorder: Recorder) -> None:
        turns = ((State.UP, 0), (State.DOWN, 1), (State.UNKNOWN, 2), (State.UP, 3))
        for state, hour in turns:
            recorder.turn("wifi-1", state, MIDNIGHT + hour * HOUR, f"cause-{hour}")
        recorder.turn("wifi-2", State.DOWN, MIDNIGHT + HOUR, "no-internet")
        store = recorder.store()
        found = store.states(MIDNIGHT + 2 * HOUR, MIDNIGHT + 3 * HOUR)
        assert {
            device: [(change.state, change.since, change.cause) for change in changes]
            for device, changes in found.items()
        } == {
            "wifi-1": [(State.UNKNOWN, MIDNIGHT + 2 * HOUR, "cause-2")],
            "wifi-2": [(State.DOWN, MIDNIGHT + HOUR, "no-internet")],
        }
        found = store.states(MIDNIGHT + HOUR + 1, MIDNIGHT + DAY, "wifi-1")
        assert list(found) == ["wifi-1"]
        assert [change.cause for change in found["wifi-1"]] == ["cause-1", "cause-2", "cause-3"]
