"""A fortnight of the demo's garden as the irrigation would tell it; people called all of it
`name`."""

from dataclasses import replace
from datetime import date, timedelta

from devices.text import Text
from gateway.decisions import Explanation, Run, RunState
from gateway.plot_records import BalanceDay, NoGo, Override, PlotSetting, Proposal
from gateway.plots import Mode
from gateway.plots.guard import NoGoReason
from gateway.watering_plan import (
    Certainty,
    NotWatered,
    Plan,
    PlannedWatering,
    PlotOutlook,
    ProbeStatus,
)
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet

TODAY = date(2026, 11, 22)
PROPOSAL = "lo-4.proposal"


def garden(hamlet: Hamlet, name: str) -> None:
    """Plot 3 goes by its balance and is short of water, plot 4 asks, plot 5 has dry days."""
    text = Text(name, name)
    hamlet.outlooks["lo-3"] = replace(
        outlook("lo-3"),
        mode=Mode.BALANCE,
        depletion_mm=38.4,
        raw_mm=33.6,
        next_look=NOW + 10 * HOUR_MS,
        overrides=(
            Override("o1", "lo-3", "wind", name, f"person:{name}", NOW - HOUR_MS, NOW + HOUR_MS),
        ),
        probes=(
            ProbeStatus("soil-03a", 22.1, NOW - HOUR_MS, stale=False, distrust=None),
            ProbeStatus("soil-03b", 61.0, NOW - HOUR_MS, stale=False, distrust=text),
        ),
    )
    proposal = Proposal(PROPOSAL, "lo-4", NOW - HOUR_MS, NOW + 5 * HOUR_MS, 13_900.0, text)
    hamlet.outlooks["lo-4"] = replace(
        outlook("lo-4"),
        mode=Mode.SOIL,
        asks_first=True,
        depletion_mm=36.0,
        raw_mm=33.6,
        proposal=proposal,
    )
    no_go = NoGo("n1", "lo-5", TODAY, TODAY, NoGoReason.SPRAYING, f"person:{name}", NOW - HOUR_MS)
    hamlet.outlooks["lo-5"] = replace(outlook("lo-5"), depletion_mm=12.0, raw_mm=33.6,
                                      dry_days=(no_go,))  # fmt: skip
    hamlet.save(
        proposal,
        no_go,
        PlotSetting("lo-3", NOW - DAY_MS, f"person:{name}", Mode.BALANCE, None),
        Explanation("lo-3", NOW - 2 * HOUR_MS, "skip", text, {"rain_mm": 1.2, name: name}),
        Explanation("lo-3", NOW - DAY_MS, "water", text, {"wind_m_s": None, "asked_l": 20_040.0}),
        *balances("lo-3"),
    )
    hamlet.save(
        *(
            Run(
                f"lo-3.{days}", "lo-3", "plan:balance", RunState.DONE, NOW - days * DAY_MS,
                NOW - days * DAY_MS, NOW, 20_040.0, 20_040.0, True,
                ended_at=NOW - days * DAY_MS + HOUR_MS,
            )
            for days in (1, 5)
        )
    )  # fmt: skip
    hamlet.plan = Plan(
        NOW,
        NOW + DAY_MS,
        (
            planned("lo-3", 1.0, 26_700.0, Certainty.CERTAIN, text),
            planned("lo-4", 2.5, 13_900.0, Certainty.ASKS, text),
            planned("lo-8", 10.0, 15_900.0, Certainty.EXPECTED, text, conflicts=(text,)),
        ),
        tuple(NotWatered(plot, text) for plot in ("lo-5", "lo-6")),
    )


def outlook(plot: str) -> PlotOutlook:
    """Of a plot about which nothing is known."""
    return PlotOutlook(plot, Mode.MANUAL, False, None, None, 84.0, None, None, (), (), ())


def planned(
    plot: str,
    hours: float,
    litres: float,
    certainty: Certainty,
    reason: Text,
    conflicts: tuple[Text, ...] = (),
) -> PlannedWatering:
    """It begins so many hours from now, and lasts one."""
    begin = round(NOW + hours * HOUR_MS)
    return PlannedWatering(
        plot, begin, begin + HOUR_MS, litres, litres / 2660, certainty, reason, conflicts
    )


def balances(plot: str) -> list[BalanceDay]:
    """Two weeks that dry out, with rain, two waterings, a correction and estimates; of one day
    nothing is known."""
    days, depletion = [], 20.0
    for ago in range(13, -1, -1):
        rain = {10: 14.0, 9: 3.0}.get(ago, 0.0)
        irrigation = 6.0 if ago in (1, 5) else 0.0
        correction = -3.5 if ago == 4 else 0.0
        before, depletion = depletion, max(depletion + 4.2 - rain - irrigation + correction, 0.0)
        if ago != 7:
            estimates = "et0,rain" if ago == 3 else ""
            days.append(
                BalanceDay(
                    plot, TODAY - timedelta(days=ago), before, 4.2, 1.0, 1.0, 4.2, rain, rain,
                    irrigation, 0.0, correction, depletion, 84.0, 33.6, estimates, ago > 0,
                )
            )  # fmt: skip
    return days
