"""What is asked for when people write an entry: the only source for forms, checks and exports."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from devices.text import Text
from gateway.plot_records import DiaryKind

WORDS_MAX = 80
NOTE_MAX = 500
INTERVAL_MAX_DAYS = 90
"""Before a harvest. The longest on a label of a pesticide for tea is a third of it."""


class Shape(Enum):
    """What is written into a field."""

    WORDS = "words"
    NOTE = "note"
    NUMBER = "number"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Field:
    """One figure or text of an entry. `low` and `most` bound numbers, both included."""

    name: str
    label: Text
    shape: Shape
    required: bool = False
    unit: str = ""
    low: float = 0.0
    most: float = 0.0

    @property
    def length(self) -> int:
        """Characters."""
        return NOTE_MAX if self.shape is Shape.NOTE else WORDS_MAX

    @property
    def is_number(self) -> bool:
        """Whether a number is asked for."""
        return self.shape in (Shape.NUMBER, Shape.COUNT)


def _words(name: str, vi: str, en: str, *, required: bool = False) -> Field:
    return Field(name, Text(vi, en), Shape.WORDS, required)


_NOTE = Field("note", Text("Ghi chú", "Note"), Shape.NOTE)

FIELDS: Mapping[DiaryKind, tuple[Field, ...]] = {
    DiaryKind.PLUCK: (
        Field("kg", Text("Chè búp tươi", "Fresh leaf"), Shape.NUMBER, True, "kg", 0.1, 100_000),
        Field("people", Text("Số người hái", "People plucking"), Shape.COUNT, low=1, most=1000),
        _words("lot", "Chung lô hàng với mã", "Same lot as code"),
        _NOTE,
    ),
    DiaryKind.SPRAY: (
        _words("product", "Tên thuốc", "Product", required=True),
        _words("target", "Trừ sâu, bệnh gì", "Against which pest or disease"),
        _words("dose", "Liều lượng", "Dose"),
        Field(
            "interval_days",
            Text("Số ngày cách ly (trên nhãn)", "Days to wait before plucking (on the label)"),
            Shape.COUNT,
            True,
            "d",
            0,
            INTERVAL_MAX_DAYS,
        ),
        Field(
            "water_l", Text("Lượng nước pha", "Water mixed in"), Shape.NUMBER, False, "L", 0, 1e6
        ),
        _NOTE,
    ),
    DiaryKind.FERTILISER: (
        _words("product", "Tên phân bón", "Fertiliser", required=True),
        Field("kg", Text("Khối lượng", "Amount"), Shape.NUMBER, True, "kg", 0.01, 100_000),
        _words("method", "Cách bón", "How it was spread"),
        _NOTE,
    ),
    DiaryKind.INSPECTION: (
        _words("what", "Kiểm tra gì", "What was inspected", required=True),
        _words("result", "Kết quả", "Result"),
        _NOTE,
    ),
    DiaryKind.IRRIGATION: (
        Field("litres", Text("Lượng nước", "Water"), Shape.NUMBER, True, "L", 0, 10_000_000),
        Field("minutes", Text("Thời gian tưới", "Time"), Shape.NUMBER, False, "min", 0, 1440),
        _NOTE,
    ),
    DiaryKind.OTHER: (Field("what", Text("Việc đã làm", "What was done"), Shape.NOTE, True),),
}
"""By the kinds that people write, in the order in which they are offered."""
