"""Numbers as people write them, and as the pages do: 1 080 and 2,5 in Vietnamese, 1,080 and 2.5 in
English."""

from devices.text import Text

_NBSP = "\N{NO-BREAK SPACE}"


def number_vi(value: float, digits: int = 0) -> str:
    """Spaces between thousands and a decimal comma; no trailing zeros."""
    return number_en(value, digits).replace(",", _NBSP).replace(".", ",")


def number_en(value: float, digits: int = 0) -> str:
    """Commas between thousands and a decimal point; no trailing zeros."""
    text = f"{round(value, digits) + 0.0:,.{digits}f}"  # nobody writes -0
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent_vi_en(value: float) -> Text:
    """27,8 % and 27.8%."""
    return Text(f"{number_vi(value, 1)}{_NBSP}%", f"{number_en(value, 1)}%")


def to_hundredths(value: float | None) -> float | None:
    """As a figure stands behind a decision; None stays unknown."""
    return None if value is None else round(value, 2)


def litres_vi_en(litres: float) -> Text:
    """Whole litres, or cubic metres from 1,000 litres on, as the pages write them."""
    if litres >= 1000:
        return _cubic_metres(litres / 1000)
    written = number_en(litres)
    unit = "litre" if written == "1" else "litres"
    return Text(f"{number_vi(litres)} lít", f"{written} {unit}")


def _cubic_metres(volume: float) -> Text:
    written = f"{volume:,.{0 if volume >= 100 else 1}f}{_NBSP}m³"
    return Text(written.replace(",", _NBSP).replace(".", ","), written)


def depth_vi_en(depth_mm: float) -> Text:
    """Tenths of a millimetre."""
    return Text(f"{number_vi(depth_mm, 1)} mm", f"{number_en(depth_mm, 1)} mm")
