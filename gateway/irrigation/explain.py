"""The sentences that say why a plot is watered, is not, or no longer. A tea grower reads them."""

from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Explanation, IrrigationAsked, Run
from gateway.irrigation import causes
from gateway.irrigation.interlocks import passed
from gateway.irrigation.run import UNASKED
from gateway.irrigation.situation import Situation
from gateway.irrigation.wording import depth_vi_en, litres_vi_en, to_hundredths
from gateway.plots import Plot


def watering(plot: Plot, run: Run, situation: Situation) -> Text:
    """A run begins: with what a technician lets pass, and what nobody knows of the weather."""
    litres, depth, by = _amounts(plot, run.target_l, run.requester)
    allowed, unknown = [row.label for row in passed(situation)], _unknown(situation)
    vi = f"Tưới {plot.label.vi}: {depth.vi} ({litres.vi}), {by.vi}."
    en = f"Watering {plot.label.en}: {depth.en} ({litres.en}), {by.en}."
    if allowed:
        vi += f" Kỹ thuật viên đã cho bỏ qua: {', '.join(one.vi for one in allowed)}."
        en += f" A technician allows it in spite of: {', '.join(one.en for one in allowed)}."
    if unknown:
        vi += f" Chưa rõ: {', '.join(one.vi for one in unknown)}."
        en += f" Not known: {', '.join(one.en for one in unknown)}."
    return Text(vi, en)


def waiting(plot: Plot, run: Run) -> Text:
    """A run waits until its pump and its source have water for it."""
    litres, depth, by = _amounts(plot, run.target_l, run.requester)
    return Text(
        f"{plot.label.vi} chờ đến lượt lấy nước: {depth.vi} ({litres.vi}), {by.vi}.",
        f"{plot.label.en} waits for its turn: {depth.en} ({litres.en}), {by.en}.",
    )


def resuming(plot: Plot, run: Run) -> Text:
    """The gateway restarted in a run that goes on."""
    left = litres_vi_en(max(run.target_l - run.litres, 0.0))
    return Text(
        f"{causes.RESTARTED.vi.capitalize()} ở {plot.label.vi}: van được đóng lại, "
        f"rồi tưới tiếp {left.vi} còn thiếu nếu không có gì cản.",
        f"{causes.RESTARTED.en.capitalize()} at {plot.label.en}: the valves are closed first; "
        f"then the {left.en} that are missing follow, if nothing stands against it.",
    )


def refused(plot: Plot, reason: Text) -> Text:
    """Nothing is watered."""
    return Text(
        f"Không tưới {plot.label.vi}: {reason.vi}.", f"Not watering {plot.label.en}: {reason.en}."
    )


def refusal(situation: Situation, asked_l: float | None, reason: Text) -> Explanation:
    """A request that is not granted, with what was known."""
    plot = situation.plot
    inputs: dict[str, Value | str | None] = {
        "requester": situation.requester,
        "asked_l": None if asked_l is None else round(asked_l, 1),
        "used_today_l": round(situation.used_today_l, 1),
        "litres_per_day_max": plot.litres_per_day_max,
        **{name: to_hundredths(one) for name, one in situation.weather._asdict().items()},
    }
    return Explanation(plot.id, situation.now, "refuse", refused(plot, reason), inputs)


def unknown_plot(asked: IrrigationAsked, now: Millis) -> Explanation:
    """Somebody asked for a plot that does not exist."""
    plot = asked.plot
    inputs: dict[str, Value | str | None] = {"requester": asked.requester}
    sentence = Text(f"Không tưới: không có lô {plot}.", f"Not watering: there is no plot {plot}.")
    return Explanation(plot, now, "refuse", sentence, inputs)


def stopping(plot: Plot, run: Run, reason: Text) -> Text:
    """A run is cut short; its valves are being closed."""
    if run.requester == UNASKED:
        return Text(f"{plot.label.vi}: {reason.vi}.", f"{plot.label.en}: {reason.en}.")
    return Text(
        f"Dừng tưới {plot.label.vi}: {reason.vi}.",
        f"Watering of {plot.label.en} stops: {reason.en}.",
    )


def finished(plot: Plot, run: Run) -> Text:
    """A run has ended, and what flowed."""
    litres = litres_vi_en(run.litres)
    how = (
        Text("đo bằng đồng hồ nước", "by the flow meter")
        if run.measured
        else Text("ước tính theo thời gian", "estimated from the time")
    )
    if run.unseen_l:
        unseen = litres_vi_en(run.unseen_l)
        why = _METER_DEAD if not run.litres else _METER_LOW
        how = Text(
            f"{how.vi} (nếu {why.vi}, có thể đã chảy thêm đến {unseen.vi})",
            f"{how.en} (if {why.en}, up to {unseen.en} more may have)",
        )
    if run.cause is None and run.curtailed is not None:
        asked = litres_vi_en(run.target_l)
        return Text(
            f"{plot.label.vi} được tưới {litres.vi} trong số {asked.vi}, {how.vi}; "
            f"dừng sớm: {run.curtailed.vi}.",
            f"{plot.label.en} got {litres.en} of {asked.en}, {how.en}; "
            f"it ended early: {run.curtailed.en}.",
        )
    if run.cause is None:
        return Text(
            f"Đã tưới xong {plot.label.vi}: {litres.vi}, {how.vi}.",
            f"{plot.label.en} was watered: {litres.en}, {how.en}.",
        )
    if run.requester == UNASKED:
        return Text(
            f"{plot.label.vi}: {run.cause.vi}; ngoài lượt tưới đã chảy {litres.vi}, {how.vi}.",
            f"{plot.label.en}: {run.cause.en}; {litres.en} flowed that nobody asked for, {how.en}.",
        )
    return Text(
        f"Lượt tưới {plot.label.vi} không trọn vẹn vì {run.cause.vi}; "
        f"đã chảy {litres.vi}, {how.vi}.",
        f"The watering of {plot.label.en} was cut short: {run.cause.en}; "
        f"{litres.en} flowed, {how.en}.",
    )


def _amounts(plot: Plot, litres: float, requester: str) -> tuple[Text, Text, Text]:
    return litres_vi_en(litres), depth_vi_en(plot.depth_of(litres)), asked_by(requester)


def _unknown(situation: Situation) -> list[Text]:
    """What would matter to this plot."""
    weather, guard = situation.weather, situation.plot.guard
    unknown = []
    if weather.rain_24h_mm is None and guard.rain_24h_max_mm is not None:
        unknown.append(Text("lượng mưa", "rain"))
    windy = situation.plot.emitters.method == "sprinkler" and guard.wind_max_m_s is not None
    if weather.wind_m_s is None and windy:
        unknown.append(Text("sức gió", "wind"))
    if weather.temperature_c is None and guard.temperature_min_c is not None:
        unknown.append(Text("nhiệt độ", "temperature"))
    return unknown


def asked_by(requester: str) -> Text:
    """Who wanted it."""
    who, _, name = requester.partition(":")
    if who == "rule":
        return Text(f"theo quy tắc {name}", f"as rule {name} asked")
    if who == "person":
        return Text("theo yêu cầu của người vận hành", "as the operator asked")
    if who == "plan" and name in _BY_PLAN:
        return _BY_PLAN[name]
    return Text(f"theo {requester}", f"as {requester} asked")


_METER_DEAD = Text("đồng hồ hỏng", "the meter is dead")
_METER_LOW = Text("đồng hồ đếm thiếu", "the meter counts too little")
_BY_PLAN = {
    "schedule": Text("theo lịch tưới", "by its schedule"),
    "soil": Text("vì đất khô", "because its soil is dry"),
    "balance": Text("theo cân bằng nước", "by its water balance"),
}
