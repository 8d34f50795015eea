"""A story of a watering: what breaks, who wants what, what happens to the gateway, and what must
have become of it. Files of `scenarios/` are such stories; `outcome.py` checks their ends.

plots: {lo-1: {minutes_per_run_max: 20}}     # added to the garden's; also sources, pumps
sky: [{rain_mm: 20}, {}]                     # days of weather, the last one repeated; else seed 1
cadence: history                             # for stories of days: devices report seldom
faults: [{fault: pipe-burst, devices: [valve-1], amount: 3}]         # docs/simulator.md
water: [{at: +2m, plot: lo-1, litres: 600}]
settings: [{at: +1h, plot: lo-1, mode: soil}]                        # or ask_first: true
accidents:
  - {at: +5m, what: kill, lasts: 2m}           # or cut-power; or set-clock with ahead: -3h
  - {during: pump, what: kill}       # once the run of `plot` (lo-1) in that state is on the disk
until: +1h
expect: …                                      # see `Expected`
"""

import re
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from devices.reading import Millis
from firmware_sim.cadence import HISTORY, LIVE
from firmware_sim.recorded import DayRecord
from gateway.cli.drive.clocks import NTP, NTP_MISSING
from gateway.cli.drive.drive import Drive
from gateway.decisions import IrrigationAsked, Record, Run, RunState
from gateway.journal.batch import PeriodEnd
from gateway.pipeline import Pipeline
from gateway.plot_records import PlotSetting
from gateway.plots import Mode
from tests.irrigation.outcome import Expected
from tests.irrigation.tea_garden import PLOTS, START, START_DAY, drive_garden, write_garden

PERSON = "person:story"
_UNIT_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000}


def _milliseconds(text: object) -> Millis:
    match = re.fullmatch(r"([+-]?)((?:\d+[dhms])+)", str(text))
    if match is None:
        raise ValueError(f"{text!r} is no time; write +5m or 1h30m")
    parts = re.findall(r"(\d+)([dhms])", match[2])
    length = sum(int(number) * _UNIT_MS[unit] for number, unit in parts)
    return -length if match[1] == "-" else length


def _is_plot(plot: str) -> str:
    if plot not in PLOTS:
        raise ValueError(f"there is no plot {plot!r}")
    return plot


Length = Annotated[Millis, BeforeValidator(_milliseconds)]
PlotId = Annotated[str, AfterValidator(_is_plot)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wish(_Part):
    at: Length
    plot: PlotId
    litres: float


class Setting(_Part):
    at: Length
    plot: PlotId
    mode: Mode | None = None
    ask_first: bool | None = None


class Accident(_Part):
    """At a time, or from then on as soon as the run of a plot is in a state."""

    at: Length = 0
    during: RunState | None = None
    plot: PlotId = "lo-1"
    what: Literal["kill", "cut-power", "set-clock"]
    lasts: Length = 0
    ahead: Length = 0
    """How far the gateway's clock is ahead of the time, after a power cut, too."""
    proven: bool = False
    """Whether a time server speaks for a clock that is ahead."""


class Sky(_Part):
    """One day of weather; what is not said makes a dry, mild one."""

    tmin_c: float = 17.0
    tmax_c: float = 27.0
    dew_point_c: float = 15.0
    solar_mj_m2: float = 15.0
    wind_m_s: float = 1.5
    rain_mm: float = 0.0

    def on(self, day: date) -> DayRecord:
        return DayRecord(day, **self.model_dump())


class Story(_Part):
    plots: dict[PlotId, dict[str, Any]] = {}
    sources: list[dict[str, Any]] = []
    pumps: list[dict[str, Any]] = []
    sky: list[Sky] = []
    cadence: Literal["live", "history"] = "live"
    faults: list[dict[str, Any]] = []
    water: list[Wish] = []
    settings: list[Setting] = []
    accidents: list[Accident] = []
    until: Length
    expect: Expected


def load_story(file: Path) -> Story:
    """Raises ValidationError."""
    return Story.model_validate(yaml.safe_load(file.read_text("utf-8")))


def play(story: Story, folder: Path) -> Drive:
    """Play it in an empty folder, to its end."""
    write_garden(folder, story.plots, sources=story.sources, pumps=story.pumps)
    days = [sky.on(START_DAY + timedelta(days=number)) for number, sky in enumerate(story.sky)]
    states: list[tuple[str, RunState]] = []

    def note(record: Record | PeriodEnd) -> None:
        if isinstance(record, Run):
            states.append((record.plot, record.state))

    faults = yaml.safe_dump({"faults": story.faults})
    cadence = HISTORY if story.cadence == "history" else LIVE
    drive = drive_garden(folder, faults, days=days, cadence=cadence, on_record=note)
    steps: list[Wish | Setting | Accident] = [*story.water, *story.settings, *story.accidents]
    for step in sorted(steps, key=lambda step: step.at):
        drive.play(START + step.at)
        if isinstance(step, Accident):
            if step.during is not None and (step.plot, step.during) not in states:
                reached = partial(_is_in, step.plot, step.during)
                drive.play(START + story.until, stop=reached)
            states.clear()
            _happen(drive, step)
        else:
            # What it asks of a gateway that dies at once is on the disk, and was not sent.
            drive.perform(partial(_want, step), hold=True)
    drive.play(START + story.until)
    return drive


def _want(step: Wish | Setting, pipeline: Pipeline, now: Millis) -> None:
    if isinstance(step, Wish):
        pipeline.ask(IrrigationAsked(step.plot, PERSON, now, litres=step.litres), now)
    else:
        pipeline.ask(PlotSetting(step.plot, now, PERSON, step.mode, step.ask_first), now)


def _is_in(plot: str, state: RunState, record: Record | PeriodEnd) -> bool:
    return isinstance(record, Run) and (record.plot, record.state) == (plot, state)


def _happen(drive: Drive, accident: Accident) -> None:
    evidence = NTP if accident.proven or not accident.ahead else NTP_MISSING
    if accident.what == "kill":
        drive.kill()
        drive.play(drive.now + accident.lasts)
        drive.start()
    elif accident.what == "cut-power":
        until = drive.now + accident.lasts
        drive.cut_power(until, clock_error=accident.ahead, evidence=evidence)
    else:
        drive.set_clock(accident.ahead, evidence)
