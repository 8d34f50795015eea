"""The bench sends nothing before the gateway gets it, and tells why it waits in vain."""

from pathlib import Path

import pytest

from gateway.cli.bench import process
from gateway.cli.bench.bench_site import write_site
from gateway.cli.bench.gateway import MeasuredGateway
from gateway.cli.bench.process import await_true
from tests.real import Mosquitto, free_port


def _site(folder: Path, broker_port: int) -> int:
    """Returns the port of the page."""
    web_port = free_port()
    write_site(folder, devices=4, rules=1, broker_port=broker_port, web_port=web_port)
    return web_port


def _answers(gateway: MeasuredGateway) -> bool:
    try:
        return bool(gateway.figures())
    except OSError:
        return False


def test_a_gateway_whose_page_answers_does_not_receive_without_its_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MeasuredGateway(tmp_path, _site(tmp_path, broker_port=free_port())) as gateway:
        await_true(lambda: _answers(gateway), "a page", gateway)
        monkeypatch.setattr(process, "GIVE_UP_S", 0.0)
        with pytest.raises(RuntimeError, match="a gateway that receives") as failed:
            gateway.await_receiving()
    told = str(failed.value)
    assert "hamlet_broker_connected 0\n" in told
    assert "Fatal Python error: Aborted" in told
    assert "most recent call first" in told  # where each thread was


def test_a_gateway_receives_once_it_is_subscribed(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with MeasuredGateway(tmp_path, _site(tmp_path, mosquitto.port)) as gateway:
        gateway.await_receiving()
        assert gateway.figures()["hamlet_broker_connected"] == 1


def test_a_gateway_that_ended_is_not_waited_for(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """Not even when another answers on its port."""
    web_port = _site(tmp_path, mosquitto.port)
    with (
        MeasuredGateway(tmp_path, web_port) as first,
        MeasuredGateway(tmp_path, web_port) as second,
        pytest.raises(RuntimeError, match=r"ended with [1-9][\s\S]* is already in use"),
    ):
        await_true(lambda: False, "the first messages on disk", first, second)
