"""The gateway is killed at every commit of a watering: the valve ends shut, every run has an end,
and the diary tells each of them once, with the litres of the valve's own meter."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from devices.reading import Millis
from firmware_sim.firmware.valve import ValveFirmware
from gateway.assembly import JOURNAL_FILE
from gateway.cli.drive.drive import Drive
from gateway.decisions import Command, Explanation, IrrigationAsked, Record, Run
from gateway.journal.batch import PeriodEnd
from gateway.journal.database import open_for_reading
from gateway.journal.tables import DIARY, RUNS
from gateway.plot_records import DiaryEntry, DiaryKind
from tests.irrigation.tea_garden import drive_garden, write_garden

MINUTE: Millis = 60_000
LITRES = 180.0
LASTS = 15 * MINUTE
"""The watering, and whatever a kill makes of it: leases, closing, verifying."""
METER_L = 1.0
"""What the meter shows is rounded."""
OF_A_RUN = (Run, Command, Explanation, DiaryEntry)
PLAIN: Mapping[str, Any] = {}
IN_TURNS: Mapping[str, Any] = {
    "soak": {"water_min": 0.7, "rest_min": 0.5},
    "after_power_cut": "resume",
}


class Nth:
    """True of one of the commits that hold something of a run, and counts them by their record."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self.seen = 0

    def __call__(self, record: Record | PeriodEnd) -> bool:
        if isinstance(record, OF_A_RUN):
            self.seen += 1
        return self.seen == self._wanted


def begin(folder: Path, plot: Mapping[str, Any]) -> Drive:
    write_garden(folder, {"lo-3": plot})
    drive = drive_garden(folder)
    drive.play(drive.now + MINUTE)
    return drive


def water(drive: Drive, stop: Nth) -> bool:
    """Whether the moment for the kill came."""
    drive.perform(
        lambda pipeline, now: pipeline.ask(
            IrrigationAsked("lo-3", "rule:dry", now, litres=LITRES), now
        ),
        hold=True,
    )
    return drive.play(drive.now + LASTS, stop)


def assert_all_is_told(drive: Drive, folder: Path, at: str) -> None:
    valve = drive.world.devices["valve-3"]
    assert isinstance(valve, ValveFirmware)
    assert not valve.tap.coil, at
    connection = open_for_reading(folder / "data" / JOURNAL_FILE)
    runs = RUNS.select(connection, "ORDER BY id")
    told = [one for one in DIARY.select(connection, "") if one.kind is DiaryKind.IRRIGATION]
    connection.close()
    assert all(run.ended_at is not None for run in runs), at
    watered = [run.id for run in runs if run.opened_at is not None]
    assert sorted(str(entry.facts["run"]) for entry in told) == watered, at
    litres = sum(float(entry.facts["litres"] or 0) for entry in told)
    assert litres == pytest.approx(valve.tap.total_l, abs=METER_L), at


@pytest.mark.parametrize("plot", [PLAIN, IN_TURNS], ids=["plain", "in-turns"])
def test_at_every_commit_of_a_run(tmp_path: Path, plot: Mapping[str, Any]) -> None:
    undisturbed = Nth(0)
    drive = begin(tmp_path / "undisturbed", plot)
    assert not water(drive, undisturbed)
    assert_all_is_told(drive, tmp_path / "undisturbed", "undisturbed")
    assert undisturbed.seen > 10
    for wanted in range(1, undisturbed.seen + 1):
        folder = tmp_path / str(wanted)
        drive = begin(folder, plot)
        assert water(drive, Nth(wanted))
        drive.kill()
        drive.play(drive.now + wanted % 3 * 20_000)  # at once, or after the lease's next renewal
        drive.start()
        drive.play(drive.now + LASTS)
        assert_all_is_told(drive, folder, f"killed at commit {wanted}")
