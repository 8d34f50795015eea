"""The pages of the watering: what they say, and to whom they offer what."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from devices.text import Text
from gateway.decisions import Explanation
from gateway.plots import Mode, PlotsFile
from tests.dashboards.client import client_of
from tests.dashboards.gardening import PROPOSAL, garden, outlook
from tests.dashboards.page import Page
from tests.hamlet import HOUR_MS, NOW, Hamlet

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
PATHS = ("/watering", "/watering/plan", "/watering/lo-3", "/watering/lo-4", "/watering/lo-5")
ENTRY = {"name": "Chị Lan", "token": "t"}


@pytest.fixture
async def signed(hamlet: Hamlet) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who has shown the code."""
    async with client_of(hamlet) as client:
        answer = await client.post("/watering/lo-3/enter", data=ENTRY)
        assert answer.headers["Location"] == "/watering/lo-3"
        yield client


async def page(web: httpx2.AsyncClient, path: str, lang: str = "en") -> Page:
    answer = await web.get(path, params={"lang": lang})
    assert answer.status_code == 200
    found = Page(answer.text)
    assert found.problems == []
    assert found.inline == []
    return found


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", PATHS)
async def test_whoever_may_act_sees_a_well_formed_page(
    hamlet: Hamlet, signed: httpx2.AsyncClient, path: str, lang: str
) -> None:
    garden(hamlet, "Lan")
    shown = await page(signed, path, lang)
    assert shown.lang == lang
    assert shown.headings[0] == "h1"


@pytest.mark.parametrize("path", PATHS)
async def test_hostile_names_stay_names(
    hamlet: Hamlet, signed: httpx2.AsyncClient, path: str
) -> None:
    garden(hamlet, EVIL)
    html = (await signed.get(path)).text
    assert Page(html).problems == []
    assert "<script>alert" not in html
    assert "<img" not in html


async def test_a_visitor_sees_no_buttons(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    garden(hamlet, "Lan")
    for path in ("/watering", "/watering/lo-4", "/watering/lo-3"):
        html = (await web.get(path)).text
        assert "formaction" not in html
        assert "/enter" in html


async def test_the_overview_begins_with_what_waits_for_a_yes(
    hamlet: Hamlet, signed: httpx2.AsyncClient
) -> None:
    garden(hamlet, "The probes say 22 %")
    html = (await signed.get("/watering?lang=en")).text
    assert f"/watering/lo-4/proposals/{PROPOSAL}/yes" in html
    shown = Page(html).text
    asked, coming = shown.index("Waits for your answer (1)"), shown.index("The next 24 hours")
    assert asked < coming < shown.index("The plots")
    assert "13.9\N{NO-BREAK SPACE}m³, about 1 h" in shown
    assert "By soil moisture, asks first" in shown


async def test_what_flows_already_is_not_to_come(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    garden(hamlet, "No rain fell")
    assert hamlet.plan
    at = NOW + 5  # the plan is made a moment after the page has read the time
    first, *others = hamlet.plan.waterings
    flowing = replace(first, begin=at)
    hamlet.plan = replace(hamlet.plan, at=at, waterings=(flowing, *others))
    shown = (await page(web, "/watering")).text
    coming = shown[shown.index("The next 24 hours") : shown.index("See the whole plan")]
    assert "26.7" not in coming
    assert "13.9" in coming


async def test_the_plan_tells_who_is_watered_when_and_who_is_not(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    garden(hamlet, "dry soil")
    shown = (await page(web, "/watering/plan")).text
    assert "3 waterings in the next 24 hours" in shown
    assert "08:00–09:00" in shown
    assert shown.index("Tea plot 3") < shown.index("Tea plot 4") < shown.index("Tea plot 8")
    for word in ("certain", "waits for a yes", "expected"):
        assert word in shown
    html = (await web.get("/watering/plan?lang=en")).text
    assert html.count('class="t-certain"') == 1
    assert 'x="42"' in html  # an hour of 24


async def test_a_plan_of_nothing(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    garden(hamlet, "x")
    assert hamlet.plan
    hamlet.plan = type(hamlet.plan)(hamlet.plan.at, hamlet.plan.until, (), ())
    assert (
        "Nothing will be watered in the next 24 hours" in (await page(web, "/watering/plan")).text
    )


async def test_the_first_day(empty: Hamlet) -> None:
    async with client_of(empty) as web:
        for path in ("/watering", "/watering/plan"):
            assert "No tea plots yet" in (await page(web, path)).text
        assert "No tea plots yet" in (await page(web, "/diary/new")).text
        assert "The next 24 hours" not in (await page(web, "/watering")).text
        assert (await web.get("/watering/lo-3")).status_code == 404
        assert (await web.get("/live/watering/lo-3")).status_code == 404


async def test_a_plot_answers_in_the_order_in_which_people_ask(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    garden(hamlet, "No rain fell")
    shown = (await page(web, "/watering/lo-3")).text
    order = [
        "The soil is short of water",
        "No rain fell",
        "Next look at 17:00",
        "Water today: 0\N{NO-BREAK SPACE}L of at most 30.0\N{NO-BREAK SPACE}m³",
        "What keeps water back now",
        "holds 0 of 34\N{NO-BREAK SPACE}mm: the tea is 5\N{NO-BREAK SPACE}mm short",
        "Soil moisture probes",
        "Waterings of the last 7 days",
        "What was decided, and why",
    ]
    places = [shown.index(text) for text in order]
    assert places == sorted(places)
    assert "left out" in shown
    assert "unknown" in shown  # the wind, among the figures of a decision


@pytest.mark.parametrize(
    ("depletion_mm", "needs_mm", "chip", "sentence"),
    [
        (12.0, 0.0, "enough water", "This plot has enough water."),
        (29.0, 29.0, "due for water", "This plot is due for water."),
        (38.4, 38.4, "short of water", "The soil is short of water."),
        (38.4, None, "short of water", "The soil is short of water."),
        (12.0, None, "enough water", "This plot has enough water."),
        (33.5, None, "due for water", "This plot is due for water."),  # holds 0 of 34 mm
        (None, 0.0, "enough water", "This plot has enough water."),
        (None, None, None, "Nobody knows how dry the soil is."),
    ],
)
async def test_overview_and_page_say_the_same_of_the_soil(
    hamlet: Hamlet,
    web: httpx2.AsyncClient,
    depletion_mm: float | None,
    needs_mm: float | None,
    chip: str | None,
    sentence: str,
) -> None:
    hamlet.outlooks["lo-3"] = replace(
        outlook("lo-3"),
        mode=Mode.BALANCE,
        depletion_mm=depletion_mm,
        raw_mm=33.6,
        needs_mm=needs_mm,
    )
    shown = (await page(web, "/watering")).text
    chips = [one for one in ("enough water", "due for water", "short of water") if one in shown]
    assert chips == ([chip] if chip else [])
    assert sentence in (await page(web, "/watering/lo-3")).text


async def test_the_last_look_is_shown_although_it_was_not_worth_being_kept(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    garden(hamlet, "No rain fell")
    sentence = Text("Lần xem mới nhất", "The newest look. Next look at 17:00.")
    inputs = {"next_look": hamlet.outlooks["lo-3"].next_look}
    look = Explanation("lo-3", NOW, "skip", sentence, inputs)
    hamlet.outlooks["lo-3"] = replace(hamlet.outlooks["lo-3"], look=look)
    for path in ("/watering", "/watering/lo-3"):
        shown = (await page(web, path)).text
        assert "The newest look." in shown
        assert shown.count("Next look at 17:00") == 1


async def test_old_decisions_are_folded_by_day_and_like_ones_told_once(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    hamlet.save(
        *(
            Explanation(
                "lo-3", NOW - n * HOUR_MS, "skip", Text("đủ", f"enough {n}"), {"cause": "x"}
            )
            for n in range(3)
        ),
        *(
            Explanation(
                "lo-3", NOW - n * 10 * HOUR_MS, "skip", Text("gió", f"wind {n}"), {"cause": str(n)}
            )
            for n in range(1, 9)
        ),
    )
    html = (await web.get("/watering/lo-3?lang=en")).text
    decided = Page(html[html.index("What was decided") :]).text
    assert "enough 0 (the same since 05:00)" in decided
    assert "enough 1" not in decided
    first_fold = html.index('<details class="day">')
    assert html.index("wind 4") < first_fold < html.index("wind 5")
    assert "18 Nov 2026 1 decision" in decided


async def test_estimates_and_corrections_are_marked(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    garden(hamlet, "x")
    html = (await web.get("/watering/lo-3?lang=en")).text
    assert '<td class="num">~4.2</td>' in html
    assert "<b>−3.5</b>" in html
    assert html.count("c-estimated") == 1
    assert html.count('class="c-water') == 13  # of one day nothing is known


async def test_a_plot_about_which_nothing_is_known(
    hamlet: Hamlet, signed: httpx2.AsyncClient
) -> None:
    shown = (await page(signed, "/watering/lo-9")).text
    assert "Nobody knows how dry the soil is" in shown
    assert "None" not in shown


async def test_only_modes_for_which_the_file_has_all_are_offered(
    hamlet: Hamlet, signed: httpx2.AsyncClient
) -> None:
    plot = hamlet.site.plots[2]
    html = (await signed.get(f"/watering/{plot.id}?lang=en")).text
    offered = [mode for mode in Mode if f'value="{mode.value}" required' in html]
    assert tuple(offered) == plot.modes


async def test_the_label_of_a_plot_is_the_title(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    plots = hamlet.site.water.plots
    assert isinstance(hamlet.site.water, PlotsFile)
    html = (await web.get(f"/watering/{plots[0].id}")).text
    assert f"<h1>{Text(*plots[0].label).vi}</h1>" in html
