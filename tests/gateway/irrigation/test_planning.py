"""The plan of a day: whatever is wished, no pump, source, window or ceiling is asked too much."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.reading import Millis
from devices.text import Text
from gateway.irrigation.planning import DayPlan, Wish
from gateway.irrigation.supply import Supply
from gateway.irrigation.windows import open_until
from gateway.plots import Plot, PlotsFile, Pump, Source
from gateway.watering_plan import Certainty, PlannedWatering
from tests.gateway.irrigation.garden import HERE, plot
from tests.gateway.irrigation.grown_garden import DAY, HOUR, MINUTE, GrownGarden, local, tea

START = local("2026-03-10 05:00")
WHY = Text("khô", "dry")


def wish(of: Plot, after_min: int = 0, litres: float = 600) -> Wish:
    return Wish(of, START + after_min * MINUTE, litres, Certainty.EXPECTED, WHY)


def arrange(wishes: Sequence[Wish], water: PlotsFile) -> Sequence[PlannedWatering]:
    supply = Supply(water)

    def left_l(of: Plot, at: Millis) -> tuple[float, float]:
        source = supply.source(of)
        most = source.litres_per_day_max if source else None
        return of.litres_per_day_max, float("inf") if most is None else most

    plan = DayPlan(supply, HERE, START, START + DAY, left_l)
    planned, without = plan.arrange(wishes)
    assert len(planned) + len(without) == len(wishes)
    return planned


def test_one_after_the_other_on_one_pump_by_priority() -> None:
    low, high = plot("lo-1"), plot("lo-2", priority=9)
    planned = arrange([wish(low), wish(high)], PlotsFile(plots=(low, high)))
    assert [(one.plot, one.begin - START) for one in planned] == [
        ("lo-2", 0),
        ("lo-1", 10 * MINUTE),
    ]


def test_what_flows_is_not_interrupted() -> None:
    low, high = plot("lo-1"), plot("lo-2", priority=9)
    planned = arrange([wish(low), wish(high, 5)], PlotsFile(plots=(low, high)))
    assert [one.plot for one in planned] == ["lo-1", "lo-2"]


def test_a_wish_that_finds_no_room_is_named() -> None:
    only = plot(windows=[{"from": "03:00", "to": "04:00"}])
    planned = arrange([wish(only, 23 * 60 + 59)], PlotsFile(plots=(only,)))
    assert not planned


PUMPS = (
    Pump(id="pump-1", source="pond", plots_at_once=2, flow_max_l_min=150),
    Pump(id="pump-2", source="pond", plots_at_once=3),
)
POND = Source.model_validate(
    {
        "id": "pond",
        "label": {"vi": "ao", "en": "pond"},
        "flow_max_l_min": 200,
        "litres_per_day_max": 4000,
    }
)
PLOTS = tuple(
    plot(
        f"lo-{n}",
        pump=f"pump-{n % 2 + 1}",
        priority=n,
        rate_l_min=30 + 10 * n,
        soak={"water_min": 5, "rest_min": 7} if n % 3 == 0 else None,
        windows=[{"from": "05:00", "to": "07:00"}, {"from": "17:30", "to": "00:15"}]
        if n % 2
        else [],
    )
    for n in range(1, 9)
)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            wish,
            st.sampled_from(PLOTS),
            st.integers(0, 24 * 60 - 1),
            st.floats(1, 5000),
        ),
        max_size=24,
    )
)
def test_nothing_is_asked_too_much(wishes: list[Wish]) -> None:
    water = PlotsFile(plots=PLOTS, pumps=PUMPS, sources=(POND,))
    planned, by_id = arrange(wishes, water), {one.id: one for one in PLOTS}
    litres: dict[object, float] = {}
    for one in planned:
        of, day = by_id[one.plot], HERE.day(one.begin)
        assert START <= one.begin < START + DAY
        closes = open_until(of, one.begin, HERE)
        assert closes is None or one.end <= closes + 1
        assert one.litres <= of.rate_l_min * of.minutes_per_run_max + 1e-6
        assert (one.end - one.begin) * of.rate_l_min / MINUTE >= one.litres - 1e-3
        for taker in (of.id, "pond"):
            litres[taker, day] = litres.get((taker, day), 0.0) + one.litres
        flowing = [by_id[other.plot] for other in planned if other.begin <= one.begin < other.end]
        assert len({each.id for each in flowing}) == len(flowing)
        assert sum(each.rate_l_min for each in flowing) <= 200
        for pump in PUMPS:
            on_pump = [each.rate_l_min for each in flowing if each.pump == pump.id]
            assert len(on_pump) <= pump.plots_at_once
            assert pump.flow_max_l_min is None or sum(on_pump) <= pump.flow_max_l_min
    for (taker, _), amount in litres.items():  # type: ignore[misc]
        assert amount <= (4000 if taker == "pond" else 1000) + 1e-6
    assert planned == arrange(wishes, water), "the same wishes make the same plan"


def test_the_engine_plans_each_way_of_watering() -> None:
    garden = GrownGarden(
        tea("lo-1", mode="soil", thresholds={"start_pct": 25, "stop_pct": 28}),
        tea("lo-2", mode="balance", windows=[{"from": "17:00", "to": "18:00"}]),
        tea("lo-3", mode="schedule", schedule={"at": ["06:00", "18:00"], "depth_mm": 5}),
        tea("lo-4"),
        tea("lo-5", mode="balance", ask_first=True),
        start=START,
    )
    garden.moisture |= {"soil-1": 25.4, "soil-2": 20.0, "soil-5": 22.0}
    garden.last_until(START + 10 * MINUTE)
    plan = garden.engine.plan(garden.now)
    begins = {one.plot: one.begin for one in plan.waterings}
    assert {one.plot for one in plan.waterings if one.certainty is Certainty.ASKS} == {"lo-5"}
    assert [one.plot for one in plan.waterings].count("lo-3") == 2
    assert begins["lo-2"] == local("2026-03-10 17:00")
    assert START + 2 * HOUR < begins["lo-1"] < START + DAY, "when the tea has drunk the rest"
    assert [one.plot for one in plan.without] == ["lo-4"]


def test_what_others_take_of_a_source_is_none_of_a_plots_own_limit() -> None:
    pond = Source.model_validate({**POND.model_dump(), "litres_per_day_max": 2500})
    plots = tuple(
        plot(f"lo-{n}", pump=None, source="pond", litres_per_day_max=1000) for n in (1, 2, 3)
    )
    planned = arrange(
        [wish(one, n, 1000) for n, one in enumerate(plots)], PlotsFile(plots=plots, sources=(pond,))
    )
    today = [one.litres for one in planned if HERE.day(one.begin) == HERE.day(START)]
    assert today == [1000, 1000, 500]


def test_a_plan_without_room_says_what_is_needed() -> None:
    garden = GrownGarden(
        tea("lo-1", mode="balance", windows=[{"from": "17:00", "to": "17:30"}]),
        tea("lo-2", mode="balance", windows=[{"from": "17:00", "to": "17:30"}]),
        start=START,
    )
    garden.moisture |= {"soil-1": 20.0, "soil-2": 20.0}
    garden.last_until(START + 10 * MINUTE)
    (none,) = garden.engine.plan(garden.now).without
    assert none.reason.en.startswith("the soil holds only 0 of 37 mm, but pump, source, hours")


def test_what_is_watered_now_is_certain() -> None:
    garden = GrownGarden(tea("lo-1"), tea("lo-2"), start=START)
    garden.ask("lo-1", litres=2400)
    garden.ask("lo-2", litres=2400)
    garden.live(60)
    plan = garden.engine.plan(garden.now)
    assert [(one.plot, one.certainty) for one in plan.waterings] == [
        ("lo-1", Certainty.CERTAIN),
        ("lo-2", Certainty.CERTAIN),
    ]
    assert plan.waterings[1].begin == plan.waterings[0].end
