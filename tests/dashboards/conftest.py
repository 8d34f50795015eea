"""A hamlet for each test."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, sync_playwright

from gateway.plots import PlotsFile
from gateway.site import MapFile, Site, load_site
from tests.dashboards.client import client_of
from tests.dashboards.served import FLAGS, Served
from tests.dashboards.test_pages import live_a_day
from tests.hamlet import Hamlet
from tests.real import PROJECT


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(PROJECT / "site.example")


@pytest.fixture
def hamlet(tmp_path: Path, site: Site) -> Iterator[Hamlet]:
    hamlet = Hamlet(tmp_path, site)
    yield hamlet
    hamlet.close()


@pytest.fixture
def empty(tmp_path: Path, site: Site) -> Iterator[Hamlet]:
    """A hamlet on its first day."""
    hamlet = Hamlet(tmp_path, replace(site, devices=(), water=PlotsFile(), map=MapFile()))
    yield hamlet
    hamlet.close()


@pytest.fixture
async def web(hamlet: Hamlet) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the hamlet's pages."""
    async with client_of(hamlet) as client:
        yield client


@pytest.fixture
def served(hamlet: Hamlet) -> Iterator[Served]:
    live_a_day(hamlet, "Đèn")
    served = Served(hamlet)
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
