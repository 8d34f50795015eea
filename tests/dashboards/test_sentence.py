from dataclasses import replace

import pytest

from dashboards.sentence import sentence
from dashboards.words import Words
from gateway.decisions import Run, RunState, State
from gateway.fleet import GATEWAY
from gateway.views.home import Home
from tests.dashboards.test_words import EN, VI
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet


async def home_of(hamlet: Hamlet) -> Home:
    return await hamlet.views.home()


async def test_all_is_well(hamlet: Hamlet) -> None:
    hamlet.everything_works(NOW - DAY_MS)
    home = await home_of(hamlet)
    assert sentence(home, VI) == "Đêm qua đèn đường sáng tốt. Wifi xóm hoạt động 19 trên 19 điểm."
    assert sentence(replace(home, lit=True), EN).startswith("The streetlights are on and fine.")


async def test_a_few_lights_failed_at_one_place(hamlet: Hamlet) -> None:
    hamlet.everything_works(NOW - DAY_MS)
    lights = [d.id for d in hamlet.fleet if d.kind.name == "light" and d.place == "nha-van-hoa"]
    for id in lights[:3]:
        hamlet.turn(id, State.DOWN, NOW - HOUR_MS, "lamp-failure")
    hamlet.turn("wifi-04", State.DOWN, NOW - HOUR_MS, "no-internet")
    home = await home_of(hamlet)
    assert sentence(home, VI) == (
        "Đêm qua đèn đường sáng tốt, trừ 3 đèn gần nhà văn hóa xóm. "
        "Wifi xóm hoạt động 18 trên 19 điểm."
    )
    assert "except 3 near Cultural house" in sentence(home, EN)


@pytest.mark.parametrize(
    ("state", "number", "start"),
    [
        (State.DOWN, 30, "30 trên 255 đèn đường bị hỏng"),
        (State.UNKNOWN, 200, "Chưa rõ tình trạng của 200 trên 255 đèn đường"),
    ],
)
async def test_much_is_wrong(hamlet: Hamlet, state: State, number: int, start: str) -> None:
    hamlet.everything_works(NOW - DAY_MS)
    for index in range(1, number + 1):
        device = hamlet.device(f"light-{index:03}")
        device.state = state
    assert sentence(await home_of(hamlet), VI).startswith(start)


async def test_unknown_is_never_told_as_fine(hamlet: Hamlet) -> None:
    hamlet.everything_works(NOW - DAY_MS)
    for index in range(1, 4):
        hamlet.device(f"light-{index:03}").state = State.UNKNOWN
    assert "3" in sentence(await home_of(hamlet), VI)


async def test_wifi_that_nobody_knows_of_is_not_called_broken(hamlet: Hamlet) -> None:
    hamlet.everything_works(NOW - DAY_MS)
    hamlet.turn("wifi-01", State.UNKNOWN, NOW - HOUR_MS, "silent")
    assert sentence(await home_of(hamlet), VI).endswith(
        "Wifi xóm hoạt động 18 trên 19 điểm, chưa rõ 1 điểm."
    )


async def test_water_is_told(hamlet: Hamlet) -> None:
    hamlet.everything_works(NOW - DAY_MS)
    hamlet.running = [Run("r", "lo-3", "x", RunState.FLOWING, NOW, NOW, NOW, 10)]
    assert sentence(await home_of(hamlet), VI).endswith("Đang tưới 1 lô chè.")


@pytest.mark.parametrize("words", [VI, EN])
async def test_nothing_was_heard_yet(hamlet: Hamlet, words: Words) -> None:
    assert sentence(await home_of(hamlet), words) == words.t("say.waiting")


async def test_nothing_is_there_yet(empty: Hamlet) -> None:
    assert sentence(await home_of(empty), VI) == VI.t("say.nothing")


async def test_new_devices_are_told_where_there_is_nothing_else(hamlet: Hamlet) -> None:
    for device in hamlet.fleet:
        device.adopted = device.id == GATEWAY
    home = await home_of(hamlet)
    assert sentence(home, VI) == "Có 337 thiết bị mới chờ được nhận ở trang Kỹ thuật."
