"""A defect anywhere ends the gateway with its error, and leaves nothing behind."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gateway.app import Gateway, open_gateway
from gateway.assembly import JOURNAL_FILE
from gateway.cli.serve import serve
from gateway.journal.writer import StoppedError
from gateway.pipeline import Pipeline
from gateway.site import Site
from tests.gateway.own_time import now_ms
from tests.gateway.small_site import small_site, soil, topic
from tests.real import free_port

TIMEOUT_S = 60.0
"""Generous: it ends a test that hangs, and measures nothing."""


class DefectError(Exception):
    """A bug of ours."""


def _fail(*arguments: object) -> None:
    raise DefectError


def _message(gateway: Gateway) -> None:
    take = gateway.committer.on_message
    gateway.committer.perform(lambda: take(topic("soil-1"), soil(0), 1, False, now_ms()))


def snapshots(site: Site) -> int:
    """How many there are: a clean stop writes them, and small journals get none before."""
    with closing(sqlite3.connect(site.data / JOURNAL_FILE)) as journal:
        found: int = journal.execute("SELECT count(snapshot) FROM device").fetchone()[0]
    return found


@pytest.mark.parametrize("step", ["receive", "tick", "take_work", "committed"])
async def test_a_defect_met_in_the_event_loop_ends_the_gateway_and_commits_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    site, rules = small_site(tmp_path, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})

    async def run() -> None:
        async with open_gateway(site, rules) as gateway:
            await gateway.committer.commit()
            monkeypatch.setattr(Pipeline, step, _fail)
            if step == "tick":
                monkeypatch.setattr(Pipeline, "next_deadline", lambda _: now_ms())
            asyncio.get_running_loop().call_soon(_message, gateway)
            await gateway.run()

    async with asyncio.timeout(TIMEOUT_S):
        with pytest.raises(ExceptionGroup) as caught:
            await run()
    assert [type(error) for error in caught.value.exceptions] == [DefectError]
    assert snapshots(site) == 0


@pytest.mark.parametrize("step", ["acknowledge_alert", "replace_rules", "take_work"])
async def test_a_defect_met_in_what_a_person_asked_for_does_so_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    site, rules = small_site(tmp_path, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})

    async def run() -> None:
        async with open_gateway(site, rules) as gateway:
            await gateway.committer.commit()
            running = asyncio.create_task(gateway.run())
            monkeypatch.setattr(Pipeline, step, _fail)
            for asked in (
                gateway.rules.reload(),
                gateway.acknowledge("one"),
                gateway.trust_clock(),
            ):
                with suppress(StoppedError):
                    await asked
            with pytest.raises(StoppedError):
                await gateway.committer.commit()
            await running

    async with asyncio.timeout(TIMEOUT_S):
        with pytest.raises(ExceptionGroup) as caught:
            await run()
    assert [type(error) for error in caught.value.exceptions] == [DefectError]
    assert snapshots(site) == 0


async def test_a_defect_met_while_the_gateway_stops_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, rules = small_site(tmp_path, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})
    async with asyncio.timeout(TIMEOUT_S), open_gateway(site, rules) as gateway:
        running = asyncio.create_task(gateway.run())
        await gateway.committer.commit()
        monkeypatch.setattr(Pipeline, "committed", _fail)
        running.cancel()
        with pytest.raises(ExceptionGroup) as caught:
            await running
    assert [type(error) for error in caught.value.exceptions] == [DefectError]


async def test_serving_ends_with_the_error_of_the_gateway_and_frees_the_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    site, rules = small_site(
        tmp_path, broker={"url": f"mqtt://127.0.0.1:{free_port()}"}, web={"port": port}
    )
    monkeypatch.setattr(Gateway, "run", _fail_later)
    for _ in range(2):  # neither port nor journal are held by the first
        async with asyncio.timeout(TIMEOUT_S):
            with pytest.raises(DefectError):
                await serve(site, rules, on_ready=nobody_waits)


async def nobody_waits(address: str) -> None:
    """For the page."""


async def _fail_later(_gateway: Gateway) -> None:
    raise DefectError
