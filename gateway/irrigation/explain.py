"""The sentences that say why a plot is watered, is not, or no longer. A tea grower reads them."""

from devices.text import Text
from gateway.decisions import Run
from gateway.irrigation.wording import depth_vi_en, litres_vi_en
from gateway.plots import Plot


def watering(plot: Plot, run: Run) -> Text:
    """A run begins."""
    litres, depth, by = _amounts(plot, run.target_l, run.requester)
    return Text(
        f"Tưới {plot.label.vi}: {depth.vi} ({litres.vi}), {by.vi}.",
        f"Watering {plot.label.en}: {depth.en} ({litres.en}), {by.en}.",
    )


def waiting(plot: Plot, run: Run) -> Text:
    """A run waits until its pump is free."""
    litres, depth, by = _amounts(plot, run.target_l, run.requester)
    return Text(
        f"Chờ máy bơm rảnh để tưới {plot.label.vi}: {depth.vi} ({litres.vi}), {by.vi}.",
        f"{plot.label.en} waits for the pump: {depth.en} ({litres.en}), {by.en}.",
    )


def refused(plot: Plot, reason: Text) -> Text:
    """Nothing is watered."""
    return Text(
        f"Không tưới {plot.label.vi}: {reason.vi}.", f"Not watering {plot.label.en}: {reason.en}."
    )


def unknown_plot(plot: str) -> Text:
    """Somebody asked for a plot that does not exist."""
    return Text(f"Không tưới: không có lô {plot}.", f"Not watering: there is no plot {plot}.")


def stopping(plot: Plot, reason: Text) -> Text:
    """A run is cut short; its valves are being closed."""
    return Text(
        f"Dừng tưới {plot.label.vi}: {reason.vi}.",
        f"Watering of {plot.label.en} stops: {reason.en}.",
    )


def finished(plot: Plot, run: Run) -> Text:
    """A run has ended, and what flowed."""
    litres = litres_vi_en(run.litres)
    depth = depth_vi_en(run.litres, plot.area_m2)
    how = (
        Text("đo bằng đồng hồ nước", "by the flow meter")
        if run.measured
        else Text("ước tính theo thời gian", "estimated from the time")
    )
    if run.cause is None:
        return Text(
            f"Đã tưới xong {plot.label.vi}: {litres.vi} ({depth.vi}), {how.vi}.",
            f"{plot.label.en} is watered: {litres.en} ({depth.en}), {how.en}.",
        )
    return Text(
        f"Lượt tưới {plot.label.vi} không trọn vẹn vì {run.cause.vi}; "
        f"đã chảy {litres.vi}, {how.vi}.",
        f"The watering of {plot.label.en} was cut short: {run.cause.en}; "
        f"{litres.en} flowed, {how.en}.",
    )


def _amounts(plot: Plot, litres: float, requester: str) -> tuple[Text, Text, Text]:
    return litres_vi_en(litres), depth_vi_en(litres, plot.area_m2), asked_by(requester)


def asked_by(requester: str) -> Text:
    """Who wanted it."""
    who, _, name = requester.partition(":")
    if who == "rule":
        return Text(f"theo quy tắc {name}", f"as rule {name} asked")
    if who == "person":
        return Text("theo yêu cầu của người vận hành", "as the operator asked")
    return Text(f"theo {requester}", f"as {requester} asked")
