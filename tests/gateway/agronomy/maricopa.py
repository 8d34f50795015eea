"""The real year of weather that tests read; see tests/data/weather/README.md."""

from gateway.agronomy.weather_day import Station
from gateway.agronomy.weather_file import read_weather
from tests.real import PROJECT

FILE = PROJECT / "tests/data/weather/maricopa-2013.wth"
STATION = Station(latitude=33.069, altitude_m=361, wind_height_m=3)

with FILE.open(encoding="utf-8") as _lines:
    MARICOPA = read_weather(_lines)
