"""What flowed on which day, and which lines of the diary are alike."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from devices.metric import Value
from gateway.diary.days import fold, litres_of_days
from gateway.hamlet_time import HamletTime
from gateway.plot_records import DiaryEntry, DiaryKind
from tests.hamlet import HOUR_MS, NOW

HERE = HamletTime(ZoneInfo("Asia/Ho_Chi_Minh"), 21.72, 105.74)
EVENING = NOW - 8 * HOUR_MS  # 23:00
WATERED = DiaryEntry(
    "run.1", "lo-1", DiaryKind.IRRIGATION, EVENING, NOW, "plan:soil",
    {
        "litres": 500.0, "target_l": 500.0, "lasted_min": 120.0, "before_midnight_l": 200.0,
        "automatic": True, "method": "drip", "measured": True,
    },
)  # fmt: skip
FIRST, SECOND = date(2026, 11, 21), date(2026, 11, 22)


def told(**facts: Value | str | None) -> DiaryEntry:
    return replace(WATERED, facts={**WATERED.facts, **facts})


@pytest.mark.parametrize(
    ("entry", "litres"),
    [
        (WATERED, [(FIRST, 200.0), (SECOND, 300.0)]),
        (told(lasted_min=30.0, before_midnight_l=None), [(FIRST, 500.0)]),
        (told(lasted_min=None), [(FIRST, 500.0)]),
        # Nobody saw that midnight: it counts for the day on which it ended, as for the ceilings.
        (told(before_midnight_l=None), [(FIRST, 0.0), (SECOND, 500.0)]),
        (told(before_midnight_l=900.0), [(FIRST, 500.0), (SECOND, 0.0)]),
        (told(withdrawn=True), []),
        (replace(WATERED, kind=DiaryKind.SPRAY), []),
    ],
)
def test_what_flowed_on_which_day(entry: DiaryEntry, litres: list[tuple[date, float]]) -> None:
    assert list(litres_of_days(entry, HERE)) == litres


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        (told(litres=490.0), True),
        (told(litres=300.0), False),
        (told(cause_en="a burst"), False),
        (told(curtailed_en="it rains"), False),
        (told(unseen_l=50.0), False),
        (told(automatic=False), False),
        (told(measured=False), False),
        (replace(WATERED, plot="lo-2"), False),
        (replace(WATERED, by="rule:dry"), False),
        (replace(WATERED, corrects="run.0"), False),
        (replace(WATERED, kind=DiaryKind.OTHER), False),
    ],
)
def test_only_what_is_alike_is_one_line(change: DiaryEntry, alike: bool) -> None:
    lines = fold([WATERED, replace(change, id="run.2"), replace(WATERED, id="run.3")])
    assert len(lines) == (1 if alike else 2)
    assert {"run.1", "run.3"} <= {entry.id for entry in lines[0]}
