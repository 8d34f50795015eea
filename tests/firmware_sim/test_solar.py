from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.climate import Climate
from firmware_sim.solar import CHARGE_EFFICIENCY, STANDBY_W, Pole
from firmware_sim.weather import Sky
from tests.firmware_sim.small_hamlet import DAY, HOUR, MINUTE, START

PLACE = (21.72, 105.74, 60.0)


def make(seed: int = 1) -> tuple[Sky, Pole]:
    sky = Sky(Climate(seed, place=PLACE, timezone="Asia/Ho_Chi_Minh"), START)
    return sky, Pole(30.0, Random(seed), sky)


def live(sky: Sky, pole: Pole, until: int, step: int = 15 * MINUTE) -> None:
    for now in range(sky.now + step, until + 1, step):
        sky.advance(now)
        pole.advance(sky)


@given(
    steps=st.lists(st.integers(1, 8 * HOUR), min_size=1, max_size=40),
    seed=st.integers(0, 50),
    dirt=st.floats(0, 1),
    ageing=st.floats(0, 0.9),
    at=st.integers(0, 40),
)
def test_energy_is_conserved(
    steps: list[int], seed: int, dirt: float, ageing: float, at: int
) -> None:
    sky, pole = make(seed)
    pole.dirt = dirt
    for number, step in enumerate(steps):
        if number == at:
            pole.age(ageing)
        before = pole.charge_wh
        generated, used, day = pole.generated_today_wh, pole.used_today_wh, sky.air.day
        sky.advance(sky.now + step)
        pole.advance(sky)
        if sky.air.day != day:  # the counters of a day begin anew
            generated = used = 0.0
        gained = (pole.generated_today_wh - generated) * CHARGE_EFFICIENCY
        assert pole.charge_wh - before == pytest.approx(
            gained - (pole.used_today_wh - used), abs=1e-6
        )
        assert -1e-9 <= pole.charge_wh <= pole.capacity_wh + 1e-9


def test_what_an_ageing_battery_cannot_hold_is_booked_as_lost() -> None:
    _, pole = make()
    before = pole.charge_wh
    pole.age(0.9)
    assert pole.charge_wh == pytest.approx(pole.capacity_wh)
    assert pole.charge_wh + pole.lost_wh == pytest.approx(before)
    capacity = pole.capacity_wh
    pole.age(0.9)  # told again, it does not age again
    assert pole.capacity_wh == capacity


def test_battery_rises_by_day_and_falls_by_night() -> None:
    sky, pole = make(3)  # a sunny day
    live(sky, pole, START + 9 * HOUR)  # 16:00
    afternoon = pole.charge_wh, pole.battery_v
    live(sky, pole, START + 22 * HOUR)  # 05:00
    assert pole.charge_wh < afternoon[0]
    assert pole.battery_v < afternoon[1]
    live(sky, pole, START + 33 * HOUR)
    assert pole.charge_wh > afternoon[0] - 1


def test_lamp_follows_its_profile_at_night() -> None:
    sky, pole = make()
    seen = {}
    for now in range(START, START + DAY, 30 * MINUTE):
        sky.advance(now)
        pole.advance(sky)
        seen[round(sky.air.hour * 2) / 2] = (pole.brightness_pct, pole.load_w)
    assert seen[12.0] == (0, STANDBY_W)
    assert [seen[hour][0] for hour in (19.0, 23.0, 2.0, 5.0)] == [100, 50, 50, 70]
    assert 27 < seen[19.0][1] < 32


def test_a_dead_lamp_is_told_to_burn_and_draws_nothing() -> None:
    sky, pole = make()
    pole.lamp_dead = True
    live(sky, pole, START + 13 * HOUR)
    assert pole.brightness_pct == 100
    assert pole.load_w == STANDBY_W


def test_an_empty_battery_switches_the_lamp_off_and_waits_for_charge() -> None:
    sky, pole = make()
    pole.dirt = 1.0
    live(sky, pole, START + 5 * DAY)
    assert pole.charge_wh > 0
    sky.advance(START + 5 * DAY + 12 * HOUR)
    pole.advance(sky)
    assert sky.air.night
    assert pole.brightness_pct == 0
    assert pole.battery_v < 12.1


def test_a_dimmed_lamp_returns_to_its_profile_when_the_time_is_over() -> None:
    sky, pole = make()
    live(sky, pole, START + 13 * HOUR)
    pole.dim(20, sky.now + HOUR, sky.air)
    assert pole.brightness_pct == 20
    live(sky, pole, START + 14 * HOUR + 15 * MINUTE)
    assert pole.brightness_pct == 100


def test_a_dirty_panel_harvests_less_than_its_clean_twin() -> None:
    sky, clean = make()
    dirty = Pole(30.0, Random(1), sky)
    dirty.dirt = 0.5
    sky.advance(START + 2 * HOUR)
    for pole in (clean, dirty):
        pole.advance(sky)
    assert dirty.generated_today_wh == pytest.approx(clean.generated_today_wh / 2)
