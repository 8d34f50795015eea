from dataclasses import replace

from devices.text import Text
from gateway.decisions import Explanation, Run, RunState
from tests.hamlet import DAY_MS, HOUR_MS, NOW, Hamlet

RUN = Run("r1", "lo-3", "rule:dry", RunState.FLOWING, NOW - HOUR_MS, NOW, NOW, 6700, 3350)


async def test_a_plot_being_watered(hamlet: Hamlet) -> None:
    hamlet.save(replace(RUN, litres=100))
    hamlet.running = [RUN]
    hamlet.save(Explanation("lo-3", NOW - HOUR_MS, "water", Text("vì khô", "because dry"), {}))
    watering = await hamlet.views.watering()
    [plot] = watering.running
    assert plot.id == "lo-3"
    assert plot.run == RUN  # memory is newer than the journal
    assert plot.remaining_ms == 10 * 60_000  # 3350 L at 335 L/min
    assert plot.decision is not None
    assert plot.decision.sentence.en == "because dry"
    assert watering.today_l == 3350


async def test_a_second_press_does_not_hide_why_a_plot_is_watered(hamlet: Hamlet) -> None:
    hamlet.running = [RUN]
    for minute, action in enumerate(("water", "refuse", "skip")):
        at = NOW - HOUR_MS + minute * 60_000
        hamlet.save(Explanation("lo-3", at, action, Text(action, action), {}))
    [plot] = (await hamlet.views.watering()).running
    assert plot.decision is not None
    assert plot.decision.action == "water"


async def test_yesterdays_water_is_not_todays(hamlet: Hamlet) -> None:
    done = replace(RUN, state=RunState.DONE, created_at=NOW - DAY_MS, ended_at=NOW - DAY_MS)
    hamlet.save(done)
    watering = await hamlet.views.watering()
    assert watering.running == ()
    assert watering.today_l == 0
    assert [plot.last_runs for plot in watering.plots if plot.last_runs] == [(done,)]


async def test_water_counts_for_the_day_on_which_it_flowed(hamlet: Hamlet) -> None:
    evening = replace(RUN, created_at=NOW - DAY_MS, yesterday_l=1000)
    hamlet.save(replace(evening, id="r0", state=RunState.DONE, litres=3000, ended_at=NOW - HOUR_MS))
    hamlet.running = [evening]
    watering = await hamlet.views.watering()
    assert watering.today_l == 2000 + 2350


async def test_what_may_have_passed_a_dead_meter_is_not_offered_again(hamlet: Hamlet) -> None:
    most = next(plot.litres_per_day_max for plot in hamlet.site.plots if plot.id == "lo-3")
    done = replace(RUN, state=RunState.DONE, ended_at=NOW, litres=0, unseen_l=most - 500)
    hamlet.save(done)
    plots = {plot.id: plot for plot in (await hamlet.views.watering()).plots}
    assert (plots["lo-3"].today_l, plots["lo-3"].most_l) == (0, 500)


async def test_moisture_comes_from_the_probes_that_report(hamlet: Hamlet) -> None:
    hamlet.say("soil-03a", NOW - 60_000, soil_moisture_pct=22.0)
    hamlet.say("soil-03b", NOW - DAY_MS, soil_moisture_pct=40.0)
    plots = {plot.id: plot for plot in (await hamlet.views.watering()).plots}
    moisture = plots["lo-3"].moisture
    assert moisture is not None
    assert (moisture.percent, moisture.probes, plots["lo-3"].probes) == (22.0, 1, 2)
    assert plots["lo-4"].moisture is None
