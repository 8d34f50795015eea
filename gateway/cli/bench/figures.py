"""What a running gateway tells of itself, read from its `/metrics`."""

from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import quantiles
from typing import NamedTuple
from urllib.request import urlopen

WRITTEN = "hamlet_journal_written_bytes_total"
COMMITS = "hamlet_journal_commit_seconds_bucket"
ANSWER_TIMEOUT_S = 20.0
"""A busy gateway answers late, one that hangs never."""


class Bucket(NamedTuple):
    """Of a histogram: `at_most` durations were no longer than `bound` seconds."""

    bound: float
    at_most: float


Figures = Mapping[str, float]
"""By name with labels, as the text says it: `hamlet_dropped_total{queue="broker"}`."""


def read_figures(web_port: int) -> Figures:
    """All samples of the gateway whose page is on that port. Raises OSError."""
    with urlopen(f"http://127.0.0.1:{web_port}/metrics", timeout=ANSWER_TIMEOUT_S) as answer:
        lines: list[str] = answer.read().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


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
