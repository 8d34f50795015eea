from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.agronomy.crop import (
    TEA_OF_THE_NORTH,
    TEA_SHADED,
    TEA_UNSHADED,
    Crop,
    MonthDay,
    Seasons,
    adjusted_p,
    constant,
)


@pytest.mark.parametrize(
    ("day", "unshaded", "shaded"),
    [
        (date(2026, 1, 15), 0.95, 1.10),
        (date(2026, 1, 31), 0.95, 1.10),
        (date(2026, 3, 2), 0.95 + 0.05 * 29 / 59, 1.10 + 0.05 * 29 / 59),
        (date(2024, 3, 2), 0.95 + 0.05 * 30 / 60, 1.10 + 0.05 * 30 / 60),  # a leap year
        (date(2026, 4, 1), 1.00, 1.15),
        (date(2026, 9, 30), 1.00, 1.15),
        (date(2026, 11, 15), 1.00, 1.15),
        (date(2026, 12, 1), 0.95, 1.10),
    ],
)
def test_tea_through_the_year(day: date, unshaded: float, shaded: float) -> None:
    assert TEA_UNSHADED.kc(day) == pytest.approx(unshaded)
    assert TEA_SHADED.kc(day) == pytest.approx(shaded)


def test_stages_that_pass_new_year() -> None:
    winter = Crop(
        0.3,
        1.2,
        0.6,
        p=0.5,
        root_depth_m=1,
        seasons=Seasons(MonthDay(11, 1), MonthDay(12, 2), MonthDay(1, 11), MonthDay(5, 1)),
    )
    assert winter.kc(date(2025, 12, 1)) == 0.3
    assert winter.kc(date(2025, 12, 22)) == pytest.approx(0.75)
    assert winter.kc(date(2026, 1, 1)) == pytest.approx(0.3 + 0.9 * 30 / 40)
    assert winter.kc(date(2026, 1, 11)) == 1.2
    assert winter.kc(date(2026, 10, 31)) == pytest.approx(0.6, abs=0.005)


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_the_coefficient_never_leaps_within_a_cycle(day: date) -> None:
    here, tomorrow = TEA_UNSHADED.kc(day), TEA_UNSHADED.kc(day + timedelta(1))
    assert 0.95 <= here <= 1.00
    if (day + timedelta(1)).month != 12 or day.month == 12:
        assert abs(tomorrow - here) < 0.001


def test_a_coefficient_of_ones_own() -> None:
    own = constant(0.8, p=0.4, root_depth_m=0.6)
    assert {own.kc(date(2026, month, 7)) for month in range(1, 13)} == {0.8}
    assert replace(TEA_UNSHADED, kc_middle=1.05).kc(date(2026, 6, 1)) == 1.05


@pytest.mark.parametrize(
    ("etc_mm", "p"), [(5, 0.40), (3, 0.48), (7.5, 0.30), (0, 0.60), (20, 0.1), (-20, 0.8)]
)
def test_on_a_thirsty_day_less_is_readily_available(etc_mm: float, p: float) -> None:
    assert adjusted_p(0.40, etc_mm) == pytest.approx(p)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kc_middle": 0}, "a crop coefficient is more than 0"),
        ({"kc_end": float("nan")}, "a crop coefficient is more than 0"),
        ({"p": 0.9}, "a depletion fraction is between"),
        ({"root_depth_m": 0}, "roots have a depth"),
        (
            {"seasons": TEA_OF_THE_NORTH._replace(development=MonthDay(2, 29))},
            "out of range",
        ),
        (
            {"seasons": Seasons(MonthDay(4, 1), MonthDay(2, 1), MonthDay(6, 1), MonthDay(5, 1))},
            "do not follow each other",
        ),
    ],
)
def test_no_such_crop(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(TEA_UNSHADED, **wrong)  # type: ignore[arg-type]
