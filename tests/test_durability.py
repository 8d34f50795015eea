"""docs/durability.md names tests, metrics and limits that exist."""

import re
from pathlib import Path

import pytest

from gateway.committer import WAITING_MAX, WAITING_MAX_BYTES
from gateway.intake.contract import ConnectionSettings
from gateway.journal.reserve import RESERVE_BYTES
from gateway.journal.room import KEPT_FREE_BYTES, KEPT_FREE_SHARE
from gateway.journal.writer import REJECTED_MAX
from gateway.rejections import KEPT_OF_DEVICE, PAYLOAD_MAX, WINDOW_MS
from gateway.reports import REPORTED_MAX
from gateway.sequences import BOOTS_MAX, RANGES_MAX
from gateway.serial.reports import WAITING_MAX as SERIAL_WAITING_MAX
from gateway.site import JournalConfig
from gateway.upkeep import HOURS_KEPT_DAYS
from tests.real import PROJECT

PAGE = (PROJECT / "docs/durability.md").read_text()


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[\w/.]+(?:::\w+)?)`", PAGE))))
def test_a_test_that_it_names_exists(named: str) -> None:
    file, _, test = named.partition("::")
    source = (PROJECT / file).read_text()
    assert f"def {test}(" in source if test else source


@pytest.mark.parametrize("metric", sorted(set(re.findall(r"`(hamlet_\w+)", PAGE))))
def test_a_metric_that_it_names_is_exposed(metric: str) -> None:
    source = (PROJECT / "gateway/metrics.py").read_text()
    stem = re.sub(r"^hamlet_messages_|_total$", "", metric)
    assert metric in source or f'"{stem}"' in source


def test_its_limits_are_those_of_the_code() -> None:
    settings = ConnectionSettings("h", 1, "c", ())
    for text in (
        f"{WAITING_MAX:,} messages wait in memory, or {WAITING_MAX_BYTES // 2**20} MB of them",
        f"beyond {SERIAL_WAITING_MAX:,} that wait for the disk",
        f"the newest {REJECTED_MAX:,} are kept",
        f"{PAYLOAD_MAX} bytes of each",
        f"the last {REPORTED_MAX} of each device",
        f"the first {KEPT_OF_DEVICE} in ten minutes",
        f"a reserve of {RESERVE_BYTES // 10**6} MB",
        f"more than {RANGES_MAX} gaps",
        f"more than {settings.session_expiry_s // 86_400} days",
        f"less {KEPT_FREE_BYTES // 2**20} MB or a twentieth",
        f"the last {JournalConfig().commit_interval_ms / 1000:g} s",
    ):
        assert text in PAGE, text
    assert BOOTS_MAX == 4, "its fifth last boot"
    assert WINDOW_MS == 10 * 60_000, "ten minutes"
    assert KEPT_FREE_SHARE == 1 / 20, "a twentieth"
    assert HOURS_KEPT_DAYS == 2 * 365, "hours for two years"


def test_what_it_says_of_the_brokers_settings_is_set() -> None:
    lines = Path(PROJECT / "deploy/mosquitto.conf").read_text().splitlines()
    assert "autosave_interval 60" in lines
    assert "max_queued_messages 250000" in lines
