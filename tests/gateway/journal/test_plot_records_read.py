"""What was decided about plots is read back as it was saved."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from devices.text import Text
from gateway.decisions import Explanation, Record
from gateway.fleet import Fleet
from gateway.journal.database import open_journal
from gateway.journal.plots import load_plots
from gateway.journal.reader import JournalReader
from gateway.journal.tables import save_record
from gateway.plot_records import BalanceDay, NoGo, Override, Proposal, WeatherHour
from gateway.plots.guard import NoGoReason
from tests.gateway.fleets import NOW

SAID = Text("vì khô", "because it is dry")


def balance(plot: str, day: int) -> BalanceDay:
    return BalanceDay(
        plot, date(2026, 11, day), 10.0, None, 1.0, 1.0, 2.0, None, 0.0, 0.0, 0.0, 0.5, 12.5, 84.0,
        33.6, "et0-unknown", closed=True,
    )  # fmt: skip


def hour(at: int) -> WeatherHour:
    return WeatherHour(at, 60, 20.0, 21.0, 19.0, None, 1.0, 300.0, 0.5, {"weather-1": 12.5})


RECORDS: list[Record] = [
    *(balance(plot, day) for plot in ("lo-1", "lo-2") for day in (20, 21, 22)),
    *(hour(NOW + n * 3_600_000) for n in range(3)),
    *(Explanation("lo-1", NOW + n, "skip", SAID, {"mode": "soil"}) for n in range(4)),
    *(Explanation("lo-9", NOW, action, SAID, {}) for action in ("water", "stop", "finish")),
    Proposal("lo-1.1", "lo-1", NOW, NOW + 9, 300.0, SAID),
    Proposal("lo-1.2", "lo-1", NOW + 1, NOW + 9, 200.0, SAID),
]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[JournalReader]:
    connection = open_journal(tmp_path / "journal.db")
    with connection:
        connection.execute("BEGIN")
        for record in RECORDS:
            save_record(connection, record)
        connection.execute("COMMIT")
    connection.close()
    found = JournalReader(tmp_path / "journal.db", Fleet(), ZoneInfo("UTC"), print)
    yield found
    found.close()


def test_they_are_as_they_were(reader: JournalReader) -> None:
    assert reader.balance_days("lo-1", date(2026, 11, 21)) == [
        balance("lo-1", 21),
        balance("lo-1", 22),
    ]
    assert reader.weather_hours(NOW + 3_600_000) == [
        hour(NOW + 3_600_000),
        hour(NOW + 7_200_000),
    ]
    assert [one.id for one in reader.proposals("lo-1", 1)] == ["lo-1.2"]
    assert [one.at for one in reader.explanations("lo-1", 2)] == [NOW + 3, NOW + 2]
    assert [one.at for one in reader.explanations("lo-1", 2, NOW + 1)] == [NOW + 1, NOW]
    assert [one.action for one in reader.explanations("lo-9", 3)] == ["finish", "stop", "water"]


def test_a_clock_far_ahead_lets_nothing_be_over(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "journal.db")
    day = date(2026, 11, 22)
    sprayed = NoGo("n1", "lo-1", day, day, NoGoReason.SPRAYING, "person:lan", NOW)
    passed = Override("o1", "lo-1", "wind", "valley", "person:lan", NOW, NOW + 3_600_000)
    connection.execute("BEGIN")
    for record in (sprayed, passed, balance("lo-1", 22), hour(NOW)):
        save_record(connection, record)
    connection.execute(
        "INSERT INTO message VALUES (1, 1, NULL, 0, ?, ?, NULL, NULL, x'7b7d')", [NOW, NOW]
    )
    connection.execute("COMMIT")
    memory = load_plots(connection, NOW + 365 * 86_400_000)
    connection.close()
    assert memory.no_gos == [sprayed]
    assert memory.overrides == [passed]
    assert len(memory.balances) == len(memory.hours) == 1
