"""The curves of a back-test: for each rule that fired, on how many devices it did, over time.

matplotlib is imported when a chart is wanted, and only then: a gateway runs without it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from devices.reading import Millis
from gateway.backtest.result import Change, Result, RuleResult
from gateway.cli.chart_file import write_chart
from gateway.decisions import RuleState

RULES_MAX = 20
"""More curves than that nobody looks at: those of the rules that fired most are drawn."""
INCHES_WIDE, INCHES_OF_RULE, INCHES_AROUND = 11.0, 1.0, 1.2
PANELS_MIN = 3
"""In less room the words would leave none for the curves."""
INK, ARMED_INK = "#1b6e8c", "#b0b0b0"


def draw(
    file: Path,
    result: Result,
    changes: Iterable[Change],
    armed_changes: Iterable[Change],
    zone: ZoneInfo,
) -> None:
    """Write the chart; the armed rules' curves stand behind in grey. Raises ChartError."""
    from matplotlib.figure import Figure

    fired = [one for one in result.tried.rules if one.firings or one.firing_at_end]
    shown = sorted(fired, key=lambda one: -one.firings)[:RULES_MAX]
    curves, behind = _by_rule(changes), _by_rule(armed_changes)
    height = INCHES_AROUND + INCHES_OF_RULE * max(len(shown), PANELS_MIN)
    figure = Figure(figsize=(INCHES_WIDE, height), layout="constrained")
    panels = figure.subplots(max(len(shown), 1), 1, sharex=True, squeeze=False)[:, 0]
    for panel, one in zip(panels, shown, strict=False):
        if one.rule in behind:
            _draw_curve(panel, behind[one.rule], result, zone, ARMED_INK)
        _draw_curve(panel, curves.get(one.rule, []), result, zone, INK)
        _label(panel, one)
    if not shown:
        said, middle = "Không quy tắc nào báo / no rule fired", panels[0].transAxes
        panels[0].text(0.5, 0.5, said, ha="center", transform=middle)
        panels[0].set_yticks([])
    panels[-1].set_xlim(*(_local(at, zone) for at in (result.span.start, result.span.end)))
    _title(figure, result, hidden=len(fired) - len(shown))
    write_chart(figure, file)


def _by_rule(changes: Iterable[Change]) -> Mapping[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.rule, []).append(change)
    return found


def _draw_curve(
    panel: Any, changes: Sequence[Change], result: Result, zone: ZoneInfo, ink: str
) -> None:
    """What had begun to fire before the start is not among the changes, and not drawn."""
    firing: set[str] = set()
    points = [(result.span.start, 0)]
    for change in changes:
        if change.state is RuleState.FIRING:
            firing.add(change.device)
        else:
            firing.discard(change.device)
        points.append((change.time, len(firing)))
    points.append((result.span.end, len(firing)))
    times = [_local(at, zone) for at, _ in points]
    counts = [count for _, count in points]
    panel.fill_between(times, counts, step="post", color=ink, alpha=0.3, linewidth=0)
    panel.step(times, counts, where="post", color=ink, linewidth=1)


def _label(panel: Any, one: RuleResult) -> None:
    panel.set_ylim(bottom=0)
    panel.yaxis.get_major_locator().set_params(integer=True, nbins=3)
    panel.spines[["top", "right"]].set_visible(False)
    panel.set_title(f"{one.label.vi} / {one.label.en}: {one.firings}", fontsize=9, loc="left")
    panel.tick_params(labelsize=8)


def _title(figure: Any, result: Result, hidden: int) -> None:
    said = "Số thiết bị đang báo / devices for which each rule fires"
    if result.armed is not None:
        said += " (xám: quy tắc đang dùng / grey: armed)"
    if hidden:
        said += f" (+{hidden})"
    figure.suptitle(said, fontsize=10)


def _local(at: Millis, zone: ZoneInfo) -> datetime:
    """matplotlib writes the time of the zone it is told; so it is told none."""
    return datetime.fromtimestamp(at / 1000, zone).replace(tzinfo=None)
