"""Simulated Modbus slaves, judged by pymodbus's own client on a pseudo-terminal."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus import ModbusException
from pymodbus.client import AsyncModbusSerialClient

from devices.profile_reading import decode, plan
from firmware_sim.modbus_slaves import Slave, SlaveFault, Wire
from firmware_sim.pty_port import PtyPort
from firmware_sim.registers import encode
from gateway.profiles import load_profiles

SOIL = {"soil_moisture_pct": 49.5, "soil_temperature_c": -3.2, "soil_ec_us_cm": 4, "soil_ph": 5.1}
LIGHT = {
    "pv_voltage_v": 18.25,
    "pv_power_w": 3000.0,
    "load_power_w": 21.4,
    "battery_temperature_c": -5.5,
    "battery_soc_pct": 84,
    "controller_status": 9,
    "brightness_pct": 100,
    "used_today_wh": 380,
    "generated_today_wh": 98_340,
    "battery_v": 13.1,
    "battery_current_a": -1.92,
    "is_night": True,
}


@pytest.mark.parametrize(("name", "values"), [("soil-7in1", SOIL), ("epever-tracer", LIGHT)])
def test_what_is_encoded_is_decoded(name: str, values: dict[str, float]) -> None:
    profile = load_profiles()[name]
    memory = encode(profile, values)
    answers = {
        block: [memory.get((block.function, block.address + n), 0) for n in range(block.size)]
        for block in plan(profile)
    }
    assert decode(profile, answers) == values


def test_epever_numbers_stand_where_its_manual_says() -> None:
    memory = encode(load_profiles()["epever-tracer"], LIGHT)
    assert memory[4, 0x3102] == 0x93E0  # 3000 W, low word first
    assert memory[4, 0x3103] == 0x0004
    assert memory[4, 0x3110] == 0x10000 - 550
    assert memory[2, 0x200C] == 1
    assert memory[4, 0x311A] == 84


async def test_pymodbus_reads_them(tmp_path: Path) -> None:
    profiles = load_profiles()
    wire = Wire(
        [
            Slave(1, lambda: encode(profiles["epever-tracer"], LIGHT)),
            Slave(2, lambda: encode(profiles["soil-7in1"], SOIL)),
            Slave(3, dict, SlaveFault.SILENT),
        ]
    )
    port = PtyPort(tmp_path / "bus", wire.feed)
    port.plug()
    client = AsyncModbusSerialClient(str(port.path), timeout=5, retries=0, reconnect_delay=0)
    try:
        assert await client.connect()
        power = await client.read_input_registers(0x3102, count=2, device_id=1)
        assert list(power.registers) == [0x93E0, 0x0004]
        night = await client.read_discrete_inputs(0x200C, count=1, device_id=1)
        assert night.bits[0] is True
        soil = await client.read_holding_registers(0, count=4, device_id=2)
        assert list(soil.registers) == [495, 0x10000 - 32, 4, 51]
        assert (await client.read_holding_registers(4, count=1, device_id=2)).exception_code == 2
        assert (await client.read_coils(0, count=1, device_id=2)).exception_code == 2
        assert (await client.write_register(0, 7, device_id=2)).exception_code == 1
        client.ctx.comm_params.timeout_connect = 0.1
        with pytest.raises(ModbusException):
            await client.read_holding_registers(0, count=1, device_id=3)
    finally:
        client.close()
        port.unplug()
    assert not port.path.exists()
    await asyncio.sleep(0)


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_no_noise_harms_the_slaves(noise: list[bytes]) -> None:
    wire = Wire([Slave(1, lambda: encode(load_profiles()["soil-7in1"], SOIL))])
    for chunk in noise:
        wire.feed(chunk)
    request = bytes.fromhex("01030000000305CB")
    assert any(wire.feed(request) == bytes.fromhex("01030601EFFFE00004C552") for _ in range(80))
