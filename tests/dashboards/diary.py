"""A diary of three lines, and how a page of it is opened."""

import httpx2

from gateway.plot_records import DiaryEntry, DiaryKind
from tests.dashboards.page import Page
from tests.hamlet import DAY_MS, HOUR_MS, NOW

WATERED = DiaryEntry(
    "run.lo-3.1", "lo-3", DiaryKind.IRRIGATION, NOW - HOUR_MS, NOW, "rule:dry",
    {
        "run": "lo-3.1", "litres": 6010.0, "target_l": 6000.0, "before_midnight_l": None,
        "minutes": 18.2, "lasted_min": 24.0, "depth_mm": 1.8, "root_mm": 1.53, "measured": True,
        "automatic": True, "method": "sprinkler", "reason_vi": "Đất khô", "reason_en": "It is dry",
        "cause_vi": None, "cause_en": None, "temperature_c": 24.5, "rain_24h_mm": 0.0,
        "growing_area_code": "TN-07",
    },
)  # fmt: skip
SPRAYED = DiaryEntry(
    "e1", "lo-3", DiaryKind.SPRAY, NOW - 10 * DAY_MS, NOW, "person:Bà Tư",
    {"product": "Abamectin", "interval_days": 7, "note": "gần suối"},
)  # fmt: skip
PLUCKED = DiaryEntry(
    "e2", "lo-3", DiaryKind.PLUCK, NOW - DAY_MS, NOW, "person:Bà Tư",
    {"kg": 42.5, "people": 6, "lot": "K7QF2M9X", "growing_area_code": "TN-07"},
)  # fmt: skip


async def shown(web: httpx2.AsyncClient, path: str, lang: str = "en") -> Page:
    """The page, well formed."""
    answer = await web.get(path, params={"lang": lang})
    assert answer.status_code == 200, path
    found = Page(answer.text)
    assert found.problems == []
    assert found.inline == []
    return found
