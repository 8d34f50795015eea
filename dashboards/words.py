"""How one reader is spoken to: language, numbers and times of the hamlet's zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from dashboards.texts import CATALOGUE
from devices.metric import Metric, Shape, Value
from devices.text import Text
from gateway.clock import Millis

Language = Literal["vi", "en"]
Day = date
LANGUAGES: tuple[Language, ...] = ("vi", "en")
NBSP = "\N{NO-BREAK SPACE}"
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
LARGER = {
    "B": (1e3, "KB"),
    "KB": (1e3, "MB"),
    "MB": (1e3, "GB"),
    "Wh": (1e3, "kWh"),
    "s": (3600, "h"),
}
"""The unit in which a large number is read more easily, and how many make one of it."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words for one page at `now`. On a `live` page a script writes the ages, so that a fragment
    is the same until its content changes."""

    lang: Language
    zone: ZoneInfo
    now: Millis
    live: bool = False

    @property
    def other(self) -> Language:
        """The language that the link on the page offers."""
        return "en" if self.lang == "vi" else "vi"

    def t(self, key: str, **values: object) -> str:
        """The text of the catalogue; numbers are written as the language does."""
        template = self.text(CATALOGUE[key])
        if not values:
            return template
        return template.format_map({name: self._value(value) for name, value in values.items()})

    def known(self, key: str, otherwise: str) -> str:
        """The text of a key that may be absent, e.g. for a cause that a new kind invented."""
        return self.text(CATALOGUE[key]) if key in CATALOGUE else otherwise

    def text(self, text: Text) -> str:
        """One of its two languages."""
        return text.vi if self.lang == "vi" else text.en

    def number(self, value: float, decimals: int | None = None) -> str:
        """1 204,5 in Vietnamese, 1,204.5 in English."""
        if decimals is None:
            decimals = 0 if isinstance(value, int) else 1
        written = f"{value:,.{decimals}f}"
        if self.lang == "vi":
            written = written.replace(",", NBSP).replace(".", ",")
        return written.replace("-", "−")

    def percent(self, ratio: float | None, decimals: int = 1) -> str:
        """98,6 % or 98.6%; never rounded up to 100 when something is missing."""
        if ratio is None:
            return self.t("value.unknown")
        factor = 10**decimals
        shown = ratio * 100
        if ratio < 1:
            shown = min(shown, 100 - 1 / factor)
        decimals = decimals if shown != round(shown) else 0
        return self.number(shown, decimals) + (f"{NBSP}%" if self.lang == "vi" else "%")

    def value(self, metric: Metric, value: Value) -> str:
        """A measured value with its unit."""
        if metric.shape is Shape.FLAG:
            return self.t("value.yes" if value else "value.no")
        return self.quantity(value, metric.unit)

    def quantity(self, value: float, unit: str) -> str:
        """A number with its unit; large bytes, watt-hours and seconds in a larger one."""
        if unit in LARGER and abs(value) >= LARGER[unit][0]:
            size, larger = LARGER[unit]
            return self.quantity(value / size, larger)
        written = self.number(value, 0 if isinstance(value, int) else _decimals(value, unit))
        if not unit:
            return written
        close = unit == "°" or (unit == "%" and self.lang == "en")
        return written + unit if close else f"{written}{NBSP}{unit}"

    def volume(self, litres: float) -> str:
        """Litres, or cubic metres from one on."""
        if litres >= 1000:
            return self.quantity(litres / 1000, "m³")
        return self.quantity(round(litres), "L")

    def clock(self, at: Millis) -> str:
        """Hour and minute."""
        return f"{self._local(at):%H:%M}"

    def exact(self, at: Millis) -> str:
        """Hour, minute and second, with the day when it is not today."""
        return self._dated(at, f"{self._local(at):%H:%M:%S}")

    def when(self, at: Millis) -> str:
        """18:12, 18:12 yesterday, 18:12 on 20/11/2026."""
        return self._dated(at, self.clock(at))

    def span(self, start: Millis, end: Millis) -> str:
        """03:10–03:24 yesterday; 03:10 within a minute, with both days when they differ."""
        if start // MINUTE_MS == end // MINUTE_MS:
            return self.when(start)
        same_day = self._local(start).date() == self._local(end).date()
        return f"{self.clock(start) if same_day else self.when(start)}–{self.when(end)}"

    def local(self, at: Millis) -> datetime:
        """What the clock on the wall shows, for files that know no zones."""
        return self._local(at).replace(tzinfo=None)

    def full(self, at: Millis) -> str:
        """Saturday 22/11/2026, 06:18."""
        return self.t(
            "time.full", weekday=self.weekday(at), date=self.date(at), time=self.clock(at)
        )

    def weekday(self, at: Millis) -> str:
        """Its name."""
        return self.t(f"weekday.{self._local(at).weekday()}")

    def date(self, at: Millis) -> str:
        """22/11/2026 or 22 Nov 2026."""
        return self.day(self._local(at))

    def day(self, day: Day) -> str:
        """The same of a day of the calendar."""
        return f"{day:%d/%m/%Y}" if self.lang == "vi" else f"{day.day} {day:%b %Y}"

    def duration(self, length: Millis) -> str:
        """In the two units that matter."""
        if length < MINUTE_MS:
            if length < 10_000 and length % 1000:
                return self.t("duration.s", n=length / 1000)
            return self.t("duration.s", n=round(length / 1000))
        minutes = round(length / MINUTE_MS)
        if minutes < 60:
            return self.t("duration.min", n=minutes)
        hours, minutes = divmod(minutes, 60)
        key = "duration.h" if minutes else "duration.h.whole"
        return self.t(key, n=hours, minutes=minutes)

    def age(self, at: Millis) -> Markup:
        """How long ago, counted on by a script; the exact time is in the title."""
        written = self.when(at) if self.live else self.ago(self.now - at)
        return Markup('<time data-age="{}" datetime="{}">{}</time>').format(
            at, datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds"), written
        )

    def ago(self, length: Millis) -> str:
        """48 seconds ago; the script of the page counts in the same steps."""
        for key, unit in (("d", DAY_MS), ("h", HOUR_MS), ("min", MINUTE_MS)):
            if length >= unit:
                return self.t(f"age.{key}", n=length // unit)
        return self.t("age.s", n=max(length, 0) // 1000)

    def _value(self, value: object) -> object:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _Count(self.number(value), one=value == 1)
        return value

    def _local(self, at: Millis) -> datetime:
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self.zone)

    def _dated(self, at: Millis, time: str) -> str:
        today: date = self._local(self.now).date()
        day = self._local(at).date()
        if day == today:
            return self.t("time.today", time=time)
        if day == today - timedelta(days=1):
            return self.t("time.yesterday", time=time)
        return self.t("time.before", time=time, date=self.date(at))


class _Count(NamedTuple):
    """A number in a text: `{n}` is the number as `written`, `{n:reading|readings}` the word that
    goes with it. One word alone goes with every number, as all do in Vietnamese."""

    written: str
    one: bool

    def __format__(self, words: str) -> str:
        if not words:
            return self.written
        singular, _, plural = words.partition("|")
        return singular if self.one or not plural else plural


def _decimals(value: float, unit: str) -> int:
    """Three or four figures say it all."""
    whole = unit in ("%", "mm") and round(value, 1) == round(value)
    return 0 if whole or abs(value) >= 100 else 1
