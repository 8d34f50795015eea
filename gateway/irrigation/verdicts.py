"""Whether a plot needs water, and how much: one function for each way of watering.

Pure tables of facts in, a verdict out. What keeps water back although it is needed (wind, dry
days, a ceiling) is not asked here, nor is when the next look is.
"""

from dataclasses import dataclass

from devices.metric import Value
from devices.text import Text
from gateway.irrigation.wording import number_en, number_vi, percent_vi_en, to_hundredths
from gateway.plot_records import BalanceDay
from gateway.plots import Mode, Plot

DEPTH_MIN_MM = 1.0
"""Less wets the leaves and not the roots: no pump is started for it."""
RAIN_TOLD_MM = 1.0
"""Less rain than this is not worth a word."""

Inputs = dict[str, Value | str | None]
"""The figures behind a decision, by name; None is unknown."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a plot when it is looked at; None is unknown.

    `rain_mm` has fallen since the last watering, but at most since a day ago; `forecast_mm` is
    expected within a day. `filling`: a watering was cut off by a limit, and the rest is to follow.
    `month` is that of the schedule, 1 to 12.
    """

    plot: Plot
    balance: BalanceDay | None
    moisture_pct: float | None
    weather_known: bool
    rain_mm: float | None
    forecast_mm: float | None
    filling: bool
    month: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`depth_mm` is what is to reach the roots, 0 for none; `stale`, that the plot does not know
    how it stands. `cause` names the reason for who compares verdicts."""

    cause: str
    depth_mm: float
    reason: Text
    stale: bool = False


def judge(mode: Mode, facts: Facts) -> Verdict:
    """By the way in which the plot is watered. Raises KeyError for one that is not automatic."""
    return _OF_MODE[mode](facts)


def by_schedule(facts: Facts) -> Verdict:
    """It is time by the schedule."""
    schedule = facts.plot.schedule
    assert schedule is not None  # noqa: S101 - the book names no such mode without one
    depth, rain = schedule.depth_in(facts.month), facts.rain_mm
    if depth < DEPTH_MIN_MM:
        return Verdict(
            "season",
            0.0,
            Text("lịch không tưới trong tháng này", "the schedule has no water for this month"),
        )
    if rain is not None and rain >= depth:
        fell = _rain(rain)
        return Verdict(
            "rained",
            0.0,
            Text(
                f"{fell.vi}, đủ thay cho {number_vi(depth, 1)} mm theo lịch",
                f"{fell.en}, enough for the {number_en(depth, 1)} mm of the schedule",
            ),
        )
    reason = Text("đến giờ theo lịch", "it is time by the schedule")
    if rain is None:
        reason = _also(
            reason, Text("không rõ lượng mưa", "how much rain fell is unknown"), joined="; "
        )
    return Verdict("schedule", depth, reason)


def by_soil(facts: Facts) -> Verdict:
    """The probes have spoken."""
    limits, moisture = facts.plot.thresholds, facts.moisture_pct
    assert limits is not None  # noqa: S101 - the book names no such mode without them
    if moisture is None:
        return Verdict(
            "stale",
            0.0,
            Text(
                "không có cảm biến đất nào đáng tin đang báo số",
                "no soil probe that can be believed is reporting",
            ),
            stale=True,
        )
    start, stop = limits.start_pct, limits.stop_pct
    now, below, until = percent_vi_en(moisture), percent_vi_en(start), percent_vi_en(stop)
    if moisture >= (stop if facts.filling else start):
        reason = Text(
            f"độ ẩm đất {now.vi}, dưới {below.vi} mới tưới",
            f"the soil has {now.en}, water is due below {below.en}",
        )
        return Verdict("moist", 0.0, _after_rain(facts, reason))
    depth = 10 * (stop - moisture) * facts.plot.soil.root_depth_m
    reason = Text(
        f"độ ẩm đất {now.vi}, tưới đến {until.vi}",
        f"the soil has {now.en}, to be filled to {until.en}",
    )
    return _less_forecast(facts, Verdict("dry", depth, reason))


def by_balance(facts: Facts) -> Verdict:
    """The balance is up to date."""
    balance, use = facts.balance, facts.plot.balance
    if balance is None or (not facts.weather_known and facts.moisture_pct is None):
        return Verdict(
            "stale",
            0.0,
            Text(
                "không rõ thời tiết và không có cảm biến đất nào đáng tin",
                "neither the weather nor a soil probe that can be believed is known",
            ),
            stale=True,
        )
    left = max(balance.raw_mm - balance.depletion_mm, 0.0)
    goal_mm = min(use.room_mm, use.start_at * balance.raw_mm)
    due = goal_mm + DEPTH_MIN_MM if facts.filling else use.start_at * balance.raw_mm
    if balance.depletion_mm < due:
        reason = Text(
            f"đất còn giữ {number_vi(left)} trên {number_vi(balance.raw_mm)} mm nước dễ hút",
            f"the soil still holds {number_en(left)} of {number_en(balance.raw_mm)} mm",
        )
        return Verdict("enough", 0.0, _after_rain(facts, reason))
    reason = Text(
        f"đất chỉ còn {number_vi(left)} trên {number_vi(balance.raw_mm)} mm nước dễ hút",
        f"the soil holds only {number_en(left)} of {number_en(balance.raw_mm)} mm",
    )
    return _less_forecast(facts, Verdict("thirst", balance.depletion_mm - goal_mm, reason))


@dataclass(frozen=True, slots=True)
class Due:
    """After the tea has drunk `after_mm` more, the plot wants `depth_mm`."""

    after_mm: float
    depth_mm: float


def on_the_day_due(mode: Mode, facts: Facts) -> Due | None:
    """When a plot that wants nothing now will want water, and how much then; None when its verdict
    does not follow from the tea's thirst."""
    plot, balance = facts.plot, facts.balance
    if mode is Mode.SOIL and plot.thresholds is not None and facts.moisture_pct is not None:
        limits, per_pct = plot.thresholds, 10 * plot.soil.root_depth_m
        after = (facts.moisture_pct - limits.start_pct) * per_pct
        return Due(max(after, 0.0), (limits.stop_pct - limits.start_pct) * per_pct)
    if mode is Mode.BALANCE and balance is not None:
        due = plot.balance.start_at * balance.raw_mm
        goal = min(plot.balance.room_mm, due)
        return Due(max(due - balance.depletion_mm, 0.0), max(due - goal, DEPTH_MIN_MM))
    return None


_OF_MODE = {Mode.SCHEDULE: by_schedule, Mode.SOIL: by_soil, Mode.BALANCE: by_balance}


def inputs_of(facts: Facts, mode: Mode, verdict: Verdict) -> Inputs:
    """The figures behind a verdict, for its explanation."""
    balance = facts.balance
    found: Inputs = {
        "mode": mode.value,
        "cause": verdict.cause,
        "depth_mm": round(verdict.depth_mm, 2),
        "moisture_pct": to_hundredths(facts.moisture_pct),
        "rain_mm": to_hundredths(facts.rain_mm),
        "forecast_mm": to_hundredths(facts.forecast_mm),
    }
    if balance is not None:
        found |= {
            "depletion_mm": round(balance.depletion_mm, 2),
            "raw_mm": round(balance.raw_mm, 2),
            "taw_mm": round(balance.taw_mm, 2),
            "correction_mm": round(balance.correction_mm, 2),
            "estimates": balance.estimates,
        }
    return found


def _less_forecast(facts: Facts, verdict: Verdict) -> Verdict:
    """Rain that is to come need not be given; too little to give is not given."""
    rain = facts.forecast_mm if facts.plot.guard.forecast else None
    depth = verdict.depth_mm - (rain or 0.0)
    reason = verdict.reason
    if rain:
        told = Text(
            f"dự báo mưa {number_vi(rain, 1)} mm", f"{number_en(rain, 1)} mm of rain is forecast"
        )
        reason = _also(reason, told, joined="; ")
    if depth >= DEPTH_MIN_MM:
        return Verdict(verdict.cause, depth, reason)
    if rain:
        return Verdict("forecast", 0.0, reason)
    missing = Text(
        f"chỉ thiếu {number_vi(verdict.depth_mm, 1)} mm",
        f"only {number_en(verdict.depth_mm, 1)} mm is missing",
    )
    return Verdict("little", 0.0, missing)


def _after_rain(facts: Facts, reason: Text) -> Text:
    if facts.rain_mm is None or facts.rain_mm < RAIN_TOLD_MM:
        return reason
    return _also(_rain(facts.rain_mm), reason, joined="; ")


def _rain(mm: float) -> Text:
    return Text(
        f"từ hôm qua đã mưa {number_vi(mm, 1)} mm",
        f"{number_en(mm, 1)} mm of rain fell since yesterday",
    )


def _also(first: Text, second: Text, *, joined: str) -> Text:
    return Text(first.vi + joined + second.vi, first.en + joined + second.en)
