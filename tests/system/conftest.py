"""Fixtures of the system tests: a gateway process that never outlives its test."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from tests.conftest import StartMosquitto
from tests.real import Mosquitto
from tests.system.gateway_process import PROGRAM, GatewayProcess, write_site
from tests.system.traffic import LISTED


class StartGateway(Protocol):
    """Makes one; the arguments are those of `GatewayProcess`."""

    def __call__(
        self, site: Path, port: int, program: Sequence[str] = PROGRAM
    ) -> GatewayProcess: ...


@pytest.fixture
def make_gateway() -> Iterator[StartGateway]:
    """A gateway for a site folder and the port of its page; the test starts it."""
    made: list[GatewayProcess] = []

    def make(site: Path, port: int, program: Sequence[str] = PROGRAM) -> GatewayProcess:
        made.append(GatewayProcess(site, port, program))
        return made[-1]

    yield make
    for gateway in made:
        gateway.kill()


@pytest.fixture
def listed_gateway(
    tmp_path: Path, make_gateway: StartGateway, patient_broker: Mosquitto
) -> GatewayProcess:
    """Not yet started. Its site lists the devices of `traffic`; its broker is the patient one."""
    site = tmp_path / "site"
    return make_gateway(site, write_site(site, {"url": patient_broker.url}, devices=LISTED))


@pytest.fixture
def patient_broker(start_mosquitto: StartMosquitto) -> Mosquitto:
    """A broker that keeps everything for a gateway that is away, and hands out all at once."""
    return start_mosquitto(settings={"max_inflight_messages": 0, "max_queued_messages": 0})
