"""Phrases in both languages at once, and how they are joined."""

from collections.abc import Sequence

from devices.reading import Millis
from devices.text import Text

NBSP = "\N{NO-BREAK SPACE}"
_UNITS = (
    (86_400_000, Text("ngày", "day")),
    (3_600_000, Text("giờ", "hour")),
    (60_000, Text("phút", "minute")),
    (1_000, Text("giây", "second")),
)


def phrase(vi: str, en: str, **parts: Text | str) -> Text:
    """`{blanks}` are filled with the parts, each in its language."""
    return Text(
        vi.format_map({name: _in(part, 0) for name, part in parts.items()}),
        en.format_map({name: _in(part, 1) for name, part in parts.items()}),
    )


def joined(parts: Sequence[Text], vi: str, en: str) -> Text:
    """One after the other with a word in between."""
    return Text(vi.join(part.vi for part in parts), en.join(part.en for part in parts))


def listed(parts: Sequence[Text], last_vi: str = " và ", last_en: str = " and ") -> Text:
    """a, b and c."""
    if len(parts) < 2:
        return parts[0]
    before = joined(parts[:-1], ", ", ", ")
    return Text(before.vi + last_vi + parts[-1].vi, before.en + last_en + parts[-1].en)


def small(text: Text) -> Text:
    """As it stands within a sentence: its first letter small, unless it is an abbreviation."""
    return Text(*(_small(one) for one in text))


def capital(text: Text) -> Text:
    """As it begins a sentence."""
    return Text(*(one[:1].upper() + one[1:] for one in text))


def with_article(text: Text) -> Text:
    """`một cảm biến đất`, `a soil sensor`."""
    article = "an" if text.en[:1] in "aeio" else "a"
    return Text(f"một {text.vi}", f"{article} {text.en}")


def number(value: float, unit: str = "") -> Text:
    """24,5 % and 24.5 %."""
    plain = f"{value:,.10g}" if abs(value) < 1e15 else f"{value:g}"
    plain = plain.replace("-", "−")
    vi = plain.replace(",", NBSP).replace(".", ",")
    after = unit if unit == "°" else f"{NBSP}{unit}" if unit else ""
    return Text(vi + after, plain + after)


def duration(length: Millis) -> Text:
    """`1 giờ 30 phút`, `1 hour 30 minutes`."""
    vi, en = [], []
    for size, word in _UNITS:
        count, length = divmod(length, size)
        if count:
            vi.append(f"{count}{NBSP}{word.vi}")
            en.append(f"{count}{NBSP}{word.en}" + ("s" if count > 1 else ""))
    return Text(" ".join(vi), " ".join(en))


def _in(part: Text | str, language: int) -> str:
    return part if isinstance(part, str) else part[language]


def _small(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
