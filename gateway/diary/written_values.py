"""What people type into a field: cleaned, or refused in words that say what to write instead."""

import math
import unicodedata
from datetime import date, time

from devices.text import Text
from gateway.diary.fields import Field, Shape

DIGITS_MAX = 15
"""More are no figure of a garden."""


class WrongValueError(ValueError):
    """`text` says what is wrong with it."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(vi, en)


def clean(written: str) -> str:
    """In one line, composed (NFC), without invisible characters, which might turn a text around."""
    composed = unicodedata.normalize("NFC", written)
    return " ".join("".join(map(_shown, composed)).split())


def read_value(field: Field, written: str | float) -> str | float | int | None:
    """What stands in a field; None when it is empty. Raises WrongValueError."""
    text = clean(str(written))
    if not text:
        if field.required:
            raise WrongValueError("hãy điền chỗ này", "this is needed")
        return None
    if not field.is_number:
        if len(text) > field.length:
            raise WrongValueError(
                f"dài quá {field.length} chữ", f"is longer than {field.length} letters"
            )
        return text
    value = read_number(text)
    if not field.low <= value <= field.most:
        raise WrongValueError(
            f"phải từ {field.low:g} đến {field.most:g}",
            f"must be from {field.low:g} to {field.most:g}",
        )
    if field.shape is Shape.COUNT:
        if value != int(value):
            raise WrongValueError("phải là số nguyên", "must be a whole number")
        return int(value)
    return value


def read_number(text: str) -> float:
    """With a comma or a point before the decimals. Raises WrongValueError, also for 1.200: nobody
    knows whether that is one, or a thousand."""
    whole, separator, decimals = text.replace(",", ".").partition(".")
    if separator and len(decimals) == 3 and whole not in ("", "0"):
        raise WrongValueError(
            f"“{text}”: hãy viết {whole}{decimals} nếu là nghìn, hoặc bớt số 0 ở cuối",
            f"“{text}”: write {whole}{decimals} for thousands, or leave the last digit out",
        )
    digits = whole + decimals
    if not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MAX):
        raise WrongValueError(
            "hãy viết bằng chữ số, ví dụ 7 hoặc 12,5", "write it in digits, 7 or 12.5"
        )
    value = float(f"{whole or 0}.{decimals or 0}")
    if not math.isfinite(value):
        raise WrongValueError(
            "hãy viết bằng chữ số, ví dụ 7 hoặc 12,5", "write it in digits, 7 or 12.5"
        )
    return value


def read_day(written: str) -> date:
    """2026-11-22 or 22/11/2026. Raises WrongValueError."""
    text = clean(written)
    day, _, rest = text.partition("/")
    month, _, year = rest.partition("/")
    if len(year) == 4:
        text = f"{year}-{month:0>2}-{day:0>2}"
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise WrongValueError("hãy viết ngày, ví dụ 22/11/2026", "write a day, 2026-11-22")


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category[0] in "CZ" else char


def read_clock(written: str) -> time:
    """14:30. Raises WrongValueError."""
    hour, colon, minute = clean(written)[:5].partition(":")
    if colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60:
        return time(int(hour), int(minute))
    raise WrongValueError("hãy viết giờ, ví dụ 14:30", "write a time, 14:30")
