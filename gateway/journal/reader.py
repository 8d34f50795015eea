"""The past as the journal has it: the implementation of `gateway.history.History`."""

import queue
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.metric import INT64_MAX, Value
from devices.reading import Millis
from devices.text import Text
from gateway.decisions import (
    Alert,
    Command,
    Explanation,
    RuleChanged,
    RuleVersion,
    Run,
    StateChanged,
)
from gateway.fleet import Device, Fleet
from gateway.history import (
    DiaryLine,
    DiaryPart,
    JournaledMessage,
    Measured,
    Point,
    RejectedMessage,
    StoreError,
    described,
)
from gateway.journal import diary
from gateway.journal.chain import BACKWARDS
from gateway.journal.columns import from_column
from gateway.journal.database import JournalDamagedError, naming_damage, open_for_reading, passes
from gateway.journal.measured import Question
from gateway.journal.recall import recall
from gateway.journal.rollup import DAY_MS, HOUR_MS, LocalDays
from gateway.journal.tables import (
    ALERTS,
    BALANCE_DAYS,
    COMMANDS,
    EXPLANATIONS,
    PLOT_SETTINGS,
    PROPOSALS,
    RULE_CHANGES,
    RULE_VERSIONS,
    RUNS,
    STATE_CHANGES,
    TABLES_OF,
    WEATHER_HOURS,
    R,
    Table,
)
from gateway.plot_records import BalanceDay, DiaryEntry, PlotSetting, Proposal, WeatherHour

CONNECTIONS_MAX = 4
"""Readers at once. WAL lets them read while the writer writes; more would only fight for the
Pi's four cores."""


_STATES = (
    "AS change WHERE since < ? AND since >= coalesce((SELECT max(since)"
    " FROM state_change WHERE device = change.device AND since <= ?), 0)"
)
_OF_ALL = _STATES + " ORDER BY device, since"
_OF_ONE_DEVICE = _STATES + " AND device = ? ORDER BY since"


class ReaderClosedError(Exception):
    """The gateway is ending: a thread that was left to itself asks too late."""


class JournalReader:
    """Answers from a small pool of read-only connections; safe to call from any thread.

    The fleet tells which message of a device is its newest, the zone when its days begin.
    `on_damage` hears, in the thread that asked, of a file that cannot be read.
    """

    def __init__(
        self,
        file: Path,
        fleet: Fleet,
        zone: ZoneInfo,
        on_damage: Callable[[JournalDamagedError], None],
    ) -> None:
        self._fleet = fleet
        self._zone = zone
        self._on_damage = on_damage
        self._pool: queue.SimpleQueue[sqlite3.Connection | None] = queue.SimpleQueue()
        for _ in range(CONNECTIONS_MAX):
            self._pool.put(open_for_reading(file))

    def close(self) -> None:
        """Wait for the answers under way and close the connections."""
        for _ in range(CONNECTIONS_MAX):
            if connection := self._pool.get():
                connection.close()
        self._pool.put(None)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one question; waits for a free one.

        Raises ReaderClosedError, JournalDamagedError, and StoreError where it is the disk.
        """
        connection = self._pool.get()
        if connection is None:
            self._pool.put(None)  # for the next who comes too late
            raise ReaderClosedError
        try:
            with naming_damage():
                yield connection
        except JournalDamagedError as error:
            self._on_damage(error)
            raise
        except sqlite3.OperationalError as error:
            if not passes(error):
                raise
            raise StoreError(f"the journal cannot be read: {error}") from error
        finally:
            self._pool.put(connection)

    def latest(self, device: str) -> Mapping[str, Measured]:
        """See Store. The journal's snapshots are in the fleet, and what came after them."""
        found = self._fleet.get(device)
        if not found:
            return {}
        return {
            metric: Measured(at, value)
            for metric, value in tuple(found.values.items())  # the event loop goes on writing
            if (at := found.measured_at_of(metric)) is not None
        }

    def series(
        self, device: str, metric: str, start: Millis, end: Millis, step: Millis
    ) -> Sequence[Point]:
        """See Store."""
        asked = described(self._fleet, device, metric)
        if asked is None:
            return []
        with self.connection() as connection:
            connection.execute("BEGIN")
            try:
                question = Question(connection, *asked, start, end, LocalDays(self._zone))
                return question.series(step)
            finally:
                connection.execute("ROLLBACK")

    def states(
        self, start: Millis, end: Millis, device: str | None = None
    ) -> Mapping[str, Sequence[StateChanged]]:
        """See Store."""
        with self.connection() as connection:
            found = STATE_CHANGES.select(
                connection,
                _OF_ONE_DEVICE if device else _OF_ALL,
                (end, start, device) if device else (end, start),
            )
        states: dict[str, list[StateChanged]] = {}
        for change in found:
            states.setdefault(change.device, []).append(change)
        return states

    def known_from(self, device: str, step: Millis) -> Millis | None:
        """See History. What the oldest message brought later than it was measured may be missing
        before it."""
        found = self._fleet.get(device)
        with self.connection() as connection:
            oldest = [
                connection.execute("SELECT received_at FROM message ORDER BY id LIMIT 1").fetchone()
            ]
            if found and step >= HOUR_MS:
                with_hours = "" if step >= DAY_MS else " AND hours IS NOT NULL"
                oldest.append(
                    connection.execute(
                        "SELECT min(day) FROM rollup WHERE device = ?" + with_hours,  # noqa: S608  # constants
                        [found.number],
                    ).fetchone()
                )
        return min((row[0] for row in oldest if row and row[0] is not None), default=None)

    def messages(self, device: str, limit: int) -> Sequence[JournaledMessage]:
        """See History."""
        found = self._fleet.get(device)
        if not found:
            return []
        with self.connection() as connection:
            rows = connection.execute(
                BACKWARDS  # noqa: S608  # both are constants
                + " SELECT received_at, measured_at, body FROM chain"
                " WHERE channel = 0 LIMIT ?",
                [found.committed_message, 0, limit],
            )
            return [JournaledMessage(*row) for row in rows]

    def recall(self, device: Device, since: Millis) -> Sequence[tuple[Millis, Mapping[str, Value]]]:
        """When a device measured which values since then, oldest first. Nothing while the journal
        cannot be read: nobody is to wait for that."""
        try:
            with self.connection() as connection:
                return recall(connection, device, since)
        except StoreError:
            return []

    def alerts(self, limit: int) -> Sequence[Alert]:
        """See History."""
        with self.connection() as connection:
            still_open = ALERTS.select(
                connection,
                "WHERE resolved_at IS NULL ORDER BY opened_at DESC LIMIT ?",
                (limit,),
            )
            ended = ALERTS.select(
                connection,
                "WHERE resolved_at IS NOT NULL ORDER BY opened_at DESC LIMIT ?",
                (limit - len(still_open),),
            )
        return [*still_open, *ended]

    def commands(self, device: str, limit: int) -> Sequence[Command]:
        """See History."""
        with self.connection() as connection:
            return COMMANDS.select(
                connection, "WHERE device = ? ORDER BY created_at DESC LIMIT ?", (device, limit)
            )

    def command(self, id: str) -> Command | None:
        """See History."""
        with self.connection() as connection:
            found = COMMANDS.select(connection, "WHERE id = ?", (id,))
            return found[0] if found else None

    def record(self, kind: type[R], id: str) -> R | None:
        """See History."""
        table: Table[R] = TABLES_OF[kind][0]
        with self.connection() as connection:
            return next(iter(table.select(connection, "WHERE id = ?", (id,))), None)

    def runs(self, since: Millis) -> Sequence[Run]:
        """See History."""
        with self.connection() as connection:
            return RUNS.select(
                connection,
                "WHERE ended_at IS NULL OR ended_at >= ? ORDER BY created_at DESC",
                (since,),
            )

    def explanations(
        self, plot: str, limit: int, until: Millis | None = None
    ) -> Sequence[Explanation]:
        """See History."""
        with self.connection() as connection:
            return EXPLANATIONS.select(
                connection,
                # Newest first, also within a moment: finish or report, stop, water.
                "WHERE plot = ? AND at <= ? ORDER BY at DESC, action LIMIT ?",
                (plot, INT64_MAX if until is None else until, limit),
            )

    def balance_days(self, plot: str, since: date) -> Sequence[BalanceDay]:
        """See History."""
        with self.connection() as connection:
            return BALANCE_DAYS.select(
                connection, "WHERE plot = ? AND day >= ? ORDER BY day", (plot, since.isoformat())
            )

    def proposals(self, plot: str, limit: int) -> Sequence[Proposal]:
        """See History."""
        with self.connection() as connection:
            return PROPOSALS.select(
                connection, "WHERE plot = ? ORDER BY at DESC LIMIT ?", (plot, limit)
            )

    def plot_settings(self, plot: str, limit: int) -> Sequence[PlotSetting]:
        """See History."""
        with self.connection() as connection:
            return PLOT_SETTINGS.select(
                connection, "WHERE plot = ? ORDER BY at DESC LIMIT ?", (plot, limit)
            )

    def weather_hours(self, since: Millis) -> Sequence[WeatherHour]:
        """See History."""
        with self.connection() as connection:
            return WEATHER_HOURS.select(connection, "WHERE at >= ? ORDER BY at", (since,))

    def transitions(self, subject: str, limit: int) -> Sequence[RuleChanged]:
        """See History."""
        with self.connection() as connection:
            return RULE_CHANGES.select(
                connection, "WHERE subject = ? ORDER BY since DESC LIMIT ?", (subject, limit)
            )

    def transitions_of_rule(self, rule: str, limit: int) -> Sequence[RuleChanged]:
        """See History."""
        with self.connection() as connection:
            return RULE_CHANGES.select(
                connection, "WHERE rule = ? ORDER BY since DESC LIMIT ?", (rule, limit)
            )

    def rule_versions(self, rule: str, limit: int) -> Sequence[RuleVersion]:
        """See History."""
        with self.connection() as connection:
            return RULE_VERSIONS.select(
                connection, "WHERE rule = ? ORDER BY at DESC LIMIT ?", (rule, limit)
            )

    def newest_rule_versions(self) -> Sequence[RuleVersion]:
        """How each rule read last, removed ones included."""
        with self.connection() as connection:
            return RULE_VERSIONS.select(
                connection,
                "AS version WHERE at ="
                " (SELECT max(at) FROM rule_version WHERE rule = version.rule) ORDER BY rule",
            )

    def diary(self, part: DiaryPart) -> Sequence[DiaryLine]:
        """See History."""
        with self.connection() as connection:
            return diary.read_part(connection, part)

    def entry(self, id: str) -> DiaryLine | None:
        """See History."""
        with self.connection() as connection:
            return diary.read_entry(connection, id)

    def pluckings(self, lot: str) -> Sequence[DiaryEntry]:
        """See History."""
        with self.connection() as connection:
            return diary.read_pluckings(connection, lot)

    def rejected(self, limit: int) -> Sequence[RejectedMessage]:
        """See History."""
        with self.connection() as connection:
            rows = connection.execute(
                "SELECT received_at, topic, reason, detail, payload FROM rejected"
                " ORDER BY id DESC LIMIT ?",
                [limit],
            )
            text = from_column(Text)
            return [
                RejectedMessage(at, topic, reason, text(detail), payload)
                for at, topic, reason, detail, payload in rows
            ]
