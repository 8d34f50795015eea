from dashboards.labels import LETTER, LINE, Label, place_labels
from gateway.views.drawing import draw
from tests.dashboards.test_words import EN, VI
from tests.hamlet import Hamlet


def touch(one: Label, other: Label) -> bool:
    wide = (len(one.text) + len(other.text)) * LETTER / 2
    return abs(one.x - other.x) < wide and abs(one.y - other.y) < LINE


def test_no_name_touches_another_or_leaves_the_paper(hamlet: Hamlet) -> None:
    drawing = draw(hamlet.site, hamlet.fleet, frozenset())
    for words in (VI, EN):
        labels = place_labels(drawing, words)
        every = [*labels.plots, *labels.landmarks]
        assert len(labels.plots) >= 10
        assert len(labels.landmarks) >= 12
        for index, one in enumerate(every):
            assert one.x - len(one.text) * LETTER / 2 > 0
            assert one.x + len(one.text) * LETTER / 2 < drawing.width
            assert not any(touch(one, other) for other in every[index + 1 :])


def test_an_empty_sheet_has_no_names(empty: Hamlet) -> None:
    labels = place_labels(draw(empty.site, empty.fleet, frozenset()), VI)
    assert (labels.plots, labels.landmarks) == ([], [])
