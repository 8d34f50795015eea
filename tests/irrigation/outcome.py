"""What must have become of a story. The judge is the world: what the valves' meters counted and
where water flows, never the gateway's own books, which are checked against it.

expect:                                        # each part is optional; the whole is checked
  open: {lo-1: burst}                          # alerts open at the end: exactly these subjects
  cleared: {lo-1: burst}                       # alerts that were raised, and are gone at the end
  runs: {lo-1: [failed]}                       # how the runs of each plot ended, in their order
  measured: {lo-1: [true]}                     # whether a meter counted their litres, or time
  said: {lo-1: [perhaps a burst pipe]}         # sentences of the diary of decisions, in English
  unsaid: {lo-1: [does not close]}             # what no sentence says
  litres: {lo-1: [50, 700]}                    # least and most on the meters, at the end
  accounted: 0.05                              # the journal's litres are the meters', within 5 %
  beyond: [lo-2]                               # where the gateway had no means to stop the water
  flows: [lo-2]                                # where it flows at the end; nowhere else

Whatever the story expects, at every end: no valve is told to be open, and no run goes on, on a plot
that is not in `flows`; no plot but those of `beyond` got more than its runs wanted and a lease
each; no device was told things without end; the diary says of each run what the run does.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

from firmware_sim.firmware.valve import ValveFirmware
from gateway.cli.drive.drive import Drive
from gateway.irrigation.run import TAIL_MS
from tests.irrigation.tea_garden import PLOTS, RATE_L_MIN

ROUNDING_L = 5.0
"""Meters are read when they report."""
LEASE_L = RATE_L_MIN * TAIL_MS / 60_000
WITHIN_MS = 600_000
COMMANDS_MAX, SENDS_MAX = 35, 80
"""To one device: leases are renewed 13 times, a valve is closed 20 times; of what is not answered
each is sent five times before the next takes its place."""


class Expected(BaseModel):
    """See the module."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    open: dict[str, str] = {}
    cleared: dict[str, str] = {}
    runs: dict[str, list[str]] = {}
    measured: dict[str, list[bool]] = {}
    said: dict[str, list[str]] = {}
    unsaid: dict[str, list[str]] = {}
    litres: dict[str, tuple[float, float]] = {}
    accounted: float | None = 0.05
    beyond: list[str] = []
    flows: list[str] = []


def check(drive: Drive, expected: Expected) -> list[str]:
    """Everything that is not as expected, in words."""
    return [
        *_alerts(drive, expected),
        *_runs(drive, expected),
        *_sentences(drive, expected),
        *_water(drive, expected),
        *_storms(drive),
        *_diary(drive),
    ]


def _alerts(drive: Drive, expected: Expected) -> Iterator[str]:
    alerts = _ask(drive, "SELECT subject, message, resolved_at FROM alert ORDER BY opened_at")
    still = {subject: said for subject, said, resolved_at in alerts if resolved_at is None}
    if still.keys() != expected.open.keys():
        yield f"open alerts: {still}"
    for subject, word in expected.open.items():
        if word not in still.get(subject, word):
            yield f"the open alert of {subject} says nothing of {word!r}: {still[subject]}"
    for subject, word in expected.cleared.items():
        found = [gone for one, said, gone in alerts if subject == one and word in said]
        if not found:
            yield f"no alert of {subject} says {word!r}: {alerts}"
        elif None in found:
            yield f"the alert of {subject} about {word!r} is still open"


def _runs(drive: Drive, expected: Expected) -> Iterator[str]:
    runs = _ask(drive, "SELECT plot, state, measured, cause, ended_at FROM run ORDER BY created_at")
    for plot, state, _, cause, ended_at in runs:
        if ended_at is None and plot not in expected.flows:
            yield f"a run of {plot} goes on: {state}, {cause}"
    for plot, states in expected.runs.items():
        if [state for of, state, *_ in runs if of == plot] != states:
            yield f"runs of {plot}: {[row for row in runs if row[0] == plot]}"
    for plot, flags in expected.measured.items():
        if [bool(measured) for of, _, measured, *_ in runs if of == plot] != flags:
            yield f"runs of {plot}, measured or not: {[row for row in runs if row[0] == plot]}"


def _sentences(drive: Drive, expected: Expected) -> Iterator[str]:
    said: dict[str, list[str]] = defaultdict(list)
    for plot, sentence in _ask(drive, "SELECT plot, sentence FROM explanation ORDER BY at"):
        said[plot].append(sentence)
    for plot, words in expected.said.items():
        for word in words:
            if not any(word in sentence for sentence in said[plot]):
                yield f"nobody said {word!r} of {plot}: {said[plot]}"
    for plot, words in expected.unsaid.items():
        for word in words:
            if any(word in sentence for sentence in said[plot]):
                yield f"somebody said {word!r} of {plot}: {said[plot]}"


def _water(drive: Drive, expected: Expected) -> Iterator[str]:
    runs = _ask(drive, "SELECT plot, target_l, litres FROM run")
    for plot, described in PLOTS.items():
        flowed = drive.world.metered_l(plot, drive.now)
        wanted = [target for of, target, _ in runs if of == plot]
        booked = sum(litres for of, _, litres in runs if of == plot)
        least, most = expected.litres.get(plot, (0.0, float("inf")))
        if not least <= flowed <= most:
            yield f"{flowed:.0f} litres flowed on {plot}"
        allowed = expected.accounted
        if allowed is not None and abs(booked - flowed) > allowed * flowed + ROUNDING_L:
            yield f"the journal says {booked:.0f} of {flowed:.0f} litres on {plot}"
        if (drive.world.flow_l_min(plot) > 0) != (plot in expected.flows):
            yield f"on {plot} flow {drive.world.flow_l_min(plot):.0f} l/min"
        if plot not in expected.beyond and flowed > sum(wanted) + LEASE_L * max(len(wanted), 1):
            yield f"{flowed:.0f} litres flowed on {plot}, of which {sum(wanted):.0f} were wanted"
        for valve in described["valves"]:
            device = drive.world.devices[valve]
            if isinstance(device, ValveFirmware) and device.tap.coil and plot not in expected.flows:
                yield f"{valve} is told to be open"


def _storms(drive: Drive) -> Iterator[str]:
    query = """
        SELECT device, count(*), sum(attempts) FROM command GROUP BY device, created_at / ?
    """
    for device, commands, sends in drive.gateway.connection.execute(query, (WITHIN_MS,)):
        if commands > COMMANDS_MAX or sends > SENDS_MAX:
            yield f"{device} got {commands} commands within ten minutes, in {sends} messages"


def _diary(drive: Drive) -> Iterator[str]:
    query = "SELECT facts FROM diary_entry WHERE kind = 'irrigation'"
    facts = [json.loads(text) for (text,) in drive.gateway.connection.execute(query)]
    entries = {one["run"]: (one["litres"], one["measured"]) for one in facts}
    ended = _ask(
        drive,
        "SELECT id, litres, measured FROM run WHERE ended_at IS NOT NULL AND opened_at IS NOT NULL",
    )
    for run, litres, measured in ended:
        if entries.get(run) != (round(litres, 1), bool(measured)):
            yield f"the diary says {entries.get(run)} of {run}: {litres:.1f} litres"


def _ask(drive: Drive, query: str) -> list[tuple[Any, ...]]:
    """Texts in English."""
    rows = drive.gateway.connection.execute(query).fetchall()
    return [tuple(map(_in_english, row)) for row in rows]


def _in_english(value: object) -> object:
    if isinstance(value, str) and value.startswith("["):
        _, value = json.loads(value)
    return value
