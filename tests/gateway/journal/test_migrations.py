"""From the oldest journal to the newest, with what stands in it; a power cut leaves the old one."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from devices.text import Text
from gateway.journal.database import APPLICATION_ID, SCHEMA, open_journal, schema_version
from gateway.journal.memory import load_fleet
from gateway.site import DeviceConfig

CONFIGS = [DeviceConfig(id="soil-1", kind="soil", label=Text("Đất 1", "Soil 1"))]
FIRST_VERSION = f"""
PRAGMA journal_mode = wal;
BEGIN;
{(SCHEMA / "0001.sql").read_text()}
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = 1;
INSERT INTO device VALUES
    (1, 'soil-1', 'soil', 1, 5, NULL, 0), (2, 'new-1', 'light', 0, 6, NULL, 0);
INSERT INTO message VALUES
    (1, 1, NULL, 0, 1000, 1000, 'b', 0, CAST('{{"seq":0,"boot":"b","soil_ph":5.5}}' AS BLOB)),
    (2, 1, 1, 0, 2000, 2000, 'b', 1, CAST('{{"seq":1,"boot":"b","soil_ph":6.5}}' AS BLOB));
INSERT INTO rule_state VALUES ('r', 'soil-1', 'firing', 1, NULL, NULL, '{{}}');
INSERT INTO rule_change VALUES ('soil-1', 1, 'r', 'firing', NULL, NULL, '{{}}');
INSERT INTO alert VALUES ('a', 'r', 'soil-1', 'info', '["x", "y"]', 1, NULL, NULL);
INSERT INTO command VALUES
    ('c', 'valve-1', 'close', '{{}}', 'person:x', 1, 2, 'done', 1, 2, NULL, '{{}}');
INSERT INTO run VALUES
    ('u', 'plot', 'person:x', 'done', 1, 2, 3, 10.0, 9.5, 1, NULL, NULL, 4, NULL);
INSERT INTO explanation VALUES ('plot', 1, 'water', '["x", "y"]', '{{}}');
INSERT INTO state_change VALUES ('soil-1', 1, 'up', 'reporting');
INSERT INTO sink VALUES ('influxdb', 1);
INSERT INTO rejected VALUES (1, 1, 't', 'not-json', '', x'00');
COMMIT;
"""  # noqa: S608  # constants
TABLES = (
    "device", "message", "rule_state", "rule_change", "alert", "command", "run", "explanation",
    "state_change", "sink", "rejected",
)  # fmt: skip


@pytest.fixture
def oldest(tmp_path: Path) -> Path:
    file = tmp_path / "journal.db"
    connection = sqlite3.connect(file, isolation_level=None)
    connection.executescript(FIRST_VERSION)
    connection.close()
    return file


def rows(file: Path) -> dict[str, int]:
    connection = sqlite3.connect(file)
    counts = {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        for table in TABLES
    }
    connection.close()
    return counts


def test_nothing_is_lost_on_the_way_to_the_newest(oldest: Path) -> None:
    before = rows(oldest)
    connection = open_journal(oldest)
    assert connection.execute("PRAGMA user_version").fetchone() == (schema_version(),)
    assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    soil = load_fleet(connection, CONFIGS).get("soil-1")
    assert soil
    assert soil.values == {"soil_ph": 6.5}
    assert soil.sequences.seen("b", 1)
    assert connection.execute("SELECT detail FROM rejected").fetchone() == ('["",""]',)
    connection.close()
    assert rows(oldest) == before


@pytest.mark.parametrize("number", range(2, schema_version() + 1))
def test_a_power_cut_in_a_migration_leaves_the_version_before(oldest: Path, number: int) -> None:
    dying = (
        "import os, sqlite3, sys\n"
        "from gateway.journal.database import SCHEMA\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for version in range(2, int(sys.argv[2]) + 1):\n"
        "    connection.executescript('BEGIN IMMEDIATE;' + (SCHEMA / f'{version:04}.sql')"
        ".read_text() + f';PRAGMA user_version = {version};')\n"
        "    if version < int(sys.argv[2]): connection.execute('COMMIT')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", dying, str(oldest), str(number)], env=os.environ)
    assert done.returncode == -9
    connection = sqlite3.connect(oldest)
    assert connection.execute("PRAGMA user_version").fetchone() == (number - 1,)
    connection.close()
    test_nothing_is_lost_on_the_way_to_the_newest(oldest)
