"""What a journal must look like after whatever happened to the gateway that wrote it."""

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
