from dataclasses import replace

from dashboards.chart_csv import csv_of
from dashboards.charts import DEFAULT_RANGE, RANGES, charted, data_of, gaps_of, table_of
from devices.kinds import KINDS
from devices.text import Text
from gateway.history import Point
from gateway.sequences import Gap
from gateway.views.device import Chart, Curve
from gateway.views.events import Event
from gateway.views.past import Origin
from tests.dashboards.test_words import EN, VI
from tests.hamlet import HOUR_MS, NOW

MIDNIGHT = NOW - 7 * HOUR_MS
"""It is seven in the morning."""


def chart_of(kind: str, metric: str, *points: Point) -> Chart:
    described = KINDS[kind].metric(metric)
    assert described is not None
    start = NOW - 4 * HOUR_MS
    return Chart(start, NOW, HOUR_MS, (Curve(described, points, Origin.JOURNAL),), (), (), ())


def test_a_missing_step_is_null_not_zero() -> None:
    at = NOW - 3 * HOUR_MS
    data = data_of(chart_of("light", "battery_v", Point(at, 13.0, 12.0, 14.0, 2)), VI)
    assert data["times"] == [(NOW - hours * HOUR_MS) // 1000 for hours in (4, 3, 2, 1)]
    assert data["curves"] == [
        {"label": "Điện áp pin", "unit": "V", "stepped": False, "values": [None, 13.0, None, None]}
    ]


def test_the_table_weighs_by_samples_and_leaves_gaps_out() -> None:
    chart = chart_of(
        "light", "battery_v",
        Point(NOW - 4 * HOUR_MS, 12.0, 11.0, 12.5, 3), Point(NOW - HOUR_MS, 13.0, 12.9, 13.1, 1),
    )  # fmt: skip
    rows = table_of(chart, EN)
    assert [row.period for row in rows] == ["06:00", "03:00"]  # newest first
    assert rows[1].cells == (("12.0\N{NO-BREAK SPACE}V", "11.0–12.5"),)


def test_a_counter_adds_up() -> None:
    chart = chart_of("valve", "volume_total_l", Point(NOW - HOUR_MS, 40.0, 40.0, 40.0, 2))
    assert table_of(chart, EN)[0].cells == (("40.0\N{NO-BREAK SPACE}L", ""),)


def test_the_usual_metrics_exist() -> None:
    for kind in KINDS.values():
        usual = charted(kind, ())
        assert 1 <= len(usual) <= 2
        assert all(kind.metric(name) for name in usual)


def test_what_is_asked_for_wins_if_the_kind_has_it() -> None:
    light = KINDS["light"]
    assert charted(light, ["pv_power_w", "clients", "pv_power_w"]) == ("pv_power_w",)
    assert charted(light, ["clients"]) == charted(light, ())
    assert len(charted(light, [metric.name for metric in light.metrics])) == 2


def test_a_step_holds_two_reports_at_least() -> None:
    for asked in RANGES.values():
        start, end, step = asked.window(NOW, MIDNIGHT, 600)
        assert step >= 1_200_000
        assert (MIDNIGHT - start) % step == 0, "a day's bar is a local day"
        assert end - start >= asked.length
        assert (end - start) / step < 1000
    assert DEFAULT_RANGE.name in RANGES


def test_a_gap_says_what_it_cost_when_numbers_are_missing() -> None:
    ends = [Point(NOW - hours * HOUR_MS, 13.0, 13.0, 13.0, 1) for hours in (4, 1)]
    chart = chart_of("light", "battery_v", *ends)
    start, end = NOW - 3 * HOUR_MS, NOW - HOUR_MS
    assert gaps_of(chart) == [(start, end)]
    gap = [start // 1000, end // 1000]
    assert data_of(chart, VI)["gaps"] == [[*gap, ""]]  # it was off, or nobody knows
    inside = Gap("b", 3, 7, start - 60_000, end + 60_000)
    elsewhere = Gap("b", 20, 29, end, end + HOUR_MS)
    found = replace(chart, missing=(inside, elsewhere))
    assert data_of(found, VI)["gaps"] == [[*gap, "thiếu 5 tin"]]


def test_what_happened_has_its_cause_in_words() -> None:
    events = (
        Event(NOW - HOUR_MS, "lamp-failure", None),
        Event(NOW, None, Text("Cột đèn nghiêng", "Pole is leaning")),
    )
    data = data_of(replace(chart_of("light", "battery_v"), events=events), VI)
    assert data["events"] == [
        [(NOW - HOUR_MS) // 1000, "Đèn hỏng"],
        [NOW // 1000, "Cột đèn nghiêng"],
    ]


def test_a_spreadsheet_gets_every_step() -> None:
    chart = chart_of("light", "battery_v", Point(NOW - 3 * HOUR_MS, 13.25, 12.0, 14.0, 2))
    text = csv_of(chart, VI)
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}Thời gian,Điện áp pin (V): trung bình,")
    assert text.splitlines()[1:3] == [
        "2026-11-22T03:00+07:00,,,,",
        "2026-11-22T04:00+07:00,13.25,12.0,14.0,2",
    ]
    assert len(text.splitlines()) == 5
