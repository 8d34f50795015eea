"""What can break between the well, the roots and the gateway: how each fault shows, and that water
is booked all the same."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.faults import Ailments, Fault, Spell
from firmware_sim.firmware.hearing import REPEAT_GAP_MS
from firmware_sim.firmware.valve import ValveFirmware
from firmware_sim.pipes import PUMP_DRY_W, PUMP_IDLE_W, Defect, Line
from firmware_sim.ring import Message
from firmware_sim.world import World
from tests.firmware_sim.small_hamlet import (
    HOUR,
    MINUTE,
    START,
    broken,
    command,
    make_world,
    read,
)

RATE_L_MIN = 240.0
AREA_M2 = 2400.0
ON: Mapping[str, str] = {"pump-1": "start", "valve-1": "open", "valve-2": "open"}


def world_with(fault: Fault, device: str, amount: float = 0.0, since: int = 0) -> World:
    spell = Spell(fault, since, broken(fault).end, None, amount)
    return make_world(3, faults={device: spell})


def tell(
    world: World, device: str, name: str, now: int, id: str = "", **args: Any
) -> list[Message]:
    payload = command(name, id or f"{device}-{now}", **args)
    return world.devices[device].handle_command(payload, now)


def switch_on(world: World, now: int, *devices: str) -> None:
    for device in devices:
        tell(world, device, ON[device], now, lease_s=3600)


def see(world: World, device: str, now: int) -> dict[str, Any]:
    return read(world.devices[device].report(now))


class TestPipes:
    def test_a_leak_flows_past_the_shut_valve_while_the_pump_runs_for_another(self) -> None:
        world = world_with(Fault.PIPE_LEAK, "valve-1", 0.2)
        assert see(world, "valve-1", START)["flow_l_min"] == 0
        switch_on(world, START, "pump-1", "valve-2")
        later = see(world, "valve-1", START + 10 * MINUTE)
        assert later["open"] is False
        assert later["flow_l_min"] == pytest.approx(0.2 * RATE_L_MIN, rel=0.15)
        assert later["volume_total_l"] == pytest.approx(10 * later["flow_l_min"], rel=0.05)

    def test_a_leak_wets_the_plot_and_is_booked_as_such(self) -> None:
        world = world_with(Fault.PIPE_LEAK, "valve-1", 0.2)
        see(world, "valve-1", START)
        switch_on(world, START, "pump-1")
        see(world, "valve-1", START + HOUR)
        books = world.books("lo-1", START + HOUR)
        assert books.leaked_mm == books.irrigated_mm > 0.5

    @pytest.mark.parametrize("amount", [2.0, 3.0])
    def test_a_burst_pipe_lets_far_more_out_at_less_pressure(self, amount: float) -> None:
        world, sound = world_with(Fault.PIPE_BURST, "valve-1", amount), make_world(3)
        for each in (world, sound):
            switch_on(each, START, "pump-1", "valve-1")
        worse, well = (see(each, "valve-1", START + MINUTE) for each in (world, sound))
        assert 1.5 < worse["flow_l_min"] / well["flow_l_min"] < amount
        assert worse["pressure_kpa"] < 0.75 * well["pressure_kpa"]
        books = world.books("lo-1", START + HOUR)
        assert books.leaked_mm == pytest.approx(books.irrigated_mm * (1 - 1 / amount))

    def test_a_burst_pipe_behind_a_shut_valve_loses_nothing(self) -> None:
        world = world_with(Fault.PIPE_BURST, "valve-1", 3.0)
        switch_on(world, START, "pump-1")
        assert see(world, "valve-1", START + HOUR)["volume_total_l"] == 0

    def test_a_blocked_filter_leaves_a_trickle_and_raises_the_pressure(self) -> None:
        world = world_with(Fault.FILTER_BLOCKED, "valve-1", 0.3)
        switch_on(world, START, "pump-1", "valve-1")
        valve = see(world, "valve-1", START + MINUTE)
        assert valve["flow_l_min"] == pytest.approx(0.3 * RATE_L_MIN, rel=0.15)
        assert valve["pressure_kpa"] > 290

    def test_a_valve_that_wont_close_opens_as_it_should(self) -> None:
        world = world_with(Fault.VALVE_WONT_CLOSE, "valve-1")
        switch_on(world, START, "pump-1")
        assert see(world, "valve-1", START + MINUTE)["flow_l_min"] == 0
        switch_on(world, START + MINUTE, "valve-1")
        assert see(world, "valve-1", START + 2 * MINUTE)["flow_l_min"] > 0
        tell(world, "valve-1", "close", START + 3 * MINUTE)
        shut = see(world, "valve-1", START + 4 * MINUTE)
        assert shut["open"] is False
        assert shut["flow_l_min"] > 0
        tell(world, "pump-1", "stop", START + 5 * MINUTE)
        assert see(world, "valve-1", START + 6 * MINUTE)["flow_l_min"] == 0

    def test_a_valve_that_wont_close_lets_its_lease_end_and_flows_on(self) -> None:
        world = world_with(Fault.VALVE_WONT_CLOSE, "valve-1")
        switch_on(world, START, "pump-1")
        tell(world, "valve-1", "open", START, lease_s=60)
        (report, *_) = world.devices["valve-1"].run(START + MINUTE)
        assert read(report)["open"] is False
        assert read(report)["flow_l_min"] > 0

    def test_a_valve_that_wont_close_is_still_open_after_a_power_cut(self) -> None:
        world = world_with(Fault.VALVE_WONT_CLOSE, "valve-1")
        switch_on(world, START, "valve-1")
        again = world_with(Fault.VALVE_WONT_CLOSE, "valve-1")
        again.devices["valve-1"].load(world.devices["valve-1"].save())
        switch_on(again, START, "pump-1")
        assert see(again, "valve-1", START + MINUTE)["flow_l_min"] > 0
        mended = make_world(3)
        mended.devices["valve-1"].load(world.devices["valve-1"].save())
        switch_on(mended, START, "pump-1")
        assert see(mended, "valve-1", START + MINUTE)["flow_l_min"] == 0

    def test_a_mended_valve_follows_its_coil_again(self) -> None:
        spell = Spell(Fault.VALVE_WONT_CLOSE, 0, START + HOUR)
        world = make_world(3, faults={"valve-1": spell})
        switch_on(world, START, "pump-1", "valve-1")
        tell(world, "valve-1", "close", START + MINUTE)
        assert see(world, "valve-1", START + 2 * MINUTE)["flow_l_min"] > 0
        assert see(world, "valve-1", START + HOUR)["flow_l_min"] == 0


class TestPump:
    def test_over_a_dry_well_it_turns_and_draws_little(self) -> None:
        world = world_with(Fault.WELL_DRY, "pump-1", since=START + MINUTE)
        switch_on(world, START, "pump-1", "valve-1")
        assert see(world, "pump-1", START + 1)["power_w"] > 2 * PUMP_IDLE_W
        dry = see(world, "pump-1", START + 2 * MINUTE)
        assert dry["running"] is True
        assert dry["power_w"] == pytest.approx(PUMP_DRY_W, rel=0.1)
        assert dry["pressure_kpa"] < 10
        valve = see(world, "valve-1", START + 3 * MINUTE)
        assert valve["open"] is True
        assert valve["flow_l_min"] == 0
        assert valve["volume_total_l"] == see(world, "valve-1", START + HOUR)["volume_total_l"]

    def test_a_dead_one_says_that_it_obeyed(self) -> None:
        world = world_with(Fault.PUMP_DEAD, "pump-1")
        result, report = tell(world, "pump-1", "start", START, lease_s=60)
        assert read(result)["ok"] is True
        assert read(result)["running"] is False
        assert read(report)["running"] is False
        assert read(report)["power_w"] == 0

    def test_a_tripped_one_stops_and_says_no(self) -> None:
        world = world_with(Fault.PUMP_TRIPPED, "pump-1", since=START + MINUTE)
        switch_on(world, START, "pump-1")
        assert see(world, "pump-1", START + 1)["running"] is True
        assert see(world, "pump-1", START + MINUTE)["running"] is False
        (result,) = tell(world, "pump-1", "start", START + HOUR, lease_s=60)
        assert read(result)["ok"] is False
        assert "tripped" in read(result)["error"]
        assert see(world, "pump-1", START + HOUR)["lease_remaining_s"] == 0
        (result, _) = tell(world, "pump-1", "stop", START + HOUR + 1)
        assert read(result)["ok"] is True


class TestSensors:
    def test_a_probe_that_drifts_is_off_by_so_much(self) -> None:
        sick, well = world_with(Fault.SENSOR_DRIFT, "soil-1a", -6.0), make_world(3)
        shown, true = (see(each, "soil-1a", START)["soil_moisture_pct"] for each in (sick, well))
        assert shown == pytest.approx(true - 6, abs=0.11)

    def test_a_probe_in_per_cent_of_field_capacity_shows_three_times_as_much(self) -> None:
        sick, well = world_with(Fault.SENSOR_SCALE, "soil-1a"), make_world(3)
        shown, true = (see(each, "soil-1a", START)["soil_moisture_pct"] for each in (sick, well))
        assert shown == pytest.approx(true * 100 / 32, abs=0.3)

    def test_no_fault_makes_a_probe_show_what_no_probe_can(self) -> None:
        for fault, amount in ((Fault.SENSOR_DRIFT, 50.0), (Fault.SENSOR_DRIFT, -50.0)):
            world = make_world(3)
            world.grounds["lo-1"].top_pct = 60.0 if amount > 0 else 5.0
            firmware = world.devices["soil-1a"]
            firmware.ailments = Ailments([broken(fault, amount)])
            assert 0 <= read(firmware.report(START))["soil_moisture_pct"] <= 100

    def test_a_blocked_rain_gauge_misses_for_good_what_fell_meanwhile(self) -> None:
        world = world_with(Fault.RAIN_GAUGE_BLOCKED, "weather-1", since=START + HOUR)
        world.sky.rain_mm = 4.0
        assert see(world, "weather-1", START)["rain_total_mm"] == 4.0
        world.sky.rain_mm = 10.0
        assert see(world, "weather-1", START + HOUR)["rain_total_mm"] == 4.0
        again = make_world(3)
        again.sky.load(world.sky.save())
        again.devices["weather-1"].load(world.devices["weather-1"].save())
        again.sky.rain_mm = 11.0
        assert see(again, "weather-1", START + HOUR)["rain_total_mm"] == 5.0

    def test_a_stuck_anemometer_feels_no_wind(self) -> None:
        sick, well = world_with(Fault.ANEMOMETER_STUCK, "weather-1"), make_world(3)
        noon = START + 5 * HOUR
        assert see(sick, "weather-1", noon)["wind_speed_m_s"] == 0
        assert see(well, "weather-1", noon)["wind_speed_m_s"] > 0


class TestCommands:
    def test_lost_ones_are_never_heard_while_telemetry_goes_on(self) -> None:
        world = world_with(Fault.COMMANDS_LOST, "valve-1")
        assert tell(world, "valve-1", "open", START, lease_s=60) == []
        assert see(world, "valve-1", START + MINUTE)["open"] is False

    def test_late_ones_are_obeyed_late(self) -> None:
        world = world_with(Fault.COMMANDS_LATE, "valve-1", 20)
        valve = world.devices["valve-1"]
        assert tell(world, "valve-1", "open", START, lease_s=60) == []
        assert valve.wake == START + 20_000
        result, report, *_ = valve.run(valve.wake)
        assert read(result)["ok"] is True
        assert read(report)["lease_remaining_s"] == 60
        assert valve.wake > START + 20_000

    def test_what_expired_on_the_way_is_refused(self) -> None:
        world = world_with(Fault.COMMANDS_LATE, "valve-1", 20)
        valve = world.devices["valve-1"]
        asked = command("open", lease_s=60, expires_at=START + 10_000)
        valve.handle_command(asked, START)
        (result, *_) = valve.run(START + 20_000)
        assert read(result) == {"id": "c-1", "ok": False, "error": "expired"}
        assert see(world, "valve-1", START + MINUTE)["open"] is False

    def test_a_repeated_open_does_not_open_again_after_the_close(self) -> None:
        world = world_with(Fault.COMMANDS_REPEATED, "valve-1", 3)
        valve = world.devices["valve-1"]
        answers = tell(world, "valve-1", "open", START, "c-1", lease_s=60)
        answers += tell(world, "valve-1", "close", START + 1, "c-2")
        while valve.wake <= START + 3 * REPEAT_GAP_MS:
            answers += valve.run(valve.wake)
        ids = [read(answer)["id"] for answer in answers if "/result" in answer.topic]
        assert sorted(ids) == ["c-1"] * 3 + ["c-2"] * 3
        assert see(world, "valve-1", START + MINUTE)["open"] is False

    def test_a_lost_result_hides_nothing_else(self) -> None:
        world = world_with(Fault.RESULTS_LOST, "valve-1")
        (report,) = tell(world, "valve-1", "open", START, lease_s=60)
        assert read(report)["open"] is True


defects = st.builds(
    Defect,
    stuck=st.sampled_from([None, True, False]),
    jams=st.booleans(),
    shut_share=st.floats(0, 1),
    open_share=st.floats(0, 10),
)
steps = st.lists(
    st.tuples(st.integers(1, HOUR), st.booleans(), st.booleans(), st.booleans(), defects),
    min_size=1,
    max_size=30,
)


@given(steps=steps, mains=st.booleans())
def test_no_defect_makes_or_loses_water(
    steps: list[tuple[int, bool, bool, bool, Defect]], mains: bool
) -> None:
    """What the meters count is the flow over time, and the part astray is never more than that."""
    line = Line(START, RATE_L_MIN, mains=mains)
    tap, other = line.add(RATE_L_MIN), line.add(RATE_L_MIN / 2)
    now, counted = START, 0.0
    for passed, running, opened, dry, defect in steps:
        line.set_defect(tap, defect, now)
        line.set_running(running, now)
        line.set_dry(dry, now)
        line.set_coil(tap, opened, now)
        line.set_coil(other, not opened, now)
        for each in (tap, other):
            assert each.flow_l_min >= 0
            counted += each.flow_l_min * passed / MINUTE
        if dry or not (running or mains):
            assert tap.flow_l_min == other.flow_l_min == 0
        now += passed
        line.advance(now)
    assert tap.total_l + other.total_l == pytest.approx(counted)
    assert 0 <= tap.astray_l <= tap.total_l * (1 + 1e-9)
    assert other.astray_l == 0


def test_a_world_says_what_became_of_the_water_of_a_plot() -> None:
    world = make_world(3)
    before = world.books("lo-1", START)
    switch_on(world, START, "pump-1", "valve-1")
    valve = world.devices["valve-1"]
    assert isinstance(valve, ValveFirmware)
    day = world.books("lo-1", START + 12 * HOUR).since(before)
    assert day.irrigated_mm == pytest.approx(valve.tap.total_l / AREA_M2)
    assert 0 < day.evaporated_mm <= day.thirst_mm
    assert 0 <= day.deficit < 1
    assert 0 <= day.stressed_h <= 12
