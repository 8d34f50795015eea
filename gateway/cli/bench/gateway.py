"""The gateway as it is measured: a process of its own, and what its page tells of it."""

import json
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

from gateway.cli.bench.figures import ANSWER_TIMEOUT_S, Figures, read_figures
from gateway.cli.bench.process import Measured, await_true

RECEIVED = "hamlet_messages_received_total"
ACCEPTED = "hamlet_messages_accepted_total"
PARTS = ("accepted", "duplicate", "rejected")
TELLING = ("hamlet_broker_", "hamlet_messages_", "hamlet_dropped_", "hamlet_pipeline_")
"""Beginnings of the figures that show where messages are."""


class MeasuredGateway(Measured):
    """`hamlet run` on the site in `folder`, whose page is on `web_port`."""

    def __init__(self, folder: Path, web_port: int) -> None:
        super().__init__("gateway.cli.main", "run", "--site", folder)
        self._web_port = web_port

    def figures(self) -> Figures:
        """All samples of its `/metrics`. Raises OSError."""
        return read_figures(self._web_port)

    def await_receiving(self) -> None:
        """Return when it gets what is published from now on: of what was published before, a
        broker that does not know it yet keeps nothing. Raises RuntimeError."""
        await_true(self._receives, "a gateway that receives", self)

    def check_balance(self, messages: int) -> None:
        """That many were accepted, and received = accepted + duplicate + rejected. Raises
        RuntimeError."""
        await_true(lambda: self.figures()[ACCEPTED] >= messages, "every message accepted", self)
        figures = self.figures()
        received = figures[RECEIVED]
        parts = {
            part: sum(
                value
                for name, value in figures.items()
                if name.partition("{")[0] == f"hamlet_messages_{part}_total"
            )
            for part in PARTS
        }
        if received != sum(parts.values()) or parts["accepted"] != messages:
            raise RuntimeError(f"{received:.0f} received of {messages}, but {parts}")

    def explain(self) -> str:
        """With the figures that show where messages are, if it still answers."""
        told = []
        if not self.failed:  # else they would be another's on the same port
            with suppress(OSError):
                told = [
                    f"{name} {value:g}"
                    for name, value in self.figures().items()
                    if name.startswith(TELLING)
                ]
        return "\n".join([*told, super().explain()])

    def _receives(self) -> bool:
        # It is healthy without a broker, too.
        url = f"http://127.0.0.1:{self._web_port}/healthz"
        with suppress(OSError), urlopen(url, timeout=ANSWER_TIMEOUT_S) as answer:
            return bool(json.load(answer)["broker"])
        return False
