"""A pipeline on a real journal that a test drives by hand, and what a restart must know again."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.reading import Millis
from devices.rejection import Reason
from gateway.assembly import JOURNAL_FILE, build_pipeline
from gateway.fleet import Device
from gateway.journal.database import open_journal
from gateway.journal.writer import commit
from gateway.pipeline import Pipeline
from gateway.work import Work
from tests.gateway.small_site import small_site, soil, topic

NOW: Millis = 1_795_305_600_000
MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE


class Hamlet:
    """A pipeline on a journal, driven by hand; `restart` is what a power cut leaves of it."""

    def __init__(
        self, folder: Path, rules: Sequence[Mapping[str, object]], adopt: bool, **more: object
    ) -> None:
        self._site, self._rules = small_site(folder, rules=rules, adopt_new_devices=adopt, **more)
        self.connection: sqlite3.Connection = open_journal(self._site.data / JOURNAL_FILE)
        self.now = NOW
        self.pipeline = self._build()
        self.commit()

    def restart(self) -> None:
        self.pipeline = self._build()

    def say(self, topic: str, payload: bytes, token: int = 0, flags: int = 0) -> None:
        self.pipeline.receive(topic, payload, token, flags, self.now)

    def soil(self, seq: int, moisture: float = 20, at: Millis | None = None) -> None:
        more = {} if at is None else {"measured_at": at}
        self.say(topic("soil-1"), soil(seq, moisture, **more))

    def commit(self) -> Work:
        work = self.pipeline.take_work()
        commit(self.connection, work.batch)
        self.pipeline.committed(work)
        return work

    def device(self, id: str) -> Device:
        found = self.pipeline.fleet.get(id)
        assert found is not None
        return found

    @property
    def counted(self) -> tuple[int, int, int]:
        """Accepted, duplicate, rejected."""
        counters = self.pipeline.counters
        return counters.accepted, counters.duplicate, sum(counters.rejected.values())

    def reason(self) -> Reason:
        """Why the one rejected message was."""
        (reason,) = [why for why, count in self.pipeline.counters.rejected.items() if count]
        return reason

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def _build(self) -> Pipeline:
        return build_pipeline(self.connection, self._site, self._rules, self.now)


Open = Callable[..., Hamlet]


def assert_known_again(hamlet: Hamlet) -> None:
    """Memory is never the truth: what the journal tells is what was known."""
    before = {device.id: _known(device) for device in hamlet.pipeline.fleet}
    heard = {device.id: device.heard_at or 0 for device in hamlet.pipeline.fleet}
    alerts = hamlet.pipeline.engines.alerts.open_alerts()
    engines = hamlet.pipeline.engines
    hamlet.restart()
    assert {device.id: _known(device) for device in hamlet.pipeline.fleet} == before
    for device in hamlet.pipeline.fleet:
        assert (device.heard_at or 0) <= heard[device.id], "it looks more alive than it was"
    again = hamlet.pipeline.engines
    assert again.alerts.open_alerts() == alerts
    assert again.rules.next_deadline() == engines.rules.next_deadline()
    assert again.outbox.next_deadline() == engines.outbox.next_deadline()
    assert again.irrigation.next_deadline() == engines.irrigation.next_deadline()
    # Silence may be looked for sooner or later than it comes, but it is.
    assert again.health.next_deadline() or not engines.health.next_deadline()


def _known(device: Device) -> dict[str, object]:
    return {
        "number": device.number,
        "adopted": device.adopted,
        "interval_s": device.interval_s,
        "values": device.values,
        "older": device.older,
        "extra": dict(device.extra),
        "measured_at": device.measured_at,
        "online": device.online,
        "info": dict(device.info),
        "state": (device.state, device.state_since, device.state_cause),
        "reported": device.reported,
        "sequences": device.sequences.dump(),
        "last_message": device.last_message,
    }
