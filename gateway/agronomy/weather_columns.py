"""How weather files name their columns and units.

A column is known by its name in any spelling of `SPELLINGS`; a unit in brackets (`Tmax (°F)`) or
at the end (`wind_km_h`) is believed and converted, and without one it is that of
`DailyWeather`, which `weather_checks` then doubts. Knows nothing of rows.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple


class Unit(NamedTuple):
    """What makes ours of it: value × factor + offset."""

    factor: float
    offset: float = 0.0

    def ours(self, value: float) -> float:
        """The value in the unit of `DailyWeather`."""
        return value * self.factor + self.offset


CELSIUS = {
    "c": Unit(1),
    "degc": Unit(1),
    "celsius": Unit(1),
    "f": Unit(5 / 9, -160 / 9),
    "degf": Unit(5 / 9, -160 / 9),
    "fahrenheit": Unit(5 / 9, -160 / 9),
    "k": Unit(1, -273.15),
    "kelvin": Unit(1, -273.15),
}
PER_CENT = {"pct": Unit(1), "percent": Unit(1)}

UNITS: dict[str, dict[str, Unit]] = {
    "tmax_c": CELSIUS,
    "tmin_c": CELSIUS,
    "dew_point_c": CELSIUS,
    "rh_max_pct": PER_CENT,
    "rh_min_pct": PER_CENT,
    "rh_mean_pct": PER_CENT,
    "vapour_pressure_kpa": {
        "kpa": Unit(1),
        "hpa": Unit(0.1),
        "mbar": Unit(0.1),
        "mb": Unit(0.1),
        "pa": Unit(0.001),
    },
    "solar_mj_m2": {
        **dict.fromkeys(("mjm2", "mjm2d", "mjm2d1", "mjm2day", "mjm2day1", "mj"), Unit(1)),
        **dict.fromkeys(("mjsqm", "mjsqmday"), Unit(1)),
        **dict.fromkeys(("wm2", "wsqm", "w"), Unit(0.0864)),
        **dict.fromkeys(("kwhm2", "kwhm2d", "kwhm2day"), Unit(3.6)),
        **dict.fromkeys(("whm2", "whm2d", "whm2day"), Unit(0.0036)),
        "kjm2": Unit(0.001),
        "jcm2": Unit(0.01),
        **dict.fromkeys(("calcm2", "ly", "lyday", "langley", "langleys"), Unit(0.04184)),
    },
    "sunshine_h": {
        **dict.fromkeys(("h", "hr", "hrs", "hours"), Unit(1)),
        **dict.fromkeys(("min", "minutes"), Unit(1 / 60)),
        **dict.fromkeys(("s", "sec", "seconds"), Unit(1 / 3600)),
    },
    "wind_m_s": {
        **dict.fromkeys(("ms", "ms1", "mps", "msec"), Unit(1)),
        **dict.fromkeys(("kmh", "kph", "kmhr", "kmh1"), Unit(1 / 3.6)),
        **dict.fromkeys(("kmd", "kmday"), Unit(1 / 86.4)),
        **dict.fromkeys(("kn", "kt", "kts", "knots"), Unit(1852 / 3600)),
        "mph": Unit(0.44704),
    },
    "rain_mm": {
        **dict.fromkeys(("mm", "mmd", "mmd1", "mmday"), Unit(1)),
        "cm": Unit(10),
        "in": Unit(25.4),
        "inch": Unit(25.4),
        "inches": Unit(25.4),
    },
}

SPELLINGS: dict[str, str] = {
    "tmax_c": "tmax tx maxt tempmax maxtemp temperaturemax maxtemperature airtmax tasmax t2mmax",
    "tmin_c": "tmin tn mint tempmin mintemp temperaturemin mintemperature airtmin tasmin t2mmin",
    "dew_point_c": "tdew dew dewpoint tdewpoint td dewpointtemp dewtemp dewpointtemperature t2mdew",
    "rh_max_pct": "rhmax maxrh rhx relativehumiditymax maxrelativehumidity humiditymax maxhumidity",
    "rh_min_pct": "rhmin minrh rhn relativehumiditymin minrelativehumidity humiditymin minhumidity",
    "rh_mean_pct": "rh rhmean rhavg relativehumidity humidity rh2m",
    "vapour_pressure_kpa": "vapr ea vp vapourpressure vaporpressure actualvapourpressure"
    " actualvaporpressure",
    "solar_mj_m2": "srad solar rs rad radiation solarradiation solarrad globalradiation sr israd"
    " shortwave shortwaveradiation radn rsds allskysfcswdwn",
    "sunshine_h": "sunshine sun sunshinehours sunhours hoursofsunshine sunshineduration",
    "wind_m_s": "wind wndsp windspeed ws wspd windsp wndspd wsp u uz windmean windavg"
    " u2 wind2m ws2m windspeed2m 2mwindspeed u10 wind10m ws10m windspeed10m 10mwindspeed",
    "rain_mm": "rain rainfall precip precipitation prec prcp pr ppt rr prectot prectotcorr",
    "date": "date yeardoy ymd yyyymmdd datetime time",
    "day": "day dy dd",
    "year": "year yr yyyy",
    "month": "month mo mon",
    "day_of_month": "dayofmonth dom",
    "day_of_year": "doy dayofyear yday jday julian julianday jd",
}
_MEANINGS = {name: meaning for meaning, names in SPELLINGS.items() for name in names.split()}
_WORDS = {
    **dict.fromkeys(("avg", "average", "mean", "daily", "total", "sum", "air", "incoming"), ""),
    **dict.fromkeys(("maximum", "highest"), "max"),
    **dict.fromkeys(("minimum", "lowest"), "min"),
    "temperature": "temp",
    "rel": "relative",
    "hum": "humidity",
    "sol": "solar",
    "vap": "vapour",
    "pres": "pressure",
    "pt": "point",
    "spd": "speed",
    "at": "",
}
"""Of headings of several words: what tells nothing, and what is also written otherwise."""
_AT_THE_SCREEN = "2m"
"""The height of all weather but the wind."""
_HEIGHT = re.compile(r"(?:u|wind|ws|windspeed)(2|10)m?|(2|10)mwindspeed")
_BRACKETED = re.compile(r"(.*?)[(\[]([^)\]]*)[)\]]\s*")
_PLAIN = str.maketrans({"%": "pct", "²": "2", "³": "3", "¹": "1", "⁻": "", "°": "", "º": ""})


class Column(NamedTuple):
    """What a heading says. `unit` is None where it names none; `height_m` is where `u10` and its
    like say that the wind was measured."""

    heading: str
    meaning: str
    unit: Unit | None = None
    height_m: float | None = None


class UnknownUnitError(ValueError):
    """A column whose quantity is known and whose unit is not."""


def column_of(heading: str) -> Column | None:
    """What the column is, or None when nobody knows it. Raises UnknownUnitError."""
    plain = heading.casefold().translate(_PLAIN).strip()
    bracketed = _BRACKETED.fullmatch(plain)
    if bracketed:
        name, unit = _known(_split(bracketed[1])), _bare(bracketed[2])
        meaning = _MEANINGS.get(name)
        if meaning is None or meaning not in UNITS:
            return None if meaning is None else Column(heading, meaning)
        if unit not in UNITS[meaning]:
            known = ", ".join(UNITS[meaning])
            raise UnknownUnitError(f"column {heading!r}: of its units only {known} are known")
        return Column(heading, meaning, UNITS[meaning][unit], _height(name))
    words = _split(plain)
    for count in range(len(words), 0, -1):
        name, unit = _known(words[:count]), _bare("".join(words[count:]))
        meaning = _MEANINGS.get(name)
        if meaning is not None and not unit:
            return Column(heading, meaning, None, _height(name))
        if meaning is not None and unit in UNITS.get(meaning, ()):
            return Column(heading, meaning, UNITS[meaning][unit], _height(name))
    return None


def _split(text: str) -> list[str]:
    return re.split(r"[\s_./-]+", text)


def _known(words: Sequence[str]) -> str:
    """The name, if need be without the height of the screen (`temperature_2m_max`)."""
    name = _name(words)
    if name in _MEANINGS or _AT_THE_SCREEN not in words:
        return name
    return _name([word for word in words if word != _AT_THE_SCREEN])


def _name(words: Sequence[str]) -> str:
    return _bare("".join(_WORDS.get(word, word) for word in words))


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text)


def _height(name: str) -> float | None:
    found = _HEIGHT.fullmatch(name)
    return float(found[1] or found[2]) if found else None
