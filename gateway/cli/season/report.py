"""What a season came to, as a table and sentences for people and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from dashboards.words import Words
from firmware_sim.ground import Books
from gateway.cli.season.play import Season
from gateway.cli.season.result import STRESS_SHARE, PlotSeason, WaySeason
from gateway.cli.season.ways import Way
from gateway.decisions import RunState
from gateway.irrigation.interlocks import INTERLOCKS

_LABELS = {row.name: row.label for row in INTERLOCKS}
_BELIEVING = (Way.SCHEDULE, Way.SOIL, Way.BALANCE)
"""Of the others nobody wants to know what the gateway believed."""


def as_text(
    season: Season, found: Sequence[WaySeason], weather: str, words: Words
) -> Iterator[str]:
    """Line by line; `weather` says in words where it came from."""
    yield head(season, weather, words)
    rain, thirst = (found[0].mean(of) for of in (_rained_mm, _thirst_mm))
    yield words.t("season.sky", rain=words.number(rain, 0), thirst=words.number(thirst, 0))
    yield ""
    yield from _table(season, found, words)
    yield words.t("season.legend", share=round(100 * STRESS_SHARE))
    yield ""
    for one in found:
        yield from _sentences(season, one, found[0], words)


def head(season: Season, weather: str, words: Words) -> str:
    """Which plots, which days, and under which weather."""
    last = season.first + timedelta(days=season.days - 1)
    return words.t(
        "season.head",
        plots=len(season.plots),
        days=season.days,
        first=_date(season.first, words),
        last=_date(last, words),
        weather=weather,
    )


def name_of(way: Way, fixed_mm: float, words: Words) -> str:
    """What people call it."""
    if way is Way.FIXED:
        return words.t("season.fixed", mm=words.number(fixed_mm, 0 if fixed_mm.is_integer() else 1))
    return words.t(f"season.{way.value}")


def failed(found: Sequence[WaySeason]) -> bool:
    """Whether water did not flow as it should have."""
    return any(one.runs[RunState.FAILED.value] for one in found)


def _table(season: Season, found: Sequence[WaySeason], words: Words) -> Iterator[str]:
    rows = [
        (
            words.t("season.way"),
            words.t("season.water-m3"),
            words.t("season.water-mm"),
            words.t("season.stress-days"),
            words.t("season.stressed-h"),
            words.t("season.unmet"),
            words.t("season.drained"),
            words.t("season.runoff"),
            words.t("season.stored"),
            words.t("season.runs"),
        ),
        *(_row(season, one, words) for one in found),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *figures in rows:
        cells = (cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True))
        yield "  ".join((name.ljust(widths[0]), *cells))


def _row(season: Season, one: WaySeason, words: Words) -> tuple[str, ...]:
    number = words.number
    return (
        name_of(one.way, season.fixed_mm, words),
        number(one.water_l / 1000, 0 if one.water_l >= 100_000 else 1),
        number(one.mean(lambda plot: plot.books.irrigated_mm), 0),
        number(one.stress_days, 1),
        number(one.mean(lambda plot: plot.books.stressed_h), 0),
        number(100 * one.deficit, 1),
        number(one.mean(lambda plot: plot.books.drained_mm), 0),
        number(one.mean(lambda plot: plot.books.runoff_mm), 0),
        number(one.mean(_stored_mm), 0),
        number(sum(one.runs.values())),
    )


def _sentences(season: Season, one: WaySeason, first: WaySeason, words: Words) -> Iterator[str]:
    way = name_of(one.way, season.fixed_mm, words)
    if one is not first and first.water_l > 0:
        share = one.water_l / first.water_l - 1
        other = name_of(first.way, season.fixed_mm, words)
        percent = words.percent(abs(share), 0)
        if share <= 0:
            yield words.t("season.less", way=way, percent=percent, other=other)
        else:
            yield words.t("season.more", way=way, percent=percent, other=other)
    if one.kept_back:
        reasons = (
            f"{words.text(_LABELS[name]) if name in _LABELS else name} {words.number(count)}"
            for name, count in one.kept_back.most_common()
        )
        yield words.t("season.kept-back", way=way, reasons=", ".join(reasons))
    if count := one.runs[RunState.FAILED.value]:
        causes = (
            f"{words.text(cause)} ({words.number(times)})"
            for cause, times in one.failures.most_common()
        )
        yield words.t("season.failed", way=way, count=count, causes=", ".join(causes))
    if one.way in _BELIEVING and one.belief_error_mm is not None:
        yield words.t(
            "season.believed",
            way=way,
            believed=words.number(one.mean(lambda plot: plot.believed_mm or 0.0), 1),
            ground=words.number(one.mean(lambda plot: max(plot.end_mm, 0.0)), 1),
            error=words.number(one.belief_error_mm, 1),
        )


def as_json(season: Season, found: Sequence[WaySeason], notes: Sequence[str]) -> str:
    """Every way with every plot and day. Depths in mm, null is unknown."""
    whole = {
        "from": season.first.isoformat(),
        "days": season.days,
        "seed": season.seed,
        "fixed_mm": season.fixed_mm,
        "recorded": bool(season.recorded),
        "notes": list(notes),
        "ways": [_of_way(one) for one in found],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _of_way(one: WaySeason) -> dict[str, object]:
    return {
        "way": one.way.value,
        "seconds": round(one.seconds, 2),
        "water_l": round(one.water_l, 1),
        "water_mm": _rounded(one.mean(lambda plot: plot.books.irrigated_mm)),
        "stress_days": round(one.stress_days, 2),
        "deficit": round(one.deficit, 4),
        "runs": dict(one.runs),
        "failures": {cause.en: times for cause, times in one.failures.items()},
        "kept_back": dict(one.kept_back),
        "belief_error_mm": _rounded(one.belief_error_mm),
        "plots": [_of_plot(plot) for plot in one.plots],
    }


def _of_plot(plot: PlotSeason) -> dict[str, object]:
    return {
        "plot": plot.plot,
        "area_m2": plot.area_m2,
        "water_l": round(plot.water_l, 1),
        "begin_depletion_mm": _rounded(plot.begin_mm),
        "end_depletion_mm": _rounded(plot.end_mm),
        **_of_books(plot.books),
        "stress_days": plot.stress_days,
        "belief_error_mm": _rounded(plot.belief_error_mm),
        "runs": dict(plot.runs),
        "kept_back": dict(plot.kept_back),
        "days": [
            {
                "date": day.day.isoformat(),
                "depletion_mm": _rounded(day.depletion_mm),
                "believed_mm": _rounded(day.believed_mm),
                **_of_books(day.books),
            }
            for day in plot.days
        ],
    }


def _of_books(books: Books) -> Mapping[str, float | None]:
    return {
        "rained_mm": _rounded(books.rained_mm),
        "irrigated_mm": _rounded(books.irrigated_mm),
        "thirst_mm": _rounded(books.thirst_mm),
        "evaporated_mm": _rounded(books.evaporated_mm),
        "drained_mm": _rounded(books.drained_mm),
        "runoff_mm": _rounded(books.runoff_mm),
        "stressed_h": _rounded(books.stressed_h),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _date(day: date, words: Words) -> str:
    return f"{day:%d/%m/%Y}" if words.lang == "vi" else f"{day.day} {day:%b %Y}"


def _rained_mm(plot: PlotSeason) -> float:
    return plot.books.rained_mm


def _thirst_mm(plot: PlotSeason) -> float:
    return plot.books.thirst_mm


def _stored_mm(plot: PlotSeason) -> float:
    return plot.begin_mm - plot.end_mm
