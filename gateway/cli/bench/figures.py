"""What a running gateway tells of itself, read from its `/metrics`."""

from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import quantiles
from typing import NamedTuple
from urllib.request import urlopen

from gateway.cli.bench.process import await_true

RECEIVED = "hamlet_messages_received_total"
ACCEPTED = "hamlet_messages_accepted_total"
PARTS = ("accepted", "duplicate", "rejected")
WRITTEN = "hamlet_journal_written_bytes_total"
COMMITS = "hamlet_journal_commit_seconds_bucket"


class Bucket(NamedTuple):
    """Of a histogram: `at_most` durations were no longer than `bound` seconds."""

    bound: float
    at_most: float


Figures = Mapping[str, float]
"""By name with labels, as the text says it: `hamlet_dropped_total{queue="broker"}`."""


def read_figures(web_port: int) -> Figures:
    """All samples of the gateway whose page is on that port."""
    with urlopen(f"http://127.0.0.1:{web_port}/metrics") as answer:
        lines: list[str] = answer.read().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def check_balance(web_port: int, messages: int) -> None:
    """That many were accepted, and received = accepted + duplicate + rejected. Raises
    RuntimeError."""
    await_true(lambda: read_figures(web_port)[ACCEPTED] >= messages, "every message accepted")
    figures = read_figures(web_port)
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


def wait_ms(waits: Sequence[float], percent: int) -> float | None:
    """That percentile of waits in seconds; None of fewer than two, which have none."""
    if len(waits) < 2:
        return None
    return round(quantiles(waits, n=100)[percent - 1] * 1000, 2)


def percentile_ms(figures: Figures, percent: int) -> float | None:
    """How long commits took: the upper bound of the bucket in which the percentile lies; None when
    that is the last, which has none."""
    buckets = [
        Bucket(float(name.partition('le="')[2].rstrip('"}')), at_most)
        for name, at_most in figures.items()
        if name.startswith(COMMITS)
    ]
    total = buckets[-1].at_most
    bound = next(one.bound for one in buckets if one.at_most * 100 >= total * percent)
    return bound * 1000 if isfinite(bound) else None
