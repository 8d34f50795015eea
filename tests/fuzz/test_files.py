"""What a person wrote, or half wrote: every mistake is a problem with its place, never a crash."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from devices.kinds import KINDS
from devices.metric import Value, flag, gauge
from gateway.agronomy.reference import hargreaves_et, reference_et
from gateway.agronomy.weather_checks import check_weather
from gateway.agronomy.weather_day import Station
from gateway.agronomy.weather_file import read_weather
from gateway.agronomy.weather_heading import WeatherFileError
from gateway.assembly import read_site
from gateway.forecast import RAIN_MAX_MM, ForecastError, read_forecast
from gateway.located_yaml import ProblemsError
from gateway.rules.expression.expression import Expression
from gateway.rules.expression.nodes import Question, is_truth
from gateway.rules.expression.parse import ExpressionError
from gateway.rules.expression.scope import Scope
from gateway.rules.loader import check_files, rule_files
from gateway.rules.vocabulary import Vocabulary
from gateway.scenario.load import load_stories
from gateway.scenario.run import run
from tests.fuzz.conftest import Fuzz
from tests.fuzz.mutation import mutated
from tests.real import PROJECT

SITE = PROJECT / "site.example"
RULES = [file.read_bytes() for file in sorted((SITE / "rules").glob("*.yaml"))]
SCENARIOS = [
    file.read_bytes() for file in sorted((PROJECT / "tests" / "rules" / "scenarios").glob("*.yaml"))
]
METRICS = {
    **{name: gauge(name, "", -1e15, 1e15, name, name) for name in "ab"},
    **{name: flag(name, name, name) for name in "pq"},
}
SCOPE = Scope(METRICS, METRICS, {"dry_pct": 24}, frozenset({"soil"}))
EXPRESSIONS = [
    b"a < 24 and b > 5 or not p",
    b"10 < a <= 20.5 if p else q",
    b"known(a) and age(b) > 10m and a / b - 2 * -a >= device.lamp_w",
    b"a in (1, 2, 3) or p == true and b is unknown",
    b"avg(a, 1h) > 3 and rate(b, 24h) < 1e3 and hour in (22, 23) or changed(p)",
    b'last(a, device="pump-1") > site.dry_pct and is_night or known(max(b, 1h30m))',
    b'median(a, kind="soil", place=device.place) > 3 and rain_24h_mm(device.plot) < 5',
]
WEATHER = [
    b"\n".join(
        (PROJECT / "tests" / "data" / "weather" / "maricopa-2013.wth")
        .read_bytes()
        .split(b"\n")[4:40]
    ),
    b"date;tmax_c;tmin_c;rh;sunshine_h;wind_km_h\n2026-01-01;20,5;12;90;3;7\n2026-01-02;21;;80;;\n",
    b"YEAR,DOY,T2M_MAX,T2M_MIN,ALLSKY_SFC_SW_DWN,WS2M\n2026,1,20.5,12,9,2\n2026,2,21,-999,8,1\n",
]
FORECASTS = [
    b'{"issued_at":1795305600000,"periods":[{"from":1795305600000,"to":1795392000000,'
    b'"rain_mm":12.5,"probability_pct":80},{"from":1795392000000,"to":1795400000000,"rain_mm":0}]}',
    b'{"issued_at":"2026-11-22T06:00:00+07:00","periods":[{"from":"2026-11-22T07:00:00Z",'
    b'"to":"2026-11-23T07:00:00Z","rain_mm":3}]}',
]
SMALL = {
    "site.yaml": (SITE / "site.yaml").read_bytes(),
    "devices.yaml": json.dumps(
        {
            "devices": [
                {"id": "valve-1", "kind": "valve", "label": {"vi": "Van", "en": "Valve"}},
                {"id": "soil-1", "kind": "soil", "label": {"vi": "Đất", "en": "Soil"},
                 "plot": "lo-1", "tags": ["tea"], "position": [21.7, 105.7],
                 "interval_s": 60, "settings": {"x": 1.5}},
            ]
        },
        ensure_ascii=False,
    ).encode(),
    "plots.yaml": (SITE / "plots.yaml").read_bytes()[:3000],
    "map.yaml": (SITE / "map.yaml").read_bytes(),
}  # fmt: skip


def test_rules(fuzz: Fuzz, tmp_path: Path) -> None:
    @given(mutated(RULES))
    def check(text: bytes) -> None:
        (tmp_path / "rules.yaml").write_bytes(text)
        checked = check_files(rule_files(tmp_path), Vocabulary(KINDS, None, {"lo-1"}))
        for problem in checked.problems:
            assert problem.message
            assert problem.line > 0
            assert problem.column > 0

    fuzz(check)


def test_scenarios(fuzz: Fuzz, tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"

    @given(mutated(SCENARIOS))
    def check(text: bytes) -> None:
        file.write_bytes(text)
        with suppress(ProblemsError):
            for story in load_stories(file, None):
                for failure in run(story):
                    assert failure.line > 0

    fuzz(check)


def test_conditions(fuzz: Fuzz) -> None:
    number = st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    truth = st.none() | st.booleans()
    values_of_each = {
        name: truth if metric.type is bool else number for name, metric in METRICS.items()
    }

    @given(mutated(EXPRESSIONS), st.fixed_dictionaries(values_of_each))
    def check(text: bytes, values: dict[str, Value | None]) -> None:
        try:
            expression = Expression.parse(text.decode(errors="replace"), SCOPE, "fuzz")
        except ExpressionError:
            return
        known = {name: value for name, value in values.items() if value is not None}
        settings: Callable[[str], Value | None] = {"lamp_w": 30}.get

        def ask(question: Question) -> Value | None:
            return values["p" if is_truth(question) else "a"]

        assert expression.judge(known.get, settings, ask) in (True, False, None)

    fuzz(check)


def test_forecasts(fuzz: Fuzz) -> None:
    @given(mutated(FORECASTS))
    def check(text: bytes) -> None:
        with suppress(ForecastError):
            read = read_forecast(text)
            for now in (read.issued_at, *(period.begin for period in read.periods)):
                rain = read.rain_mm(now)
                assert rain is None or 0 <= rain <= RAIN_MAX_MM * len(read.periods)

    fuzz(check)


def test_a_site(fuzz: Fuzz, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    files = {name: mutated([text]) for name, text in SMALL.items()}

    @given(st.sampled_from(list(files)), st.data())
    def check(name: str, data: st.DataObject) -> None:
        for file, good in SMALL.items():
            (tmp_path / file).write_bytes(data.draw(files[name]) if file == name else good)
        with suppress(ProblemsError):
            read_site(tmp_path)

    fuzz(check)


def test_weather(fuzz: Fuzz) -> None:
    station = Station(33.069, 361, 3)

    @given(mutated(WEATHER))
    def check(text: bytes) -> None:
        lines = text.decode(errors="replace").splitlines(keepends=True)
        with suppress(WeatherFileError):
            for day in check_weather(read_weather(lines), station).days:
                for et0 in (reference_et(day, station), hargreaves_et(day, station)):
                    assert et0 is None or 0 <= et0.mm < 100

    fuzz(check)
