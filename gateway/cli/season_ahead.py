"""`hamlet irrigation plan --season`: the water that a whole season will take, month by month."""

import json
from collections.abc import Iterator, Sequence
from math import fsum

from dashboards.words import Words
from gateway.irrigation.season import (
    SeasonAhead,
    SeasonDay,
    SeasonWatering,
    ShortDay,
    litres_by_month,
)
from gateway.site import Site


def as_text(
    ahead: SeasonAhead, site: Site, days: Sequence[SeasonDay], words: Words
) -> Iterator[str]:
    """A table of plots and months, and a line for each month in which a source is short."""
    months = sorted({(day.day.year, day.day.month) for day in days})
    rows = [
        (
            words.t("ahead.plot"),
            *(_month(month) for month in months),
            words.t("ahead.whole"),
            words.t("ahead.waterings"),
            words.t("ahead.stress-days"),
        )
    ]
    for plot in ahead.plots:
        rows.append(_row(plot.plot, plot.waterings, plot.stress_days, months, words))
    every = [one for plot in ahead.plots for one in plot.waterings]
    stress_days = sum(plot.stress_days for plot in ahead.plots)
    rows.append(_row(words.t("ahead.all"), every, stress_days, months, words))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *figures in rows:
        cells = (cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True))
        yield "  ".join((name.ljust(widths[0]), *cells))
    yield words.t("ahead.legend")
    labels = {source.id: source.label for source in site.water.sources}
    for (source, month), short in _short_months(ahead.short).items():
        yield words.t(
            "ahead.short",
            source=words.text(labels[source]),
            month=_month(month),
            days=len(short),
            wanted=words.volume(max(day.wanted_l for day in short)),
            given=words.volume(max(day.given_l for day in short)),
        )
    if labels and not ahead.short:
        yield words.t("ahead.enough")


def as_json(ahead: SeasonAhead, days: Sequence[SeasonDay]) -> str:
    """Every watering, and every day on which a source is short. Depths in mm."""
    whole = {
        "from": days[0].day.isoformat(),
        "days": len(days),
        "et0_mm": round(fsum(day.et0_mm for day in days), 1),
        "rain_mm": round(fsum(day.rain_mm for day in days), 1),
        "plots": [
            {
                "plot": plot.plot,
                "stress_days": plot.stress_days,
                "end_depletion_mm": round(plot.depletion_mm[-1], 2),
                "waterings": [
                    {
                        "date": one.day.isoformat(),
                        "depth_mm": round(one.depth_mm, 2),
                        "litres": round(one.litres, 1),
                    }
                    for one in plot.waterings
                ],
            }
            for plot in ahead.plots
        ],
        "short": [
            {
                "date": one.day.isoformat(),
                "source": one.source,
                "wanted_l": round(one.wanted_l, 1),
                "given_l": round(one.given_l, 1),
            }
            for one in ahead.short
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _row(
    name: str,
    waterings: Sequence[SeasonWatering],
    stress_days: int,
    months: Sequence[tuple[int, int]],
    words: Words,
) -> tuple[str, ...]:
    litres = litres_by_month(waterings)
    return (
        name,
        *(_m3(litres.get(month, 0.0), words) for month in months),
        _m3(fsum(litres.values()), words),
        words.number(len(waterings)),
        words.number(stress_days),
    )


def _short_months(
    short: Sequence[ShortDay],
) -> dict[tuple[str, tuple[int, int]], list[ShortDay]]:
    """By source and month, in the order of time."""
    found: dict[tuple[str, tuple[int, int]], list[ShortDay]] = {}
    for one in short:
        found.setdefault((one.source, (one.day.year, one.day.month)), []).append(one)
    return found


def _month(month: tuple[int, int]) -> str:
    return f"{month[1]:02}/{month[0]}"


def _m3(litres: float, words: Words) -> str:
    return words.number(litres / 1000, 0)
