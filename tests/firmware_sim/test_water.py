"""Pipes and ground together: what the valves let through is what the soil gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.climate import Climate
from firmware_sim.ground import Ground
from firmware_sim.layout import PlotSpec
from firmware_sim.pipes import NOMINAL_KPA, SHUT_OFF_KPA, SOUND, Defect, Line
from firmware_sim.weather import Sky
from tests.firmware_sim.small_hamlet import DAY, HOUR, MINUTE, START

PLOT = PlotSpec("lo-1", 2400.0, ("valve-1",), "pump-1", (), 240.0)


def make_sky(seed: int = 1) -> Sky:
    return Sky(Climate(seed, place=(21.72, 105.74, 60.0), timezone="Asia/Ho_Chi_Minh"), START)


class TestPipes:
    def test_water_flows_only_while_the_pump_runs_and_the_valve_is_open(self) -> None:
        line = Line(START, 240.0)
        tap = line.add(240.0)
        line.set_coil(tap, True, START)
        line.advance(START + HOUR)
        assert tap.total_l == 0
        line.set_running(True, START + HOUR)
        line.advance(START + HOUR + 10 * MINUTE)
        assert tap.total_l == pytest.approx(2400, rel=0.02)
        line.set_coil(tap, False, START + HOUR + 10 * MINUTE)
        line.advance(START + 2 * HOUR)
        assert tap.total_l == pytest.approx(2400, rel=0.02)
        assert line.pressure_kpa == SHUT_OFF_KPA

    def test_a_single_valve_gets_the_nominal_pressure_and_two_share(self) -> None:
        line = Line(START, 240.0)
        one, other = line.add(240.0), line.add(240.0)
        line.set_running(True, START)
        line.set_coil(one, True, START)
        assert line.pressure_kpa == pytest.approx(NOMINAL_KPA, rel=0.01)
        alone, power = one.flow_l_min, line.power_w
        line.set_coil(other, True, START)
        assert 0.5 * alone < one.flow_l_min < alone
        assert one.flow_l_min + other.flow_l_min > alone
        assert line.power_w > power

    def test_a_stuck_valve_does_what_it_likes(self) -> None:
        line = Line(START, 100.0)
        tap = line.add(100.0)
        line.set_running(True, START)
        line.set_defect(tap, Defect(stuck=True), START)
        assert tap.flow_l_min > 0
        line.set_defect(tap, Defect(stuck=False), START)
        line.set_coil(tap, True, START)
        assert tap.flow_l_min == 0
        line.set_defect(tap, SOUND, START)
        assert tap.flow_l_min > 0

    def test_the_mains_need_no_pump(self) -> None:
        line = Line(START, mains=True)
        tap = line.add(60.0)
        line.set_coil(tap, True, START)
        line.advance(START + MINUTE)
        assert 0 < tap.total_l < 60


steps = st.lists(
    st.tuples(st.integers(1, 6 * HOUR), st.booleans(), st.booleans()), min_size=1, max_size=40
)


@given(steps=steps, seed=st.integers(0, 40), moisture=st.floats(10, 43))
def test_water_is_conserved(
    steps: list[tuple[int, bool, bool]], seed: int, moisture: float
) -> None:
    sky = make_sky(seed)
    line = Line(START, PLOT.rate_l_min)
    tap = line.add(PLOT.rate_l_min)
    ground = Ground(PLOT, (tap,), moisture, sky)
    before = ground.stored_mm
    for step, running, opened in steps:
        now = sky.now
        line.set_running(running, now)
        line.set_coil(tap, opened, now)
        sky.advance(now + step)
        ground.advance(sky, now + step)
        came = ground.books.rained_mm + ground.books.irrigated_mm
        went = ground.books.evaporated_mm + ground.books.drained_mm + ground.books.runoff_mm
        assert ground.stored_mm == pytest.approx(before + came - went, abs=1e-6)
        assert ground.books.irrigated_mm == pytest.approx(tap.total_l / PLOT.area_m2)
        assert ground.books.rained_mm == pytest.approx(sky.rain_mm)
        assert 0 <= ground.top_pct <= 100
        assert 0 <= ground.low_pct <= 100


def test_a_plot_dries_by_less_than_a_per_cent_a_day_and_six_millimetres_bring_two_back() -> None:
    sky = make_sky(3)  # a dry week
    line = Line(START, PLOT.rate_l_min)
    tap = line.add(PLOT.rate_l_min)
    ground = Ground(PLOT, (tap,), 26.0, sky)
    for now in range(START, START + 4 * DAY + 1, HOUR):
        sky.advance(now)
        ground.advance(sky, now)
    assert sky.rain_mm == 0
    assert 0.25 < (26.0 - ground.top_pct) / 4 < 0.8
    dry = ground.top_pct
    line.set_running(True, sky.now)
    line.set_coil(tap, True, sky.now)
    sky.advance(sky.now + HOUR)  # six millimetres an hour
    ground.advance(sky, sky.now)
    assert 1.5 < ground.top_pct - dry < 2.1


def test_soil_above_field_capacity_drains_to_it() -> None:
    sky = make_sky(3)
    ground = Ground(PLOT, (), 40.0, sky)
    for now in range(START, START + 3 * DAY, HOUR):
        sky.advance(now)
        ground.advance(sky, now)
    assert 30 < ground.top_pct < 33
    assert ground.books.drained_mm > 20
