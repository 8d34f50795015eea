"""Fixtures of the system tests: a gateway process that never outlives its test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import StartMosquitto
from tests.real import Mosquitto
from tests.system.gateway_process import GatewayProcess

StartGateway = Callable[[Path, int], GatewayProcess]


@pytest.fixture
def make_gateway() -> Iterator[StartGateway]:
    """A gateway for a site folder and the port of its page; the test starts it."""
    made: list[GatewayProcess] = []

    def make(site: Path, port: int) -> GatewayProcess:
        made.append(GatewayProcess(site, port))
        return made[-1]

    yield make
    for gateway in made:
        gateway.kill()


@pytest.fixture
def patient_broker(start_mosquitto: StartMosquitto) -> Mosquitto:
    """A broker that keeps everything for a gateway that is away, and hands out all at once."""
    return start_mosquitto(settings={"max_inflight_messages": 0, "max_queued_messages": 0})
