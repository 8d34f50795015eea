"""What must not grow: the gateway's memory over a million messages."""

import tempfile
from pathlib import Path

from gateway.cli.bench.bench_site import write_site
from gateway.cli.bench.gateway import MeasuredGateway
from gateway.cli.bench.load import warm_up
from gateway.cli.bench.process import Measured, some_port
from gateway.cli.bench.throughput import STEADY

BATCHES, BATCH = 10, 100_000
"""Each from a load of its own, whose devices have started anew."""


def measure_memory(broker_port: int, *, devices: int, rules: int) -> dict[str, object]:
    """Resident MB after each hundred thousand messages."""
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as name:
        web_port = some_port()
        write_site(
            Path(name), devices=devices, rules=rules, broker_port=broker_port, web_port=web_port
        )
        rss_mb = []
        with MeasuredGateway(Path(name), web_port) as gateway:
            gateway.await_receiving()
            for number in range(1, BATCHES + 1):
                sent = number * (warm_up(devices) + BATCH)
                _send(broker_port, devices)
                gateway.check_balance(sent)
                rss_mb.append(round(gateway.rss_mb(), 1))
    return {"messages": sent, "devices": devices, "rules": rules, "rss_mb": rss_mb}


def _send(broker_port: int, devices: int) -> None:
    with Measured("gateway.cli.bench.load", broker_port, BATCH, devices, 0, STEADY) as load:
        for word in ("ready", "warm"):
            load.await_line(word)
            load.say("go")
        load.await_line("sent")
