"""What the demo's people wrote leads to a lot with everything that a buyer reads."""

import json
from pathlib import Path

from gateway.cli.demo.diary import ACTS, WrittenPast
from gateway.diary.interval import too_early
from gateway.diary.lots import is_harvest, tell_origin
from gateway.plot_records import DiaryKind
from gateway.plots import PlotsFile
from tests.gateway.diary.plots import PLOTS
from tests.gateway.diary.test_engine import DAY, HERE, HOUR
from tests.gateway.diary.test_journal import entries
from tests.gateway.driven_hamlet import NOW, Hamlet


def test_a_week_of_people_leaves_a_lot_whose_interval_was_kept(tmp_path: Path) -> None:
    one = {**PLOTS, "plots": PLOTS["plots"][:1]}
    (tmp_path / "plots.yaml").write_text(json.dumps(one, ensure_ascii=False))
    (tmp_path / "data").mkdir()
    hamlet = Hamlet(tmp_path, [], False)
    people = WrittenPast(PlotsFile.model_validate(one).plots, HERE, NOW + 7 * DAY)
    for hours in range(7 * 24 + 1):
        hamlet.now = NOW + hours * HOUR
        people.write(hamlet.pipeline, hamlet.now)
        hamlet.commit()
    found = entries(hamlet)
    hamlet.connection.close()
    assert len(found) == sum(act.plot == "lo-1" for act in ACTS)
    assert all(entry.at <= entry.written_at for entry in found)
    plucked = (entry for entry in found if entry.kind is DiaryKind.PLUCK)
    first, mended = sorted(plucked, key=lambda entry: entry.corrects is not None)
    assert mended.corrects == first.id
    assert mended.facts["lot"] == first.facts["lot"]
    assert is_harvest(mended)
    assert not too_early(mended, found, HERE)
    origin = tell_origin(mended, found, HERE)
    assert [spraying.kept for spraying in origin.sprayings] == [True]
    assert origin.fertilisings
