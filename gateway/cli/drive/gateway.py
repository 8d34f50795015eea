"""A gateway without broker, threads and event loop, on a real journal: one run of the program.

Does what `gateway.committer` and `gateway.clock_watch` do: commits what was decided, and only then
lets out what is to be sent.
"""

from collections.abc import Sequence

from devices.reading import Millis
from gateway.cli.drive.clocks import VirtualClocks
from gateway.clock import Correction
from gateway.commands.outbox import Send
from gateway.journal.periods import Repair, repair
from gateway.journal.writer import commit
from gateway.opening import open_sound_journal
from gateway.rules.rule import Rule
from gateway.site import Site
from gateway.timekeeping.complaint import ClockComplaint
from gateway.work import Work

COMMIT_MESSAGES = 500
"""What no decision waits for is written so many at once, as the committer does."""


class DrivenGateway:
    """From its start to its death. `site.data` holds the journal."""

    def __init__(self, site: Site, rules: Sequence[Rule], clocks: VirtualClocks) -> None:
        """Raises JournalError and DeviceConflictError."""
        site.data.mkdir(parents=True, exist_ok=True)
        self.connection, self.clock, self.pipeline = open_sound_journal(site, rules, clocks)
        # Virtual power cuts do not reach the disk, and waiting for it is most of a season's time.
        self.connection.execute("PRAGMA synchronous = off")
        self._complaint = ClockComplaint()
        self._repaired = False  # a kill may have left something undone
        self.pipeline.connected(True, self.now())

    def now(self) -> Millis:
        """The time by the gateway's own clock."""
        return self.clock.now()

    @property
    def must_commit(self) -> bool:
        """Whether somebody waits for what was decided, or enough has come together."""
        return self.pipeline.pending.decided or self.pipeline.waiting >= COMMIT_MESSAGES

    def commit(self) -> Work:
        """Write what is open; returns it."""
        # No device here keeps what it sent until it is told that it is on disk.
        self.pipeline.pending.acks_due.clear()
        work = self.pipeline.take_work()
        commit(self.connection, work.batch)
        self.pipeline.committed(work)
        if not self._repaired:
            self._repair()
        return work

    def due(self) -> list[Send]:
        """The commands that go out now."""
        return self.pipeline.engines.outbox.due(self.now())

    def look(self) -> None:
        """What is done now and then: compare the clocks, let devices say more again."""
        before = self.clock.scale.trust
        correction = self.clock.look()
        if correction is None and self.clock.scale.trust is not before:
            correction = Correction(self.now(), 0)
        if correction is not None:
            self.pipeline.correct(correction, self.clock.scale, self.now())
            self._repaired = False
        self.pipeline.visit(self.now())
        for decision in self._complaint.judge(self.clock.state, self.clock.uptime()):
            self.pipeline.ask(decision, self.now())

    def die(self) -> None:
        """SIGKILL: what was not committed is gone."""
        self.connection.close()

    def settle(self) -> None:
        """End; what was committed is on the disk."""
        self.connection.execute("PRAGMA synchronous = full")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.close()

    def _repair(self) -> None:
        """Stamp anew what was received by a wrong clock."""
        outcome = Repair.MORE
        while outcome is Repair.MORE:
            with self.connection:
                self.connection.execute("BEGIN IMMEDIATE")
                outcome = repair(self.connection)
        self._repaired = outcome is Repair.DONE
