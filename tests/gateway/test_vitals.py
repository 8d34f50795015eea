"""What a machine says of itself: a Raspberry Pi's files, this machine's, and none at all."""

from pathlib import Path

import pytest

from devices.kinds import KINDS
from gateway.vitals import Machine

MACHINE = {
    "proc/self/status": "Name:\thamlet\nVmHWM:\t  200000 kB\nVmRSS:\t  125000 kB\n",
    "proc/meminfo": "MemTotal:        3884412 kB\nMemAvailable:    2500000 kB\n",
    "proc/self/io": "rchar: 1\nwrite_bytes: 12345678\ncancelled_write_bytes: 5\n",
    "sys/class/thermal/thermal_zone0/temp": "48312\n",
    "sys/class/thermal/thermal_zone1/temp": "51000\n",
    "sys/class/hwmon/hwmon0/name": "cpu_thermal\n",
    "sys/class/hwmon/hwmon0/in0_lcrit_alarm": "1\n",
    "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
    "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in MACHINE.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_the_figures_of_a_raspberry_pi(root: Path) -> None:
    journal = root / "journal.db"
    journal.write_bytes(b"x" * 2_000_000)
    (root / "journal.db-wal").write_bytes(b"x" * 500_000)
    values = Machine(journal, root).read()
    assert values["memory_used_mb"] == 128.0
    assert values["memory_available_mb"] == 2560.0
    assert values["written_total_mb"] == 12.3
    assert values["cpu_temperature_c"] == 51.0, "the hottest counts"
    assert values["undervoltage"] is False, "only the supply's own sensor is asked"
    assert values["journal_mb"] == 2.5
    assert values["disk_free_mb"] > 0
    assert 0 <= values["disk_used_pct"] <= 100


def test_a_weak_supply(root: Path) -> None:
    (root / "sys/class/hwmon/hwmon1/in0_lcrit_alarm").write_text("1\n")
    assert Machine(root / "journal.db", root).read()["undervoltage"] is True


def test_what_a_machine_does_not_tell_is_absent(tmp_path: Path) -> None:
    (tmp_path / "sys/class/thermal/thermal_zone0").mkdir(parents=True)
    (tmp_path / "sys/class/thermal/thermal_zone0/temp").write_text("\n")
    values = Machine(tmp_path / "journal.db", tmp_path).read()
    absent = {"memory_used_mb", "memory_available_mb", "written_total_mb", "cpu_temperature_c"}
    assert not values.keys() & {*absent, "undervoltage"}
    nowhere = Machine(tmp_path / "unplugged" / "journal.db", tmp_path).read()
    assert not nowhere.keys() & {"disk_free_mb", "disk_used_pct", "journal_mb"}


def test_this_machine_says_only_what_the_kind_knows(tmp_path: Path) -> None:
    known = {metric.name: metric for metric in KINDS["gateway"].metrics}
    values = Machine(tmp_path / "journal.db").read()
    assert values["memory_used_mb"] > 0
    for name, value in values.items():
        assert known[name].low <= value <= known[name].high
