"""A real bus with everything that goes wrong on one, asked by the real gateway."""

import asyncio
import json
from pathlib import Path
from typing import Any

from devices.metric import Value
from firmware_sim.modbus_slaves import Slave, SlaveFault, Wire
from firmware_sim.pty_port import PtyPort
from firmware_sim.registers import Memory, encode
from gateway.profiles import load_profiles
from tests.real import free_port
from tests.system.conftest import StartGateway
from tests.system.gateway_process import GatewayProcess, device, write_site

LIGHT: dict[str, Value] = {
    "battery_v": 13.1,
    "battery_current_a": -1.92,
    "battery_soc_pct": 84,
    "battery_temperature_c": -5.5,
    "pv_voltage_v": 0.4,
    "pv_power_w": 0,
    "load_power_w": 21.4,
    "brightness_pct": 100,
    "used_today_wh": 380,
    "generated_today_wh": 98_340,
    "controller_status": 9,
    "is_night": True,
}
SOIL: dict[str, Value] = {
    "soil_moisture_pct": 24.5,
    "soil_temperature_c": -3.2,
    "soil_ec_us_cm": 410,
}
GOOD = {
    "light-1": ("epever-tracer", LIGHT),
    "light-2": ("epever-tracer", {**LIGHT, "battery_v": 12.85, "is_night": False}),
    "soil-1": ("soil-7in1", {**SOIL, "soil_ph": 5.1}),
    "soil-2": ("soil-seeed", SOIL),
    "soil-3": ("soil-7in1", {**SOIL, "soil_moisture_pct": 31.2, "soil_ph": 4.8}),
}
BAD = {
    "soil-lying": SlaveFault.LYING,
    "soil-silent": SlaveFault.SILENT,
    "soil-damaged": SlaveFault.DAMAGED,
}
READINGS = 3


async def test_a_bus_with_a_liar_a_silent_and_a_damaged_one(
    tmp_path: Path, make_gateway: StartGateway
) -> None:
    site = tmp_path / "site"
    cable = PtyPort(tmp_path / "ttyUSB0", Wire(_slaves()).feed)
    port = write_site(
        site,
        {"embedded": {"port": free_port()}},
        devices=[device(id, id.partition("-")[0]) for id in (*GOOD, *BAD)],
        serial=[{"port": str(cable.path), "timeout_ms": 200, "devices": _on_the_bus()}],
    )
    gateway = make_gateway(site, port)
    cable.plug()
    try:
        await asyncio.to_thread(gateway.start)
        await _until(gateway, lambda: _readings(gateway, *GOOD, "soil-damaged") >= READINGS)
        for id, (_, values) in GOOD.items():
            for reading in _payloads(gateway, id):
                assert {name: reading[name] for name in values} == values
        await _until(gateway, lambda: gateway.ask("SELECT 1 FROM rejected"))
        rejected = set(gateway.ask("SELECT reason, topic FROM rejected"))
        assert rejected == {("out-of-range", "hamlet/thu/soil/soil-lying/telemetry")}
        assert not _payloads(gateway, "soil-lying")

        assert not _payloads(gateway, "soil-silent")
        assert gateway.get("/api/v1/devices/soil-silent").json()["state"] == "unknown"
        assert _errors(gateway, cable, "soil-silent", "silent") > 0

        assert _errors(gateway, cable, "soil-damaged", "crc") > 0
        for reading in _payloads(gateway, "soil-damaged"):
            assert {name: reading[name] for name in SOIL} == SOIL

        cable.unplug()
        await _until(gateway, lambda: not _is_open(gateway, cable))
        assert "unplugged" in gateway.get("/technician?lang=en").text
        before = {id: len(_payloads(gateway, id)) for id in GOOD}
        cable.plug()
        await _until(
            gateway,
            lambda: all(len(_payloads(gateway, id)) > count for id, count in before.items()),
        )
        await _until(gateway, lambda: "unplugged" not in gateway.get("/technician?lang=en").text)
        for id in GOOD:
            numbers = [reading["seq"] for reading in _payloads(gateway, id)]
            assert numbers == list(range(len(numbers)))
        gateway.assert_counted()
        assert await asyncio.to_thread(gateway.stop) == 0
        assert "Traceback" not in gateway.tail()
    finally:
        cable.unplug()


async def test_lines_of_a_sensor_that_speaks(tmp_path: Path, make_gateway: StartGateway) -> None:
    site = tmp_path / "site"
    cable = PtyPort(tmp_path / "ttyACM0", lambda _: b"")
    lines = {"format": "csv", "kind": "soil", "columns": ["device", "soil_moisture_pct", "-"]}
    port = write_site(
        site,
        {"embedded": {"port": free_port()}},
        devices=[device("soil-1", "soil")],
        serial=[{"port": str(cable.path), "lines": lines}],
    )
    gateway = make_gateway(site, port)
    cable.plug()
    try:
        await asyncio.to_thread(gateway.start)
        await _until(gateway, lambda: _is_open(gateway, cable))
        cable.send(b"1,99,x\n")  # half a line, as it happened to be when the port was opened
        cable.send(b"\xff\xfe garbage\0\nsoil-1,2")
        cable.send(b"4.5,x\r\nsoil-1,200,\n")
        await _until(gateway, lambda: gateway.total("rejected"))
        await _until(gateway, lambda: _payloads(gateway, "soil-1"))
        assert [reading["soil_moisture_pct"] for reading in _payloads(gateway, "soil-1")] == [24.5]
        assert _errors(gateway, cable, "", "garbled") == 1
        assert await asyncio.to_thread(gateway.stop) == 0
    finally:
        cable.unplug()


def _slaves() -> list[Slave]:
    profiles = load_profiles()
    soil = encode(profiles["soil-7in1"], SOIL)

    def constant(memory: Memory) -> Slave:
        return Slave(0, lambda: memory)

    slaves = [constant(encode(profiles[name], values)) for name, values in GOOD.values()]
    for fault in BAD.values():
        slaves.append(constant(soil))
        slaves[-1].fault = fault
    for address, slave in enumerate(slaves, 1):
        slave.address = address
    return slaves


def _on_the_bus() -> list[dict[str, object]]:
    profiles = [name for name, _ in GOOD.values()] + ["soil-7in1"] * len(BAD)
    return [
        {"device": id, "profile": profile, "address": address, "every_s": 1}
        for address, (id, profile) in enumerate(zip((*GOOD, *BAD), profiles, strict=True), 1)
    ]


async def _until(gateway: GatewayProcess, ready: Any) -> None:
    """While the slaves answer in this process."""
    await asyncio.to_thread(gateway.wait_until, ready)


def _payloads(gateway: GatewayProcess, id: str) -> list[dict[str, Any]]:
    rows = gateway.ask(
        "SELECT body FROM message JOIN device ON device.number = message.device"
        " WHERE device.id = ? AND channel = 0 ORDER BY message.id",
        id,
    )
    return [json.loads(body) for (body,) in rows]


def _readings(gateway: GatewayProcess, *ids: str) -> int:
    """What each of them has in the journal, at least."""
    return min(len(_payloads(gateway, id)) for id in ids)


def _is_open(gateway: GatewayProcess, cable: PtyPort) -> bool:
    return bool(gateway.metrics()[f'hamlet_serial_port_open{{bus="{cable.path}"}}'])


def _errors(gateway: GatewayProcess, cable: PtyPort, id: str, cause: str) -> float:
    labels = f'bus="{cable.path}",device="{id}",cause="{cause}"'
    return gateway.metrics().get(f"hamlet_serial_errors_total{{{labels}}}", 0)
