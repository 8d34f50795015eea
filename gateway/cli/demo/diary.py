"""What the people of the demo's past wrote into the diary: enough for a lot with its label."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from devices.reading import Millis
from gateway.diary.draft import Draft, check_draft
from gateway.hamlet_time import HamletTime
from gateway.pipeline import Pipeline
from gateway.plot_records import DiaryEntry, DiaryKind
from gateway.plots import Plot


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did `days` before the demo begins, at `clock`; before the past begins it was
    written down late, at its first hour. A correction names the act that it `corrects`."""

    name: str
    days: int
    clock: str
    by: str
    plot: str
    kind: DiaryKind
    facts: Mapping[str, str | float] = field(default_factory=dict)
    corrects: str | None = None
    why: str = ""


_PLUCKED: Mapping[str, str | float] = {"kg": 45, "people": 6}
ACTS = (
    Act(
        "manured", 12, "07:00", "person:Bác Tư", "lo-1", DiaryKind.FERTILISER,
        {"product": "NPK 16-16-8", "kg": 25, "method": "Bón rãnh, lấp đất"},
    ),
    Act(
        "sprayed", 9, "16:30", "person:Cô Lan", "lo-1", DiaryKind.SPRAY,
        {
            "product": "Abamectin 1.8EC", "target": "Nhện đỏ", "dose": "8 ml/bình 16 lít",
            "interval_days": 7, "water_l": 48,
        },
    ),
    Act(
        "inspected", 3, "09:15", "person:Cô Lan", "lo-1", DiaryKind.INSPECTION,
        {"what": "Dư lượng thuốc trước khi hái", "result": "Đạt, đủ ngày cách ly"},
    ),
    Act(
        "sprayed-next", 2, "16:00", "person:Bác Tư", "lo-2", DiaryKind.SPRAY,
        {"product": "Dầu khoáng 99EC", "target": "Rầy xanh", "interval_days": 5},
    ),
    Act("plucked", 1, "06:30", "person:Cô Lan", "lo-1", DiaryKind.PLUCK, _PLUCKED),
    Act(
        "weighed", 1, "06:30", "person:Cô Lan", "lo-1", DiaryKind.PLUCK, {**_PLUCKED, "kg": 42.5},
        corrects="plucked", why="Cân lại ở hợp tác xã",
    ),
)  # fmt: skip
"""Oldest first."""


class WrittenPast:
    """Writes each act when its time has come. Acts on plots that the site does not have are left
    out."""

    def __init__(self, plots: tuple[Plot, ...], here: HamletTime, now: Millis) -> None:
        self._plots = {plot.id: plot for plot in plots}
        self._here = here
        self._today = here.day(now)
        self._acts = [act for act in ACTS if act.plot in self._plots]
        self._written: dict[str, DiaryEntry] = {}

    def write(self, pipeline: Pipeline, now: Millis) -> None:
        """What has been done by now."""
        clock = f"{self._here.local(now):%Y-%m-%d %H:%M}"
        while self._acts and f"{self._day(self._acts[0])} {self._acts[0].clock}" < clock:
            act = self._acts.pop(0)
            before = self._written.get(act.corrects) if act.corrects else None
            around = pipeline.engines.diary.circumstances
            draft = self._draft(act, before)
            entry = check_draft(draft, before, act.by, self._plots, self._here, around, now)
            self._written[act.name] = entry
            pipeline.ask(entry, now)

    def _day(self, act: Act) -> str:
        return str(self._today - timedelta(days=act.days))

    def _draft(self, act: Act, before: DiaryEntry | None) -> Draft:
        day = self._day(act)
        return Draft(
            id=hashlib.sha256(f"{act.name} {day}".encode()).hexdigest()[:32],
            plot=act.plot,
            kind=act.kind,
            day=day,
            clock=act.clock,
            facts=act.facts,
            corrects=before.id if before else None,
            why=act.why,
        )
