"""What a buyer may know, and the codes that lead there."""

from datetime import date

import pytest

from gateway.diary.gs1 import check_gtin, lot_path
from gateway.diary.lots import LOT, is_harvest, lot_code, tell_origin
from gateway.plot_records import DiaryEntry, DiaryKind
from tests.gateway.diary.test_engine import DAY, HERE
from tests.gateway.fleets import NOW

PLUCK = DiaryEntry(
    "p", "lo-1", DiaryKind.PLUCK, NOW, NOW, "person:Lan", {"kg": 40.0, "growing_area_code": "TN-07"}
)


def entry(kind: DiaryKind, days: int, **facts: str | float | bool) -> DiaryEntry:
    return DiaryEntry("x", "lo-1", kind, NOW - days * DAY, NOW, "person:Tư", facts)


def test_a_code_can_be_read_out_and_is_always_the_same() -> None:
    codes = {lot_code(f"{number:032x}") for number in range(1000)}
    assert len(codes) == 1000
    assert all(LOT.fullmatch(code) for code in codes)
    assert lot_code("0" * 32) in codes


def test_an_origin_tells_what_was_done_and_nobodys_name() -> None:
    past = [
        entry(DiaryKind.IRRIGATION, 20, litres=5000.0, measured=True),
        entry(DiaryKind.IRRIGATION, 9, litres=2500.0, measured=False),
        entry(DiaryKind.IRRIGATION, 8, litres=999.0, withdrawn=True),
        entry(DiaryKind.SPRAY, 14, product="A", interval_days=14, note="Bà Tư phun"),
        entry(DiaryKind.SPRAY, 6, product="B", interval_days=7),
        entry(DiaryKind.FERTILISER, 30, product="NPK", kg=50.0),
        entry(DiaryKind.OTHER, 3, what="Chú Ba dọn cỏ"),
        entry(DiaryKind.SPRAY, -1, product="C", interval_days=7),
    ]
    origin = tell_origin(PLUCK, past, HERE)
    assert (origin.waterings, origin.litres, origin.measured) == (2, 7500.0, False)
    assert [(one.product, one.kept) for one in origin.sprayings] == [("A", True), ("B", False)]
    assert origin.sprayings[0].day == date(2026, 11, 8)
    assert [one.product for one in origin.fertilisings] == ["NPK"]
    assert origin.growing_area_code == "TN-07"
    assert "Tư" not in repr(origin)
    assert "Ba" not in repr(origin)


def test_a_plan_is_no_harvest() -> None:
    assert is_harvest(PLUCK)
    assert not is_harvest(entry(DiaryKind.PLUCK, -3, planned=True))
    assert not is_harvest(entry(DiaryKind.PLUCK, 0, withdrawn=True))
    assert not is_harvest(entry(DiaryKind.SPRAY, 0))


@pytest.mark.parametrize(
    ("written", "gtin"),
    [
        ("9506000134352", "09506000134352"),
        ("09506000134352", "09506000134352"),
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
    ],
)
def test_a_gtin_has_fourteen_digits(written: str, gtin: str) -> None:
    assert check_gtin(written) == gtin


@pytest.mark.parametrize(
    "written", ["9506000134353", "9506000143352", "12", "", "x" * 13, "９" * 13]
)
def test_a_mistyped_gtin_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"GTIN|mistyped"):
        check_gtin(written)


def test_a_lot_is_under_its_product() -> None:
    assert lot_path("K7QF2M9X", "09506000134352") == "/01/09506000134352/10/K7QF2M9X"
    assert lot_path("K7QF2M9X", None) == "/lot/K7QF2M9X"
