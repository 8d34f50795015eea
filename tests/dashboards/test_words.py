from zoneinfo import ZoneInfo

import pytest

from dashboards.words import NBSP, Language, Words
from devices.kinds import KINDS
from devices.metric import Value
from tests.hamlet import DAY_MS, HOUR_MS, NOW

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
VI, EN = Words("vi", ZONE, NOW), Words("en", ZONE, NOW)


def spaced(text: str) -> str:
    """With plain spaces; that figures never break over two lines is tested once, below."""
    return text.replace(NBSP, " ")


def test_a_figure_does_not_break_over_two_lines() -> None:
    assert " " not in VI.number(1204.5) + VI.percent(0.5) + VI.quantity(1204.5, "L")


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (1204.5, "1 204,5", "1,204.5"),
        (0, "0", "0"),
        (-1.9, "−1,9", "−1.9"),
        (1_234_567, "1 234 567", "1,234,567"),
    ],
)
def test_numbers(value: float, vi: str, en: str) -> None:
    assert spaced(VI.number(value)) == vi
    assert spaced(EN.number(value)) == en


@pytest.mark.parametrize(
    ("ratio", "vi", "en"),
    [
        (0.986, "98,6 %", "98.6%"),
        (1.0, "100 %", "100%"),
        (0.99999, "99,9 %", "99.9%"),  # not everything is not 100
        (0.0, "0 %", "0%"),
        (None, "chưa rõ", "unknown"),
    ],
)
def test_shares(ratio: float | None, vi: str, en: str) -> None:
    assert spaced(VI.percent(ratio)) == vi
    assert spaced(EN.percent(ratio)) == en


@pytest.mark.parametrize(
    ("kind", "metric", "value", "vi", "en"),
    [
        ("light", "battery_v", 13.1, "13,1 V", "13.1 V"),
        ("light", "battery_soc_pct", 84.0, "84 %", "84%"),
        ("light", "load_power_w", 0.0, "0,0 W", "0.0 W"),
        ("light", "generated_today_wh", 1412.0, "1,4 kWh", "1.4 kWh"),
        ("light", "tilt_deg", 1.2, "1,2°", "1.2°"),
        ("light", "is_night", False, "Không", "No"),
        ("wifi", "rx_bytes", 123_456_789, "123 MB", "123 MB"),
        ("wifi", "clients", 12, "12", "12"),
        ("wifi", "rx_bytes", 80_000, "80,0 KB", "80.0 KB"),
        ("soil", "soil_ec_us_cm", 410.4, "410 µS/cm", "410 µS/cm"),
        ("gateway", "clock_offset_s", -94_608_000.0, "−26 280 h", "−26,280 h"),
    ],
)
def test_values(kind: str, metric: str, value: Value, vi: str, en: str) -> None:
    described = KINDS[kind].metric(metric)
    assert described is not None
    assert spaced(VI.value(described, value)) == vi
    assert spaced(EN.value(described, value)) == en


@pytest.mark.parametrize(
    ("back_ms", "vi", "en"),
    [
        (0, "07:00", "07:00"),
        (8 * HOUR_MS, "23:00 hôm qua", "23:00 yesterday"),
        (2 * DAY_MS, "07:00 ngày 20/11/2026", "07:00 on 20 Nov 2026"),
    ],
)
def test_moments_in_the_time_of_the_hamlet(back_ms: int, vi: str, en: str) -> None:
    assert VI.when(NOW - back_ms) == vi
    assert EN.when(NOW - back_ms) == en


def test_a_span_says_no_more_than_it_must() -> None:
    assert VI.span(NOW - 8 * HOUR_MS, NOW - 8 * HOUR_MS + 900_000) == "23:00–23:15 hôm qua"
    assert EN.span(NOW - DAY_MS, NOW) == "07:00 yesterday–07:00"
    assert VI.span(NOW, NOW + 59_000) == "07:00"


@pytest.mark.parametrize(
    ("length", "vi", "en"),
    [
        (400, "0,4 giây", "0.4 s"),
        (12_000, "12 giây", "12 s"),
        (18 * 60_000, "18 phút", "18 min"),
        (60 * 60_000, "1 giờ", "1 h"),
        (95 * 60_000, "1 giờ 35 phút", "1 h 35 min"),
    ],
)
def test_durations(length: int, vi: str, en: str) -> None:
    assert spaced(VI.duration(length)) == vi
    assert spaced(EN.duration(length)) == en


@pytest.mark.parametrize(
    ("length", "vi"),
    [(-5, "0 giây trước"), (48_000, "48 giây trước"), (60_000, "1 phút trước"),
     (3 * HOUR_MS, "3 giờ trước"), (2 * DAY_MS, "2 ngày trước")],
)  # fmt: skip
def test_ages(length: int, vi: str) -> None:
    assert VI.ago(length) == vi


@pytest.mark.parametrize(
    ("n", "vi", "en"),
    [
        (0, "thiếu 0 tin, lúc đó", "missing 0 readings, then"),
        (1, "thiếu 1 tin, lúc đó", "missing 1 reading, then"),
        (2345, "thiếu 2 345 tin, lúc đó", "missing 2,345 readings, then"),
    ],
)
def test_the_word_goes_with_its_number(n: int, vi: str, en: str) -> None:
    assert spaced(VI.t("device.missing", n=n, span="lúc đó")) == vi
    assert EN.t("device.missing", n=n, span="then") == en


def test_one_form_goes_with_every_number() -> None:
    assert VI.t("tile.watering", n=1) == VI.t("tile.watering", n=2) == "lô đang tưới"
    assert EN.t("tile.watering", n=1) == "plot being watered"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_live_fragment_does_not_change_while_time_passes(lang: Language) -> None:
    at = NOW - 48_000
    earlier = Words(lang, ZONE, NOW, live=True).age(at)
    assert Words(lang, ZONE, NOW + 30_000, live=True).age(at) == earlier
    assert Words(lang, ZONE, NOW).age(at) != Words(lang, ZONE, NOW + 30_000).age(at)
