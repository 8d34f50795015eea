"""A whole year against the reference ET that pyfao56 wrote beside it.

The figures are printed with `pytest -s`.
"""

from collections.abc import Callable
from dataclasses import replace
from statistics import mean

from gateway.agronomy.estimates import Climate
from gateway.agronomy.reference import reference_et
from gateway.agronomy.weather_day import DailyWeather
from tests.gateway.agronomy.maricopa import FILE, MARICOPA, STATION

BY_RH = Climate(rh_first=True)
HALF_A_DIGIT = {
    "tmax_c": 0.05,
    "tmin_c": 0.05,
    "rh_max_pct": 0.05,
    "rh_min_pct": 0.05,
    "wind_m_s": 0.05,
    "solar_mj_m2": 0.005,
}
"""What rounding may have taken from each value of the file; 0.005 of ETref itself."""


def et_ref() -> list[float]:
    lines = FILE.read_text(encoding="utf-8").splitlines()[14:]
    return [float(line.split()[10]) for line in lines]


def et0(weather: DailyWeather, climate: Climate = BY_RH) -> float:
    found = reference_et(weather, STATION, climate)
    assert found is not None
    assert found.estimates == ()
    return found.mm


def errors(of: Callable[[DailyWeather], float]) -> list[float]:
    days = [row.weather for row in MARICOPA.rows]
    found = [of(day) - ref for day, ref in zip(days, et_ref(), strict=True)]
    sizes = list(map(abs, found))
    print(f"mean error {mean(sizes):.4f} mm, bias {mean(found):+.4f}, maximum {max(sizes):.4f}")
    return found


def from_rounding(weather: DailyWeather) -> float:
    """By how much ET0 may be off because the file's values are rounded."""
    here = et0(weather)
    moved = (
        et0(replace(weather, **{field: getattr(weather, field) + half}))
        for field, half in HALF_A_DIGIT.items()
    )
    return 0.005 + sum(abs(one - here) for one in moved)


def test_by_relative_humidity_nothing_is_left_but_rounding() -> None:
    found = errors(et0)
    for row, error in zip(MARICOPA.rows, found, strict=True):
        assert abs(error) <= from_rounding(row.weather)
    assert mean(map(abs, found)) < 0.003
    assert max(map(abs, found)) < 0.009


def test_by_dew_point_the_instruments_differ() -> None:
    """ETref of this file was computed from relative humidity. Its dew point is the mean of the
    hours, on a day on which the air changes another than that of the extremes of humidity."""
    found = errors(lambda weather: et0(weather, Climate()))
    assert mean(map(abs, found)) < 0.05
    assert max(map(abs, found)) < 0.91
    assert sorted(map(abs, found))[int(0.95 * len(found))] < 0.17
