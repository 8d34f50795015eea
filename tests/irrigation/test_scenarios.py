"""Every accident of `scenarios/`, with the real pipeline, journal and firmware in virtual time."""

import re
from pathlib import Path

import pytest

from tests.irrigation.outcome import check
from tests.irrigation.story import load_story, play

REPOSITORY = Path(__file__).parents[2]
SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_it_ends_as_it_must(file: Path, tmp_path: Path) -> None:
    story = load_story(file)
    drive = play(story, tmp_path / "garden")
    wrong = check(drive, story.expect)
    drive.close()
    assert not wrong, "\n".join(wrong)


def test_the_manual_tells_of_each_of_them() -> None:
    manual = (REPOSITORY / "docs" / "irrigation.md").read_text("utf-8")
    _, _, table = manual.partition("| stories |")
    table, _, _ = table.partition("\n\n")
    named = re.findall(r"`([a-z-]+)`", table)
    assert sorted(named) == sorted(file.stem for file in SCENARIOS)
