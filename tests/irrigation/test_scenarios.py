"""Every accident of `scenarios/`, with the real pipeline, journal and firmware in virtual time."""

from pathlib import Path

import pytest

from tests.irrigation.outcome import check
from tests.irrigation.story import load_story, play

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_it_ends_as_it_must(file: Path, tmp_path: Path) -> None:
    story = load_story(file)
    drive = play(story, tmp_path / "garden")
    wrong = check(drive, story.expect)
    drive.close()
    assert not wrong, "\n".join(wrong)


def test_there_are_scenarios() -> None:
    assert SCENARIOS
