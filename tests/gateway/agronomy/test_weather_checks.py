"""Wrong units, stations and single values, tried on the real year of Maricopa."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.agronomy.weather_checks import CheckedWeather, check_weather
from gateway.agronomy.weather_columns import Column
from gateway.agronomy.weather_day import DailyWeather, Station
from gateway.agronomy.weather_file import Row, WeatherTable
from gateway.agronomy.weather_heading import WeatherFileError
from tests.gateway.agronomy.maricopa import MARICOPA, STATION


def changed(field: str, change: Callable[[float], float]) -> WeatherTable:
    def of(row: Row) -> Row:
        value = change(getattr(row.weather, field))
        return row._replace(weather=replace(row.weather, **{field: value}))  # type: ignore[arg-type]

    return replace(MARICOPA, rows=[of(row) for row in MARICOPA.rows])


def with_days(**changes: float | None) -> WeatherTable:
    """The year with another seventh of May."""
    rows = list(MARICOPA.rows)
    rows[126] = rows[126]._replace(weather=replace(rows[126].weather, **changes))  # type: ignore[arg-type]
    return replace(MARICOPA, rows=rows)


def check(table: WeatherTable, **more: bool) -> CheckedWeather:
    return check_weather(table, STATION, **more)


def test_a_good_year_passes() -> None:
    checked = check(MARICOPA)
    assert (checked.flags, checked.gaps, checked.doubts) == ([], [], [])
    assert checked.days == [row.weather for row in MARICOPA.rows]


def winter(tmax: float, tmin: float) -> WeatherTable:
    """Thirty days that are each possible."""
    first = date(2015, 1, 1)
    days = [
        DailyWeather(first + timedelta(day), tmax_c=tmax, tmin_c=tmin, rain_mm=float(day))
        for day in range(30)
    ]
    columns = {field: Column(field, field) for field in ("tmax_c", "tmin_c", "rain_mm")}
    return WeatherTable([Row(line, day) for line, day in enumerate(days, 2)], columns)


def test_no_place_has_such_warm_days_after_such_cold_nights() -> None:
    """A winter of Nevada in °F, and frost at De Bilt in tenths of a degree."""
    for tmax, tmin in ((50.0, 18.0), (23.0, -35.0)):
        with pytest.raises(WeatherFileError, match="From night to noon it gets"):
            check(winter(tmax, tmin))
        (doubt,) = check(winter(tmax, tmin), units_are_right=True).doubts
        assert "°F, or tenths" in doubt
    assert check(winter(19.0, -7.0)).doubts == []  # the Altiplano


def test_tenths_of_degrees_are_named() -> None:
    with pytest.raises(WeatherFileError, match=r"Perhaps tenths of °C: divide by 10"):
        check(winter(150.0, 15.0))


def test_a_wrong_unit_of_what_nobody_needs_is_told() -> None:
    """A year of Greeley has its vapour pressure, and relative humidity as fractions."""
    fractions = changed("rh_max_pct", lambda pct: pct / 100)
    rows = [
        row._replace(
            weather=replace(row.weather, rh_min_pct=0.1, vapour_pressure_kpa=0.5, sunshine_h=30.0)
        )
        for row in fractions.rows
    ]
    columns = fractions.columns | {
        "vapour_pressure_kpa": Column("ea", "vapour_pressure_kpa"),
        "sunshine_h": Column("sun", "sunshine_h"),
    }
    suspected = replace(fractions, rows=rows, columns=columns)
    sun, rh = check(suspected).doubts
    assert "365 of 365 values cannot be" in sun
    assert "perhaps fractions" in rh
    assert sun.endswith(" It is not used.")
    assert rh.endswith(" It is not used.")
    rows[9] = rows[9]._replace(weather=replace(rows[9].weather, vapour_pressure_kpa=None))
    with pytest.raises(WeatherFileError, match="perhaps fractions"):
        check(replace(suspected, rows=rows))


@pytest.mark.parametrize(
    ("field", "change", "said"),
    [
        ("solar_mj_m2", lambda mj: mj / 0.0864, "perhaps W/m²; multiply by 0.0864"),
        ("solar_mj_m2", lambda mj: mj / 3.6, "perhaps kWh/m²; multiply by 3.6"),
        ("solar_mj_m2", lambda mj: mj * 100, "perhaps J/cm²; divide by 100"),
        ("solar_mj_m2", lambda mj: mj / 0.04184, "perhaps cal/cm² (langley)"),
        ("solar_mj_m2", lambda mj: mj * 1000, "perhaps kJ/m²; divide by 1000"),
        ("tmax_c", lambda c: c + 273.15, "Perhaps kelvin: subtract 273.15"),
        ("tmax_c", lambda c: c * 1.8 + 32, "Perhaps °F"),
        ("dew_point_c", lambda c: c * 1.8 + 32, "Perhaps °F"),
        ("wind_m_s", lambda ms: ms * 3.6, "Perhaps km/h: divide by 3.6"),
        ("wind_m_s", lambda ms: ms * 86.4, "Perhaps km/h"),
        ("wind_m_s", lambda ms: -ms - 0.1, "there is nowhere"),
        ("rh_max_pct", lambda pct: pct / 100, "perhaps fractions; multiply by 100"),
        ("rh_min_pct", lambda pct: pct * 10, "given in per cent, 0 to 100"),
        ("rain_mm", lambda mm: -1.0, "Is it mm a day"),
    ],
)
def test_a_wrong_unit_is_refused(field: str, change: Callable[[float], float], said: str) -> None:
    with pytest.raises(WeatherFileError) as refused:
        check(changed(field, change))
    assert said in str(refused.value)


def fahrenheit(weather: DailyWeather) -> DailyWeather:
    assert weather.tmax_c is not None
    assert weather.tmin_c is not None
    return replace(
        weather,
        tmax_c=weather.tmax_c * 1.8 + 32,
        tmin_c=weather.tmin_c * 1.8 + 32,
        dew_point_c=None,
    )


@pytest.mark.parametrize("first", [0, 100, 180, 330])
def test_fahrenheit_is_seen_in_each_season(first: int) -> None:
    rows = [row._replace(weather=fahrenheit(row.weather)) for row in MARICOPA.rows]
    with pytest.raises(WeatherFileError, match="Perhaps °F"):
        check(replace(MARICOPA, rows=rows[first : first + 30]))


def test_the_first_wrong_line_is_named() -> None:
    with pytest.raises(WeatherFileError, match=r"'Srad': 365 of 365 .* as in line 15: radiation"):
        check(changed("solar_mj_m2", lambda mj: mj / 0.0864))


def test_the_wrong_hemisphere_is_seen() -> None:
    with pytest.raises(WeatherFileError, match="the latitude right"):
        check_weather(MARICOPA, Station(-STATION.latitude, STATION.altitude_m, 3))


def test_whoever_looked_may_insist_on_what_can_be() -> None:
    stormy = changed("wind_m_s", lambda ms: ms * 3.6)
    (doubt,) = check(stormy, units_are_right=True).doubts
    assert "The wind blows 6.0 m/s" in doubt
    with pytest.raises(WeatherFileError):
        check(changed("solar_mj_m2", lambda mj: mj / 0.0864), units_are_right=True)


def weeks(first: date, **weather: float) -> WeatherTable:
    days = [DailyWeather(first + timedelta(days=n), **weather) for n in range(28)]
    return replace(MARICOPA, rows=[Row(n, day) for n, day in enumerate(days, 2)])


def test_a_windy_coast_is_told_and_taken() -> None:
    """Wellington in June, at 10 m; its tmax and tmin are near each other, as wind makes them."""
    wellington = weeks(date(2023, 6, 1), tmax_c=13.0, tmin_c=8.0, wind_m_s=8.2)
    (doubt,) = check_weather(wellington, Station(-41.3, 10, 10)).doubts
    assert "The wind blows 6.1 m/s (at 2 m) on half of all days" in doubt
    with pytest.raises(WeatherFileError, match="km/h"):
        check_weather(wellington, Station(-41.3, 10, 2))


def test_the_hottest_nights_are_told_and_taken() -> None:
    """Death Valley in July. In January the same figures are °F."""
    station = Station(36.5, -59, 2)
    (doubt,) = check_weather(weeks(date(2023, 7, 1), tmax_c=48.0, tmin_c=33.5), station).doubts
    assert "Half of all nights stay above 34 °C" in doubt
    with pytest.raises(WeatherFileError, match="Perhaps °F"):
        check_weather(weeks(date(2023, 1, 1), tmax_c=48.0, tmin_c=33.5), station)


def test_a_few_days_of_wind_are_told_and_taken() -> None:
    stormy = changed("wind_m_s", lambda ms: ms * 3.6)
    checked = check(replace(stormy, rows=stormy.rows[:4]))
    assert len(checked.doubts) == 1
    assert len(checked.days) == 4


@pytest.mark.parametrize(
    ("changes", "gone", "said"),
    [
        ({"solar_mj_m2": 45.0}, ["solar_mj_m2"], "radiation 45 MJ/m² cannot be where 39."),
        ({"solar_mj_m2": -1.0}, ["solar_mj_m2"], "radiation -1 MJ/m² cannot be"),
        ({"solar_mj_m2": 0.0}, ["solar_mj_m2"], "no day is so dark"),
        ({"tmax_c": 10.0, "tmin_c": 20.0}, ["tmax_c", "tmin_c"], "tmax 10 °C is below tmin 20 °C"),
        ({"tmin_c": -120.0}, ["tmin_c"], "-120 °C there is nowhere on Earth"),
        ({"dew_point_c": 44.0}, ["dew_point_c"], "the dew point 44 °C is above tmax"),
        ({"rh_max_pct": 120.0}, ["rh_max_pct"], "a relative humidity of 120 % there is not"),
        ({"rh_min_pct": -3.0}, ["rh_min_pct"], "a relative humidity of -3 % there is not"),
        ({"rh_min_pct": 99.9}, ["rh_max_pct", "rh_min_pct"], "is below rhmin 99.9 %"),
        ({"vapour_pressure_kpa": 0.0}, ["vapour_pressure_kpa"], "0 kPa there is not"),
        ({"vapour_pressure_kpa": 9.0}, ["vapour_pressure_kpa"], "more than air of"),
        ({"sunshine_h": 15.0}, ["sunshine_h"], "sunshine 15 h on a day of 13."),
        ({"wind_m_s": -0.1}, ["wind_m_s"], "mean wind of -0.1 m/s"),
        ({"rain_mm": -5.0}, ["rain_mm"], "a day's rain of -5 mm"),
    ],
)
def test_one_value_that_cannot_be_is_left_out_and_told(
    changes: dict[str, float | None], gone: list[str], said: str
) -> None:
    checked = check(with_days(**changes))
    assert [flag.field for flag in checked.flags] == gone
    assert said in str(checked.flags[0])
    assert str(checked.flags[0]).startswith("line 141, 2013-05-07: ")
    assert checked.days[126] == with_days(**changes | dict.fromkeys(gone)).rows[126].weather


def test_damp_sensors_are_forgiven() -> None:
    checked = check(with_days(rh_max_pct=101.5))
    assert checked.days[126].rh_max_pct == 100.0
    assert str(checked.flags[0]).endswith("humidity 101.5 % taken for 100 %")
    check(changed("rh_max_pct", lambda pct: 103.0))


def test_gaps_are_told() -> None:
    rows = [*MARICOPA.rows[:10], *MARICOPA.rows[11:20], *MARICOPA.rows[23:]]
    checked = check(replace(MARICOPA, rows=rows))
    assert len(checked.days) == 361
    assert [str(gap) for gap in checked.gaps] == [
        "2013-01-11 is missing",
        "2013-01-21 to 2013-01-23: 3 days are missing",
    ]


def test_weeks_of_drizzle_pass() -> None:
    """February at Thai Nguyen: no sun to speak of, days as warm as nights."""
    start = date(2026, 2, 1)
    rows = [
        Row(
            2 + day,
            DailyWeather(
                start + timedelta(day), 19, 16, rh_mean_pct=95, solar_mj_m2=4.5, wind_m_s=1
            ),
        )
        for day in range(28)
    ]
    assert check_weather(replace(MARICOPA, rows=rows), Station(21.6, 60)).doubts == []
