"""The sentences about a look at a plot: watered or not, why, and when it is looked at again."""

from devices.reading import Millis
from devices.text import Text
from gateway.hamlet_time import HamletTime
from gateway.irrigation.wording import depth_vi_en, litres_vi_en
from gateway.plots import Plot

CLOCK = Text(
    "máy ở nhà văn hóa chưa biết giờ; sẽ xem lại khi có giờ đúng",
    "the gateway does not know the time; it looks again as soon as it does",
)
REST = Text("phần còn lại của lượt tưới theo lịch", "the rest of what the schedule wants")
SILENCE_OF_PERSON = Text("chưa có ai trả lời đề nghị tưới", "nobody answered the proposal to water")
DECLINED = Text("đã có người trả lời là không tưới", "somebody said no to the proposal")
STOPPED = Text("đã có người dừng lượt tưới", "somebody stopped the watering")
_QUESTION = Text(" Có tưới không?", " Water it?")


def not_watered(why: Text, next_look: Text | None) -> Text:
    """A plot gets nothing."""
    return Text(
        f"Không tưới: {why.vi}.{_after(next_look, 'vi')}",
        f"Not watered: {why.en}.{_after(next_look, 'en')}",
    )


def kept_back(need: Text, why: Text, next_look: Text | None) -> Text:
    """It needs water, and something forbids it."""
    return not_watered(Text(f"{need.vi}, nhưng {why.vi}", f"{need.en}, but {why.en}"), next_look)


def waits_for_window(plot: Plot, depth_mm: float, need: Text, opens: Text) -> Text:
    """It needs water, and its hours have not begun."""
    depth = depth_vi_en(depth_mm)
    return Text(
        f"{plot.label.vi} cần tưới {depth.vi}: {need.vi}. Chờ đến {opens.vi}.",
        f"{plot.label.en} needs {depth.en}: {need.en}. It waits until {opens.en}.",
    )


def waits_for_people(plot: Plot, depth_mm: float, need: Text, awake: Text) -> Text:
    """It needs water, and whoever is to be asked sleeps."""
    depth = depth_vi_en(depth_mm)
    return Text(
        f"{plot.label.vi} cần tưới {depth.vi}: {need.vi}. Máy sẽ hỏi lúc {awake.vi}.",
        f"{plot.label.en} needs {depth.en}: {need.en}. You are asked at {awake.en}.",
    )


def watered(
    plot: Plot, depth_mm: float, granted_mm: float, litres: float, need: Text, *, waits: bool
) -> Text:
    """It gets `litres` now; or it `waits` until pump and source are free. A limit may have
    `granted` less than it needs."""
    amount, depth = litres_vi_en(litres), depth_vi_en(depth_mm)
    if granted_mm < depth_mm - 0.05:
        granted = depth_vi_en(granted_mm)
        depth = Text(f"{granted.vi} trong số {depth.vi}", f"{granted.en} of {depth.en}")
    if waits:
        return Text(
            f"Sẽ tưới {plot.label.vi}: {depth.vi} ({amount.vi}) khi đến lượt lấy nước; {need.vi}.",
            f"{plot.label.en} gets {depth.en} ({amount.en}) when its turn comes: {need.en}.",
        )
    return Text(
        f"Tưới {plot.label.vi}: {depth.vi} ({amount.vi}); {need.vi}.",
        f"Watering {plot.label.en}, {depth.en} ({amount.en}): {need.en}.",
    )


def proposed(plot: Plot, depth_mm: float, litres: float, need: Text) -> Text:
    """A person is asked."""
    depth, amount = depth_vi_en(depth_mm), litres_vi_en(litres)
    return Text(
        f"Đề nghị tưới {plot.label.vi}: {depth.vi} ({amount.vi}); {need.vi}.{_QUESTION.vi}",
        f"{plot.label.en} should get {depth.en} ({amount.en}): {need.en}.{_QUESTION.en}",
    )


def agreed(proposed: Text) -> Text:
    """A person said yes to a proposal."""
    return Text(
        f"Đang tưới, đã có người đồng ý. {proposed.vi.removesuffix(_QUESTION.vi)}",
        f"Watering as agreed. {proposed.en.removesuffix(_QUESTION.en)}",
    )


def missed(at: Text) -> Text:
    """The gateway was off when it was time."""
    return Text(
        f"máy ở nhà văn hóa bị tắt vào giờ tưới {at.vi} và bật lại quá muộn",
        f"the gateway was off at {at.en}, when it was time, and came back too late",
    )


def sinking(minutes: int) -> Text:
    """Water has not reached the probes yet."""
    return Text(
        f"vừa tưới {minutes} phút trước, chờ nước ngấm tới cảm biến",
        f"it was watered {minutes} minutes ago; the water must first sink in to the probes",
    )


def blind(plot: Plot, why: Text, by_schedule: bool) -> Text:
    """To the technician: a plot that does not know how it stands."""
    then = (
        Text("Tạm tưới theo lịch", "It is watered by its schedule for the time being")
        if by_schedule
        else Text("Lô này tạm không tự tưới", "It does not water itself for the time being")
    )
    return Text(f"{plot.label.vi}: {why.vi}. {then.vi}", f"{plot.label.en}: {why.en}. {then.en}")


def moment(at: Millis, now: Millis, here: HamletTime) -> Text:
    """A time of day; with the day when it is not today's."""
    local = here.local(at)
    if local.date() == here.day(now):
        return Text(f"{local:%H:%M}", f"{local:%H:%M}")
    return Text(f"{local:%H:%M} ngày {local:%d/%m}", f"{local:%H:%M} on {local:%d %b}")


def _after(next_look: Text | None, language: str) -> str:
    if next_look is None:
        return ""
    if language == "vi":
        return f" Xem lại lúc {next_look.vi}."
    return f" Next look at {next_look.en}."
