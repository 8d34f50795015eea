"""A story of a watering: what breaks, who wants what, what happens to the gateway, and what must
have become of it. Files of `scenarios/` are such stories.

plots: {lo-1: {minutes_per_run_max: 20}}     # added to the garden's; also sources, pumps
faults: [{fault: pipe-burst, devices: [valve-1], amount: 3}]         # docs/simulator.md
water: [{at: +2m, plot: lo-1, litres: 600}]
accidents:
  - {at: +5m, what: kill, lasts: 2m}           # or cut-power; or set-clock with ahead: -3h
until: +1h
expect:                                        # each part is optional; the whole is checked
  open: {lo-1: burst}                          # alerts open at the end: exactly these subjects
  alerted: {lo-1: burst}                       # alerts that were raised, now open or not
  runs: {lo-1: [failed]}                       # how the runs of each plot ended, in their order
  said: {lo-1: [perhaps a burst pipe]}         # sentences of the diary of decisions, in English
  litres: {lo-1: [50, 700]}                    # least and most on the meters, at the end
  accounted: 0.05                              # the journal's litres are the meters', within 5 %
  flows: [lo-2]                                # where water flows at the end; nowhere else
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from devices.reading import Millis
from gateway.cli.drive.clocks import NTP_MISSING
from gateway.cli.drive.drive import Drive
from gateway.decisions import IrrigationAsked
from tests.irrigation.tea_garden import PLOTS, START, drive_garden, write_garden

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


class Accident(_Part):
    at: Length
    what: Literal["kill", "cut-power", "set-clock"]
    lasts: Length = 0
    ahead: Length = 0


class Expected(_Part):
    open: dict[str, str] | None = None
    alerted: dict[str, str] = {}
    runs: dict[PlotId, list[str]] = {}
    said: dict[PlotId, list[str]] = {}
    litres: dict[PlotId, tuple[float, float]] = {}
    accounted: float | None = None
    flows: list[PlotId] | None = None


class Story(_Part):
    plots: dict[PlotId, dict[str, Any]] = {}
    sources: list[dict[str, Any]] = []
    pumps: list[dict[str, Any]] = []
    faults: list[dict[str, Any]] = []
    water: list[Wish] = []
    accidents: list[Accident] = []
    until: Length
    expect: Expected


def load_story(file: Path) -> Story:
    """Raises ValidationError."""
    return Story.model_validate(yaml.safe_load(file.read_text("utf-8")))


def play(story: Story, folder: Path) -> Drive:
    """Play it in an empty folder, to its end."""
    write_garden(folder, story.plots, sources=story.sources, pumps=story.pumps)
    drive = drive_garden(folder, yaml.safe_dump({"faults": story.faults}))
    steps: list[Wish | Accident] = [*story.water, *story.accidents]
    for step in sorted(steps, key=lambda step: step.at):
        drive.play(START + step.at)
        if isinstance(step, Wish):
            _ask(drive, step)
        else:
            _happen(drive, step)
    drive.play(START + story.until)
    return drive


def check(drive: Drive, expected: Expected) -> list[str]:
    """Everything that is not as expected, in words."""
    wrong = []
    alerts = _ask_journal(
        drive, "SELECT subject, message, resolved_at FROM alert ORDER BY opened_at"
    )
    still = {subject: said for subject, said, resolved_at in alerts if resolved_at is None}
    if expected.open is not None and still.keys() != expected.open.keys():
        wrong.append(f"open alerts: {still}")
    for subject, word in (expected.open or {}).items():
        if word not in still.get(subject, word):
            wrong.append(f"the open alert of {subject} says nothing of {word!r}: {still[subject]}")
    for subject, word in expected.alerted.items():
        if not any(subject == one and word in said for one, said, _ in alerts):
            wrong.append(f"no alert of {subject} says {word!r}: {alerts}")
    runs = _ask_journal(drive, "SELECT plot, state, litres FROM run ORDER BY created_at")
    for plot, states in expected.runs.items():
        ended = [state for of, state, _ in runs if of == plot]
        if ended != states:
            wrong.append(f"runs of {plot}: {ended}")
    said = _ask_journal(drive, "SELECT plot, sentence FROM explanation ORDER BY at")
    for plot, words in expected.said.items():
        sentences = [sentence for of, sentence in said if of == plot]
        wrong += [
            f"nobody said {word!r} of {plot}: {sentences}"
            for word in words
            if not any(word in sentence for sentence in sentences)
        ]
    flowed = {plot: drive.world.metered_l(plot, drive.now) for plot in PLOTS}
    for plot, (least, most) in expected.litres.items():
        if not least <= flowed[plot] <= most:
            wrong.append(f"{flowed[plot]:.0f} litres flowed on {plot}")
    if expected.accounted is not None:
        for plot, litres in flowed.items():
            booked = sum(of_run for of, _, of_run in runs if of == plot)
            if abs(booked - litres) > expected.accounted * litres:
                wrong.append(f"the journal says {booked:.0f} of {litres:.0f} litres on {plot}")
    flows = [plot for plot in PLOTS if drive.world.flow_l_min(plot) > 0]
    if expected.flows is not None and flows != expected.flows:
        wrong.append(f"water flows on {flows}")
    return wrong


def _ask(drive: Drive, wish: Wish) -> None:
    drive.perform(
        lambda pipeline, now: pipeline.ask(
            IrrigationAsked(wish.plot, "person:story", now, litres=wish.litres), now
        )
    )


def _happen(drive: Drive, accident: Accident) -> None:
    if accident.what == "kill":
        drive.kill()
        drive.play(drive.now + accident.lasts)
        drive.start()
    elif accident.what == "cut-power":
        drive.cut_power(drive.now + accident.lasts)
    else:
        drive.set_clock(accident.ahead, NTP_MISSING)


def _ask_journal(drive: Drive, query: str) -> list[tuple[Any, ...]]:
    """Texts in English."""
    rows = drive.gateway.connection.execute(query).fetchall()
    return [tuple(map(_in_english, row)) for row in rows]


def _in_english(value: object) -> object:
    if isinstance(value, str) and value.startswith("["):
        _, value = json.loads(value)
    return value
