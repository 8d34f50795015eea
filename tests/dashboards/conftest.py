"""A hamlet for each test."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from gateway.site import MapFile, Site, load_site
from tests.dashboards.client import client_of
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
    hamlet = Hamlet(tmp_path, replace(site, devices=(), plots=(), map=MapFile()))
    yield hamlet
    hamlet.close()


@pytest.fixture
async def web(hamlet: Hamlet) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the hamlet's pages."""
    async with client_of(hamlet) as client:
        yield client
