"""The gateway without its pages: resources opened in order, tasks run together, closed in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from devices.topics import subscriptions
from gateway.assembly import JOURNAL_FILE, hamlet_time
from gateway.broker_watch import DROPPED_TOPIC
from gateway.clock import Now
from gateway.clock_watch import ClockWatch, Stamped
from gateway.committer import Committer
from gateway.decisions import Command, CommandAsked
from gateway.diary_book import DiaryBook
from gateway.feed import Feed
from gateway.forecast_watch import ForecastWatch
from gateway.forward.forwarder import Forwarder
from gateway.forward.influx import InfluxSink
from gateway.history import StoreError
from gateway.intake.contract import ConnectionSettings, Receiver, TlsSettings
from gateway.intake.embedded import EmbeddedBroker
from gateway.intake.open_receiver import open_receiver
from gateway.journal.batch import MessageRow
from gateway.journal.lock import sole_writer
from gateway.journal.reader import JournalReader
from gateway.journal.recent import RecentMessages
from gateway.journal.rollup_job import RollupJob
from gateway.journal.room import room_bytes
from gateway.long_term import STATES_STREAM, build_forwarder, build_store
from gateway.observations import Observations
from gateway.patient_store import PatientStore
from gateway.pipeline import Pipeline
from gateway.plot_desk import PlotDesk
from gateway.plot_records import DiaryEntry
from gateway.pulse import Pulse
from gateway.rule_book import RuleBook
from gateway.rules.rule import Rule
from gateway.self_report import SelfReport
from gateway.serial.lines import SerialLines
from gateway.serial.notices import outlived, port_alert
from gateway.site import Site, read_secret
from gateway.storage import Storage, open_storage
from gateway.timekeeping.clocks import Clocks, SystemClocks
from gateway.timekeeping.own_clock import OwnClock
from gateway.upkeep import Upkeep
from gateway.vitals import Machine

MQTT_PORT = 1883
MQTTS_PORT = 8883

WATCH_S = 5.0
"""How old the figures about forwarding may be."""

log = logging.getLogger(__name__)

Forward = Callable[[Sequence[MessageRow]], None]


class SiteError(Exception):
    """The site cannot be run as it is; the message says what to do."""


@dataclass(slots=True)
class Gateway:
    """The running parts that pages and commands use. `uncertain` is how many messages of the
    journal have a time that nobody will ever know."""

    site: Site
    clock: OwnClock
    clock_watch: ClockWatch
    pipeline: Pipeline
    committer: Committer
    receiver: Receiver
    reader: JournalReader
    feed: Feed
    observations: Observations
    pulse: Pulse
    upkeep: Upkeep
    forwarder: Forwarder | None
    store: PatientStore | None
    serial: SerialLines
    rules: RuleBook
    plots: PlotDesk
    diary: DiaryBook
    uncertain: int

    async def run(self) -> None:
        """Receive and forward until cancelled, or until something fails for good."""
        log.info("broker: %s", self.observations.broker_reason)
        failure = self.committer.failure
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.receiver.run(self.committer))
            tasks.create_task(self.pulse.run())
            tasks.create_task(self.clock_watch.run())
            tasks.create_task(self._self_report().run())
            tasks.create_task(self.serial.run())
            tasks.create_task(self.upkeep.run())
            tasks.create_task(self._forecast_watch().run())
            if self.forwarder:
                tasks.create_task(self.forwarder.run())
                tasks.create_task(self._watch(self.forwarder))
            try:
                await asyncio.shield(failure)
            except asyncio.CancelledError:
                # What has come is committed and acknowledged while the broker still hears it.
                self.receiver.pause()
                await self.committer.stop()
                if failure.done():  # meanwhile; nobody else would tell
                    failure.result()
                raise

    def _self_report(self) -> SelfReport:
        machine = Machine(self.site.data / JOURNAL_FILE)
        return SelfReport(
            self.pipeline, self.committer, self.observations, machine, lambda: self.clock.state
        )

    def _forecast_watch(self) -> ForecastWatch:
        forecasts = self.pipeline.engines.irrigation.forecasts
        return ForecastWatch(forecasts, self.site.folder, self.clock.now)

    async def _watch(self, forwarder: Forwarder) -> None:
        """Keep at hand how far the store is behind, which only the disk can tell."""
        seen = self.observations
        while True:
            before = seen.forward
            now = self.clock.now()
            with suppress(StoreError):  # the forwarder says so; the figures stay as they were
                seen.forward = await forwarder.statistics(InfluxSink.name, now)
                seen.forward_states = await forwarder.statistics(STATES_STREAM, now)
                if before is None or (before.trouble is None) != (seen.forward.trouble is None):
                    seen.store_since = self.clock.now()
            await asyncio.sleep(WATCH_S)

    async def ask_command(self, asked: CommandAsked) -> Command:
        """Queue a command of a person; returns its record when it is on disk."""
        await self.committer.decide(lambda: self.pipeline.ask(asked, self.clock.now()))
        command = await asyncio.to_thread(self.reader.command, asked.key)
        if command is None:
            raise RuntimeError(f"command {asked.key} is not in the journal after its commit")
        return command

    async def adopt(self, device: str) -> bool:
        """Take a new device into the hamlet; False when no such device waits."""
        found = self.pipeline.fleet.get(device)
        if found is None or found.adopted:
            return False
        await self.committer.decide(lambda: self.pipeline.adopt(found, self.clock.now()))
        return True

    async def acknowledge(self, alert: str) -> bool:
        """A person has seen an alert; False when no such alert is open."""
        return await self.committer.decide(
            lambda: self.pipeline.acknowledge_alert(alert, self.clock.now())
        )

    async def trust_clock(self) -> None:
        """A person says that the machine's clock is right."""
        await self.committer.decide(self.clock_watch.believe)


@asynccontextmanager
async def open_gateway(
    site: Site, rules: Sequence[Rule], clocks: Clocks | None = None
) -> AsyncIterator[Gateway]:
    """Everything but the pages, opened and ready; `run` it inside the context. `clocks` are
    those of this machine, unless a test brings others.

    Raises SiteError, JournalError, DeviceConflictError or EmbeddedBrokerError, in words for the
    person who set up the site.
    """
    observations = Observations()
    settings = _connection_settings(site)
    observations.broker_reason = f"connecting to {settings.host}:{settings.port}"
    async with AsyncExitStack() as stack:
        stack.enter_context(sole_writer(site.data))
        broker = site.config.broker.embedded
        if broker:
            await stack.enter_async_context(EmbeddedBroker(broker.host, broker.port))
        storage = stack.enter_context(
            open_storage(
                site,
                rules,
                clocks or SystemClocks(),
                observations,
                fail=lambda error: committer.fail(error),
            )
        )
        clock, pipeline, reader = storage.clock, storage.pipeline, storage.reader
        feed = Feed()
        stack.callback(feed.close)
        receiver = open_receiver(settings, "3.1.1" if broker else site.config.broker.protocol)
        forwarder, forward = _build_forwarding(site, storage)
        committer = Committer(
            pipeline,
            receiver,
            feed,
            observations,
            clock.now,
            commit_interval_ms=site.config.journal.commit_interval_ms,
            forward=forward,
        )
        committer.start(storage.writer, has_room=storage.reserve.fill())
        stack.push_async_callback(committer.stop)
        serial = _build_serial(site, pipeline, committer, clock.now)
        book = RuleBook(site, rules, pipeline, reader, committer.decide, clock.now)
        await book.open()
        here = hamlet_time(site.config.place)
        desk = PlotDesk(site.plots, pipeline, here, reader, committer.decide, clock.now)
        shown: list[Stamped] = [observations, *serial.statistics]
        yield Gateway(
            site,
            clock,
            ClockWatch(clock, pipeline, committer, storage.writer, lambda: forward(()), shown),
            pipeline,
            committer,
            receiver,
            reader,
            feed,
            observations,
            Pulse(committer, observations),
            _build_upkeep(site, storage, committer, observations),
            forwarder,
            build_store(site, pipeline.fleet),
            serial,
            book,
            desk,
            _build_diary(site, storage, committer),
            storage.uncertain,
        )


def _build_diary(site: Site, storage: Storage, committer: Committer) -> DiaryBook:
    pipeline, now = storage.pipeline, storage.clock.now

    async def save(entry: DiaryEntry) -> None:
        await committer.decide(lambda: pipeline.ask(entry, now()))

    return DiaryBook(
        site.plots,
        hamlet_time(site.config.place),
        pipeline.engines.diary.circumstances,
        storage.reader,
        save,
        now,
        trusted=lambda: pipeline.clock_trusted,
    )


def _build_forwarding(site: Site, storage: Storage) -> tuple[Forwarder | None, Forward]:
    """The forwarder, and what is to be told of every commit."""
    recent = RecentMessages()
    fleet, now = storage.pipeline.fleet, storage.clock.now
    forwarder = build_forwarder(site, fleet, recent, storage.reader, storage.writer, now)

    def forward(rows: Sequence[MessageRow]) -> None:
        if forwarder:
            recent.add(rows)
            forwarder.notify(len(rows))

    return forwarder, forward


def _build_upkeep(
    site: Site, storage: Storage, committer: Committer, observations: Observations
) -> Upkeep:
    reader, writer, fleet = storage.reader, storage.writer, storage.pipeline.fleet
    return Upkeep(
        fleet,
        reader,
        writer,
        RollupJob(reader, writer, fleet, ZoneInfo(site.config.place.timezone)),
        site.config.journal,
        room=lambda: room_bytes(site.data / JOURNAL_FILE),
        sinks=(InfluxSink.name,) if site.config.influxdb else (),
        state_sinks=(STATES_STREAM,) if site.config.influxdb else (),
        observations=observations,
        now=storage.clock.now,
        tell=committer.ask,
    )


def _connection_settings(site: Site) -> ConnectionSettings:
    config, forecast = site.config.broker, site.config.forecast
    password = None
    if config.password_file:
        try:
            password = read_secret(site, config.password_file)
        except (OSError, ValueError) as error:
            raise SiteError(f"broker.password_file: {error}") from None
    if config.embedded:
        host, port, secure = config.embedded.host, config.embedded.port, False
    else:
        parts = urlsplit(config.url or "")
        secure = parts.scheme == "mqtts"
        host, port = parts.hostname or "", parts.port or (MQTTS_PORT if secure else MQTT_PORT)
    ca_file = site.folder / config.ca_file if config.ca_file else None
    return ConnectionSettings(
        host=host,
        port=port,
        client_id=config.client_id,
        subscriptions=subscriptions(site.config.hamlet),
        wishes=(DROPPED_TOPIC, *([forecast.topic] if forecast and forecast.topic else ())),
        username=config.username,
        password=password,
        tls=TlsSettings(ca_file) if secure else None,
    )


def _build_serial(site: Site, pipeline: Pipeline, committer: Committer, now: Now) -> SerialLines:
    ports = [line.port for line in site.config.serial]
    for over in outlived(pipeline.engines.alerts.open_alerts(), ports, now()):
        pipeline.ask(over, now())

    return SerialLines(
        site.config.serial,
        hamlet=site.config.hamlet,
        profiles=site.profiles,
        inbox=committer,
        now=now,
        on_port=lambda port, usable: committer.ask(port_alert(port, usable, now())),
    )
