"""What keeps water back from a plot. One table, asked before every run and while it goes on.

The first row that objects gives the reason. What is unknown objects to nothing: no station is no
reason to let the tea wither. Rows that may pass within the hour do not end a run that waits.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from devices.reading import Millis
from devices.text import Text
from gateway.hamlet_time import TimeOfDay
from gateway.irrigation.situation import Situation, devices_of, silent_device
from gateway.irrigation.windows import next_opening, open_until
from gateway.irrigation.wording import litres_vi_en, number_en, number_vi
from gateway.plot_records import NoGo
from gateway.plots import Mode
from gateway.plots.guard import DryDays, NoGoReason

WORTHWHILE_MIN = 1.0
"""Minutes. Less than this under the ceiling is not worth a start of the pump."""
MOISTURE = "soil_moisture_pct"
MOISTURE_MAX_PCT = 60.0
"""No mineral soil holds more, and none holds nothing: such a probe is broken, or hangs in the air.
"""
ROOM_LEFT = frozenset({"plan:soil", "plan:balance"})
"""Who asks for so much less already as rain is forecast: it must not count twice."""

_HOUR_MS = 3_600_000
_MIDNIGHT = TimeOfDay(0)


class Interlock(NamedTuple):
    """One row: `check` returns the reason why not, or None. `overridable`: a technician may let it
    pass for a while. `during`: it also ends a run that goes on."""

    name: str
    label: Text
    check: Callable[[Situation], Text | None]
    may_pass: bool = False
    overridable: bool = False
    during: bool = True


class Objection(NamedTuple):
    """An interlock that says no, and why."""

    interlock: Interlock
    reason: Text


def _off(situation: Situation) -> Text | None:
    if situation.mode is not Mode.OFF:
        return None
    return Text("lô này đã tắt tưới", "watering of this plot is switched off")


def _mode(situation: Situation) -> Text | None:
    """What the plot decided by itself ends when a person takes that from it."""
    if situation.mode is not Mode.MANUAL or not situation.by_itself:
        return None
    return Text("lô này chỉ còn tưới khi có yêu cầu", "it is watered on request only")


def _watering(situation: Situation) -> Text | None:
    if not situation.watering:
        return None
    return Text("lô này đang tưới hoặc đang chờ tưới", "it is being watered or waits for it")


def _devices(situation: Situation) -> Text | None:
    for id in devices_of(situation.plot):
        device = situation.fleet.get(id)
        if device is None or not device.adopted:
            return Text(f"thiết bị {id} chưa được tiếp nhận", f"device {id} is not adopted")
    return None


def _supply(situation: Situation) -> Text | None:
    return situation.never


def _clock(situation: Situation) -> Text | None:
    if situation.clock_trusted:
        return None
    return Text(
        "máy ở nhà văn hóa chưa biết giờ, không rõ hôm nay đã tưới bao nhiêu",
        "the gateway does not know the time, nor what flowed today",
    )


def _silence(situation: Situation) -> Text | None:
    silent = silent_device(situation.plot, situation.fleet, situation.now)
    if silent is None:
        return None
    return Text(f"mất kết nối với {silent}", f"nothing is heard of {silent}")


def _astray(situation: Situation) -> Text | None:
    where = situation.astray
    if where is None:
        return None
    return Text(
        f"nước đang hoặc vừa chảy ngoài ý muốn ở {where.label.vi}",
        f"water flows or just flowed where it should not at {where.label.en}",
    )


def _ceiling(situation: Situation) -> Text | None:
    plot = situation.plot
    if plot.litres_per_day_max - situation.used_today_l >= plot.rate_l_min * WORTHWHILE_MIN:
        return None
    used = litres_vi_en(situation.used_today_l)
    limit = litres_vi_en(plot.litres_per_day_max)
    return Text(
        f"hôm nay đã tưới {used.vi}, mức tối đa là {limit.vi} một ngày",
        f"{used.en} flowed today, the limit is {limit.en} a day",
    )


def _source(situation: Situation) -> Text | None:
    source = situation.source
    if source is None or source.litres_per_day_max is None:
        return None
    left = source.litres_per_day_max - situation.source_used_l
    if left >= situation.plot.rate_l_min * WORTHWHILE_MIN:
        return None
    used, limit = litres_vi_en(situation.source_used_l), litres_vi_en(source.litres_per_day_max)
    return Text(
        f"hôm nay đã lấy {used.vi} từ {source.label.vi}, mức tối đa là {limit.vi} một ngày",
        f"{used.en} were taken from {source.label.en} today, the limit is {limit.en} a day",
    )


def _spraying(situation: Situation) -> Text | None:
    if not _overhead(situation):
        return None
    for days in _dry_days(situation, NoGoReason.SPRAYING):
        hours = 0.0 if _from_diary(days) else situation.plot.guard.spray_hours
        ends = _ends(situation, days) + round(hours * _HOUR_MS)
        if _begins(situation, days) <= situation.now < ends:
            until = situation.here.local(ends)
            return Text(
                f"mới phun thuốc, tưới phun mưa lại được từ {until:%H:%M} ngày {until:%d/%m}",
                f"it was sprayed; no water from above until {until:%H:%M on %d/%m}",
            )
    return None


def _plucking(situation: Situation) -> Text | None:
    for days in _dry_days(situation, NoGoReason.PLUCKING):
        before = 0 if _from_diary(days) else situation.plot.guard.pluck_days
        first = days.begin - timedelta(days=before)
        if first <= situation.here.day(situation.now) <= days.end:
            return Text(
                f"sắp hái hoặc đang hái chè ({days.begin:%d/%m} đến {days.end:%d/%m})",
                f"it is plucked from {days.begin:%d/%m} to {days.end:%d/%m}",
            )
    return None


def _dry(situation: Situation) -> Text | None:
    for days in _dry_days(situation, NoGoReason.OTHER):
        if days.begin <= situation.here.day(situation.now) <= days.end:
            return Text(
                f"đang là ngày nghỉ tưới ({days.begin:%d/%m} đến {days.end:%d/%m})",
                f"dry days are set from {days.begin:%d/%m} to {days.end:%d/%m}",
            )
    return None


def _rain_1h(situation: Situation) -> Text | None:
    rain, limit = situation.weather.rain_1h_mm, situation.plot.guard.rain_1h_max_mm
    if rain is None or limit is None or rain < limit:
        return None
    return Text(
        f"một giờ qua đã mưa {number_vi(rain, 1)} mm",
        f"{number_en(rain, 1)} mm of rain fell in the last hour",
    )


def _rain_24h(situation: Situation) -> Text | None:
    rain, limit = situation.weather.rain_24h_mm, situation.plot.guard.rain_24h_max_mm
    if rain is None or limit is None or rain < limit:
        return None
    return Text(
        f"24 giờ qua đã mưa {number_vi(rain, 1)} mm",
        f"{number_en(rain, 1)} mm of rain fell in the last 24 hours",
    )


def _forecast(situation: Situation) -> Text | None:
    if situation.by_person or situation.requester in ROOM_LEFT:
        return None
    rain = situation.weather.forecast_mm
    depth = situation.plot.depth_of(situation.litres)
    if not situation.plot.guard.forecast or rain is None or rain <= 0 or rain < depth:
        return None
    return Text(
        f"dự báo mưa {number_vi(rain, 1)} mm, lượt này định tưới {number_vi(depth, 1)} mm",
        f"{number_en(rain, 1)} mm of rain are forecast, the watering would give "
        f"{number_en(depth, 1)} mm",
    )


def _cold(situation: Situation) -> Text | None:
    measured, limit = situation.weather.temperature_c, situation.plot.guard.temperature_min_c
    if measured is None or limit is None or measured >= limit:
        return None
    return _temperature("trời lạnh", "it is cold", measured, limit)


def _hot(situation: Situation) -> Text | None:
    measured, limit = situation.weather.temperature_c, situation.plot.guard.temperature_max_c
    if measured is None or limit is None or measured <= limit:
        return None
    return _temperature("trời nóng", "it is hot", measured, limit)


def _wind(situation: Situation) -> Text | None:
    wind, limit = situation.weather.wind_m_s, situation.plot.guard.wind_max_m_s
    if not _overhead(situation) or wind is None or limit is None or wind <= limit:
        return None
    return Text(
        f"gió {number_vi(wind, 1)} m/s, chỉ tưới phun mưa khi gió không quá "
        f"{number_vi(limit, 1)} m/s",
        f"the wind blows at {number_en(wind, 1)} m/s, sprinklers want no more than "
        f"{number_en(limit, 1)}",
    )


def _window(situation: Situation) -> Text | None:
    """A person who asks at another hour has a reason, and is there."""
    plot, now, here = situation.plot, situation.now, situation.here
    if situation.by_person or open_until(plot, now, here) != now:
        return None
    opens = next_opening(plot, now, here)
    at = f"{here.local(opens):%H:%M}" if opens is not None else "?"
    return Text(
        f"ngoài giờ tưới của lô, giờ tưới tiếp theo bắt đầu lúc {at}",
        f"it is outside the plot's hours, which begin at {at}",
    )


def _probe(situation: Situation) -> Text | None:
    """The last line: whoever decides by probes looks at them himself."""
    plot, now = situation.plot, situation.now
    if situation.requester != "plan:soil":
        return None
    oldest = now - plot.guard.probe_age_max_min * 60_000
    probes = [probe for id in plot.sensors if (probe := situation.fleet.get(id)) is not None]
    for probe in probes:
        measured_at = probe.measured_at_of(MOISTURE) or 0
        if measured_at >= oldest and 0 < probe.values[MOISTURE] <= MOISTURE_MAX_PCT:
            return None
    return Text("không có số đo độ ẩm đất đáng tin", "no probe tells the soil's moisture")


INTERLOCKS = (
    Interlock("off", Text("đã tắt tưới", "switched off"), _off),
    Interlock("mode", Text("cách tưới", "way of watering"), _mode),
    Interlock("watering", Text("đang tưới", "being watered"), _watering, during=False),
    Interlock("devices", Text("thiết bị", "devices"), _devices, during=False),
    Interlock("supply", Text("nguồn nước", "supply"), _supply, during=False),
    Interlock("clock", Text("đồng hồ", "clock"), _clock, may_pass=True, during=False),
    Interlock("silence", Text("mất kết nối", "silence"), _silence, may_pass=True, during=False),
    Interlock("astray", Text("rò nước", "water astray"), _astray, may_pass=True),
    Interlock("spraying", Text("phun thuốc", "spraying"), _spraying, overridable=True),
    Interlock("plucking", Text("hái chè", "plucking"), _plucking, overridable=True),
    Interlock("dry-days", Text("ngày nghỉ tưới", "dry days"), _dry, overridable=True),
    Interlock("ceiling", Text("mức tối đa một ngày", "daily limit"), _ceiling, during=False),
    Interlock("source", Text("mức của nguồn nước", "limit of the source"), _source, during=False),
    Interlock("rain-1h", Text("mưa một giờ qua", "rain of the hour"), _rain_1h, overridable=True),
    Interlock("rain-24h", Text("mưa 24 giờ qua", "rain of the day"), _rain_24h, overridable=True),
    Interlock(
        "forecast", Text("dự báo mưa", "forecast"), _forecast, overridable=True, during=False
    ),
    Interlock("cold", Text("trời lạnh", "cold"), _cold, overridable=True),
    Interlock("hot", Text("trời nóng", "heat"), _hot, overridable=True),
    Interlock("wind", Text("gió", "wind"), _wind, may_pass=True, overridable=True),
    Interlock("window", Text("giờ tưới", "hours"), _window, overridable=True),
    Interlock("probe", Text("cảm biến đất", "probes"), _probe, during=False),
)
OVERRIDABLE = {row.name: row.label for row in INTERLOCKS if row.overridable}
"""What a technician may let pass. Never: what guards against floods and empty wells."""


def objections(situation: Situation, *, during: bool = False) -> Iterator[Objection]:
    """The rows that forbid watering, in order; of a run that goes on, those that end it."""
    for row, reason in _against(situation, during):
        if row.name not in situation.overridden:
            yield Objection(row, reason)


def objection(situation: Situation, *, during: bool = False) -> Objection | None:
    """The first of them, if there is one."""
    return next(objections(situation, during=during), None)


def passed(situation: Situation) -> list[Interlock]:
    """The rows that would forbid it, but a technician lets them pass."""
    return [row for row, _ in _against(situation, False) if row.name in situation.overridden]


def _against(situation: Situation, during: bool) -> Iterator[tuple[Interlock, Text]]:
    for row in INTERLOCKS:
        reason = row.check(situation) if row.during or not during else None
        if reason is not None:
            yield row, reason


def _overhead(situation: Situation) -> bool:
    return situation.plot.emitters.method == "sprinkler"


def _dry_days(situation: Situation, reason: NoGoReason) -> Iterator[DryDays | NoGo]:
    return (days for days in situation.dry_days if days.reason is reason)


def _from_diary(days: DryDays | NoGo) -> bool:
    """Whether the plot's guard is in them already: the diary knows the hour of the work."""
    return isinstance(days, NoGo) and days.entry is not None


def _begins(situation: Situation, days: DryDays | NoGo) -> Millis:
    return situation.here.on(days.begin, _MIDNIGHT) or 0


def _ends(situation: Situation, days: DryDays | NoGo) -> Millis:
    return situation.here.on(days.end + timedelta(days=1), _MIDNIGHT) or 0


def _temperature(vi: str, en: str, measured: float, limit: float) -> Text:
    return Text(
        f"{vi}: {number_vi(measured, 1)} °C, giới hạn {number_vi(limit, 1)} °C",
        f"{en}: {number_en(measured, 1)} °C, the limit is {number_en(limit, 1)} °C",
    )
