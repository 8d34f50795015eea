"""States follow readings, last wills and silence; what was unknown is corrected, never guessed."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.metric import Value
from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import State, StateChanged
from gateway.health.engine import NO_CHANGE, HealthEngine
from gateway.health.uptime import uptime
from tests.gateway.fleets import NOW, device, fleet_of, reading

MINUTE = 60_000
OK = {"internet_ok": True, "loss_pct": 0}
CUT = {"internet_ok": False}


class Watched:
    """One device under the engine, with the records that a journal would hold."""

    def __init__(self, kind: str = "wifi", **settings: Value) -> None:
        self.device = device("d-1", kind, settings=settings)
        self.engine = HealthEngine(fleet_of(self.device))
        self.records: dict[Millis, StateChanged] = {}

    def save(self, changes: Iterable[StateChanged]) -> None:
        for change in changes:
            assert change.device == "d-1"
            self.records[change.since] = change
            self.device.change(change)
        assert max(self.records, default=None) == self.device.state_since

    def read(self, minute: float, *, now: float | None = None, **values: Value) -> None:
        at = NOW + int(minute * MINUTE)
        arrived = at if now is None else NOW + int(now * MINUTE)
        new = reading(self.device, at, **values)
        self.device.heard_at = arrived
        self.save(self.engine.on_reading(self.device, new, arrived))

    def tick(self, minute: float) -> None:
        self.save(self.engine.on_tick(NOW + int(minute * MINUTE)))

    def restart(self, minute: float, *, clock_trusted: bool = True) -> None:
        self.engine = HealthEngine(fleet_of(self.device))
        now = NOW + int(minute * MINUTE)
        self.save(self.engine.restore(now, clock_trusted=clock_trusted))

    def correct(self, minute: int, by: int, *, since: int = 0) -> None:
        correction = Correction(NOW + since * MINUTE, by * MINUTE)
        now = NOW + (minute + by) * MINUTE
        self.device.correct(correction, now)
        self.engine.correct(correction, now)
        moved = (replace(one, since=correction.of(at)) for at, one in self.records.items())
        self.records = {one.since: one for one in moved}

    @property
    def history(self) -> list[tuple[float, str, str]]:
        return [
            ((since - NOW) / MINUTE, change.state.value, change.cause)
            for since, change in sorted(self.records.items())
        ]


def test_only_changes_are_told() -> None:
    watched = Watched()
    for minute in range(3):
        watched.read(minute, **OK)
    watched.read(3, **CUT)
    watched.read(4, **OK)
    assert watched.history == [(0, "up", "ok"), (3, "down", "no-internet"), (4, "up", "ok")]


def test_no_change_costs_no_memory() -> None:
    watched = Watched()
    watched.read(0, **OK)
    new = reading(watched.device, NOW + MINUTE, **OK)
    assert watched.engine.on_reading(watched.device, new, NOW + MINUTE) is NO_CHANGE


def test_a_silent_device_is_unknown_since_it_was_last_heard() -> None:
    watched = Watched()
    watched.read(0, **OK)
    watched.read(1, **OK)
    watched.tick(3.9)
    assert watched.device.state is State.UP
    watched.tick(4)
    assert watched.history == [(0, "up", "ok"), (1, "unknown", "silent")]
    watched.tick(50)
    watched.read(60, **OK)
    assert watched.history[2:] == [(60, "up", "ok")]


def test_the_deadline_leads_to_the_silence() -> None:
    watched = Watched()
    assert watched.engine.next_deadline() is None
    for minute in range(5):
        watched.read(minute, **OK)
    ticks = 0
    while (deadline := watched.engine.next_deadline()) is not None:
        watched.save(watched.engine.on_tick(deadline))
        ticks += 1
    assert ticks <= 3
    assert watched.history[-1] == (4, "unknown", "silent")


def test_silence_is_looked_for_in_the_rhythm_that_the_device_told() -> None:
    watched = Watched()
    watched.device.interval_s = 3600
    watched.read(0, **OK)
    for interval_s in (60, 1800, 300):
        watched.device.interval_s = interval_s
        watched.engine.on_interval(watched.device)
    assert not watched.engine.on_tick(NOW + 15 * MINUTE - 1)
    watched.tick(15)
    assert watched.history[-1] == (0, "unknown", "silent")


@pytest.mark.parametrize("restarted", [False, True])
def test_resent_readings_without_a_gap_fill_what_was_unknown(restarted: bool) -> None:
    watched = Watched()
    watched.read(0, **OK)
    watched.tick(30)
    if restarted:
        watched.restart(30)
    for minute in range(1, 20):
        watched.read(minute, now=30, **(CUT if 5 <= minute < 9 else OK))
    assert watched.history == [(0, "up", "ok"), (5, "down", "no-internet"), (9, "up", "ok")]


def test_resent_readings_with_a_gap_leave_it_unknown() -> None:
    watched = Watched()
    watched.read(0, **OK)
    watched.tick(60)
    watched.read(20, now=60, **OK)
    watched.read(40, now=60, **OK)
    assert watched.history == [
        (0, "unknown", "silent"),
        (20, "unknown", "silent"),
        (40, "up", "ok"),
    ]


def test_a_last_will_makes_it_unknown_from_then_on() -> None:
    watched = Watched()
    watched.read(0, **OK)
    watched.save(watched.engine.on_status(watched.device, False, NOW + MINUTE))
    assert watched.history == [(0, "up", "ok"), (1, "unknown", "offline")]
    watched.save(watched.engine.on_status(watched.device, True, NOW + MINUTE))
    assert watched.device.state is State.UNKNOWN
    watched.tick(3)
    assert watched.history == [(0, "up", "ok"), (1, "unknown", "silent")]
    watched.read(30, **OK)
    assert watched.history[-1] == (30, "up", "ok")


def test_a_device_whose_link_alone_was_off_was_never_unknown() -> None:
    watched = Watched()
    watched.read(0, **OK)
    watched.save(watched.engine.on_status(watched.device, False, NOW + MINUTE))
    watched.read(2, **OK)
    assert watched.history == [(0, "up", "ok"), (1, "up", "ok")]


def test_a_will_that_the_broker_kept_is_older_than_its_arrival() -> None:
    watched = Watched()
    watched.read(0, **OK)
    watched.restart(1)
    watched.save(watched.engine.on_status(watched.device, False, NOW + 600 * MINUTE))
    assert watched.history == [(0, "unknown", "offline")]


def test_silence_over_a_restart_is_seen_at_once() -> None:
    watched = Watched()
    watched.read(0, **OK)
    watched.read(1, **OK)
    watched.restart(60)
    assert watched.history == [(0, "up", "ok"), (1, "unknown", "silent")]


def test_by_day_a_light_keeps_the_verdict_of_its_last_night() -> None:
    watched = Watched("light", lamp_w=30)
    lit = {"is_night": True, "brightness_pct": 70, "load_power_w": 0, "battery_soc_pct": 80}
    watched.read(0, is_night=False, load_power_w=0, battery_soc_pct=80)
    assert watched.history == [(0, "unknown", "not-seen-lit")]
    watched.read(5, **lit)
    watched.read(10, is_night=False)
    assert watched.device.state_cause == "lamp-failure"
    watched.tick(600)
    watched.read(605, is_night=False)
    assert watched.history[1:] == [
        (5, "down", "lamp-failure"),
        (10, "unknown", "silent"),
        (605, "down", "lamp-failure"),
    ]


def test_values_of_an_older_message_are_not_taken_for_new() -> None:
    watched = Watched()
    watched.read(0, internet_ok=False, clients=0)
    watched.read(1, clients=0)
    assert watched.device.state is State.DOWN
    for minute in range(2, 6):
        watched.read(minute, clients=0)
    assert watched.history[-1] == (4, "unknown", "no-data")


@pytest.mark.parametrize("minutes", [3 * 365 * 24 * 60, -3 * 365 * 24 * 60])
def test_a_corrected_clock_neither_delays_silence_nor_hurries_it(minutes: int) -> None:
    watched = Watched()
    watched.read(0, **OK)
    watched.correct(1, minutes)
    watched.tick(minutes + 2.99)
    assert watched.device.state_cause == "ok"
    watched.tick(minutes + 3)
    assert watched.device.state_cause == "silent"


def test_without_a_known_time_nothing_is_known_until_the_next_report() -> None:
    watched = Watched()
    watched.read(0, **OK)
    watched.restart(1, clock_trusted=False)
    assert watched.device.state is State.UNKNOWN
    watched.read(2, **OK)
    assert watched.history == [(0, "unknown", "silent"), (2, "up", "ok")]
    watched.correct(3, 300, since=1)
    watched.read(303, **OK)
    assert watched.device.state_since == NOW + 302 * MINUTE
    assert watched.device.state_cause == "ok"


def test_a_clock_ahead_does_not_hide_silence() -> None:
    watched = Watched()
    watched.read(600, now=0, **OK)
    watched.tick(3)
    assert watched.history == [(600, "unknown", "silent")]


readings = st.lists(
    st.tuples(st.integers(1, 6), st.booleans(), st.booleans()), min_size=1, max_size=30
)


@given(steps=readings)
def test_resending_late_gives_the_history_of_sending_in_time(
    steps: list[tuple[int, bool, bool]],
) -> None:
    """Interval 1 minute: steps of up to 3 are no gap. `late` readings wait for the next one."""
    live, buffered = Watched(), Watched()
    minute = 0
    waiting: list[tuple[int, dict[str, Value]]] = []
    for number, (step, works, late) in enumerate(steps):
        minute += step
        values: dict[str, Value] = dict(OK if works else CUT)
        live.tick(minute - 0.5)
        live.read(minute, **values)
        buffered.tick(minute - 0.5)
        waiting.append((minute, values))
        if not late or number == len(steps) - 1:
            for at, kept in waiting:
                buffered.read(at, now=minute, **kept)
            waiting.clear()
    window: list[tuple[Millis, Millis]] = [(NOW, NOW + minute * MINUTE)]

    def total(watched: Watched) -> object:
        return uptime([change for _, change in sorted(watched.records.items())], window)

    assert total(live) == total(buffered)


@pytest.mark.parametrize("power", [0.0, 30.0])
def test_by_day_a_lamp_is_what_its_last_night_said_also_after_a_restart(power: float) -> None:
    watched = Watched("light", lamp_w=30)
    watched.read(
        0, is_night=True, brightness_pct=100, load_power_w=power, battery_v=13.2, battery_soc_pct=80
    )
    judged = (watched.device.state, watched.device.state_cause)
    assert judged == ((State.DOWN, "lamp-failure") if power == 0 else (State.UP, "ok"))
    watched.read(1, is_night=False, brightness_pct=0, load_power_w=0.0, battery_v=13.2)
    watched.save(watched.engine.on_status(watched.device, False, NOW + 2 * MINUTE))
    watched.restart(3)
    watched.read(4, is_night=False, brightness_pct=0, load_power_w=0.0, battery_v=13.2)
    assert (watched.device.state, watched.device.state_cause) == judged
    watched.save(watched.engine.on_status(watched.device, False, NOW + 5 * MINUTE))
    watched.restart(600)  # long silent
    watched.read(601, is_night=False, brightness_pct=0, load_power_w=0.0, battery_v=13.2)
    assert (watched.device.state, watched.device.state_cause) == judged
