"""What the journal remembers of the plots, for a start and for the pages."""

import sqlite3
from collections.abc import Iterable

from devices.reading import Millis
from gateway.decisions import Explanation, Run
from gateway.journal.damage import reading_back
from gateway.journal.periods import newest_time
from gateway.journal.tables import (
    BALANCE_DAYS,
    EXPLANATIONS,
    NO_GOS,
    OVERRIDES,
    PLOT_SETTINGS,
    PROPOSALS,
    UNFINISHED,
    WEATHER_HOURS,
)
from gateway.plot_records import HOLD, LookMade, PlotMemory, ProposalState

BALANCES_MS = 10 * 86_400_000
"""Balances of the last ten days: the newest is continued, and the mean thirst of the others stands
in where the weather is unknown."""
NO_GOS_MS = 32 * 86_400_000
"""Spraying keeps water back for up to 30 days after its last day (`spray_hours`)."""
ANSWERS_MS = 86_400_000
"""Who has said no is not asked again on the same day."""
HOURS_MS = 4 * 86_400_000
"""Hours of weather: a day is summed up after its end, at the latest on the next start."""


def load_plots(connection: sqlite3.Connection, now: Millis) -> PlotMemory:
    """What still counts, or is to be continued. Nothing is over because a clock that will be set
    back says so: the newest message was there at its time."""
    now = min(now, newest_time(connection) or now)
    return PlotMemory(
        settings=PLOT_SETTINGS.select(
            connection,
            "WHERE at = (SELECT max(at) FROM plot_setting AS later"
            " WHERE later.plot = plot_setting.plot)",
        ),
        no_gos=NO_GOS.select(
            connection,
            "WHERE removed_at IS NULL AND end >= date(? / 1000, 'unixepoch') ORDER BY at",
            (now - NO_GOS_MS,),
        ),
        overrides=OVERRIDES.select(
            connection, "WHERE ended_at IS NULL AND until > ? ORDER BY at", (now,)
        ),
        proposals=PROPOSALS.select(
            connection,
            "WHERE state = ? OR coalesce(answered_at, expires_at) >= ? ORDER BY at",
            (ProposalState.OPEN.value, now - ANSWERS_MS),
        ),
        balances=BALANCE_DAYS.select(
            connection,
            "WHERE day >= date(? / 1000, 'unixepoch') ORDER BY day",
            (now - BALANCES_MS,),
        ),
        hours=WEATHER_HOURS.select(connection, "WHERE at >= ? ORDER BY at", (now - HOURS_MS,)),
        looks=_looks(connection, now),
        unfinished=UNFINISHED.select(connection, ""),
    )


def _looks(connection: sqlite3.Connection, now: Millis) -> list[LookMade]:
    """Explanations of looks name a cause among their inputs, those of runs do not."""
    rows = connection.execute(
        "SELECT plot, max(at), json_extract(inputs, '$.cause'),"
        " json_extract(inputs, '$.moment') FROM explanation"
        " WHERE at >= ? AND action <> ? AND json_valid(inputs)"
        " AND json_extract(inputs, '$.cause') IS NOT NULL GROUP BY plot",
        [now - BALANCES_MS, HOLD],
    )
    with reading_back("explanation"):
        return [
            LookMade(str(plot), int(at), str(cause), moment) for plot, at, cause, moment in rows
        ]


def load_reasons(connection: sqlite3.Connection, runs: Iterable[Run]) -> list[Explanation]:
    """Why each of the runs that have not ended was begun."""
    return [
        reason
        for run in runs
        if run.ended_at is None
        for reason in EXPLANATIONS.select(
            connection,
            "WHERE plot = ? AND at BETWEEN ? AND ? AND action = 'water' ORDER BY at",
            (run.plot, run.created_at, max(run.created_at, run.step_at)),
        )
    ]
