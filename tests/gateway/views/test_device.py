from dataclasses import replace

from devices.text import Text
from gateway.decisions import RuleChanged, RuleState, State
from gateway.journal.measured import MESSAGES_MAX
from gateway.sequences import Gap
from gateway.views.device import RuleOnDevice
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet, RuleOn

LIGHT = "light-117"


async def test_a_device_with_everything_known_of_it(hamlet: Hamlet) -> None:
    dark, hot = Text("Tối", "Dark"), Text("Nóng", "Hot")
    hamlet.rules_on[LIGHT] = [
        RuleOn("hot", hot, RuleState.INACTIVE, None),
        RuleOn("dark", dark, RuleState.FIRING, NOW - HOUR_MS),
    ]
    hamlet.say(LIGHT, NOW - HOUR_MS, 0, battery_v=13.0, battery_temperature_c=27.5)
    hamlet.say(LIGHT, NOW - 60_000, 3, battery_v=13.1)
    hamlet.turn(LIGHT, State.DOWN, NOW - HOUR_MS, "lamp-failure")
    for state, since in ((RuleState.PENDING, NOW - DAY_MS), (RuleState.FIRING, NOW - HOUR_MS)):
        hamlet.save(RuleChanged("dark", LIGHT, state, since, None, None, {"battery_v": 13.0}))
    device = await hamlet.views.device(LIGHT)
    assert device is not None
    assert [(f.metric.name, f.value, f.old) for f in device.row.figures] == [
        ("battery_v", 13.1, False),
        ("battery_temperature_c", 27.5, True),
    ]
    (gap,) = device.missing.awaited
    assert gap == Gap("~0", 1, 2, NOW - HOUR_MS, NOW - 60_000)
    assert (device.missing.awaited_count, device.missing.lost_count) == (2, 0)
    assert device.rules == (  # those that never spoke are there, too, behind those that do
        RuleOnDevice(dark, RuleState.FIRING, NOW - HOUR_MS, {"battery_v": 13.0}),
        RuleOnDevice(hot, RuleState.INACTIVE, None, {}),
    )
    assert device.last_message is not None
    assert b'"seq": 3' in device.last_message.body


async def test_no_such_device(hamlet: Hamlet) -> None:
    assert await hamlet.views.device("light-999") is None
    assert hamlet.views.row("light-999") is None
    assert await hamlet.views.curve("light-999", "battery_v", 0, 1, 1) is None


async def test_a_chart_has_the_metrics_of_the_device_and_the_nights(hamlet: Hamlet) -> None:
    hamlet.say(LIGHT, NOW - HOUR_MS, battery_v=13.0)
    chart = await hamlet.views.chart(LIGHT, ["battery_v", "clients"], NOW - DAY_MS, NOW, HOUR_MS)
    assert [curve.metric.name for curve in chart.curves] == ["battery_v"]
    assert [point.mean for point in chart.curves[0].points] == [13.0]
    [(dusk, dawn)] = [night for night in chart.nights if night[1] < NOW]
    assert 11 * HOUR_MS < dawn - dusk < 14 * HOUR_MS


async def test_a_year_has_no_nights(hamlet: Hamlet) -> None:
    chart = await hamlet.views.chart(LIGHT, ["battery_v"], NOW - 365 * DAY_MS, NOW, DAY_MS)
    assert chart.nights == ()


async def test_new_devices_are_apart(hamlet: Hamlet) -> None:
    device = hamlet.device(LIGHT)
    device.adopted = False
    assert [row.id for row in hamlet.views.new_devices()] == [LIGHT]
    assert LIGHT not in {row.id for row in hamlet.views.devices()}


async def test_alerts_in_memory_win_over_the_journal(hamlet: Hamlet) -> None:
    opened = hamlet.alert("dark", LIGHT, Text("a", "a"))
    hamlet.save(replace(opened, resolved_at=NOW))
    past = hamlet.alert("dark", "light-001", Text("b", "b"))
    hamlet.open_alerts.remove(past)
    hamlet.save(replace(past, resolved_at=NOW))
    assert [(a.id, a.resolved_at) for a in await hamlet.views.alerts()] == [
        (opened.id, None),
        (past.id, NOW),
    ]


async def test_a_chart_of_a_device_that_sends_very_often_has_steps_of_an_hour(
    hamlet: Hamlet,
) -> None:
    every = 2000
    hamlet.babble(LIGHT, MESSAGES_MAX + 1, NOW - 3 * DAY_MS, every, '{"battery_v":13,"seq":0}')
    start = NOW - 3 * DAY_MS
    chart = await hamlet.views.chart(LIGHT, ("battery_v",), start, NOW, HOUR_MS // 4)
    assert chart.step == HOUR_MS
    assert len(chart.curves[0].points) == (MESSAGES_MAX * every) // HOUR_MS + 1
