"""What Prometheus reads: its text format as documented, and the names that are promised."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.api.exposition import expose
from gateway.app import open_gateway
from gateway.metrics import families
from tests.gateway.own_time import now_ms
from tests.gateway.small_site import DRY_RULE, small_site, soil, topic
from tests.real import free_port

TIMEOUT_S = 60.0
"""Generous: it ends a test that hangs, and measures nothing."""
PROMISED = {
    "hamlet_messages_received_total": set(),
    "hamlet_messages_accepted_total": set(),
    "hamlet_messages_duplicate_total": set(),
    "hamlet_messages_rejected_total": {"reason"},
    "hamlet_journal_commit_seconds": {"le"},
    "hamlet_journal_written_bytes_total": set(),
    "hamlet_forward_backlog_rows": {"sink"},
    "hamlet_forward_oldest_unsent_seconds": {"sink"},
    "hamlet_forward_dead_total": {"sink"},
    "hamlet_commands_total": {"outcome"},
    "hamlet_rules": {"state"},
    "hamlet_rule_errors_total": {"rule"},
    "hamlet_rule_healthy": {"rule"},
    "hamlet_rule_stopped_total": {"rule"},
    "hamlet_rule_overruled_total": {"rule"},
    "hamlet_decision_seconds": {"le"},
    "hamlet_dropped_total": {"queue"},
    "hamlet_forecasts_total": {"outcome"},
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
    "process_start_time_seconds": set(),
    "hamlet_build_info": {"version"},
}
SAMPLE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
    r"(?:\{(?P<labels>(?:[a-zA-Z_]\w*=\"(?:[^\"\\\n]|\\[\\\"n])*\",?)*)\})?"
    r" (?P<value>[+-]?Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
)
LABEL = re.compile(r"([a-zA-Z_]\w*)=\"((?:[^\"\\\n]|\\[\\\"n])*)\"")


class Sample(NamedTuple):
    family: str
    name: str
    labels: dict[str, str]
    value: float


def parse(text: str) -> Iterator[Sample]:
    """The samples; fails where the text is none of the exposition format 0.0.4."""
    assert text.endswith("\n")
    family, kind, told = "", "", set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split(" ", 3)[2]
            assert family not in told, "a family stands in one place"
            told.add(family)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == family
            assert kind in {"counter", "gauge", "histogram"}
            assert (kind == "counter") == name.endswith("_total")
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        suffix = match["name"].removeprefix(family)
        assert suffix in ({"_bucket", "_sum", "_count"} if kind == "histogram" else {""}), line
        labels = dict(LABEL.findall(match["labels"] or ""))
        yield Sample(family, match["name"], labels, float(match["value"]))


@pytest.fixture
async def samples(tmp_path: Path) -> list[Sample]:
    """Of a gateway with a rule and a store, after one message."""
    store = {"url": f"http://127.0.0.1:{free_port()}", "org": "o", "bucket": "b"}
    (tmp_path / "token").touch(0o600)
    (tmp_path / "token").write_text("t")
    site, rules = small_site(
        tmp_path,
        rules=[DRY_RULE],
        broker={"url": f"mqtt://127.0.0.1:{free_port()}"},
        influxdb={**store, "token_file": "token"},
    )
    async with asyncio.timeout(TIMEOUT_S), open_gateway(site, rules) as gateway:
        running = asyncio.create_task(gateway.run())
        gateway.committer.on_message(topic("soil-1"), soil(0, 3), 0, 0, now_ms())
        await gateway.committer.commit()
        while gateway.observations.forward is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        text = expose(families(gateway))
        running.cancel()
        await asyncio.wait([running])
    return list(parse(text))


async def test_every_promised_name_is_there_with_its_labels(samples: list[Sample]) -> None:
    found: dict[str, set[str]] = {}
    for sample in samples:
        found.setdefault(sample.family, set()).update(sample.labels)
    assert {name: found.get(name) for name in PROMISED} == PROMISED


async def test_no_sample_stands_twice(samples: list[Sample]) -> None:
    named = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in samples]
    assert len(named) == len(set(named))


async def test_what_came_in_is_accounted_for(samples: list[Sample]) -> None:
    total: dict[str, float] = {}
    for sample in samples:
        total[sample.family] = total.get(sample.family, 0) + sample.value
    parts = ("accepted", "duplicate", "rejected")
    assert total["hamlet_messages_received_total"] == 1
    assert sum(total[f"hamlet_messages_{part}_total"] for part in parts) == 1


async def test_histograms_add_up(samples: list[Sample]) -> None:
    for family in ("hamlet_journal_commit_seconds", "hamlet_decision_seconds"):
        mine = [sample for sample in samples if sample.family == family]
        buckets = [sample.value for sample in mine if sample.name.endswith("_bucket")]
        (count,) = [sample.value for sample in mine if sample.name.endswith("_count")]
        assert buckets == sorted(buckets)
        assert buckets[-1] == count > 0
