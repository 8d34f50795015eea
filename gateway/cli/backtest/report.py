"""What a back-test found, as a table for people and as JSON."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from devices.reading import Millis
from gateway.backtest.result import Change, Result, RuleResult, TrialResult

MS_PER_HOUR = 3_600_000
_HEADS = ("rule", "firings", "devices", "hours", "alerts", "commands", "litres")


def as_json(changes: Sequence[Change], result: Result, seconds: float) -> str:
    """A list of the changes in order of time, and one object {"summary": …} at its end."""
    parts: list[object] = [
        {"rule": rule, "device": device, "time": time, "state": state.value}
        for rule, device, time, state in changes
    ]
    parts.append({"summary": _summary(result, seconds)})
    return "[\n" + ",\n".join(json.dumps(part, ensure_ascii=False) for part in parts) + "\n]"


def as_text(result: Result, seconds: float, zone: ZoneInfo) -> Iterator[str]:
    """The lines of a table of what each rule did, and what it comes to."""
    start, end = (_local(at, zone) for at in (result.span.start, result.span.end))
    yield f"{start} to {end}: {result.readings:,} readings in {seconds:.1f} s"
    if not result.complete:
        yield "ended early: the rest was not tried"
    if result.unreadable:
        yield f"{result.unreadable:,} readings cannot be read"
    yield ""
    yield from _table(result)
    idle = [one.rule for one in result.tried.rules if not one.firings and not one.firing_at_end]
    if idle:
        yield ""
        yield f"did not fire: {', '.join(idle)}"
    wrong: dict[str, list[str]] = {}
    for one in result.tried.rules:
        if one.health:
            wrong.setdefault(one.health.en, []).append(one.rule)
    for what, names in wrong.items():
        yield f"{what}: {', '.join(names)}"
    yield ""
    yield _sentence(result)


def _table(result: Result) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [_HEADS]
    for one in result.tried.rules:
        if one.firings or one.firing_at_end:
            rows.append(_row(one))
    if len(rows) == 1:
        yield "no rule fired"
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    for row in rows:
        name, *figures = (
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join((name, *figures))


def _row(one: RuleResult) -> tuple[str, ...]:
    return (
        one.rule,
        f"{one.firings:,}",
        f"{one.devices:,}",
        f"{one.firing_ms / MS_PER_HOUR:,.1f}",
        f"{one.alerts:,}",
        f"{one.commands:,}",
        f"{one.litres:,.0f}",
    )


def _sentence(result: Result) -> str:
    tried, armed = result.tried, result.armed
    parts = [
        _said(tried.alerts, "alert", armed.alerts if armed else None),
        _said(tried.commands, "command", armed.commands if armed else None),
    ]
    litres = f"{tried.litres:,.0f} L of water"
    if armed and round(armed.litres) != round(tried.litres):
        litres += f" instead of {armed.litres:,.0f} L"
    if tried.litres or (armed and armed.litres):
        parts.append(litres)
    said = f"would have sent {', '.join(parts)}"
    return f"{said} (the armed rules: {armed.firings:,} firings)" if armed else said


def _said(count: int, what: str, before: int | None) -> str:
    said = f"{count:,} {what}{'s'[: count != 1]}"
    return said if before is None else f"{said} instead of {before:,}"


def _summary(result: Result, seconds: float) -> dict[str, object]:
    return {
        "from": result.span.start,
        "to": result.span.end,
        "complete": result.complete,
        "readings": result.readings,
        "unreadable": result.unreadable,
        "seconds": round(seconds, 3),
        **_totals(result.tried),
        "rules": [_of_rule(one) for one in result.tried.rules],
        "armed": result.armed
        and {**_totals(result.armed), "rules": [_of_rule(one) for one in result.armed.rules]},
    }


def _totals(trial: TrialResult) -> dict[str, object]:
    return {
        "firings": trial.firings,
        "alerts": trial.alerts,
        "commands": trial.commands,
        "litres": round(trial.litres, 1),
    }


def _of_rule(one: RuleResult) -> dict[str, object]:
    return {
        "rule": one.rule,
        "firings": one.firings,
        "devices": one.devices,
        "firing_s": one.firing_ms // 1000,
        "firing_at_end": one.firing_at_end,
        "alerts": one.alerts,
        "commands": one.commands,
        "litres": round(one.litres, 1),
        "health": one.health and {"vi": one.health.vi, "en": one.health.en},
    }


def _local(at: Millis, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d %H:%M}"
