"""The diary over the API."""

from dataclasses import replace

import httpx2

from gateway.plot_records import DiaryEntry, DiaryKind
from tests.gateway.api.test_api import BEARER, web
from tests.hamlet import HOUR_MS, NOW, Hamlet

__all__ = ["web"]

DIARY = "/api/v1/diary"
SPRAY = {
    "id": "a" * 32,
    "plot": "lo-3",
    "kind": "spray",
    "day": "2026-11-22",
    "facts": {"product": "Abamectin", "interval_days": 7},
}
PLUCK = {"plot": "lo-3", "kind": "pluck", "day": "2026-11-22", "facts": {"kg": 40}}


async def test_an_entry_is_written_with_the_token(web: httpx2.AsyncClient) -> None:
    assert (await web.post(DIARY, json=SPRAY)).status_code == 401
    answer = await web.post(DIARY, json=SPRAY, headers=BEARER)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{DIARY}/{'a' * 32}"
    assert answer.json()["by"] == "person:api"
    again = await web.post(DIARY, json=SPRAY, headers=BEARER)
    assert (again.status_code, again.json()) == (201, answer.json())
    other = {**SPRAY, "facts": {"product": "Emamectin", "interval_days": 7}}
    refused = await web.post(DIARY, json=other, headers=BEARER)
    assert refused.status_code == 409
    assert (refused.json()["warnings"], refused.json()["problems"].keys()) == ([], {""})
    assert len((await web.get(DIARY)).json()) == 1


async def test_names_are_for_those_who_show_the_token(web: httpx2.AsyncClient) -> None:
    await web.post(DIARY, json=SPRAY, headers=BEARER)
    for path in (DIARY, f"{DIARY}/{'a' * 32}"):
        assert "person:" not in (await web.get(path)).text
        assert "person:api" in (await web.get(path, headers=BEARER)).text


async def test_free_words_are_for_those_who_show_the_token(web: httpx2.AsyncClient) -> None:
    noted = {**SPRAY, "facts": {**SPRAY["facts"], "note": "anh Lân phun"}}  # type: ignore[dict-item]
    await web.post(DIARY, json=noted, headers=BEARER)
    for path in (DIARY, f"{DIARY}/{'a' * 32}"):
        assert "Lân" not in (await web.get(path)).text
        assert "Lân" in (await web.get(path, headers=BEARER)).text


async def test_what_is_wrong_is_said(web: httpx2.AsyncClient) -> None:
    wrong = {**SPRAY, "day": "2027-01-01", "facts": {"interval_days": 7}}
    answer = await web.post(DIARY, json=wrong, headers=BEARER)
    assert answer.status_code == 422
    assert answer.json()["problems"].keys() == {"day", "product"}
    for body in (
        {**SPRAY, "kind": "party"},
        {**SPRAY, "facts": {"product": "x" * 3000}},
        {**SPRAY, "facts": {"product": "A", "interval_days": True}},
        {**SPRAY, "facts": {str(n): "x" for n in range(20)}},
        {**SPRAY, "by": "person:boss"},
    ):
        assert (await web.post(DIARY, json=body, headers=BEARER)).status_code == 422
    for path in (f"{DIARY}/nothing", f"{DIARY}?after=nothing"):
        assert (await web.get(path)).status_code == 404
    since = await web.get(f"{DIARY}?since=x")
    assert since.status_code == 422
    assert since.json()["detail"].startswith("since: time 'x' is no RFC 3339")


async def test_no_plucking_in_the_first_year_of_all(web: httpx2.AsyncClient) -> None:
    """Its midnight is in the year 0 of UTC."""
    first = {**PLUCK, "day": "0001-01-01", "clock": "00:00"}
    answer = await web.post(DIARY, json=first, headers=BEARER)
    assert answer.status_code == 422
    assert answer.json()["problems"].keys() == {"day"}


async def test_a_warning_is_confirmed(web: httpx2.AsyncClient) -> None:
    await web.post(DIARY, json=SPRAY, headers=BEARER)
    answer = await web.post(DIARY, json=PLUCK, headers=BEARER)
    assert answer.status_code == 409
    assert "7 days" in answer.json()["warnings"][0]
    answer = await web.post(DIARY, json={**PLUCK, "confirmed": True}, headers=BEARER)
    assert answer.status_code == 201


async def test_the_diary_is_read_page_by_page(web: httpx2.AsyncClient, hamlet: Hamlet) -> None:
    one = DiaryEntry("e0", "lo-1", DiaryKind.OTHER, NOW, NOW, "person:Lan", {})
    for number in range(7):  # some of them at the same time
        at = NOW - number // 3 * HOUR_MS
        hamlet.save(replace(one, id=f"e{number}", plot=f"lo-{number % 2 + 1}", at=at))
    seen: list[str] = []
    while page := (
        await web.get(DIARY, params={"limit": 2, **({"after": seen[-1]} if seen else {})})
    ).json():
        seen += [entry["id"] for entry in page]
    assert sorted(seen) == [f"e{number}" for number in range(7)]
    found = (await web.get(DIARY, params={"plot": "lo-2"})).json()
    assert {entry["plot"] for entry in found} == {"lo-2"}
    since = str(NOW - HOUR_MS)
    assert len((await web.get(DIARY, params={"since": since, "until": str(NOW)})).json()) == 3
