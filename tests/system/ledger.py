"""What a journal must look like after whatever happened to the gateway that wrote it."""

import json
from collections import Counter

from devices.kinds import KINDS
from gateway.journal.rollup import load_total
from tests.system.gateway_process import GatewayProcess
from tests.system.traffic import DEVICES, LAYOUT


def assert_sequences_complete(gateway: GatewayProcess, messages: int) -> None:
    """Of `messages` readings of the traffic's devices none is missing, and none is there twice."""
    rows = gateway.ask(
        "SELECT device.id, count(*), count(DISTINCT seq), min(seq), max(seq) FROM message"
        " JOIN device ON device.number = message.device WHERE channel = 0 GROUP BY device.id"
    )
    found = {id: counts for id, *counts in rows}
    each = messages // DEVICES
    wrong = {
        spec.id: found.get(spec.id)
        for spec in LAYOUT.devices
        if found.get(spec.id) != [each, each, 0, each - 1]
    }
    assert not wrong, "a gap or a double"


def assert_sound(gateway: GatewayProcess) -> None:
    """The file is whole, its ids have no holes, and each message names the one before it of the
    same device."""
    assert gateway.ask("PRAGMA integrity_check") == [("ok",)]
    assert gateway.ask("SELECT max(id) = count(*) FROM message") == [(1,)]
    chained = (
        "SELECT previous, lag(id) OVER (PARTITION BY device ORDER BY id) AS before FROM message"
    )
    assert gateway.ask(f"SELECT count(*) FROM ({chained}) WHERE previous IS NOT before") == [(0,)]  # noqa: S608  # a constant


def assert_folded_once(gateway: GatewayProcess) -> None:
    """What the rollups have counted is what each device said up to its cursor. Of a gateway that
    is not running."""
    cursors = dict(gateway.ask("SELECT device, message FROM rollup_cursor"))
    assert cursors
    folded: Counter[tuple[int, str]] = Counter()
    for device, total in gateway.ask("SELECT device, total FROM rollup"):
        for metric, aggregate in load_total(total).items():
            folded[device, metric] += aggregate.samples
    metrics = {metric.name for kind in KINDS.values() for metric in kind.metrics}
    said: Counter[tuple[int, str]] = Counter()
    for id, device, body in gateway.ask("SELECT id, device, body FROM message WHERE channel = 0"):
        if id <= cursors.get(device, 0):
            said.update((device, name) for name in json.loads(body).keys() & metrics)
    assert folded == said
