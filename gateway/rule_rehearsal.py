"""What a rule would have done in the last days, before it is let loose.

Blocks: a worker thread calls it. It takes no more than its share of the processor and of time, for
the gateway goes on beside it.
"""

import time
from collections.abc import Sequence

from devices.reading import Millis
from devices.text import Text
from gateway.backtest.journal_rows import JournalRows
from gateway.backtest.result import Change, TrialResult
from gateway.backtest.rows import Span
from gateway.backtest.run import backtest
from gateway.journal.database import JournalError
from gateway.journal.reader import JournalReader
from gateway.rule_texts import Outcome, Rehearsal
from gateway.rules.rule import Rule
from gateway.site import Site

REHEARSED_MS = 7 * 86_400_000
"""A week: Mondays and Sundays, wet days and dry ones."""
TIME_MAX_S = 20.0
"""Nobody waits longer for a page. What was not played by then is not told."""
REST_S = 0.01
"""Between two pieces of work, which take as long: half of the processor is for the gateway."""
CHANGES_SHOWN = 30

NOTHING_YET = Text(
    "Nhật ký chưa có số liệu của 7 ngày qua để chạy thử.",
    "The journal has no readings of the last 7 days to try the rule with.",
)


def rehearse(
    rule: Rule, armed: Sequence[Rule], site: Site, reader: JournalReader, now: Millis
) -> Rehearsal:
    """Play the last days to the rule, and to the one that is armed now."""
    ends_at = time.monotonic() + TIME_MAX_S
    changes: list[Change] = []

    def go_on(_share: float) -> bool:
        time.sleep(REST_S)
        return time.monotonic() < ends_at

    with reader.connection() as connection:
        try:
            source = JournalRows(connection, site, Span(now - REHEARSED_MS, now))
        except JournalError:
            return Rehearsal(trouble=NOTHING_YET)
        result = backtest(
            source, site, [rule], armed=list(armed), on_change=changes.append, go_on=go_on
        )
    return Rehearsal(
        start=result.span.start,
        end=result.span.end,
        complete=result.complete,
        tried=_outcome(result.tried),
        armed=_outcome(result.armed) if armed and result.armed else None,
        changes=tuple((one.time, one.device, one.state) for one in changes[-CHANGES_SHOWN:]),
    )


def _outcome(trial: TrialResult) -> Outcome:
    return Outcome(trial.firings, trial.alerts, trial.commands, trial.litres)
