"""What connects the gateway with its long-term store: rows on the way there, and questions."""

from pathlib import Path

from gateway.clock import Now
from gateway.fleet import Fleet
from gateway.forward.forwarder import Forwarder
from gateway.forward.influx import InfluxSink
from gateway.forward.line_protocol import LineEncoder
from gateway.forward.lines import Stream
from gateway.journal.outbound import StatesOutbound
from gateway.journal.reader import JournalReader
from gateway.journal.recent import RecentMessages
from gateway.journal.recent_outbound import RecentOutbound
from gateway.journal.writer import JournalWriter
from gateway.patient_store import PatientStore
from gateway.site import InfluxConfig, Site, read_secret

STATES_STREAM = "influxdb-states"
"""The cursor of the states that devices were in; that of their readings has the sink's name."""


def build_forwarder(
    site: Site,
    fleet: Fleet,
    recent: RecentMessages,
    reader: JournalReader,
    writer: JournalWriter,
    now: Now,
) -> Forwarder | None:
    """Both streams into the store of the site, if it has one. What is committed is to be added to
    `recent` before the forwarder is notified."""
    config = site.config.influxdb
    if config is None:
        return None
    sink = InfluxSink(config, lambda: read_secret(site, config.token_file), _ca_file(site, config))
    encoder = LineEncoder(site.config.hamlet, fleet)
    readings = Stream(sink.name, RecentOutbound(recent, reader, writer, now), encoder.readings)
    states = Stream(STATES_STREAM, StatesOutbound(reader, writer, now), encoder.states)
    return Forwarder([readings, states], sink)


def build_store(site: Site, fleet: Fleet) -> PatientStore | None:
    """The way to ask the store of the site, if it has one."""
    config = site.config.influxdb
    if config is None:
        return None
    # Its client takes 24 MB, which a hamlet without a store can spare.
    from gateway.forward.influx_history import InfluxHistory

    history = InfluxHistory(
        config,
        site.config.hamlet,
        fleet,
        lambda: read_secret(site, config.token_file),
        _ca_file(site, config),
    )
    return PatientStore(history)


def _ca_file(site: Site, config: InfluxConfig) -> Path | None:
    return site.folder / config.ca_file if config.ca_file else None
