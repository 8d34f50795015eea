"""One plot for its page: the parts that move by themselves, and what the forms offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards import root_zone
from dashboards.decisions import UNFOLDED, by_day, told
from dashboards.pages import Pages
from dashboards.shared import Fragments
from dashboards.words import Words
from devices.text import Text
from gateway.plot_acts import OVERRIDE_MAX_MS, Amount, Unit
from gateway.plot_records import NoGo
from gateway.plots import Mode
from gateway.views.plots import DAYS_SHOWN, Foreseen, PlotDetail, foreseen
from gateway.watering_plan import PlotOutlook

PERSON = "person:"
PRESETS_MM = (2.0, 4.0, 6.0)
"""A little, as usual, and much: sprinklers give 4 to 8 mm in an hour."""
OVERRIDE_HOURS = (1, 3, 6, 12, OVERRIDE_MAX_MS // 3_600_000)


@dataclass(frozen=True, slots=True)
class Preset:
    """A button that waters."""

    value: float
    foreseen: Foreseen


@dataclass(frozen=True, slots=True)
class DryRow:
    """Dry days on the page; `id` is None for those of the file, which stay."""

    begin: date
    end: date
    reason: str
    by: str | None
    id: str | None


def named(by: str) -> str:
    """A person without what the journal puts before the name."""
    return by.removeprefix(PERSON)


def state_of(detail: PlotDetail) -> str:
    """The key of the sentence that says how the plot is, and the badge that goes with it."""
    status = detail.status
    if status.run is not None:
        return "running"
    if status.outlook.proposal is not None:
        return "asking"
    return soil_state(status.outlook) or "unknown"


def soil_state(outlook: PlotOutlook) -> str | None:
    """Whether the tea is `thirsty`, the plot `due` for water before it is, or `fine`; None while
    nobody knows. As the plan has it: what is due stands there. A plot that nothing plans for is due
    when the page says that nothing is left."""
    zone = root_zone.zone(outlook)
    if zone is not None and zone.thirsty:
        return "thirsty"
    used_up = zone is not None and zone.left_mm == 0
    if outlook.needs_mm or (used_up and outlook.needs_mm is None):
        return "due"
    return None if zone is None and outlook.needs_mm is None else "fine"


def fragments(pages: Pages, words: Words, detail: PlotDetail, *, signed: bool) -> Fragments:
    """What moves, by its place on the page. Who is `signed` in gets buttons."""
    render = pages.renderer.fragment
    zone = root_zone.zone(detail.status.outlook)
    decided = told(detail.decisions, words)
    return {
        "now": render("plot/now.html", words, detail=detail, state=state_of(detail), signed=signed),
        "held": render("plot/held.html", words, detail=detail),
        "soil": render(
            "plot/soil.html",
            words,
            detail=detail,
            zone=zone,
            columns=root_zone.columns(detail.balance, detail.today, DAYS_SHOWN),
            days=DAYS_SHOWN,
            first=detail.today - timedelta(days=DAYS_SHOWN - 1),
            chart=root_zone,
        ),
        "balance": render("plot/balance.html", words, balance=detail.balance),
        "runs": render("plot/runs.html", words, detail=detail),
        "decisions": render(
            "plot/decisions.html",
            words,
            newest=decided[:UNFOLDED],
            earlier=by_day(decided[UNFOLDED:], words),
        ),
    }


def presets(detail: PlotDetail) -> list[Preset]:
    """What can be had with one press; nothing when today's ceiling is reached."""
    offered = (
        Preset(depth, foreseen(detail.plot, Amount(depth, Unit.DEPTH), detail.status.most_l))
        for depth in PRESETS_MM
    )
    return [one for one in offered if one.foreseen.litres >= one.foreseen.asked_l]


def dry_rows(detail: PlotDetail) -> list[DryRow]:
    """Those that are not over, the nearest first."""
    rows = [
        DryRow(
            one.begin,
            one.end,
            one.reason.value,
            named(one.by) if isinstance(one, NoGo) else None,
            one.id if isinstance(one, NoGo) else None,
        )
        for one in detail.status.outlook.dry_days
        if one.end >= detail.today
    ]
    return sorted(rows, key=lambda row: (row.begin, row.end))


def mode_before(detail: PlotDetail) -> Mode | None:
    """What the mode was before a person set it; None when nobody has."""
    set_modes = [one.mode for one in detail.settings if one.mode is not None]
    present = detail.status.outlook.mode
    earlier: Sequence[Mode] = [*set_modes, detail.plot.mode]
    before = next((mode for mode in earlier if mode is not present), None)
    return before if set_modes and before in detail.plot.modes else None


def interlock_label(detail: PlotDetail, name: str) -> Text:
    """What people call it; one that is no more has its id."""
    return detail.overridable.get(name, Text(name, name))
