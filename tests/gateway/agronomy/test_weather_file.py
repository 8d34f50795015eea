from contextlib import suppress
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.agronomy import weather_file
from gateway.agronomy.weather_checks import check_weather
from gateway.agronomy.weather_columns import SPELLINGS, UNITS, column_of
from gateway.agronomy.weather_day import DailyWeather, Station
from gateway.agronomy.weather_file import WeatherTable, read_weather
from gateway.agronomy.weather_heading import WeatherFileError

WTH = """\
pyfao56: FAO-56 Evapotranspiration in Python
           S Reference crop - Short ('S') or Tall ('T')
 361.0000000 Weather station elevation (z) (m)
  33.0690000 Weather station latitude (decimal degrees)
   3.0000000 Wind speed measurement height (m)

Daily weather data:
Year-DOY   Srad   Tmax   Tmin   Vapr   Tdew  RHmax  RHmin  Wndsp   Rain  ETref   MorP
2013-001  11.43  12.40  -3.10    NaN  -2.50  92.20  27.30   1.20   0.25   1.36      M
"""


def read(text: str) -> WeatherTable:
    return read_weather(text.splitlines(keepends=True))


def only_day(text: str) -> DailyWeather:
    (row,) = read(text).rows
    return row.weather


def problems(text: str) -> list[str]:
    with pytest.raises(WeatherFileError) as refused:
        read(text)
    return [str(problem) for problem in refused.value.problems]


OPEN_METEO = """\
latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation
21.59,105.85,60.0,25200,Asia/Ho_Chi_Minh,GMT+7

time,temperature_2m_max (°C),temperature_2m_min (°C),dew_point_2m_mean (°C),\
shortwave_radiation_sum (MJ/m²),wind_speed_10m_mean (km/h),wind_speed_10m_max (km/h),\
precipitation_sum (mm),rain_sum (mm),et0_fao_evapotranspiration (mm)
2026-03-01,25.0,15.0,12.0,14.5,7.2,15.1,1.0,0.5,2.9
"""
NASA_POWER = """\
-BEGIN HEADER-
NASA/POWER Source Native Resolution Daily Data
T2M_MAX     MERRA-2 Temperature at 2 Meters Maximum (C)
-END HEADER-
YEAR,MO,DY,T2M_MAX,T2M_MIN,T2MDEW,WS2M,WS10M,ALLSKY_SFC_SW_DWN,PRECTOTCORR
2026,3,1,25.0,15.0,12.0,2.0,3.1,14.5,1.0
"""
CIMIS = """\
Stn Id,Stn Name,Date,Jul,ETo (mm),qc,Precip (mm),qc,Sol Rad (W/sq.m),qc,Avg Vap Pres (kPa),qc,\
Max Air Temp (C),qc,Min Air Temp (C),qc,Avg Air Temp (C),qc,Max Rel Hum (%),qc,Min Rel Hum (%),qc,\
Dew Point (C),qc,Avg Wind Speed (m/s),qc,Wind Run (km),qc,Avg Soil Temp (C),qc
2,FivePts,2026-03-01,60,2.9,,1.0,,167.824074,,1.4,,25.0,,15.0,,19.0,,90,,40,,12,,2,,172.8,,17,
"""


@pytest.mark.parametrize("text", [OPEN_METEO, NASA_POWER, CIMIS])
def test_files_as_they_are_downloaded(text: str) -> None:
    day = only_day(text)
    assert (day.day, day.tmax_c, day.tmin_c, day.dew_point_c, day.rain_mm) == (
        date(2026, 3, 1),
        25.0,
        15.0,
        12.0,
        1.0,
    )
    assert day.wind_m_s == pytest.approx(2.0)
    assert day.solar_mj_m2 == pytest.approx(14.5)


def test_a_file_of_pyfao56() -> None:
    table = read(WTH)
    assert (table.latitude, table.altitude_m, table.wind_height_m) == (33.069, 361.0, 3.0)
    assert table.unused == ["ETref", "MorP"]
    assert table.rows[0].line == 9
    assert table.rows[0].weather == DailyWeather(
        date(2013, 1, 1),
        tmax_c=12.4,
        tmin_c=-3.1,
        dew_point_c=-2.5,
        rh_max_pct=92.2,
        rh_min_pct=27.3,
        solar_mj_m2=11.43,
        wind_m_s=1.2,
        rain_mm=0.25,
    )


def test_a_file_of_pyfao56_tells_for_which_grass_its_reference_is() -> None:
    assert read(WTH).tall is False
    assert read(WTH.replace("S Reference crop", "T Reference crop")).tall is True
    assert read("date,tmax,tmin\n2026-03-01,25,15\n").tall is False


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("date,tmax,tmin", "2026-03-01,25,15"),
        ("\ufeffDate;TMAX;TMIN", "2026-03-01;25,0;15,0"),
        ("date,tmax,tmin", '2026-03-01,"25,0","15,0"'),
        ("date\ttmin\ttmax\tcomment", "2026/3/1\t15\t25\t"),
        ("Tmin Tmax Year-DOY", "15 25 2026-060"),
        ("year,doy,tmax,tmin", "2026,60,25,15"),
        ("YEAR,DOY,T2M_MAX,T2M_MIN", "2026,60.0,25,15"),
        ("year,day,tmax,tmin", "2026,060,25,15"),
        ("year,month,day,tmax_c,tmin_c", "2026,3,1,25,15"),
        ("date,Tmax (°F),Tmin [K]", "20260301,77,288.15"),
        ("date;Maximum air temperature;Lowest Temperature [°C]", "2026-03-01;25;15"),
        ('"date","max temp","min temp"', '"2026-03-01","25","15"'),
        ("day,tmax,tmin", "2026-03-01T00:00:00,25,15"),
        ("# date,tmax,tmin", "2026-03-01,25,15,,"),
        ("time,temperature_2m_max (°C),temperature_2m_min (°C)", "2026-03-01,25,15"),
        ("YYYY-MM-DD,max_temp,min_temp", "2026-03-01,25,15"),
        ("the station of Thai Nguyen\n\ndate,tmax,tmin\n# a note", "2026-03-01,25,15"),
    ],
)
def test_many_ways_to_write_a_day(heading: str, cells: str) -> None:
    day = only_day(f"{heading}\n{cells}\n")
    assert day.day == date(2026, 3, 1)
    assert [day.tmax_c, day.tmin_c] == pytest.approx([25, 15])


@pytest.mark.parametrize(
    ("heading", "value", "field", "ours"),
    [
        ("srad_mj_m2", "20", "solar_mj_m2", 20),
        ("Rs (W/m²)", "250", "solar_mj_m2", 21.6),
        ("solar [MJ m-2 d-1]", "20", "solar_mj_m2", 20),
        ("Daily total solar radiation (MJ/m2/day)", "20", "solar_mj_m2", 20),
        ("Avg Wind Speed (m/s)", "2", "wind_m_s", 2),
        ("Maximum relative humidity", "90", "rh_max_pct", 90),
        ("mean_dew_point_temperature_c", "9", "dew_point_c", 9),
        ("Rain total mm", "3", "rain_mm", 3),
        ("sunshine_minutes", "90", "sunshine_h", 1.5),
        ("wind_m_s", "2", "wind_m_s", 2),
        ("Wind speed (km/h)", "7.2", "wind_m_s", 2),
        ("rh_max_pct", "90", "rh_max_pct", 90),
        ("RH %", "90", "rh_mean_pct", 90),
        ("vapour_pressure_hpa", "20", "vapour_pressure_kpa", 2),
        ("rain_in", "1", "rain_mm", 25.4),
        ("tdew_c", "-1e1", "dew_point_c", -10),
        ("shortwave_radiation_sum (MJ/m²)", "20", "solar_mj_m2", 20),
        ("Solar Radiation (MJ/sq m)", "20", "solar_mj_m2", 20),
        ("Sol Rad (W/sq.m)", "250", "solar_mj_m2", 21.6),
        ("SR (langleys)", "500", "solar_mj_m2", 20.92),
        ("radn", "20", "solar_mj_m2", 20),
        ("sunshine_duration (s)", "3600", "sunshine_h", 1),
        ("relative_humidity_2m_max (%)", "90", "rh_max_pct", 90),
        ("Max Rel Hum (%)", "90", "rh_max_pct", 90),
        ("dew_point_2m_mean (°C)", "9", "dew_point_c", 9),
        ("Avg Vap Pres (kPa)", "2", "vapour_pressure_kpa", 2),
        ("Wind Speed at 2 m (m/s)", "2", "wind_m_s", 2),
    ],
)
def test_units_in_the_heading(heading: str, value: str, field: str, ours: float) -> None:
    day = only_day(f"date;tmax;tmin;{heading}\n2026-03-01;25;15;{value}\n")
    assert getattr(day, field) == pytest.approx(ours)


@pytest.mark.parametrize(
    ("heading", "height"),
    [
        ("u2", 2),
        ("WS10M", 10),
        ("wind_10m_km_h", 10),
        ("wind_speed_10m_mean (km/h)", 10),
        ("Average 10m Wind Speed (m/sec)", 10),
        ("Wind Speed at 2 m", 2),
        ("wind", None),
    ],
)
def test_a_heading_may_tell_the_height_of_the_wind(heading: str, height: float | None) -> None:
    table = read(f"date,tmax,tmin,{heading}\n2026-03-01,25,15,2\n")
    assert table.wind_height_m == height


@pytest.mark.parametrize(
    "heading",
    [
        "wind_speed_10m_max (km/h)",
        "wind_gusts_10m_max (km/h)",
        "apparent_temperature_max (°C)",
        "temperature_2m_mean (°C)",
        "max_temp_source",
        "vp_deficit",
        "rh_tmax",
        "CLRSKY_SFC_SW_DWN",
        "Avg Soil Temp (C)",
        "et0_fao_evapotranspiration (mm)",
    ],
)
def test_what_only_sounds_like_weather_is_left(heading: str) -> None:
    assert column_of(heading) is None


@pytest.mark.parametrize(
    "gone", ["", "NaN", "-99", "-999.0", "-6999", "NA", "-", " null ", "NO RECORD", "M", "---"]
)
def test_what_is_missing_is_unknown(gone: str) -> None:
    day = only_day(f"date,tmax,tmin,srad\n2026-03-01,25,{gone},{gone}\n")
    assert (day.tmin_c, day.solar_mj_m2) == (None, None)


def test_a_day_that_the_year_does_not_have_is_left_out_and_told() -> None:
    """Averages of many years have 366 days, and whoever fills a year with them keeps the last."""
    table = read("year,doy,tmax,tmin\n2023,365,5,1\n2023,366,5,1\n2024,1,5,1\n")
    assert [row.weather.day for row in table.rows] == [date(2023, 12, 31), date(2024, 1, 1)]
    assert [str(problem) for problem in table.left_out] == ["line 3: the year 2023 has no day 366"]
    (refused,) = problems("year,doy,tmax,tmin\n2023,367,5,1\n")
    assert refused == "line 2: the year 2023 has no day 367"


@pytest.mark.parametrize(
    ("heading", "used", "unused"),
    [
        ("WS10M,WS2M", ("wind_m_s", 2), "WS10M"),
        ("WS2M,WS10M", ("wind_m_s", 1), "WS10M"),
        ("rain_sum (mm),precipitation_sum (mm)", ("rain_mm", 2), "rain_sum (mm)"),
        ("Precip,Rain", ("rain_mm", 1), "Rain"),
    ],
)
def test_of_two_that_are_not_the_same_the_better_counts(
    heading: str, used: tuple[str, float], unused: str
) -> None:
    """Wind nearer to the grass, and snow with the rain."""
    table = read(f"date,tmax,tmin,{heading}\n2026-03-01,25,15,1,2\n")
    assert getattr(table.rows[0].weather, used[0]) == used[1]
    assert table.unused == [unused]


def test_every_spelling_is_a_column_of_its_meaning() -> None:
    for meaning, names in SPELLINGS.items():
        for name in names.split():
            found = column_of(name)
            assert found is not None
            assert found.meaning == meaning
    spelt = [name for names in SPELLINGS.values() for name in names.split()]
    assert len(spelt) == len(set(spelt))
    fields = set(DailyWeather.__dataclass_fields__) - {"day"}
    assert set(UNITS) == fields


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["the file has no heading; its first line must name the columns: date, tmax, tmin"]),
        ("1,2,3\n4,5,6\n", ["the file has no heading"]),
        ("date,tmax,tmin\n", ["there is no day below the heading"]),
        (
            "date,tmax,rain\n2026-03-01,25,3\n",
            ["line 1: no column for the lowest temperature (tmin); there are: date, tmax, rain"],
        ),
        ("tmax,tmin\n25,15\n", ["line 1: no column for the date"]),
        ("doy,tmax,tmin\n60,25,15\n", ["line 1: no column for the date"]),
        ("date,tmax,tmin,tx\n", ["line 1: columns 'tmax' and 'tx' say the same"]),
        ("date,tmax (Re),tmin\n", ["line 1: column 'tmax (Re)': of its units only c, degc"]),
        (
            "date,tmax,tmin\n2026-03-01,25\n01/03/2026,25,15\n2026-02-30,25,15\n"
            "2026-03-01,warm,15\n2026-03-02,inf,15\n2026-03-03,1e999,15\n",
            [
                "line 2: 2 values for 3 columns",
                "line 3: '01/03/2026' is no date; dates are written 2026-01-31",
                "line 4: there is no day 2026-02-30",
                "line 5: tmax: 'warm' is not a number",
                "line 6: tmax: 'inf' is not a number",
                "line 7: tmax: '1e999' is not a number",
            ],
        ),
        (
            "date,tmax,tmin\n2026-03-02,25,15\n2026-03-02,25,15\n2026-03-01,25,15\n",
            ["line 3: 2026-03-02 is here twice", "line 4: 2026-03-01 comes after 2026-03-02"],
        ),
        ("year,doy,tmax,tmin\n2026,366,25,15\n", ["line 2: the year 2026 has no day 366"]),
        ("year,doy,tmax,tmin\n26.5,6,25,15\n", ["line 2: '26.5' is no part of a date"]),
        ("year,month,day,tmax,tmin\n0,6,1,25,15\n", ["line 2: there is no day 0000-06-01"]),
    ],
)
def test_every_mistake_is_told_with_its_line(text: str, said: list[str]) -> None:
    found = problems(text)
    assert len(found) == len(said)
    for one, begin in zip(found, said, strict=True):
        assert one.startswith(begin)


def test_a_file_of_mistakes_is_not_read_to_its_end() -> None:
    assert len(problems("date,tmax,tmin\n" + "x\n" * 1000)) == weather_file.PROBLEMS_MAX


def test_a_file_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weather_file, "DAYS_MAX", 2)
    text = "date,tmax,tmin\n" + "".join(f"2026-03-0{day},25,15\n" for day in range(1, 5))
    assert problems(text) == ["more than 2 days"]


CELLS = st.sampled_from(
    ["2026-03-01", "2026-060", "25", "15", "-1", "1e9", "NaN", "", '"', "x", "99999-001", "²", "٣"]
)
ROWS = st.lists(st.lists(CELLS, max_size=6).map(",".join), max_size=6)
HEADINGS = st.lists(
    st.sampled_from(["date", "year", "doy", "day", "month", "tmax", "tmin", "srad", "wind", "RH"]),
    max_size=8,
).map(",".join)


@given(st.lists(st.text(max_size=60), max_size=8) | st.builds(lambda h, r: [h, *r], HEADINGS, ROWS))
@example(['date,"tmax,tmin'])
@example(["date,tmax,tmin", "9999-366,1,1"])
@example(["\0,\0", "year,day,tmax,tmin", "9999,365,1,1"])
def test_no_text_is_more_than_refused(lines: list[str]) -> None:
    with suppress(WeatherFileError):
        check_weather(read_weather(lines), Station(21.6, 60))
