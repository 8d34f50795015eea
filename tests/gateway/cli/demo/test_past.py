"""The demo's week replaces nothing but what an earlier demo left unfinished."""

from pathlib import Path

import pytest

from devices.text import Text
from gateway.app import SiteError
from gateway.assembly import JOURNAL_FILE
from gateway.cli.demo import past
from gateway.plots import PlotsFile
from gateway.site import BrokerConfig, MapFile, PlaceConfig, Site, SiteConfig
from tests.gateway.own_time import now_ms


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A hamlet of one light."""
    (tmp_path / "site.yaml").write_text(
        "hamlet: a\nplace: {latitude: 21, longitude: 105, timezone: Asia/Ho_Chi_Minh}\n"
    )
    (tmp_path / "devices.yaml").write_text(
        "devices: [{id: light-1, kind: light, label: {vi: a, en: a}}]\n"
    )
    (tmp_path / "scenario.yaml").write_text("faults: []\n")
    config = SiteConfig(
        hamlet="a",
        name=Text("a", "a"),
        place=PlaceConfig(latitude=21, longitude=105, timezone="Asia/Ho_Chi_Minh"),
        broker=BrokerConfig(url="mqtt://127.0.0.1"),
    )
    (tmp_path / "data").mkdir()
    return Site(tmp_path, config, (), PlotsFile(), MapFile(), {})


def test_a_journal_of_a_real_hamlet_is_left_alone(site: Site) -> None:
    journal = site.data / JOURNAL_FILE
    journal.write_bytes(b"years of a hamlet")
    with pytest.raises(SiteError, match="--folder"):
        past.play_past(site, (), seed=1, now=now_ms())
    assert journal.read_bytes() == b"years of a hamlet"
    assert not past.has_past(site)


def test_a_week_that_was_cut_short_begins_anew(site: Site) -> None:
    (site.data / JOURNAL_FILE).write_bytes(b"half a week")
    (site.data / past.UNFINISHED_FILE).touch()
    past.play_past(site, (), seed=1, now=now_ms())
    assert past.has_past(site)
    assert not (site.data / past.UNFINISHED_FILE).exists()
