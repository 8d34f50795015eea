"""The drive itself: what a kill loses, what waits for a gateway, and what its clock shows."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from devices.reading import Millis
from firmware_sim.layout import load_layout
from gateway.assembly import JOURNAL_FILE, read_site
from gateway.cli.drive.clocks import NTP, NTP_MISSING
from gateway.cli.drive.drive import Drive
from gateway.cli.drive.garden import garden_of
from gateway.decisions import IrrigationAsked, Record, Run, RunState
from gateway.fleet import GATEWAY
from gateway.irrigation.run import TAIL_MS
from gateway.journal.batch import PeriodEnd
from gateway.journal.database import open_for_reading
from tests.irrigation.tea_garden import DEVICES, RATE_L_MIN, START, drive_garden, write_garden

MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE
LITRES = 600.0


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    write_garden(tmp_path / "site")
    return drive_garden(tmp_path / "site")


def water(drive: Drive, plot: str = "lo-1", *, hold: bool = False) -> None:
    drive.perform(
        lambda pipeline, now: pipeline.ask(
            IrrigationAsked(plot, "person:test", now, litres=LITRES), now
        ),
        hold=hold,
    )


def enters(state: RunState) -> Callable[[Record | PeriodEnd], bool]:
    return lambda record: isinstance(record, Run) and record.state is state


def runs(drive: Drive) -> list[tuple[str, float]]:
    return drive.gateway.connection.execute("SELECT state, litres FROM run").fetchall()


def numbers(drive: Drive, device: str) -> list[int]:
    """The sequence numbers of its readings in the journal."""
    rows = drive.gateway.connection.execute(
        "SELECT seq FROM message JOIN device ON device.number = message.device"
        " WHERE device.id = ? AND channel = 0 ORDER BY message.id",
        [device],
    )
    return [seq for (seq,) in rows]


def test_a_plot_gets_what_was_asked_for(drive: Drive) -> None:
    drive.play(START + 2 * MINUTE)
    water(drive)
    drive.play(START + HOUR)
    flowed = drive.world.metered_l("lo-1", drive.now)
    ((state, booked),) = runs(drive)
    assert state == "done"
    assert booked == pytest.approx(flowed, abs=0.1)
    assert flowed == pytest.approx(LITRES, rel=0.05)
    assert drive.world.flow_l_min("lo-1") == 0


@pytest.mark.parametrize("state", [RunState.VALVE, RunState.FLOWING, RunState.CLOSING])
@pytest.mark.parametrize("away", [0, 3 * MINUTE])
def test_killed_at_any_step_it_ends_closed_and_accounted_for(
    drive: Drive, state: RunState, away: Millis
) -> None:
    drive.play(START + 2 * MINUTE)
    water(drive)
    assert drive.play(START + HOUR, stop=enters(state))
    drive.kill()
    drive.play(drive.now + away)
    drive.start()
    drive.play(START + 2 * HOUR)
    assert drive.world.flow_l_min("lo-1") == 0
    flowed = drive.world.metered_l("lo-1", drive.now)
    assert flowed <= LITRES + RATE_L_MIN * TAIL_MS / MINUTE
    ((_, booked),) = runs(drive)
    assert booked == pytest.approx(flowed, abs=RATE_L_MIN / 6)  # a report each ten seconds


def test_killed_before_the_first_command_was_sent_nothing_flows(drive: Drive) -> None:
    drive.play(START + 2 * MINUTE)
    water(drive, hold=True)
    drive.kill()
    drive.play(drive.now + 10 * MINUTE)
    assert drive.world.metered_l("lo-1", drive.now) == 0
    drive.start()
    drive.play(START + HOUR)
    assert [state for state, _ in runs(drive)] == ["failed"]
    assert drive.world.metered_l("lo-1", drive.now) == 0


def test_what_was_committed_and_not_sent_is_sent_by_the_next_gateway(drive: Drive) -> None:
    drive.play(START + 2 * MINUTE)
    water(drive, "lo-3")
    assert not drive.play(START + 3 * MINUTE, stop=enters(RunState.DONE))
    assert drive.play(START + HOUR, stop=enters(RunState.CLOSING))
    assert drive.world.flow_l_min("lo-3") > 0
    drive.kill()
    drive.start()
    assert drive.world.flow_l_min("lo-3") == 0


def test_kills_leave_no_gap(drive: Drive) -> None:
    for kill in range(1, 20):
        drive.play(START + kill * 3 * MINUTE + kill * 1000)
        drive.kill()
        drive.play(drive.now + kill * 10_000)
        drive.start()
    drive.play(START + 2 * HOUR)
    drive.gateway.commit()
    for device in ("valve-1", "soil-1a", "weather-1"):
        seqs = numbers(drive, device)
        assert len(seqs) > 100
        assert seqs == list(range(len(seqs)))
    assert drive.gateway.pipeline.counters.duplicate == 0


def test_without_a_gateway_the_broker_keeps_what_is_said(drive: Drive) -> None:
    drive.play(START + MINUTE)
    drive.kill()
    with pytest.raises(RuntimeError, match="no gateway runs"):
        water(drive)
    drive.play(START + HOUR)
    drive.start()
    with pytest.raises(RuntimeError, match="runs already"):
        drive.start()
    drive.gateway.commit()
    seqs = numbers(drive, "soil-1a")
    assert seqs == list(range(len(seqs)))
    assert len(seqs) >= 59


def test_a_power_cut_ends_everything_that_flows(drive: Drive) -> None:
    drive.play(START + 2 * MINUTE)
    water(drive)
    drive.play(START + 5 * MINUTE)
    assert drive.world.flow_l_min("lo-1") > 0
    flowed = drive.world.metered_l("lo-1", drive.now)
    drive.cut_power(drive.now + HOUR)
    assert drive.now == START + HOUR + 5 * MINUTE
    drive.play(START + 3 * HOUR)
    assert drive.world.metered_l("lo-1", drive.now) == pytest.approx(flowed)
    assert numbers(drive, "valve-1").count(0) == 2  # a new boot
    assert [state for state, _ in runs(drive)] == ["failed"]


def test_after_a_power_cut_without_internet_the_gateway_does_not_know_the_time(
    drive: Drive,
) -> None:
    drive.play(START + HOUR)
    until = drive.now + HOUR
    drive.cut_power(until, clock_error=-3 * HOUR, evidence=NTP_MISSING)
    drive.play(until + 5 * MINUTE)
    assert not drive.gateway.pipeline.clock_trusted
    assert drive.gateway.now() < drive.now
    water(drive)
    drive.play(until + 10 * MINUTE)
    assert drive.world.metered_l("lo-1", drive.now) == 0
    drive.set_clock(0, NTP)
    drive.play(until + 20 * MINUTE)
    assert drive.gateway.pipeline.clock_trusted
    assert drive.gateway.now() == drive.now
    drive.gateway.commit()
    held = "SELECT count(*) FROM message WHERE received_at BETWEEN ? AND ?"
    (stamped,) = drive.gateway.connection.execute(held, [until, drive.now]).fetchone()
    assert stamped > 100, "what came meanwhile was not stamped anew"


def test_a_closed_drive_leaves_everybodys_last_word(tmp_path: Path) -> None:
    write_garden(tmp_path)
    driven = drive_garden(tmp_path)
    driven.play(START + HOUR)
    driven.close()
    reader = open_for_reading(tmp_path / "data" / JOURNAL_FILE)
    last = reader.execute("SELECT device, max(received_at) FROM message GROUP BY device")
    assert [at for _, at in last] == [START + HOUR] * len(DEVICES)
    reader.close()


def test_everything_that_is_committed_is_told(tmp_path: Path) -> None:
    write_garden(tmp_path)
    told: list[Record | PeriodEnd] = []
    driven = drive_garden(tmp_path, on_record=told.append)
    driven.play(START + 2 * MINUTE)
    water(driven)
    driven.play(START + HOUR)
    states = [record.state for record in told if isinstance(record, Run)]
    assert states[-1] is RunState.DONE


def test_the_same_hamlet_twice_decides_the_same(tmp_path: Path) -> None:
    def journal(name: str) -> str:
        write_garden(tmp_path / name)
        driven = drive_garden(tmp_path / name)
        driven.play(START + 2 * MINUTE)
        water(driven)
        driven.play(START + HOUR)
        tables = ("run", "command", "explanation")
        rows = [
            driven.gateway.connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
            for table in tables
        ]
        driven.close()
        return json.dumps(rows)

    assert journal("one") == journal("two")


def test_a_garden_is_a_site_of_its_plots_alone(tmp_path: Path) -> None:
    write_garden(tmp_path / "site")
    site, _ = read_site(tmp_path / "site")
    layout = load_layout(tmp_path / "site").garden({"lo-1"})
    garden = garden_of(site, {"lo-1"}, layout, tmp_path / "scratch")
    assert {device.id for device in garden.devices} == {
        "pump-1", "valve-1", "soil-1a", "soil-1b", "weather-1", GATEWAY,
    }  # fmt: skip
    assert [plot.id for plot in garden.plots] == ["lo-1"]
    assert garden.data == tmp_path / "scratch" / "data"


def test_what_is_due_for_ever_is_an_error(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = drive.gateway.pipeline
    monkeypatch.setattr(pipeline, "next_deadline", lambda: drive.gateway.now() - HOUR)
    with pytest.raises(RuntimeError, match="is still due"):
        drive.play(drive.now + HOUR)
