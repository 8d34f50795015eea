"""What people do with the forms of a plot, on a gateway that is really open."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from gateway.api.token import load_or_create_token
from gateway.app import Gateway
from gateway.assembly import hamlet_time
from gateway.cli.web import TOKEN_FILE, build_web
from gateway.irrigation.book import PlotBook
from gateway.plots import Mode
from tests.dashboards.page import Page
from tests.gateway.watered_site import opened, write_watered_site

HOST = "http://localhost"
PLOT = "/watering/lo-1"
EVIL = "<script>alert(1)</script>"
EN = {"Cookie": "lang=en"}


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    write_watered_site(tmp_path)
    async with opened(tmp_path) as gateway:
        yield gateway


@pytest.fixture
async def web(gateway: Gateway) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(build_web(gateway), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as client:
        client.cookies.set("lang", "en")
        yield client


@pytest.fixture
async def known(gateway: Gateway, web: httpx2.AsyncClient) -> dict[str, str]:
    """What the forms of somebody who was let in hold."""
    token = load_or_create_token(gateway.site.data / TOKEN_FILE)
    entered = await web.post(f"{PLOT}/enter", data={"name": "Chị Lan", "token": token})
    assert (entered.status_code, entered.headers["Location"]) == (303, PLOT)
    return await fields(web)


async def fields(web: httpx2.AsyncClient, path: str = PLOT) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    html = (await web.get(path)).text
    found = dict(re.findall(r'name="(key|act)" value="([^"]+)"', html))
    assert found.keys() == {"key", "act"}
    return found


async def said(web: httpx2.AsyncClient, answer: httpx2.Response) -> str:
    """What the page to which an act leads says of it."""
    assert answer.status_code == 303, answer.text
    shown = Page((await web.get(answer.headers["Location"])).text)
    assert shown.problems == []
    return shown.text


def book(gateway: Gateway) -> PlotBook:
    return gateway.pipeline.engines.irrigation.book


@pytest.mark.parametrize("path", [f"{PLOT}/enter", "/diary/export"])
async def test_who_mistypes_the_code_keeps_the_name(web: httpx2.AsyncClient, path: str) -> None:
    refused = await web.post(path, data={"name": "Chị Lan", "token": "wrong"})
    assert refused.status_code == 403
    assert 'value="Chị Lan"' in refused.text
    assert 'value="wrong"' not in refused.text


async def test_water_now_and_stop(
    gateway: Gateway, web: httpx2.AsyncClient, known: dict[str, str]
) -> None:
    page = Page((await web.get(PLOT)).text).text
    assert "4\N{NO-BREAK SPACE}mm · 4.0\N{NO-BREAK SPACE}m³ · 40 min" in page
    watered = await said(web, await web.post(f"{PLOT}/water", data={**known, "preset": "4.0"}))
    assert "4 mm (4.0\N{NO-BREAK SPACE}m³), as the operator asked" in watered
    [run] = gateway.pipeline.engines.irrigation.runs()
    assert (run.target_l, run.requester) == (4000.0, "person:Chị Lan")
    stopped = await said(web, await web.post(f"{PLOT}/stop", data=known))
    assert "the valve is closing" in stopped
    again = await web.post(f"{PLOT}/stop", data=await fields(web))
    assert again.status_code == 409
    assert "is closing already" in again.text


@pytest.mark.parametrize(
    ("value", "unit", "litres"), [("2,5", "mm", 2500.0), ("300", "litres", 300.0),
                                  ("7.5", "minutes", 750.0)],
)  # fmt: skip
async def test_every_way_of_saying_how_much(
    gateway: Gateway,
    web: httpx2.AsyncClient,
    known: dict[str, str],
    value: str,
    unit: str,
    litres: float,
) -> None:
    form = {**known, "value": value, "unit": unit}
    looked = await web.post(f"{PLOT}/water", data={**form, "do": "look"})
    assert Page(looked.text).problems == []
    assert "until about" in looked.text
    assert gateway.pipeline.engines.irrigation.runs() == []
    await said(web, await web.post(f"{PLOT}/water", data=form))
    [run] = gateway.pipeline.engines.irrigation.runs()
    assert run.target_l == litres


async def test_more_than_the_limit_is_told_before(
    web: httpx2.AsyncClient, known: dict[str, str]
) -> None:
    form = {**known, "value": "50", "unit": "mm", "do": "look"}
    looked = Page((await web.post(f"{PLOT}/water", data=form)).text).text
    assert "It would be 9.0\N{NO-BREAK SPACE}m³" in looked
    assert "Less than 50.0\N{NO-BREAK SPACE}m³" in looked


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("water", {"value": "much", "unit": "mm"}),
        ("water", {"value": "-1", "unit": "mm"}),
        ("water", {"value": "nan", "unit": "mm"}),
        ("water", {"value": "1e400", "unit": "mm"}),
        ("water", {"value": "5", "unit": "buckets"}),
        ("water", {}),
        ("water", {"preset": EVIL}),
        ("water", {"value": EVIL, "unit": EVIL, "do": "look"}),
        ("mode", {"mode": "always"}),
        ("mode", {}),
        ("dry-days", {"from": "2026-02-30", "to": "", "reason": "spraying"}),
        ("dry-days", {"from": "2999-01-01", "to": "2999-01-02", "reason": EVIL}),
        ("overrides", {"interlock": "rain-1h", "why": "x", "hours": "2"}),
        ("overrides", {"interlock": "rain-1h", "why": "x", "hours": "long", "sure": "yes"}),
    ],
)
async def test_a_form_that_makes_no_sense_does_nothing(
    gateway: Gateway,
    web: httpx2.AsyncClient,
    known: dict[str, str],
    path: str,
    form: dict[str, str],
) -> None:
    answer = await web.post(f"{PLOT}/{path}", data={**known, **form})
    assert answer.status_code == 422
    assert EVIL not in answer.text
    shown = Page(answer.text)
    assert shown.problems == []
    assert 'role="alert"' in answer.text
    assert gateway.pipeline.engines.irrigation.runs() == []
    assert book(gateway).setting("lo-1") is None
    assert list(book(gateway).no_gos("lo-1")) == []


async def test_a_form_sent_twice_is_one_act(
    gateway: Gateway, web: httpx2.AsyncClient, known: dict[str, str]
) -> None:
    today = hamlet_time(gateway.site.config.place).day(gateway.clock.now()).isoformat()
    form = {**known, "from": today, "to": today, "reason": "plucking"}
    first = await web.post(f"{PLOT}/dry-days", data=form)
    second = await web.post(f"{PLOT}/dry-days", data=form)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(list(book(gateway).no_gos("lo-1"))) == 1
    other = await web.post(f"{PLOT}/dry-days", data={**form, "reason": "spraying"})
    assert other.headers["Location"] != first.headers["Location"]
    assert len(list(book(gateway).no_gos("lo-1"))) == 2


async def test_the_mode_is_changed_and_changed_back(
    gateway: Gateway, web: httpx2.AsyncClient, known: dict[str, str]
) -> None:
    done = await said(web, await web.post(f"{PLOT}/mode", data={**known, "mode": "schedule"}))
    assert "From now on the mode of Tea plot one is: By schedule" in done
    assert "Set by Chị Lan" in done
    assert "Back to “On request”" in done
    assert book(gateway).mode("lo-1") is Mode.SCHEDULE
    asked = await said(web, await web.post(f"{PLOT}/ask-first", data={**known, "ask": "yes"}))
    assert "From now on you are asked" in asked
    assert book(gateway).asks_first("lo-1")
    back = await web.post(f"{PLOT}/mode", data={**await fields(web), "mode": "manual"})
    assert "On request" in await said(web, back)
    assert book(gateway).mode("lo-1") is Mode.MANUAL


async def test_dry_days_are_added_and_removed(
    gateway: Gateway, web: httpx2.AsyncClient, known: dict[str, str]
) -> None:
    today = hamlet_time(gateway.site.config.place).day(gateway.clock.now())
    form = {
        **known,
        "from": today.isoformat(),
        "to": (today + timedelta(days=2)).isoformat(),
        "reason": "spraying",
    }
    shown = await said(web, await web.post(f"{PLOT}/dry-days", data=form))
    assert "Saved: no water on Tea plot one" in shown
    [no_go] = book(gateway).no_gos("lo-1")
    assert no_go.by == "person:Chị Lan"
    removed = await web.post(f"{PLOT}/dry-days/{no_go.id}/remove", data=await fields(web))
    assert "were removed" in await said(web, removed)
    wrong = await web.post(f"{PLOT}/dry-days", data={**form, "to": "2020-01-01"})
    assert wrong.status_code == 409
    assert "must not be before the first one" in wrong.text
    assert f'value="{today.isoformat()}"' in wrong.text  # what was typed stays


async def test_an_override_has_a_reason_an_end_and_a_button_that_ends_it(
    gateway: Gateway, web: httpx2.AsyncClient, known: dict[str, str]
) -> None:
    form = {**known, "interlock": "rain-1h", "why": EVIL, "hours": "3", "sure": "yes"}
    shown = await said(web, await web.post(f"{PLOT}/overrides", data=form))
    assert "rain of the hour: overridden by Chị Lan until" in shown
    assert EVIL not in (await web.get(PLOT)).text
    [override] = book(gateway).overrides("lo-1", gateway.clock.now())
    ended = await web.post(f"{PLOT}/overrides/{override.id}/end", data=await fields(web))
    assert "counts again" in await said(web, ended)
    silence = {**await fields(web), **form, "interlock": "silence"}
    never = await web.post(f"{PLOT}/overrides", data=silence)
    assert (never.status_code, "Nobody may override" in never.text) == (409, True)


async def test_a_proposal_that_somebody_else_answered_says_so(
    web: httpx2.AsyncClient, known: dict[str, str]
) -> None:
    for answer in ("yes", "no"):
        stale = await web.post(f"{PLOT}/proposals/old/{answer}", data=known)
        assert stale.status_code == 409
        assert "does not wait any more" in stale.text
    from_overview = {**known, "back": "overview"}
    stale = await web.post(f"{PLOT}/proposals/old/yes", data=from_overview)
    assert "<h1>Watering</h1>" in stale.text


ACTS = (
    "water", "stop", "mode", "ask-first", "dry-days", "dry-days/x/remove", "overrides",
    "overrides/x/end", "proposals/x/yes", "proposals/x/no", "enter",
)  # fmt: skip


@pytest.mark.parametrize("path", ACTS)
async def test_nothing_is_done_for_who_has_no_code(
    gateway: Gateway, web: httpx2.AsyncClient, known: dict[str, str], path: str
) -> None:
    today = hamlet_time(gateway.site.config.place).day(gateway.clock.now()).isoformat()
    form = {
        "preset": "4", "mode": "off", "ask": "yes", "from": today, "to": today,
        "reason": "other", "interlock": "rain-1h", "why": "x", "hours": "1", "sure": "yes",
    }  # fmt: skip
    elsewhere = {"Origin": "http://elsewhere.example"}
    for refused in (
        await web.post(f"{PLOT}/{path}", data={**form, "name": "x", "token": "wrong"}),
        await web.post(f"{PLOT}/{path}", data={**form, "key": "forged"}),
        await web.post(f"{PLOT}/{path}", data={**form, **known}, headers=elsewhere),
    ):
        assert refused.status_code == 403
        assert Page(refused.text).problems == []
    assert gateway.pipeline.engines.irrigation.runs() == []
    assert book(gateway).setting("lo-1") is None
    assert list(book(gateway).no_gos("lo-1")) == []
    assert list(book(gateway).overrides("lo-1", gateway.clock.now())) == []


@pytest.mark.parametrize("path", ACTS)
async def test_a_plot_that_is_not_there(
    web: httpx2.AsyncClient, known: dict[str, str], path: str
) -> None:
    assert (await web.post(f"/watering/lo-9/{path}", data=known)).status_code == 404


async def test_an_answer_can_be_read_in_the_other_language(
    web: httpx2.AsyncClient, known: dict[str, str]
) -> None:
    refused = await web.post(f"{PLOT}/stop", data=known)
    [link] = re.findall(r'href="([^"]*lang=vi[^"]*)"', refused.text)
    assert "<h1>Lô chè một</h1>" in (await web.get(link, follow_redirects=True)).text


async def test_an_address_alone_says_nothing_was_done(
    web: httpx2.AsyncClient, known: dict[str, str]
) -> None:
    assert 'role="status"' not in re.sub(
        r'<(p|div)[^>]*(id="lost"|sse-swap="notice")[^>]*>',
        "",
        (await web.get(f"{PLOT}?done=x")).text,
    )


async def test_a_name_is_no_markup(gateway: Gateway, web: httpx2.AsyncClient) -> None:
    token = load_or_create_token(gateway.site.data / TOKEN_FILE)
    await web.post(f"{PLOT}/enter", data={"name": EVIL, "token": token})
    await web.post(f"{PLOT}/mode", data={**await fields(web), "mode": "off"})
    assert EVIL not in (await web.get(PLOT)).text
