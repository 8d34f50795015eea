"""deploy/hamlet.service fits the program that it starts."""

import configparser

import pytest

from gateway.cli.systemd import OPENING_MAX_S
from gateway.committer import STOP_TIMEOUT_S
from gateway.pulse import STILL_AFTER_S
from tests.real import PROJECT
from tests.system.gateway_process import run_hamlet


@pytest.fixture(scope="module")
def service() -> configparser.SectionProxy:
    unit = configparser.ConfigParser(interpolation=None, strict=False)  # After= may be repeated
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as its documentation shows it
    unit.read(PROJECT / "deploy/hamlet.service")
    return unit["Service"]


def test_the_command_is_one_that_the_program_has(service: configparser.SectionProxy) -> None:
    _, command, *options = service["ExecStart"].split()
    assert (command, options[0]) == ("run", "--site")
    assert options[0] in run_hamlet(command, "--help").stdout


def test_systemd_is_told_when_it_is_ready_and_alive(service: configparser.SectionProxy) -> None:
    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) <= STILL_AFTER_S
    assert service["TimeoutStartSec"] == f"{OPENING_MAX_S // 60}min"
    assert service["Restart"] == "always"


def test_its_sandbox_leaves_it_the_clock_and_the_serial_ports(
    service: configparser.SectionProxy,
) -> None:
    assert "adjtimex" in service["SystemCallFilter"].split()
    assert service["SystemCallErrorNumber"] == "EPERM"
    assert "dialout" in service["SupplementaryGroups"].split()
    closing = {"ProtectClock", "PrivateDevices", "DevicePolicy", "DeviceAllow", "ProcSubset"}
    assert not closing & set(service)


def test_it_may_write_where_its_site_is(service: configparser.SectionProxy) -> None:
    assert service["ReadWritePaths"] in service["ExecStart"]
    assert int(service["TimeoutStopSec"]) > STOP_TIMEOUT_S
