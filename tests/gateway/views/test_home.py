from dataclasses import replace

import pytest

from devices.text import Text
from gateway.decisions import Alert, Severity, State
from gateway.views.fleet import Beginning
from gateway.views.tasks import Task
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet, Rule


async def test_counts_of_a_hamlet_that_works(hamlet: Hamlet) -> None:
    hamlet.everything_works(NOW - 9 * DAY_MS)
    home = await hamlet.views.home()
    counts = home.kind("light").counts
    assert (counts.up, counts.down, counts.unknown, counts.total) == (255, 0, 0, 255)
    week = home.kind("light").week
    assert week is not None
    assert week.nightly
    assert len(week.periods) == 7
    assert (week.whole.ratio, week.whole.coverage) == (1.0, 1.0)


async def test_what_was_never_heard_is_unknown_since_nobody_knows_when(hamlet: Hamlet) -> None:
    home = await hamlet.views.home()
    counts = home.kind("wifi").counts
    assert (counts.up, counts.down, counts.unknown) == (0, 0, 19)
    assert counts.unknown_since is None
    week = home.kind("wifi").week
    assert week is not None
    assert week.whole.ratio is None
    assert week.whole.coverage == 0
    assert home.heard_at is None


async def test_down_lowers_the_ratio_and_unknown_lowers_the_coverage(hamlet: Hamlet) -> None:
    hamlet.everything_works(NOW - 9 * DAY_MS)
    hamlet.turn("pump-1", State.DOWN, NOW - DAY_MS)
    hamlet.turn("pump-2", State.UNKNOWN, NOW - DAY_MS, "silent")
    pumps = (await hamlet.views.home()).kind("pump")
    assert (pumps.counts.down_since, pumps.counts.unknown_since) == (
        Beginning(NOW - DAY_MS, True),
    ) * 2
    assert pumps.week is not None
    whole = pumps.week.whole
    assert whole.down_ms == whole.unknown_ms == DAY_MS
    # Six local days and the seven hours of today, for two pumps.
    assert whole.total_ms == 2 * (6 * DAY_MS + 7 * HOUR_MS)


async def test_a_fault_began_before_it_was_lost_from_sight(hamlet: Hamlet) -> None:
    hamlet.turn("pump-1", State.DOWN, NOW - DAY_MS, "no-power")
    hamlet.turn("pump-1", State.UNKNOWN, NOW - 2 * HOUR_MS, "silent")
    row = hamlet.views.row("pump-1")
    assert row is not None
    assert row.since == NOW - 2 * HOUR_MS
    hamlet.turn("pump-1", State.DOWN, NOW - HOUR_MS, "no-power")
    since = (await hamlet.views.home()).kind("pump").counts.down_since
    assert since is not None
    assert since.at == NOW - DAY_MS
    row = hamlet.views.row("pump-1")
    assert row is not None
    assert row.since == NOW - DAY_MS


async def test_the_week_is_computed_anew_after_a_minute_only(hamlet: Hamlet) -> None:
    hamlet.everything_works(NOW - 9 * DAY_MS)
    before = (await hamlet.views.home()).kind("pump").week
    hamlet.turn("pump-1", State.DOWN, NOW - DAY_MS)
    hamlet.now += 59_000
    assert (await hamlet.views.home()).kind("pump").week == before
    hamlet.now += 2_000
    assert (await hamlet.views.home()).kind("pump").week != before


@pytest.mark.parametrize(
    ("age_ms", "brightness", "lit"),
    [
        (0, [70.0, 70.0, 0.0], True),
        (0, [0.0, 0.0, 70.0], False),
        (HOUR_MS, [70.0, 70.0, 70.0], False),  # what was told an hour ago proves nothing
        (0, [], False),
    ],
)
async def test_lights_shine_when_most_are_told_to(
    hamlet: Hamlet, age_ms: int, brightness: list[float], lit: bool
) -> None:
    for number, value in enumerate(brightness, 1):
        hamlet.say(f"light-{number:03}", NOW - age_ms, brightness_pct=value)
    assert (await hamlet.views.home()).lit is lit


async def test_one_time_is_told_when_all_failed_about_then(hamlet: Hamlet) -> None:
    hamlet.turn("pump-1", State.DOWN, NOW - 2 * HOUR_MS)
    hamlet.turn("pump-2", State.DOWN, NOW - 2 * HOUR_MS + 60_000)
    pumps = (await hamlet.views.home()).kind("pump").counts
    assert pumps.down_since == Beginning(NOW - 2 * HOUR_MS, together=True)
    hamlet.turn("wifi-01", State.UNKNOWN, NOW - HOUR_MS)  # the others were never heard
    wifi = (await hamlet.views.home()).kind("wifi").counts
    assert wifi.unknown_since == Beginning(NOW - HOUR_MS, together=False)


async def test_failed_lights_share_the_landmark_that_most_are_near(hamlet: Hamlet) -> None:
    hamlet.everything_works(NOW - DAY_MS)
    near = [d.id for d in hamlet.fleet if d.place == "cho" and d.kind.name == "light"][:2]
    for id in [*near, "light-001"]:
        hamlet.turn(id, State.DOWN, NOW - HOUR_MS, "lamp-failure")
    home = await hamlet.views.home()
    assert home.kind("light").down_near == Text("Chợ Khe Cốc", "Khe Coc market")


async def test_scattered_failures_are_near_nothing(hamlet: Hamlet) -> None:
    for id in ("light-001", "light-120", "light-205"):
        hamlet.turn(id, State.DOWN, NOW - HOUR_MS, "lamp-failure")
    assert (await hamlet.views.home()).kind("light").down_near is None


def summary(task: Task) -> tuple[str, str | None, int, Severity]:
    return task.source, task.kind, len(task.alerts), task.severity


async def test_one_cause_is_one_task_and_the_urgent_comes_first(hamlet: Hamlet) -> None:
    message = Text("tối", "dark")
    for id in ("light-001", "light-002"):
        hamlet.turn(id, State.DOWN, NOW - HOUR_MS, "lamp-failure")
        hamlet.alert("lamp", id, message)
    hamlet.alert("lamp", "wifi-01", message)
    hamlet.alert("leak", "lo-3", message, Severity.CRITICAL)
    found = hamlet.views.tasks()
    assert [summary(task) for task in found] == [
        ("leak", None, 1, Severity.CRITICAL),
        ("lamp", "light", 2, Severity.WARNING),
        ("lamp", "wifi", 1, Severity.WARNING),
    ]
    assert found[1].cause == "lamp-failure"
    assert found[1].settings["lamp_w"] == 30


async def test_a_task_of_a_rule_has_its_name_and_its_devices_in_order(hamlet: Hamlet) -> None:
    hamlet.rules = [Rule("dark", Text("Đèn hỏng", "Lamp failure"), {})]
    for id in ("light-003", "light-001", "light-002"):
        hamlet.now += 1
        hamlet.alert("rule:dark", id, Text("tối", "dark"))
    [task] = hamlet.views.tasks()
    assert task.label == Text("Đèn hỏng", "Lamp failure")
    assert [id for id, _ in task.devices] == ["light-001", "light-002", "light-003"]
    assert task.since == NOW + 1


async def test_a_task_is_acknowledged_when_all_of_it_is(hamlet: Hamlet) -> None:
    one = hamlet.alert("lamp", "light-001", Text("a", "a"))
    other = hamlet.alert("lamp", "light-002", Text("a", "a"))
    seen: list[Alert] = [replace(one, acknowledged_at=NOW), other]
    hamlet.open_alerts = seen
    assert not hamlet.views.tasks()[0].acknowledged
    seen[1] = replace(other, acknowledged_at=NOW)
    assert hamlet.views.tasks()[0].acknowledged
