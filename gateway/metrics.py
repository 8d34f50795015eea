"""What `/metrics` tells of a running gateway. The names are promised to the outside."""

import resource
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from itertools import accumulate

from gateway.api.exposition import Family, Sample
from gateway.app import Gateway
from gateway.decisions import RuleState
from gateway.forward.forwarder import ForwardStatistics
from gateway.observations import BUCKETS_S, Histogram
from gateway.views.missing import missing
from gateway.vitals import resident_bytes, written_bytes


def families(gateway: Gateway) -> Iterable[Family]:
    """All metrics, as they are now."""
    yield from _messages(gateway)
    yield from _clock(gateway)
    yield from _rules(gateway)
    yield from _forwarding(gateway)
    yield from _serial(gateway)
    yield from _forecasts(gateway)
    seen = gateway.observations
    yield _histogram(
        "hamlet_journal_commit_seconds", "From handing over a batch to its being on disk.",
        seen.commit_seconds,
    )  # fmt: skip
    yield _histogram(
        "hamlet_decision_seconds", "From a message that causes a command to the command sent.",
        seen.decision_seconds,
    )  # fmt: skip
    yield _gauge("hamlet_broker_connected", "1 while messages can come.", seen.broker_connected)
    yield _gauge(
        "hamlet_messages_waiting", "Messages that wait for their commit.", gateway.pipeline.waiting
    )
    yield Family(
        "hamlet_dropped_total",
        "counter",
        "What was lost because a queue or the journal was full; of the broker, as far as it says.",
        tuple(
            Sample(count, {"queue": queue})
            for queue, count in (
                ("broker", gateway.pipeline.broker.dropped),
                ("journal", seen.journal_dropped),
                ("serial", gateway.serial.reports.dropped),
            )
        ),
    )
    yield Family(
        "hamlet_broker_sessions_lost_total",
        "counter",
        "Connections for which the broker had forgotten us, and with us what waited there.",
        (Sample(gateway.pipeline.broker.sessions_lost or 0),),
    )
    if (written := written_bytes()) is not None:
        yield Family(
            "hamlet_journal_written_bytes_total",
            "counter",
            "What the program had written to disk since its start, nearly all of it the journal.",
            (Sample(written),),
        )
    yield _gauge(
        "hamlet_pipeline_moving", "0 when commits do not come to their end.",
        gateway.pulse.standstill() is None,
    )  # fmt: skip
    yield _gauge(
        "hamlet_loop_late_seconds", "By how much the last beat of the event loop was late.",
        seen.loop_late_s,
    )  # fmt: skip
    age_s = time.monotonic() - seen.started
    yield from _process(started_at_s=round(gateway.clock.now() / 1000 - age_s))


def _forecasts(gateway: Gateway) -> Iterator[Family]:
    forecasts = gateway.pipeline.engines.irrigation.forecasts
    outcomes = (("refused", forecasts.refused), ("taken", forecasts.taken))
    yield Family(
        "hamlet_forecasts_total",
        "counter",
        "Forecasts of rain that came, by file or MQTT.",
        tuple(Sample(count, {"outcome": outcome}) for outcome, count in outcomes),
    )
    yield _gauge(
        "hamlet_forecast_known", "1 while the rain of the next 24 hours is foretold.",
        forecasts.rain_mm(gateway.clock.now()) is not None,
    )  # fmt: skip


def _clock(gateway: Gateway) -> Iterator[Family]:
    state = gateway.clock.state
    yield _gauge("hamlet_clock_trusted", "1 while the gateway knows the time.", state.trusted)
    yield _gauge(
        "hamlet_clock_offset_seconds", "How far the machine's wall clock is ahead.",
        (state.wall - state.own) / 1000,
    )  # fmt: skip


def _messages(gateway: Gateway) -> Iterator[Family]:
    counters = gateway.pipeline.counters
    for name, text, value in (
        ("received", "Messages that came in; the sum of the next three.", counters.received),
        ("accepted", "Messages that are in the journal or about to be.", counters.accepted),
        ("duplicate", "Messages that had come before.", counters.duplicate),
    ):
        yield Family(f"hamlet_messages_{name}_total", "counter", text, (Sample(value),))
    yield Family(
        "hamlet_messages_rejected_total",
        "counter",
        "Messages that were not accepted, by reason.",
        tuple(Sample(n, {"reason": reason.value}) for reason, n in counters.rejected.items()),
    )
    yield from _missing(gateway)
    yield Family(
        "hamlet_commands_total",
        "counter",
        "Commands by what became of them; each is counted as queued first.",
        tuple(Sample(n, {"outcome": state.value}) for state, n in counters.commands.items()),
    )


def _missing(gateway: Gateway) -> Iterator[Family]:
    now = gateway.clock.now()
    found = [missing(device, now) for device in gateway.pipeline.fleet]
    yield _gauge(
        "hamlet_missing_readings", "Readings not received that devices may still resend.",
        sum(one.awaited_count for one in found),
    )  # fmt: skip
    yield _gauge(
        "hamlet_lost_readings", "Readings not received that are no longer expected.",
        sum(one.lost_count for one in found),
    )  # fmt: skip


def _rules(gateway: Gateway) -> Iterator[Family]:
    rows = gateway.pipeline.engines.rules.status()
    yield Family(
        "hamlet_rules",
        "gauge",
        "Devices that rules look at, by the state of the rule for them.",
        tuple(
            Sample(sum(row.subjects[state] for row in rows), {"state": state.value})
            for state in RuleState
        ),
    )
    yield Family(
        "hamlet_rule_errors_total",
        "counter",
        "Conditions that could not be evaluated.",
        tuple(Sample(row.errors, {"rule": row.rule}) for row in rows),
    )
    yield Family(
        "hamlet_rule_stopped_total",
        "counter",
        "Commands and waterings that a rule was not allowed, since it asked too often.",
        tuple(Sample(row.stopped, {"rule": row.rule}) for row in rows),
    )
    yield Family(
        "hamlet_rule_overruled_total",
        "counter",
        "How often a rule lost an actuator to one that wanted the opposite.",
        tuple(Sample(row.overruled, {"rule": row.rule}) for row in rows),
    )
    yield Family(
        "hamlet_rule_healthy",
        "gauge",
        "0 when the rule cannot do what it is there for; the technician's page says why.",
        tuple(Sample(row.health is None, {"rule": row.rule}) for row in rows),
    )


def _forwarding(gateway: Gateway) -> Iterator[Family]:
    seen = gateway.observations
    streams = [stream for stream in (seen.forward, seen.forward_states) if stream is not None]
    if not streams:
        return

    def of_each(figure: Callable[[ForwardStatistics], float]) -> tuple[Sample, ...]:
        return tuple(Sample(figure(stream), {"sink": stream.sink}) for stream in streams)

    yield Family(
        "hamlet_forward_backlog_rows",
        "gauge",
        "Rows that the store does not have yet, at most.",
        of_each(lambda stream: stream.backlog_rows),
    )
    yield Family(
        "hamlet_forward_oldest_unsent_seconds",
        "gauge",
        "Age of the oldest row the store does not have.",
        of_each(lambda stream: stream.oldest_unsent_s or 0),
    )
    yield Family(
        "hamlet_forward_dead_total",
        "counter",
        "Rows that the store will never take.",
        of_each(lambda stream: stream.dead),
    )


def _process(started_at_s: int) -> Iterator[Family]:
    """The names are those that every Prometheus client uses."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    yield Family(
        "process_cpu_seconds_total",
        "counter",
        "Processor time of the program.",
        (Sample(usage.ru_utime + usage.ru_stime),),
    )
    resident = resident_bytes()
    if resident is not None:
        yield _gauge("process_resident_memory_bytes", "Memory of the program.", resident)
    yield _gauge("process_start_time_seconds", "When the program started.", started_at_s)
    labels = {"version": version("smart-hamlet")}
    yield _gauge("hamlet_build_info", "Always 1; the version is the label.", 1, labels)


def _serial(gateway: Gateway) -> Iterator[Family]:
    lines = gateway.serial.statistics
    if not lines:
        return
    devices = [
        (seen, {"bus": line.port, "device": seen.device})
        for line in lines
        for seen in line.devices.values()
    ]
    yield Family(
        "hamlet_serial_polls_total",
        "counter",
        "Readings that were asked for, or lines that came.",
        tuple(Sample(seen.polls, labels) for seen, labels in devices),
    )
    errors = [
        Sample(number, {**labels, "cause": cause.value})
        for seen, labels in devices
        for cause, number in seen.errors.items()
    ]
    garbled = [
        Sample(line.garbled, {"bus": line.port, "device": "", "cause": "garbled"})
        for line in lines
        if line.garbled
    ]
    yield Family(
        "hamlet_serial_errors_total",
        "counter",
        "Questions that had no good answer, and lines that could not be read.",
        (*errors, *garbled),
    )
    yield Family(
        "hamlet_serial_port_open",
        "gauge",
        "1 while the port can be used.",
        tuple(Sample(line.usable, {"bus": line.port}) for line in lines),
    )


def _gauge(name: str, text: str, value: float, labels: dict[str, str] | None = None) -> Family:
    return Family(name, "gauge", text, (Sample(value, labels or {}),))


def _histogram(name: str, text: str, histogram: Histogram) -> Family:
    below = list(accumulate(histogram.counts))
    bounds = [*map(str, BUCKETS_S), "+Inf"]
    buckets = [
        Sample(count, {"le": bound}, "_bucket") for bound, count in zip(bounds, below, strict=True)
    ]
    totals = [Sample(histogram.sum, {}, "_sum"), Sample(below[-1], {}, "_count")]
    return Family(name, "histogram", text, (*buckets, *totals))
