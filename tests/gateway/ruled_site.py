"""A site whose rules stand in files as technicians write them, and a gateway opened on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.app import Gateway, open_gateway
from gateway.assembly import read_site
from tests.gateway.own_time import now_ms
from tests.gateway.small_site import soil, topic, write_small_site
from tests.real import free_port

DRY = """\
# Dry soil.
- rule: dry
  label: {vi: Đất khô, en: Dry soil}
  on: {device: soil-1}
  when: soil_moisture_pct < 24  # per cent of volume
  then:
    - alert: {severity: warning}
"""
WET = """\
- rule: wet
  label: {vi: Đất ướt, en: Wet soil}
  on: {device: soil-1}
  when: soil_moisture_pct > 60
  then:
    - alert: {severity: info}
"""


def write_site(folder: Path) -> Path:
    """Write the site with two rules in one file; returns the file."""
    write_small_site(folder, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})
    (folder / "rules" / "rules.yaml").unlink()
    file = folder / "rules" / "tea.yaml"
    file.write_text(f"{DRY}\n{WET}", encoding="utf-8")
    return file


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Gateway]:
    """The gateway of the site, opened, without a broker."""
    site, rules = read_site(folder)
    async with open_gateway(site, rules) as gateway:
        yield gateway


def tell_soil(gateway: Gateway, seq: int, moisture: float) -> None:
    """The soil sensor reports."""
    message = topic("soil-1"), soil(seq, moisture)
    gateway.committer.perform(lambda: gateway.committer.on_message(*message, 0, 0, now_ms()))
