"""Gateway and hamlet against each other in virtual time, with accidents.

The broker between them keeps what the gateway has not acknowledged, and takes commands at once.
Who breaks which device is the scenario of the world; what happens to the gateway is told here.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from devices.reading import Millis
from firmware_sim.history import FastWorld, Sent
from firmware_sim.world import World
from gateway.cli.drive.clocks import NTP, VirtualClocks
from gateway.cli.drive.gateway import DrivenGateway
from gateway.decisions import Record
from gateway.journal.batch import PeriodEnd
from gateway.pipeline import Pipeline
from gateway.rules.rule import Rule
from gateway.site import Site
from gateway.timekeeping.keeper import Evidence

LOOK_MS: Millis = 60_000
"""How often the gateway looks at its clocks and lets devices say more. The real one does it every
second, which nobody here would notice."""

OVERDUE_MAX = 100
"""So often in a row something may be due at once. What is due for ever is a bug, and time would not
pass any more."""

T = TypeVar("T")
OnRecord = Callable[[Record | PeriodEnd], None]


class Drive:
    """A hamlet whose devices have just booted, and a gateway that has just started.

    `on_record` is told everything that is committed. Raises what opening a journal raises.
    """

    def __init__(
        self,
        site: Site,
        rules: Sequence[Rule],
        world: World,
        on_record: OnRecord | None = None,
    ) -> None:
        """`site.data` gets the journal: simulate with a copy of a real site."""
        self.world = world
        self.clocks = VirtualClocks(world.sky.now)
        self.now = world.sky.now
        self._site = site
        self._rules = tuple(rules)
        self._on_record = on_record
        self._playing = FastWorld(world)
        self._unacknowledged: list[Sent] = []
        self._mail: deque[Sent] = deque(self._playing.announce())
        self._gateway: DrivenGateway | None = None
        self._deadline: Millis = 0
        self._overdue = 0
        self._look_at: Millis = 0
        self._stop: Callable[[Record | PeriodEnd], bool] | None = None
        self._stopped = False
        self.start()

    @property
    def gateway(self) -> DrivenGateway:
        """The one that runs. Raises RuntimeError while none does."""
        if self._gateway is None:
            raise RuntimeError("no gateway runs: it was killed, and is yet to be started")
        return self._gateway

    def play(self, until: Millis, stop: Callable[[Record | PeriodEnd], bool] | None = None) -> bool:
        """Let time pass. With `stop` it ends when a record of which that is true was committed, and
        before what follows from it is sent: the moment for a kill. Returns whether it did. Raises
        RuntimeError when something is due for ever."""
        self._stop = stop
        self._work()
        while not self._stopped and (at := self._next_at()) <= until:
            self._reach(at)
            if self._playing.next_at <= at:
                self._mail.extend(self._playing.step())
            self._work()
        stopped, self._stop, self._stopped = self._stopped, None, False
        if not stopped:
            self._reach(until)
        return stopped

    def perform(self, step: Callable[[Pipeline, Millis], T], *, hold: bool = False) -> T:
        """Somebody wants something of the gateway: `step` gets its pipeline and its time. With
        `hold` what was decided is committed, and not yet sent: the moment for a kill."""
        gateway = self.gateway
        answer = step(gateway.pipeline, gateway.now())
        if hold:
            self._commit(gateway)
        else:
            self._release(gateway)
        return answer

    def kill(self) -> None:
        """The gateway dies as by SIGKILL. The world goes on."""
        self.gateway.die()
        self._gateway = None
        self._mail.extendleft(reversed(self._unacknowledged))
        self._unacknowledged.clear()

    def start(self) -> None:
        """A gateway starts, with what the journal knows, and hears what has waited for it."""
        if self._gateway is not None:
            raise RuntimeError("a gateway runs already")
        self._gateway = DrivenGateway(self._site, self._rules, self.clocks)
        self._look_at = self.now
        self._work()

    def set_clock(self, error: Millis, evidence: Evidence) -> None:
        """The wall clock of the gateway's machine is so much ahead, and that speaks for it."""
        self.clocks.error, self.clocks.evidence = error, evidence
        self._look_at = self.now

    def cut_power(
        self, until: Millis, *, clock_error: Millis = 0, evidence: Evidence = NTP
    ) -> None:
        """Nothing in the hamlet has power until then; afterwards everything boots, the gateway's
        machine with such a clock. What the broker held is lost."""
        if self._gateway is not None:
            self.kill()
        self.world = self.world.after_power_cut(self.now, until)
        self._reach(until)
        self._playing = FastWorld(self.world)
        self._mail = deque(self._playing.announce())
        self.set_clock(clock_error, evidence)
        self.clocks.reboot()
        self.start()

    def close(self) -> None:
        """Let every device report once more, so that whoever goes on from here at another pace
        finds no gap; and stop the gateway, with everything on the disk."""
        self._mail.extend(self._playing.report_all(self.now))
        self._work()
        self.gateway.pipeline.snapshot_all()
        self._commit(self.gateway)
        self.gateway.settle()
        self._gateway = None

    def _next_at(self) -> Millis:
        """When something happens next: in the world, or in the gateway."""
        at = self._playing.next_at
        if self._gateway is not None:
            at = min(at, self._deadline, self._look_at)
        return max(at, self.now)

    def _reach(self, now: Millis) -> None:
        self.now = self.clocks.now = max(self.now, now)

    def _work(self) -> None:
        """Everything that the gateway has to do by now."""
        gateway = self._gateway
        if gateway is None:
            return
        if self._look_at <= self.now:
            self._look_at = self.now + LOOK_MS
            gateway.look()
        now = gateway.now()  # it stands still until `_reach`
        if self._deadline <= self.now:
            gateway.pipeline.tick(now)
        while self._mail:
            if gateway.must_commit:
                self._release(gateway)
            if self._stopped:
                break
            said = self._mail.popleft()
            _, topic, payload = said
            self._unacknowledged.append(said)
            gateway.pipeline.receive(topic, payload, 0, 0, now)
        self._release(gateway)

    def _release(self, gateway: DrivenGateway) -> None:
        """Commit, and send what is due."""
        if gateway.must_commit:
            self._commit(gateway)
        if self._stopped:
            return
        for send in gateway.due():
            self._playing.deliver(send.topic, send.payload, self.now)
        self._plan(gateway)

    def _commit(self, gateway: DrivenGateway) -> None:
        work = gateway.commit()
        self._unacknowledged.clear()
        for record in work.batch.records:
            if self._on_record:
                self._on_record(record)
            if self._stop and self._stop(record):
                self._stopped = True

    def _plan(self, gateway: DrivenGateway) -> None:
        """When it has to be woken, by the true time. At the earliest a moment later, should
        something be due again at once."""
        deadline = gateway.pipeline.next_deadline()
        own = gateway.now()
        self._overdue = self._overdue + 1 if deadline is not None and deadline <= own else 0
        if self._overdue > OVERDUE_MAX:
            raise RuntimeError(f"what was due at {deadline} is still due at {own}")
        self._deadline = _NEVER if deadline is None else self.now + max(deadline - own, 1)


_NEVER: Millis = 2**62
