"""Moments and hours in words."""

from collections.abc import Iterable
from itertools import pairwise

from devices.text import Text
from gateway.hamlet_time import Sun, TimeOfDay
from gateway.rules.only import Only
from gateway.rules.sentence.phrases import duration, joined, listed, phrase
from gateway.schedule import Cron, Daily, Schedule

WEEKDAYS = (
    Text("thứ hai", "Monday"),
    Text("thứ ba", "Tuesday"),
    Text("thứ tư", "Wednesday"),
    Text("thứ năm", "Thursday"),
    Text("thứ sáu", "Friday"),
    Text("thứ bảy", "Saturday"),
    Text("chủ nhật", "Sunday"),
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_SUN = {
    Sun.RISE: Text("mặt trời mọc", "sunrise"),
    Sun.SET: Text("mặt trời lặn", "sunset"),
}
_MINUTE_MS = 60_000


def moments(schedule: Schedule) -> Text:
    """When a rule acts."""
    match schedule:
        case Daily(times):
            told = listed([time_of_day(one) for one in times])
            return phrase("mỗi ngày lúc {told}", "every day at {told}", told=told)
        case Cron(text):
            return _cron(text)
        case _:
            return Text("theo lịch", "by its plan")


def time_of_day(time: TimeOfDay) -> Text:
    """`06:30`, `sunset`, `30 minutes before sunset`."""
    if time.sun is None:
        clock = f"{time.minutes // 60:02}:{time.minutes % 60:02}"
        return Text(clock, clock)
    sun = _SUN[time.sun]
    if not time.minutes:
        return sun
    away = duration(abs(time.minutes) * _MINUTE_MS)
    if time.minutes < 0:
        return phrase("{away} trước khi {sun}", "{away} before {sun}", away=away, sun=sun)
    return phrase("{away} sau khi {sun}", "{away} after {sun}", away=away, sun=sun)


def hours(only: Only) -> Text:
    """When a rule is open."""
    parts = []
    if only.between:
        begin, end = (time_of_day(one) for one in only.between)
        parts.append(phrase("từ {begin} đến {end}", "from {begin} to {end}", begin=begin, end=end))
    if only.weekdays:
        days = listed([WEEKDAYS[day] for day in sorted(only.weekdays)])
        parts.append(phrase("vào {days}", "on {days}", days=days))
    if only.months:
        parts.append(_months(only.months))
    return phrase("Chỉ {when}.", "Only {when}.", when=joined(parts, ", ", ", "))


def _months(months: Iterable[int]) -> Text:
    found = sorted(months)
    gaps = [index for index, (a, b) in enumerate(pairwise(found)) if b - a > 1]
    if len(found) > 2 and not gaps:
        return _span(found[0], found[-1])
    if len(found) > 2 and len(gaps) == 1 and found[0] == 1 and found[-1] == 12:  # over new year
        return _span(found[gaps[0] + 1], found[gaps[0]])
    told = listed([_month(month) for month in found])
    return phrase("vào {told}", "in {told}", told=told)


def _span(first: int, last: int) -> Text:
    return phrase(
        "từ {first} đến {last}", "from {first} to {last}", first=_month(first), last=_month(last)
    )


def _month(month: int) -> Text:
    return Text(f"tháng {month}", _MONTHS[month - 1])


def _cron(text: str) -> Text:
    """The plain ones in words, the others as they are written."""
    minute, hour, *rest = text.split()
    if rest == ["*", "*", "*"]:
        if minute.isdecimal() and hour.isdecimal():
            clock = f"{int(hour):02}:{int(minute):02}"
            return Text(f"mỗi ngày lúc {clock}", f"every day at {clock}")
        if minute.startswith("*/") and hour == "*" and minute[2:].isdecimal():
            every = duration(int(minute[2:]) * _MINUTE_MS)
            return phrase("cứ {every} một lần", "every {every}", every=every)
        if minute == "0" and hour == "*":
            return Text("mỗi giờ một lần", "every hour")
    return Text(f"theo lịch “{text}”", f"by the plan “{text}”")
