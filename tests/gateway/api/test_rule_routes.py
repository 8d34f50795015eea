"""Rules through the API of a gateway that is really open."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.api.token import load_or_create_token
from gateway.app import Gateway
from gateway.cli.web import TOKEN_FILE, build_web
from tests.gateway.ruled_site import DRY, WET, opened, tell_soil, write_site

RULES = "/api/v1/rules"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_site(tmp_path)


@pytest.fixture
async def gateway(file: Path) -> AsyncIterator[Gateway]:
    async with opened(file.parent.parent) as gateway:
        yield gateway


@pytest.fixture
async def stranger(gateway: Gateway) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without the token."""
    transport = httpx2.ASGITransport(build_web(gateway), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def web(gateway: Gateway, stranger: httpx2.AsyncClient) -> httpx2.AsyncClient:
    token = load_or_create_token(gateway.site.data / TOKEN_FILE)
    stranger.headers["Authorization"] = f"Bearer {token}"
    return stranger


def body(answer: httpx2.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_rules_are_listed_with_what_they_do(
    gateway: Gateway, stranger: httpx2.AsyncClient
) -> None:
    tell_soil(gateway, 1, 20)
    dry, wet = body(await stranger.get(RULES))
    assert (dry["id"], dry["armed"], dry["firing"]) == ("dry", True, ["soil-1"])
    assert dry["sentence"]["en"] == (
        "When at Device soil-1 the soil moisture is below 24\N{NO-BREAK SPACE}%, warn."
    )
    assert (wet["id"], wet["firing"]) == ("wet", [])


async def test_one_rule_tells_its_text_and_its_past(
    gateway: Gateway, stranger: httpx2.AsyncClient
) -> None:
    tell_soil(gateway, 1, 20)
    await gateway.committer.commit()
    found = body(await stranger.get(f"{RULES}/dry"))
    assert found["text"] == DRY
    assert [(one["device"], one["state"]) for one in found["transitions"]] == [("soil-1", "firing")]
    assert [(one["by"], one["edit"]) for one in found["versions"]] == [("file", "added")]
    assert (await stranger.get(f"{RULES}/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ""), ("PUT", "/dry"), ("POST", "/dry/arm"), ("POST", "/dry/disarm"),
        ("DELETE", "/dry"), ("POST", "/check"), ("POST", "/reload"),
    ],
)  # fmt: skip
async def test_whoever_edits_shows_the_token(
    stranger: httpx2.AsyncClient, method: str, path: str
) -> None:
    answer = await stranger.request(method, RULES + path, json={"text": DRY})
    assert answer.status_code == 401


async def test_a_rule_is_checked_and_saved(web: httpx2.AsyncClient) -> None:
    wrong = DRY.replace("< 24", "< dry")
    checked = body(await web.post(f"{RULES}/check", json={"text": wrong, "rule": "dry"}))
    assert not checked["sound"]
    [finding] = checked["findings"]
    assert (finding["line"], finding["column"], finding["severity"]) == (5, 29, "error")
    assert body(await web.put(f"{RULES}/dry", json={"text": wrong}), 422)["saved"] is False
    revision = body(await web.get(f"{RULES}/dry"))["revision"]
    wanted = {"text": DRY.replace("< 24", "< 22"), "revision": revision}
    assert body(await web.put(f"{RULES}/dry", json=wanted))["saved"] is True
    assert "Somebody else" in body(await web.put(f"{RULES}/dry", json=wanted), 409)["detail"]
    versions = body(await web.get(f"{RULES}/dry"))["versions"]
    assert (versions[0]["by"], versions[0]["edit"]) == ("person:api", "edited")


async def test_a_rule_is_added(web: httpx2.AsyncClient) -> None:
    answer = await web.post(RULES, json={"text": WET.replace("rule: wet", "rule: soaked")})
    assert body(answer, 201)["id"] == "soaked"
    assert (await web.get(answer.headers["Location"])).status_code == 200


async def test_a_rule_is_disarmed_and_armed(web: httpx2.AsyncClient) -> None:
    assert (await web.post(f"{RULES}/dry/disarm")).status_code == 204
    assert body(await web.get(RULES))[0]["armed"] is False
    assert (await web.post(f"{RULES}/dry/arm")).status_code == 204
    assert body(await web.get(RULES))[0]["armed"] is True
    assert (await web.post(f"{RULES}/nothing/arm")).status_code == 404


async def test_a_rule_is_removed(web: httpx2.AsyncClient) -> None:
    assert (await web.delete(f"{RULES}/dry")).status_code == 204
    assert [rule["id"] for rule in body(await web.get(RULES))] == ["wet"]
    assert (await web.delete(f"{RULES}/dry")).status_code == 404


async def test_files_are_taken_over(web: httpx2.AsyncClient, gateway: Gateway) -> None:
    assert body(await web.post(f"{RULES}/reload")) == {"problems": []}
    (gateway.site.rules / "more.yaml").write_text("- rule: more\n")
    problems = body(await web.post(f"{RULES}/reload"), 422)["problems"]
    assert {one["file"] for one in problems} == {"more.yaml"}
    assert (await web.post(f"{RULES}/dry/disarm")).status_code == 409
