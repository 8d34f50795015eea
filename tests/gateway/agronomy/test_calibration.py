import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.agronomy.balance import RootZone
from gateway.agronomy.calibration import (
    CORRECTION_MAX,
    DISTRUSTED,
    GAIN_PER_DAY,
    Calibration,
    Distrust,
    Probe,
    calibrate,
)

TEA = RootZone(field_capacity_pct=32, wilting_point_pct=18, root_depth_m=0.6, p=0.40)


def look(modelled: float | None, *probes: Probe, days: float = 1.0) -> Calibration:
    found = calibrate(TEA, modelled, probes, days)
    assert found is not None
    return found


def test_the_balance_goes_a_part_of_the_way() -> None:
    found = look(30.0, Probe("a", 28.0))
    assert found.measured_mm == pytest.approx(24.0)
    assert found.correction_mm == pytest.approx(-6 * GAIN_PER_DAY)
    assert found.depletion_mm == pytest.approx(30 + found.correction_mm)
    assert (found.trusted, found.distrusted) == (("a",), ())


def test_looking_more_often_corrects_no_faster() -> None:
    often = 30.0
    for _ in range(24):
        often = look(often, Probe("a", 28.0), days=1 / 24).depletion_mm
    assert often == pytest.approx(look(30.0, Probe("a", 28.0)).depletion_mm)


def test_a_day_moves_it_only_so_far() -> None:
    assert look(10.0, Probe("a", 18.0)).correction_mm == pytest.approx(CORRECTION_MAX * 84)
    assert look(84.0, Probe("a", 32.0)).correction_mm == pytest.approx(-CORRECTION_MAX * 84)


def test_at_the_start_the_probes_alone_tell() -> None:
    found = look(None, Probe("a", 28.0), Probe("b", 27.0), Probe("c", 24.0), days=0)
    assert found.depletion_mm == found.measured_mm == pytest.approx(30.0)
    assert found.correction_mm == 0
    assert calibrate(TEA, None, [], 1) is None
    assert calibrate(TEA, None, [Probe("a", 3.0)], 1) is None


def test_without_probes_the_balance_stays() -> None:
    found = look(30.0)
    assert (found.depletion_mm, found.correction_mm, found.measured_mm) == (30.0, 0.0, None)


def test_soil_above_field_capacity_is_full() -> None:
    assert look(None, Probe("a", 40.0)).depletion_mm == 0.0


@pytest.mark.parametrize(
    ("probe", "why"),
    [
        (Probe("x", 8.9), Distrust.OUT_OF_RANGE),
        (Probe("x", 101), Distrust.OUT_OF_RANGE),
        (Probe("x", 75), Distrust.OF_FIELD_CAPACITY),
        (Probe("x", 100), Distrust.OF_FIELD_CAPACITY),
        (Probe("x", 27.5, unchanged_h=24, moved_mm=3), Distrust.FROZEN),
        (Probe("x", 15), Distrust.ALONE),
    ],
)
def test_a_probe_that_contradicts_everything_is_named(probe: Probe, why: Distrust) -> None:
    found = look(30.0, Probe("a", 27.0), probe, Probe("b", 27.4))
    assert found.distrusted == (("x", why),)
    assert found.trusted == ("a", "b")
    assert found.measured_mm == pytest.approx(TEA.depletion_mm(27.2))


@pytest.mark.parametrize(
    "probe",
    [
        Probe("x", 27.5, unchanged_h=100, moved_mm=1),  # nothing happened in the soil either
        Probe("x", 27.5, unchanged_h=5, moved_mm=20),
        Probe("x", 9.1),  # alone, but the only one
    ],
)
def test_what_may_well_be_true_is_believed(probe: Probe) -> None:
    assert look(80.0, probe).distrusted == ()


def test_of_two_that_disagree_the_balance_decides() -> None:
    found = look(30.0, Probe("a", 27.0), Probe("b", 18.0))
    assert found.distrusted == (("b", Distrust.ALONE),)
    unknown = look(None, Probe("a", 27.0), Probe("b", 18.0))
    assert unknown.distrusted == ()


def test_two_that_nothing_agrees_with_move_nothing() -> None:
    found = look(42.0, Probe("a", 32.0), Probe("b", 18.0))
    assert {id for id, _ in found.distrusted} == {"a", "b"}
    assert found.depletion_mm == 42.0


def test_people_are_told_what_to_do() -> None:
    assert set(DISTRUSTED) == set(Distrust)


@given(
    st.none() | st.floats(0, 84),
    st.lists(
        st.builds(
            Probe,
            id=st.sampled_from("abcdef"),
            moisture_pct=st.floats(-50, 150),
            unchanged_h=st.floats(0, 100),
            moved_mm=st.floats(0, 100),
        ),
        max_size=6,
        unique_by=lambda probe: probe.id,
    ),
    st.floats(0, 40),
)
def test_whatever_probes_say(modelled: float | None, probes: list[Probe], days: float) -> None:
    found = calibrate(TEA, modelled, probes, days)
    if found is None:
        assert modelled is None
        return
    assert 0 <= found.depletion_mm <= 84
    assert {*found.trusted, *(id for id, _ in found.distrusted)} == {one.id for one in probes}
    if modelled is not None:
        assert found.depletion_mm == pytest.approx(modelled + found.correction_mm)
        assert abs(found.correction_mm) <= CORRECTION_MAX * 84 * days + 1e-9


def test_the_last_look_was_in_the_past() -> None:
    with pytest.raises(ValueError, match="not in the future"):
        calibrate(TEA, 30.0, [], -0.1)


@pytest.mark.parametrize("modelled", [-1.0, 84.5, float("nan")])
def test_no_such_depletion(modelled: float) -> None:
    with pytest.raises(ValueError, match="is not between 0 and 84 mm"):
        calibrate(TEA, modelled, [], 1.0)


def test_a_value_that_is_none_moves_nothing() -> None:
    found = look(30.0, Probe("x", float("nan")))
    assert found.distrusted == (("x", Distrust.OUT_OF_RANGE),)
    assert found.depletion_mm == 30.0
