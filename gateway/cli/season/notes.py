"""What a gateway commits in a season, as far as it counts: runs, refusals, balances."""

from collections import Counter
from datetime import date

from devices.text import Text
from gateway.decisions import Explanation, Record, Run, RunState
from gateway.irrigation.run import FINAL
from gateway.journal.batch import PeriodEnd
from gateway.plot_records import BalanceDay


class Notes:
    """Of all plots. Once the season is `over` only its last balances are yet to come."""

    def __init__(self) -> None:
        self.over = False
        self.runs: dict[str, Counter[str]] = {}
        """By plot and how they ended."""
        self.failures: dict[str, Counter[Text]] = {}
        """By plot and cause."""
        self.kept_back: dict[str, Counter[str]] = {}
        """By plot and interlock. A refusal is told, and so counted, once in a while."""
        self.believed: dict[tuple[str, date], float] = {}
        """The depletion at the end of a closed day, by plot."""

    def take(self, record: Record | PeriodEnd) -> None:
        """Something was committed."""
        match record:
            case BalanceDay(closed=True):
                self.believed[record.plot, record.day] = record.depletion_mm
            case Run() if record.state in FINAL and not self.over:
                self.runs.setdefault(record.plot, Counter())[record.state.value] += 1
                if record.state is RunState.FAILED and record.cause is not None:
                    self.failures.setdefault(record.plot, Counter())[record.cause] += 1
            case Explanation() if record.inputs.get("interlock") and not self.over:
                first = str(record.inputs["interlock"]).partition(",")[0]
                self.kept_back.setdefault(record.plot, Counter())[first] += 1
