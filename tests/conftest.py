"""Fixtures that every test may use: the real servers of `tests.real`."""

import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx2
import pytest
from hypothesis import HealthCheck, settings

from tests.real import START_TIMEOUT_S, Influxd, Mosquitto, require

# Hundreds of processes of the gateway start, and each would compile all of it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The tests run beside others on slow machines: there, time says nothing about the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


class StartMosquitto(Protocol):
    """Starts one more broker; the arguments are those of `Mosquitto`."""

    def __call__(
        self,
        *,
        passwords: Mapping[str, str] | None = None,
        settings: Mapping[str, str | int | Path] | None = None,
    ) -> Mosquitto: ...


@pytest.fixture
def start_mosquitto(tmp_path: Path) -> Iterator[StartMosquitto]:
    """For brokers with settings; all of them end with the test."""
    brokers: list[Mosquitto] = []

    def start(
        *,
        passwords: Mapping[str, str] | None = None,
        settings: Mapping[str, str | int | Path] | None = None,
    ) -> Mosquitto:
        folder = tmp_path / f"mosquitto-{len(brokers)}"
        broker = Mosquitto(folder, passwords=passwords, settings=settings)
        brokers.append(broker)
        broker.start()
        return broker

    yield start
    for broker in brokers:
        broker.kill()


@pytest.fixture
def mosquitto(start_mosquitto: StartMosquitto) -> Mosquitto:
    """A broker open to everybody on this machine."""
    return start_mosquitto()


@pytest.fixture(scope="session")
def influxd_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """The server itself, one for all tests because it takes seconds to start."""
    server = Influxd(tmp_path_factory.mktemp("influxd"))
    server.start()
    yield server
    server.kill()


@dataclass(frozen=True)
class InfluxBucket:
    """An empty bucket of the running server, which the test may stop and start again."""

    server: Influxd
    bucket: str

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def org(self) -> str:
        return self.server.org

    @property
    def token(self) -> str:
        return self.server.token

    def write(self, lines: str) -> None:
        """Store line protocol with timestamps in milliseconds."""
        parameters = {"org": self.org, "bucket": self.bucket, "precision": "ms"}
        self._post("write", parameters, lines, "text/plain")

    def query(self, flux: str) -> str:
        """The answer as annotated CSV."""
        return self._post("query", {"org": self.org}, flux, "application/vnd.flux")

    def everything(self) -> str:
        """All points of the bucket as annotated CSV."""
        return self.query(f'from(bucket: "{self.bucket}") |> range(start: 1970-01-01)')

    def _post(self, path: str, parameters: dict[str, str], body: str, content_type: str) -> str:
        answer = httpx2.post(
            f"{self.url}/api/v2/{path}",
            params=parameters,
            content=body,
            headers={"Authorization": f"Token {self.token}", "Content-Type": content_type},
            timeout=START_TIMEOUT_S,
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.text


@pytest.fixture
def influxd(influxd_process: Influxd) -> Iterator[InfluxBucket]:
    """A bucket for this test alone; a server that the test left stopped is started again."""
    bucket = InfluxBucket(influxd_process, uuid.uuid4().hex)
    influxd_process.create_bucket(bucket.bucket)
    yield bucket
    if not influxd_process.running:
        influxd_process.start()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's path, for playwright's `executable_path`."""
    return require("chromium")
