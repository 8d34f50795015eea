"""What is refused, where, and with which words; and that no text ever breaks the parser."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices.metric import Value, counter, flag, gauge
from gateway.rules.expression.expression import Expression
from gateway.rules.expression.parse import ExpressionError
from gateway.rules.expression.scope import Scope
from gateway.rules.expression.tokens import Fault

METRICS = {
    "soil_moisture_pct": gauge("soil_moisture_pct", "%", 0, 100, "ẩm", "moisture"),
    "soil_ph": gauge("soil_ph", "pH", 0, 14, "pH", "pH"),
    "internet_ok": flag("internet_ok", "mạng", "internet"),
    "used_kwh": counter("used_kwh", "kWh", "điện", "energy", type=float),
}
SCOPE = Scope(METRICS, METRICS, {"dry_pct": 24.0}, frozenset({"soil", "wifi"}))


def faults(text: str) -> list[Fault]:
    with pytest.raises(ExpressionError) as raised:
        Expression.parse(text, SCOPE, "test")
    return raised.value.faults


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("", 0, "is empty"),
        ("   ", 0, "is empty"),
        ("soil_moisture_pct", 0, "must say yes or no"),
        ("soil_mositure_pct < 24", 0, "did you mean 'soil_moisture_pct'?"),
        ("soil_moisture_pct < 24 and soil_phh > 5", 27, "did you mean 'soil_ph'?"),
        ("soil_moisture_pct = 24", 18, "use == to compare"),
        ("soil_moisture_pct < 24%", 22, "leave % out"),
        ("soil_moisture_pct < 24,5", 0, "a fraction is written with a point"),
        ("soil_moisture_pct < 10m", 20, "numbers here have no unit"),
        ("soil_moisture_pct ≤ 24", 18, "write <="),
        ("soil_moisture_pct < 1 && internet_ok", 22, "write and"),
        ("soil_moisture_pct < 'X y'", 20, "only ids stand in quotes"),
        ("soil_moisture_pct is 3", 18, "known(x)"),
        ("soil_moisture_pct <", 18, "cannot be understood from here on: something is missing"),
        ("soil_ph > 1 and", 12, "something is missing behind it"),
        ("soil_ph > 1 AND soil_ph < 3", 12, "write and in small letters"),
        ("soil_ph between 3 and 4", 8, "between two values stands one of < > =="),
        ("soil_ph > 5 V", 12, "between two values stands one of < > =="),
        ("(soil_moisture_pct < 1", 0, "'(' was never closed"),
        ("soil_moisture_pct < 1)", 21, "unmatched ')'"),
        ("soil_moisture_pct / 0 > 1", 20, "divided by zero"),
        ("soil_moisture_pct < 1e99", 20, "too large"),
        ("internet_ok < 1", 0, "cannot be compared with a number"),
        ("internet_ok < internet_ok", 0, "neither more nor less"),
        ("internet_ok + 1 > 2", 0, "a number is needed"),
        ("internet_ok and soil_ph", 16, "a yes or no is needed"),
        ("not soil_ph", 4, "a yes or no is needed"),
        ("soil_ph in 3", 0, "a list of numbers"),
        ("soil_ph in (1, internet_ok)", 11, "a list of numbers"),
        ("(1 if internet_ok else internet_ok) > 0", 23, "both sides"),
        ("soil.ph > 1", 0, "have a dot"),
        ("device > 1", 0, "device.<setting>"),
        ("known > 1", 0, "known(metric)"),
        ("known(soil_ph, internet_ok)", 0, "write it like this: known(metric)"),
        ("age(soil_ph)", 0, "compare age(metric)"),
        ("age(soil_ph) == 60", 0, "compare age(metric)"),
        ("age(soil_ph + 1) > 60", 4, "the name of a metric is needed"),
        ("age(soil_ph) > soil_ph", 0, "compare age(metric)"),
        ("average(soil_ph) > 1", 0, "there is no such function"),
        ("avg(soil_ph) > 1", 0, "avg(metric, 1h)"),
        ("avg > 1", 0, "avg(metric, 1h)"),
        ("avg(soil_ph, 10) > 1", 13, "a time span is needed"),
        ("avg(soil_ph, 32d) > 1", 13, "at most 31d"),
        ("avg(soil_ph, 0m) > 1", 13, "more than nothing"),
        ("avg(1h, 1h) > 1", 4, "the name of a metric is needed"),
        ("avg(soilph, 1h) > 1", 4, "did you mean 'soil_ph'?"),
        ("avg(soil_ph, 1h)", 0, "must say yes or no"),
        ("avg(used_kwh, 1h) > 1", 0, "delta(used_kwh, …) is how much it rose"),
        ("1h > soil_ph", 0, "numbers here have no unit"),
        ("known(1h)", 6, "numbers here have no unit"),
        ("last(soil_ph) > 1", 0, 'device="pump-1"'),
        ("last(soil_ph, device=s-1) > 1", 21, "an id in quotes"),
        ("last(soil_ph, device=device.plot) > 1", 21, "an id in quotes"),
        ("last(soil_ph, plot='s-1') > 1", 0, 'device="pump-1"'),
        ("median(soil_ph, kind='soli') > 1", 21, "did you mean 'soil'?"),
        ("median(soil_ph) > 1", 0, "place=device.place"),
        ("median(soil_ph, tag=device.tag) > 1", 20, "an id in quotes"),
        ("median(internet_ok, kind='wifi') > 1", 0, "has no median"),
        ("rain_24h_mm > 1", 0, "rain_24h_mm(device.plot)"),
        ("rain_24h_mm(device.place) > 1", 12, "an id in quotes"),
        ("rain_24h_mm(*device.plot) > 1", 0, "rain_24h_mm(device.plot)"),
        ("changed(soil_ph) > 1", 0, "cannot be compared with a number"),
        ("changed(soil_ph + 1)", 8, "the name of a metric is needed"),
        ("is_night + 1 > 2", 0, "a number is needed"),
        ("hour and is_night", 0, "a yes or no is needed"),
        ("site.dry > 1", 0, "did you mean 'dry_pct'?"),
        ("site > 1", 0, "site.<name>"),
        ("site.a.b > 1", 0, "have a dot"),
        ("device.plot > 1", 0, "device.plot is no number"),
        ("device.limits > 1", 0, "device.limits.<name>"),
        ("device.limits.x.y > 1", 0, "have a dot"),
        ("1 < 2", 0, "reads no metric"),
        ("device.lamp_w > 3", 0, "reads no metric"),
    ],
)
def test_a_mistake_is_shown_where_it_is_and_explained(text: str, offset: int, words: str) -> None:
    [(found_at, message)] = faults(text)
    assert words in message
    assert found_at == offset


def test_all_mistakes_of_an_expression_are_told_at_once() -> None:
    found = faults("soil_mositure_pct < 24 and internet_ok > 3 or soil_p < 2")
    assert [offset for offset, _ in found] == [0, 27, 46]


@pytest.mark.parametrize(
    "text",
    [
        '__import__("os").system("x")',
        "__import__",
        "soil_ph.__class__ > 1",
        "device.__class__ > 1",
        "(lambda: soil_ph)() > 1",
        "[x for x in soil_ph]",
        "soil_ph > 9**9**9",
        "soil_ph << 9999 > 1",
        "soil_ph[0] > 1",
        "(soil_ph := 3) > 1",
        "f'{soil_ph}' > 1",
        "soil_ph > 1; soil_ph",
        "soil_ph > 1 # and internet_ok",
        "known(*soil_ph)",
        "known(x=soil_ph)",
        "soil_ph > 1" + " " * 1_000_000,
        "1+" * 500_000 + "soil_ph > 1",
        "(" * 400 + "soil_ph" + ")" * 400 + " > 1",
        "not " * 200 + "internet_ok",
        "-" * 900 + "soil_ph > 1",
        "soil_ph+" * 100 + "soil_ph > 1",
        "soil_ph>1 or " * 70 + "internet_ok",
        "soil_ph > " + "9" * 900,
        "soil_ph > 1\x00",
        "ѕoil_ph > 1",
    ],
    ids=range(25),
)
def test_what_hostile_authors_write_is_refused(text: str) -> None:
    assert faults(text)


ASKING = "avg( 1h 10m hour is_night last( device= 's-1' median( kind= device.plot site.dry_pct"
SYNTAX = "and or not if else in ( ) [ ] , + - * / < <= > >= == != . known( age( device.lamp_w"
STRANGE = "0 1 24 0.5 1e3 true false True lambda None ** % x 'a' # : ="
TOKENS = [*METRICS, *SYNTAX.split(), *ASKING.split(), *STRANGE.split(), "\n"]
READING: dict[str, Value] = {"soil_ph": 5.0}


def parse(text: str) -> Expression | ExpressionError:
    try:
        return Expression.parse(text, SCOPE, "test")
    except ExpressionError as error:
        return error


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(TOKENS)).map(" ".join)))
@example("0_0 in 1if 2else 3")
def test_no_text_raises_anything_but_its_faults(text: str) -> None:
    found = parse(text)
    if isinstance(found, Expression):
        assert found.judge(READING.get, READING.get, lambda question: None) in (True, False, None)
    else:
        assert found.faults
        assert all(0 <= fault.offset <= len(text) for fault in found.faults)
