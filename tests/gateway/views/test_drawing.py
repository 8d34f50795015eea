from dataclasses import replace

from gateway.decisions import State
from gateway.plots import PlotsFile
from gateway.site import MapFile
from gateway.views.drawing import draw
from tests.hamlet import NOW, Hamlet


def test_everything_lies_on_the_paper(hamlet: Hamlet) -> None:
    drawing = draw(hamlet.site, hamlet.fleet, frozenset({"lo-3"}))
    points = [mark.at for mark in drawing.marks]
    points += [point for road in drawing.roads for point in road.line]
    points += [point for area in drawing.areas for point in area.outline]
    assert all(0 < x < drawing.width and 0 < y < drawing.height for x, y in points)
    assert len(drawing.marks) == len([d for d in hamlet.fleet if d.position is not None])
    assert [area.id for area in drawing.areas if area.watering] == ["lo-3"]


def test_north_is_up_and_east_is_right(hamlet: Hamlet) -> None:
    marks = {mark.device: mark.at for mark in draw(hamlet.site, hamlet.fleet, frozenset()).marks}
    first, last = hamlet.device("light-001"), hamlet.device("light-205")
    assert first.position is not None
    assert last.position is not None
    assert last.position > first.position  # farther north and east
    assert marks["light-205"][0] > marks["light-001"][0]
    assert marks["light-205"][1] < marks["light-001"][1]


def test_states_are_drawn(hamlet: Hamlet) -> None:
    hamlet.turn("light-001", State.DOWN, NOW)
    marks = {mark.device: mark for mark in draw(hamlet.site, hamlet.fleet, frozenset()).marks}
    assert marks["light-001"].state is State.DOWN
    assert marks["light-002"].state is State.UNKNOWN


def test_a_hamlet_without_positions_is_an_empty_sheet(hamlet: Hamlet) -> None:
    nowhere = replace(hamlet.site, map=MapFile(), water=PlotsFile())
    drawing = draw(nowhere, [], frozenset())
    assert (drawing.marks, drawing.roads, drawing.landmarks) == ((), (), ())


def test_a_single_device_stands_in_the_middle(hamlet: Hamlet) -> None:
    nowhere = replace(hamlet.site, map=MapFile(), water=PlotsFile())
    drawing = draw(nowhere, [hamlet.device("light-001")], frozenset())
    assert drawing.marks[0].at == (drawing.width / 2, drawing.height / 2)
