"""A watering that waits for a person: asked on the page, answered with one press, and only once."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from gateway.assembly import read_site
from gateway.plot_records import ProposalState
from tests.dashboards.client import client_of
from tests.dashboards.page import Page
from tests.gateway.small_site import soil, topic
from tests.gateway.watered_site import write_watered_site
from tests.hamlet import DAY_MS, NOW, Hamlet

ENTRY = {"name": "Chị Lan", "token": "t"}


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[Hamlet]:
    """Its one plot is dry, and asks first."""
    thresholds = {"start_pct": 24, "stop_pct": 27}
    write_watered_site(tmp_path, mode="soil", ask_first=True, thresholds=thresholds)
    hamlet = Hamlet(tmp_path, read_site(tmp_path)[0])
    valve = json.dumps({"seq": 0, "boot": "b", "open": False}).encode()
    hamlet.pipeline.receive(topic("valve-1"), valve, 0, 0, NOW)
    hamlet.pipeline.receive(topic("soil-1"), soil(0, 21), 0, 0, NOW)
    hamlet.keep_decided()
    yield hamlet
    hamlet.close()


@pytest.fixture
async def web(hamlet: Hamlet) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who may answer."""
    async with client_of(hamlet) as client:
        client.cookies.set("lang", "en")
        await client.post("/watering/lo-1/enter", data=ENTRY)
        yield client


async def question(web: httpx2.AsyncClient) -> tuple[str, dict[str, str]]:
    """Where a yes is sent, and what the form holds."""
    html = (await web.get("/watering")).text
    assert Page(html).problems == []
    found = re.search(r'formaction="([^"]+)/yes"', html)
    assert found, html
    return found[1], dict(re.findall(r'name="(key|act|back)" value="([^"]+)"', html))


def state(hamlet: Hamlet) -> ProposalState:
    [proposal] = hamlet.reader.proposals("lo-1", 5)
    return proposal.state


async def test_one_press_waters(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    page = Page((await web.get("/watering")).text).text
    assert "Waits for your answer (1)" in page
    assert "By soil moisture, asks first" in page
    assert "9.0\N{NO-BREAK SPACE}m³, about 1 h 30 min Answer before" in page
    path, form = await question(web)
    first = await web.post(f"{path}/yes", data=form)
    again = await web.post(f"{path}/yes", data=form)
    assert first.status_code == 303
    assert again.headers["Location"] == first.headers["Location"]
    done = Page((await web.get(first.headers["Location"])).text).text
    assert "Watering as agreed. Tea plot one should get 9 mm" in done
    assert "Waits for your answer" not in done
    [run] = hamlet.pipeline.engines.irrigation.runs()
    assert run.requester == "person:Chị Lan"
    assert state(hamlet) is ProposalState.APPROVED


async def test_a_no_is_kept_and_can_be_thought_over(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    path, form = await question(web)
    answered = await web.post(f"{path}/no", data=form)
    done = Page((await web.get(answered.headers["Location"])).text).text
    assert "is not watered this time" in done
    assert hamlet.pipeline.engines.irrigation.runs() == []
    assert state(hamlet) is ProposalState.DECLINED
    after = await web.post("/watering/lo-1/water", data={**form, "preset": "2"})
    assert after.status_code == 303
    assert hamlet.pipeline.engines.irrigation.runs() != []


async def test_who_comes_second_is_told_so(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    path, form = await question(web)
    await web.post(f"{path}/no", data=form)
    late = await web.post(f"{path}/yes", data=form)
    assert late.status_code == 409
    assert "does not wait any more" in late.text
    assert hamlet.pipeline.engines.irrigation.runs() == []


async def test_an_answer_after_its_time_waters_nothing(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    path, form = await question(web)
    hamlet.now += DAY_MS
    late = await web.post(f"{path}/yes", data=form)
    assert (late.status_code, "does not wait any more" in late.text) == (409, True)
    assert hamlet.pipeline.engines.irrigation.runs() == []


async def test_the_api_answers_too(hamlet: Hamlet, web: httpx2.AsyncClient) -> None:
    [plot] = (await web.get("/api/v1/plots")).json()
    path = f"/api/v1/plots/lo-1/proposals/{plot['proposal']['id']}"
    bearer = {"Authorization": "Bearer t"}
    assert (await web.post(f"{path}/approve", headers=bearer)).status_code == 204
    assert (await web.post(f"{path}/approve", headers=bearer)).status_code == 409
    [run] = hamlet.pipeline.engines.irrigation.runs()
    assert run.requester == "person:api"
