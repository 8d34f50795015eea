from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.agronomy.balance import (
    USUAL_ET0_MM,
    Doubt,
    Fluxes,
    RootZone,
    next_depletion,
    stress_coefficient,
    usual_et0,
)

TEA = RootZone(field_capacity_pct=32, wilting_point_pct=18, root_depth_m=0.6, p=0.40)
CALM = Fluxes(et0_mm=5.0, usual_et0_mm=4.0, kc=1.0, rain_mm=0.0)


def test_what_the_soil_of_tea_holds() -> None:
    assert TEA.taw_mm == pytest.approx(84)
    assert TEA.raw_mm == pytest.approx(33.6)
    assert TEA.moisture_pct(TEA.raw_mm) == pytest.approx(26.4)
    assert TEA.depletion_mm(26.4) == pytest.approx(33.6)


def test_a_dry_day_takes_etc() -> None:
    step = next_depletion(TEA, 10.0, CALM)
    assert (step.ks, step.etc_mm, step.depletion_mm, step.doubts) == (1.0, 5.0, 15.0, ())
    assert step.raw_mm == pytest.approx(33.6)


def test_rain_is_credited_once_and_the_rest_drains() -> None:
    wet = next_depletion(TEA, 10.0, CALM._replace(rain_mm=40.0))
    assert (wet.depletion_mm, wet.effective_rain_mm, wet.percolation_mm) == (0.0, 40.0, 25.0)
    assert next_depletion(TEA, wet.depletion_mm, CALM).depletion_mm == 5.0


def test_runoff_and_drizzle_reach_no_root() -> None:
    storm = next_depletion(TEA, 80.0, CALM._replace(rain_mm=30.0, runoff_mm=10.0))
    assert (storm.runoff_mm, storm.effective_rain_mm) == (10.0, 20.0)
    assert next_depletion(TEA, 10.0, CALM._replace(rain_mm=5, runoff_mm=8)).runoff_mm == 5
    drizzle = next_depletion(TEA, 10.0, CALM._replace(rain_mm=0.9))
    assert (drizzle.lost_on_leaves_mm, drizzle.effective_rain_mm) == (0.9, 0.0)
    assert drizzle.depletion_mm == 15.0
    assert next_depletion(TEA, 10.0, CALM._replace(rain_mm=1.0)).effective_rain_mm == 1.0


def test_a_thirsty_crop_drinks_less() -> None:
    step = next_depletion(TEA, 60.0, CALM)
    assert step.ks == pytest.approx((84 - 60) / (84 - 33.6))
    assert step.etc_mm == pytest.approx(5 * step.ks)
    watered = next_depletion(TEA, 60.0, CALM._replace(irrigation_mm=30.0))
    assert watered.ks == 1.0


def test_at_the_wilting_point_nothing_is_left() -> None:
    step = next_depletion(TEA, TEA.taw_mm, CALM)
    assert (step.ks, step.etc_mm, step.depletion_mm) == (0.0, 0.0, TEA.taw_mm)


@pytest.mark.parametrize(("depletion", "ks"), [(0, 1), (33.6, 1), (58.8, 0.5), (84, 0), (90, 0)])
def test_stress(depletion: float, ks: float) -> None:
    assert stress_coefficient(depletion, 84, 33.6) == pytest.approx(ks)


def test_the_hours_of_a_day_make_the_day() -> None:
    """As long as there is no stress and no drizzle: those depend on when what happens."""
    depletion, drained = 8.0, 0.0
    for hour in range(24):
        rain = 30.0 if hour == 3 else 0.0
        part = CALM._replace(share=1 / 24, rain_mm=rain)
        step = next_depletion(TEA, depletion, part)
        depletion, drained = step.depletion_mm, drained + step.percolation_mm
    day = next_depletion(TEA, 8.0, CALM._replace(rain_mm=30.0))
    assert depletion - drained == pytest.approx(day.depletion_mm - day.percolation_mm)
    assert step.raw_mm == day.raw_mm


def test_what_is_unknown_is_said() -> None:
    step = next_depletion(TEA, 10.0, CALM._replace(et0_mm=None, rain_mm=None))
    assert step.doubts == (Doubt.ET0_UNKNOWN, Doubt.RAIN_UNKNOWN)
    assert (step.et0_mm, step.effective_rain_mm, step.depletion_mm) == (4.0, 0.0, 14.0)


def test_the_usual_et0() -> None:
    assert usual_et0([9, 9, None, 1, 2, 3, None, 4, 5, 6, 7]) == 4.0
    assert usual_et0([None]) == usual_et0([]) == USUAL_ET0_MM


MM = st.floats(0, 300)


@given(
    st.builds(
        RootZone,
        field_capacity_pct=st.floats(20, 60),
        wilting_point_pct=st.floats(1, 19),
        root_depth_m=st.floats(0.05, 3),
        p=st.floats(0.1, 0.8),
    ),
    st.floats(0, 1),
    st.lists(
        st.builds(
            Fluxes,
            et0_mm=st.none() | st.floats(0, 20),
            usual_et0_mm=st.floats(0, 20),
            kc=st.floats(0.1, 1.5),
            rain_mm=st.none() | MM,
            runoff_mm=MM,
            irrigation_mm=MM,
            share=st.floats(0, 1),
        ),
        max_size=30,
    ),
)
def test_water_is_conserved(zone: RootZone, start: float, days: list[Fluxes]) -> None:
    depletion = start * zone.taw_mm
    came = went = 0.0
    first = depletion
    for fluxes in days:
        step = next_depletion(zone, depletion, fluxes)
        assert 0 <= step.depletion_mm <= zone.taw_mm
        assert 0 <= step.ks <= 1
        assert 0 <= step.etc_mm <= fluxes.kc * step.et0_mm + 1e-9
        assert step.percolation_mm >= 0
        assert step.rain_mm == pytest.approx(
            step.runoff_mm + step.lost_on_leaves_mm + step.effective_rain_mm, abs=1e-9
        )
        came += step.effective_rain_mm + step.irrigation_mm
        went += step.etc_mm + step.percolation_mm
        depletion = step.depletion_mm
    assert depletion == pytest.approx(first - came + went, abs=1e-9)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"field_capacity_pct": 18}, "wilting point < field capacity"),
        ({"wilting_point_pct": nan}, "wilting point < field capacity"),
        ({"root_depth_m": 0}, "roots have a depth"),
        ({"root_depth_m": inf}, "roots have a depth"),
        ({"p": 40}, "a depletion fraction"),
    ],
)
def test_no_such_soil(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(TEA, **wrong)


@pytest.mark.parametrize("field", ["et0_mm", "kc", "rain_mm", "irrigation_mm", "share"])
@pytest.mark.parametrize("value", [-0.1, nan, inf])
def test_no_such_flux(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{field} is not a number of 0 or more"):
        next_depletion(TEA, 10.0, CALM._replace(**{field: value}))


@pytest.mark.parametrize("before", [-0.1, 84.1, nan])
def test_no_such_depletion(before: float) -> None:
    with pytest.raises(ValueError, match="is not between 0 and 84 mm"):
        next_depletion(TEA, before, CALM)
