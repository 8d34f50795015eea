"""Numbers and sentences as people write them."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from dashboards.words import Language, Words
from devices.text import Text
from gateway.decisions import Run, RunState
from gateway.fleet import Fleet
from gateway.irrigation import causes, explain, look_texts, notices
from gateway.irrigation.climate import Weather
from gateway.irrigation.run import UNASKED
from gateway.irrigation.situation import Situation
from gateway.irrigation.wording import litres_vi_en, number_en, number_vi
from tests.gateway.fleets import NOW
from tests.gateway.irrigation.garden import HERE, plot

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [
        (0, 0, "0", "0"),
        (-0.04, 1, "0", "0"),
        (1080, 0, f"1{NBSP}080", "1,080"),
        (1234567.4, 0, f"1{NBSP}234{NBSP}567", "1,234,567"),
        (2.5, 1, "2,5", "2.5"),
        (6.0, 1, "6", "6"),
        (100.0, 0, "100", "100"),
        (1000.25, 1, f"1{NBSP}000,2", "1,000.2"),
    ],
)
def test_numbers(value: float, digits: int, vi: str, en: str) -> None:
    assert number_vi(value, digits) == vi
    assert number_en(value, digits) == en


def test_one_litre_is_no_litres() -> None:
    assert [litres_vi_en(litres).en for litres in (0, 0.6, 1.4, 2)] == [
        "0 litres", "1 litre", "1 litre", "2 litres",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("litres", "vi", "en"),
    [(999.0, "999 lít", "999 litres"), (1000.0, f"1,0{NBSP}m³", f"1.0{NBSP}m³"),
     (24301.0, f"24,3{NBSP}m³", f"24.3{NBSP}m³"), (141_300.0, f"141{NBSP}m³", f"141{NBSP}m³")],
)  # fmt: skip
def test_much_water_is_written_as_on_the_pages(litres: float, vi: str, en: str) -> None:
    assert litres_vi_en(litres) == (vi, en)
    languages: tuple[Language, ...] = ("vi", "en")
    for lang, text in zip(languages, (vi, en), strict=True):
        words = Words(lang, ZoneInfo("Asia/Ho_Chi_Minh"), NOW)
        assert litres < 1000 or words.volume(litres) == text


def test_a_farmer_reads_how_much_and_why() -> None:
    run = Run("lo-1.1", "lo-1", "rule:tea-dry", RunState.PUMP, NOW, NOW, NOW, 4320.0)
    mild = Weather(1.0, 25.0, 0.0, 0.0)
    situation = Situation(plot(), NOW, HERE, Fleet(), weather=mild)
    assert explain.watering(plot(), run, situation) == (
        f"Tưới lô lo-1: 6 mm (4,3{NBSP}m³), theo quy tắc tea-dry.",
        f"Watering plot lo-1: 6 mm (4.3{NBSP}m³), as rule tea-dry asked.",
    )


def test_a_run_says_what_nobody_knows_and_what_a_technician_allowed() -> None:
    run = Run("lo-1.1", "lo-1", "plan:soil", RunState.PUMP, NOW, NOW, NOW, 4320.0)
    windy = Weather(wind_m_s=9.0)
    situation = Situation(
        plot(), NOW, HERE, Fleet(), weather=windy, overridden=frozenset({"wind", "hot"})
    )
    sentence = explain.watering(plot(), run, situation)
    assert sentence.en.endswith(
        "A technician allows it in spite of: wind. Not known: rain, temperature."
    )
    assert sentence.vi.endswith("Kỹ thuật viên đã cho bỏ qua: gió. Chưa rõ: lượng mưa, nhiệt độ.")


def test_the_number_of_a_plot_does_not_run_into_the_millimetres() -> None:
    nine = plot("lo-9", label={"vi": "Lô chè 9", "en": "Tea plot 9"})
    need = Text("đến giờ theo lịch", "it is time by the schedule")
    assert look_texts.watered(nine, 6, 4, 2880, need, waits=False) == (
        f"Tưới Lô chè 9: 4 mm trong số 6 mm (2,9{NBSP}m³); đến giờ theo lịch.",
        f"Watering Tea plot 9, 4 mm of 6 mm (2.9{NBSP}m³): it is time by the schedule.",
    )


def test_water_that_nobody_asked_for_is_not_called_a_watering() -> None:
    run = Run("lo-1.1", "lo-1", UNASKED, RunState.FAILED, NOW, NOW, NOW, 0.0, litres=170.4)
    run = replace(run, measured=True, cause=causes.LEAK)
    assert explain.stopping(plot(), run, causes.LEAK) == (
        "lô lo-1: van đã đóng mà nước vẫn chảy.",
        "plot lo-1: water flows though the valve is shut.",
    )
    assert explain.finished(plot(), run) == (
        "lô lo-1: van đã đóng mà nước vẫn chảy; ngoài lượt tưới đã chảy 170 lít, "
        "đo bằng đồng hồ nước.",
        "plot lo-1: water flows though the valve is shut; 170 litres flowed that nobody asked for, "
        "by the flow meter.",
    )


def test_figures_behind_a_decision_are_no_finer_than_their_instruments() -> None:
    showers = Weather(rain_1h_mm=8.600000000000001)
    situation = Situation(plot(), NOW, HERE, Fleet(), weather=showers, used_today_l=1 / 3)
    refused = explain.refusal(situation, 10917.64705882353, causes.NO_AMOUNT).inputs
    assert (refused["rain_1h_mm"], refused["wind_m_s"]) == (8.6, None)
    assert (refused["asked_l"], refused["used_today_l"]) == (10917.6, 0.3)
    run = Run("lo-1.1", "lo-1", "x", RunState.DONE, NOW, NOW, NOW, 1 / 3, litres=2 / 3)
    ended = notices.explanation(run, plot(), "finish", Text("xong", "done"), NOW).inputs
    assert (ended["target_l"], ended["litres"]) == (0.3, 0.7)
