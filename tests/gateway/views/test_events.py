from devices.text import Text
from gateway.decisions import RuleChanged, RuleState, State, StateChanged
from gateway.views.events import EVENTS_MAX, SAME_FAULT_MS, Event, events
from tests.hamlet import HOUR_MS, NOW, Hamlet

LIGHT = "light-117"
LEANS = Text("Nghiêng", "Leans")


def turned(at: int, state: State, cause: str = "ok") -> StateChanged:
    return StateChanged(LIGHT, at, state, cause)


def fired(at: int, rule: str = "leans", state: RuleState = RuleState.FIRING) -> RuleChanged:
    return RuleChanged(rule, LIGHT, state, at, None, None, {})


def test_a_fault_is_one_event_whatever_was_unknown_in_between() -> None:
    states = [
        turned(1, State.DOWN, "lamp-failure"),
        turned(2, State.UNKNOWN, "silent"),
        turned(3, State.DOWN, "lamp-failure"),
        turned(4, State.DOWN, "battery-empty"),
        turned(5, State.UP),
        turned(6, State.DOWN, "lamp-failure"),
    ]
    found = events(states, [], {}, 0)
    assert [(event.at, event.cause) for event in found] == [
        (1, "lamp-failure"),
        (4, "battery-empty"),
        (6, "lamp-failure"),
    ]
    assert [event.at for event in events(states, [], {}, 2)] == [4, 6]  # it began before the chart


def test_the_rule_that_reports_a_fault_is_not_a_second_event() -> None:
    states = [turned(NOW, State.DOWN, "lamp-failure")]
    later = NOW + SAME_FAULT_MS + 1
    transitions = [fired(later), fired(NOW + 1, "dark"), fired(NOW, state=RuleState.PENDING)]
    labels = {"leans": LEANS, "dark": Text("Tối", "Dark")}
    assert events(states, transitions, labels, NOW) == (
        Event(NOW, "lamp-failure", None),
        Event(later, None, LEANS),
    )
    assert events([], [fired(NOW, "a rule that is no more")], labels, NOW) == ()


def test_the_newest_events_stay() -> None:
    found = events([], [fired(at) for at in range(100)], {"leans": LEANS}, 0)
    assert [event.at for event in found] == list(range(100 - EVENTS_MAX, 100))


async def test_a_chart_has_the_events_of_its_device(hamlet: Hamlet) -> None:
    hamlet.turn(LIGHT, State.UP, NOW - 3 * HOUR_MS)
    hamlet.turn("light-118", State.DOWN, NOW - 2 * HOUR_MS, "battery-empty")
    hamlet.turn(LIGHT, State.DOWN, NOW - HOUR_MS, "lamp-failure")
    chart = await hamlet.views.chart(LIGHT, ["battery_v"], NOW - 2 * HOUR_MS, NOW, HOUR_MS)
    assert chart.events == (Event(NOW - HOUR_MS, "lamp-failure", None),)
