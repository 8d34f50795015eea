"""From a message to everything that follows from it: connects the engines, and is pure itself.

`receive` takes bytes and the time and adds to the open `Work`; `take_work` hands it over, to be
written in one transaction. Nothing leaves the gateway before that: acknowledgements and commands
are in the Work. No clock, no I/O, no asyncio in here.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from devices.reading import Millis
from devices.rejection import RejectedError
from devices.topics import Channel
from gateway.admission import OWN_TOPIC, Admission, Route
from gateway.broker_watch import DROPPED_TOPIC, BrokerWatch
from gateway.budgets import Budgets
from gateway.clock import Correction, Scale
from gateway.counters import Counters
from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    CommandAsked,
    Decision,
    IrrigationAsked,
    RuleVersion,
)
from gateway.delivery import RETAINED
from gateway.engines import Engines
from gateway.fleet import Device, Fleet
from gateway.journal.batch import Adoption, PeriodEnd
from gateway.journal.memory import take_snapshot
from gateway.plot_records import DiaryEntry, NoGo, Override, PlotSetting, ProposalAnswered
from gateway.receipts import Receipt, make_receipt
from gateway.rejections import Rejections
from gateway.reports import apply_report
from gateway.rounds import Rounds
from gateway.rules.rule import Rule
from gateway.settling import Settling
from gateway.work import Work

BACKFILL_AGE_MS = 600_000
"""An older reading is history: it is kept and counts for uptime, but starts nothing."""
MESSAGES_PER_SNAPSHOT = 50
"""After so many messages one device's snapshot is written, in turn. A start then replays at most
this many messages per device, a quarter of a million at 5,000 devices."""

Request = (
    CommandAsked
    | IrrigationAsked
    | AlertAsked
    | AlertCleared
    | RuleVersion
    | PlotSetting
    | NoGo
    | Override
    | ProposalAnswered
    | DiaryEntry
)


class Pipeline:
    """One hamlet's messages, engines and open work."""

    def __init__(
        self,
        hamlet: str,
        admission: Admission,
        fleet: Fleet,
        engines: Engines,
        rounds: Rounds,
        budgets: Budgets,
        broker: BrokerWatch,
        newest_message: int,
    ) -> None:
        self.counters = Counters()
        self.fleet = fleet
        self.engines = engines
        self.broker = broker
        self._hamlet = hamlet
        self._rounds = rounds
        self._budgets = budgets
        self._burst = budgets.burst
        self._rejections = Rejections()
        self._admission = admission
        self._find = admission.routes.get
        self._judge_health = engines.health.on_reading
        self._judge_rules = engines.rules.on_reading
        self._newest_message = newest_message
        self._work = Work()
        self._settling = Settling(fleet, engines, self.counters)
        self._rotation: deque[Device] = deque()
        self._until_snapshot = MESSAGES_PER_SNAPSHOT

    def start(self, unsaved: Iterable[Device], now: Millis, *, clock_trusted: bool = True) -> None:
        """Begin: devices that the journal does not have yet are written with the first work."""
        self._work.batch.new_devices += [(device, now) for device in unsaved]
        self.trust_clock(clock_trusted)
        self._settle(self.engines.restore(now, clock_trusted=clock_trusted), now)
        alerts = self.engines.alerts.open_alerts()
        self._budgets.restore(alerts, self.fleet)
        self.broker.restore(alerts, now)

    def receive(self, topic: str, payload: bytes, token: int, flags: int, now: Millis) -> None:
        """Take one message, as `intake.contract.Inbox.on_message` says. The path of every message:
        what is written out here in full saves a call."""
        self.counters.received += 1
        work = self._work
        if token:
            work.tokens.append(token)
        route = self._find(topic)
        try:
            if route is None:
                if self._is_aside(topic, payload, now):
                    return
                route = self._admit(topic, payload, now)
            device = route.device
            device.spent = spent = device.spent + 1
            if spent > self._burst:
                self._overdraw(device, topic, payload, now)
                return
            if route.code:
                self._report(route, payload, flags, now)
                return
            reading = route.decode(device.id, payload, now)
        except RejectedError as error:
            self._reject(topic, payload, error, now)
            return
        _, _, boot, seq, sent_at, _, _, _ = reading
        measured_at = sent_at
        if sent_at > now:  # a clock that is ahead must not make later readings look old
            measured_at = now
            reading = reading._replace(measured_at=now)
        newest = device.measured_at
        in_order = newest is None or measured_at >= newest
        boot = device.sequences.add(boot, seq, measured_at, in_order)
        device.heard_at = now
        if boot is None:
            self.counters.duplicate += 1
            return
        self.counters.accepted += 1
        self._newest_message = id = self._newest_message + 1
        work.messages.append(
            (id, device.number, device.last_message, 0, sent_at, now, boot, seq, payload)
        )
        device.last_message = id
        if not in_order:
            device.fill_in(reading)
            self.engines.health.on_late_reading(device, now)
            self.engines.rules.on_late_reading(device, reading)
            return
        device.apply(reading)
        if not device.adopted:
            return
        if changes := self._judge_health(device, reading, now):
            self._settle(changes, now)
        if now - sent_at > BACKFILL_AGE_MS:
            self.engines.rules.on_late_reading(device, reading)
            return
        if decisions := self._judge_rules(device, reading, now):
            self._settle(decisions, now)
        if route.waters:
            self._settle(self.engines.irrigation.on_reading(device, reading, now), now)

    def report(self, payload: bytes, now: Millis) -> None:
        """Take a reading of the gateway about itself. It is kept and judged like any other, but it
        did not come in, and the counters are about what did."""
        counters = self.counters
        accepted = counters.accepted
        self.receive(OWN_TOPIC, payload, 0, 0, now)
        if counters.accepted > accepted:
            counters.received -= 1
            counters.accepted -= 1

    def tick(self, now: Millis) -> None:
        """Do what is due at `now`."""
        self._settle(self.engines.on_tick(now), now)

    def visit(self, now: Millis) -> None:
        """Once a second: a share of the devices, and each once in a round, may send more again, and
        is told what is on disk if that has changed."""
        self._settle(self.broker.on_visit(now), now)
        for device in self._rounds.next_share():
            if device.spent:
                self._settle(self._budgets.refill(device, now), now)
            if device.last_message != device.told_message:
                self._work.acks_due.add(device)

    def told(self, receipt: Receipt) -> None:
        """It is on its way to the device."""
        receipt.device.told_message = receipt.as_of

    def connected(self, session_kept: bool, now: Millis) -> None:
        """There is a connection to the broker, which may have forgotten what the devices were
        told, and, unless it kept our session, what they said."""
        for device in self.fleet:
            device.told_message = None
        self._settle(self.broker.on_session(session_kept, now), now)

    @property
    def clock_trusted(self) -> bool:
        """Whether `now` is the time; else it is a lower bound, and what goes by the time of day
        waits."""
        return self.engines.irrigation.clock_trusted

    def correct(self, correction: Correction, scale: Scale, now: Millis) -> None:
        """The clock was wrong; from `now` on, `scale` counts. What was stamped is moved, in memory
        and in the journal, and nothing comes sooner or later for it."""
        batch = self._work.batch
        batch.records.append(PeriodEnd(correction, scale, self._newest_message))
        self._work.decided = True
        self.trust_clock(scale.trusted)
        if not correction.by:
            return
        if correction.in_journal:
            batch.rejected[:] = [
                row._replace(received_at=correction.of(row.received_at)) for row in batch.rejected
            ]
        batch.records += self.engines.correct(correction, now)
        self._work.changed.update(device.id for device in self.fleet)
        self._work.alerts = self._work.runs = True
        self.snapshot_all()  # what a start knows of the devices must not be older than that

    def trust_clock(self, trusted: bool) -> None:
        """Whether what is told as `now` is the time."""
        self.engines.irrigation.clock_trusted = trusted
        self.engines.rules.trust_clock(trusted)
        self._admission.judge_times(clock_trusted=trusted)

    def next_deadline(self) -> Millis | None:
        """When `tick` must be called next, if no message comes before."""
        return self.engines.next_deadline()

    def ask(self, request: Request, now: Millis) -> None:
        """What a person wants, or the gateway has to say of itself. Whether it was refused stands
        in the records."""
        self._settle([request], now)

    def replace_rules(self, rules: Sequence[Rule], now: Millis) -> None:
        """Go on with other rules; what follows from that is part of the same work."""
        self._work.decided = True
        self._settle(self.engines.replace_rules(rules, now), now)

    def acknowledge_alert(self, alert: str, now: Millis) -> bool:
        """A person has seen it. False when no such alert is open."""
        records = self.engines.alerts.acknowledge(alert, now)
        self._settle(records, now)
        return bool(records)

    def stop_watering(self, plot: str, requester: str, now: Millis) -> bool:
        """A person ends a watering. False when the plot is not being watered."""
        decisions = self.engines.irrigation.stop(plot, requester, now)
        self._settle(decisions, now)
        return bool(decisions)

    def adopt(self, device: Device, now: Millis) -> None:
        """A person takes a new device into the hamlet."""
        device.adopted = True
        self._admission.adopted()
        self._work.batch.adoptions.append(Adoption(device.number, True))
        self._work.decided = True
        self._settle(self.engines.rules.on_fleet_changed(now, device), now)

    def take_work(self) -> Work:
        """What has come together since the last call; what comes from now on is kept apart."""
        work, self._work = self._work, Work()
        self._until_snapshot -= len(work.batch.messages)
        while self._until_snapshot <= 0:
            self._until_snapshot += MESSAGES_PER_SNAPSHOT
            if not self._rotation:
                self._rotation.extend(self.fleet)
            work.batch.snapshots.append(take_snapshot(self._rotation.popleft()))
        # Made now: what the ledgers know is in this work or in one before it, and in none after.
        made = (make_receipt(self._hamlet, device) for device in work.acks_due)
        work.receipts = [receipt for receipt in made if receipt is not None]
        return work

    def take_urgent(self) -> Work:
        """Of the open work what was decided; the messages stay. For a disk that is full."""
        urgent, self._work = self._work.split_urgent()
        return urgent

    def give_back(self, work: Work) -> None:
        """The last work that was taken could not be written: it is open again, before the rest,
        but for its snapshots: it is those devices' turn again."""
        unsaved = work.batch.snapshots
        self._rotation.extendleft(self.fleet.numbered(one.number) for one in reversed(unsaved))
        self._until_snapshot += len(work.batch.messages) - MESSAGES_PER_SNAPSHOT * len(unsaved)
        self._work = work.followed_by(self._work)

    @property
    def waiting(self) -> int:
        """Messages in the open work."""
        batch = self._work.batch
        return max(len(self._work.tokens), len(batch.messages) + len(batch.rejected))

    @property
    def pending(self) -> Work:
        """The open work, to look at."""
        return self._work

    def committed(self, work: Work) -> None:
        """The work is on disk: its messages may be read, its commands may be sent."""
        numbered = self.fleet.numbered
        for row in work.batch.messages:
            numbered(row[1]).committed_message = row[0]
        self.engines.outbox.committed(work.commands)

    def snapshot_all(self) -> None:
        """The next work that is taken has a snapshot of every device."""
        self._rotation = deque(self.fleet)
        self._until_snapshot = -MESSAGES_PER_SNAPSHOT * (len(self._rotation) - 1)

    def _is_aside(self, topic: str, payload: bytes, now: Millis) -> bool:
        """Take what is no device's message, and is not counted as one."""
        forecasts = self.engines.irrigation.forecasts
        if topic == DROPPED_TOPIC:
            self._settle(self.broker.on_dropped(payload, now), now)
        elif topic == forecasts.topic:
            forecasts.take(topic, payload)
        else:
            return False
        self.counters.received -= 1
        return True

    def _admit(self, topic: str, payload: bytes, now: Millis) -> Route:
        """The route of a topic that was not seen before; a valid new device is noted."""
        route, is_new = self._admission.admit(topic, payload, now)
        if is_new:
            self._work.batch.new_devices.append((route.device, now))
            if route.device.adopted:
                self._work.batch.adoptions.append(Adoption(route.device.number, True))
                self._settle(self.engines.rules.on_fleet_changed(now, route.device), now)
        return route

    def _report(self, route: Route, payload: bytes, flags: int, now: Millis) -> None:
        """Status, info, event and result: everything that is no telemetry."""
        device = route.device
        news = apply_report(device, route.channel, payload, flags, now)
        if not news.changed:
            self.counters.duplicate += 1
            return
        self.counters.accepted += 1
        self._newest_message = id = self._newest_message + 1
        self._work.batch.messages.append(
            (id, device.number, device.last_message, route.code, now, now, None, None, payload)
        )
        device.last_message = id
        if not device.adopted:
            return
        if news.result is not None:
            self._settle(self.engines.outbox.on_result(device.id, news.result, now), now)
        elif route.channel is Channel.INFO:
            self.engines.health.on_interval(device)
        elif route.channel is Channel.STATUS and device.online is not None:
            self._settle(self.engines.health.on_status(device, device.online, now), now)
        elif news.event is not None and not flags & RETAINED:
            fields = news.event.model_extra or {}
            self._settle(self.engines.rules.on_event(device, news.event.event, fields, now), now)

    def _reject(self, topic: str, payload: bytes, error: RejectedError, now: Millis) -> None:
        self.counters.rejected[error.reason] += 1
        route = self._find(topic)
        device = route.device if route else None
        row = self._rejections.keep(topic, payload, error, device, now)
        if row is not None:
            self._work.batch.rejected.append(row)

    def _overdraw(self, device: Device, topic: str, payload: bytes, now: Millis) -> None:
        error, alerts = self._budgets.overdraw(device, now)
        self._reject(topic, payload, error, now)
        self._settle(alerts, now)

    def _settle(self, decisions: Iterable[Decision], now: Millis) -> None:
        self._settling.settle(self._work, decisions, now)
