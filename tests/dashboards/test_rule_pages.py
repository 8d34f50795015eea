"""The pages of the rules of a gateway that is really open: what they say, and who may change it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from dashboards.door import VISITORS_MAX
from gateway.api.token import load_or_create_token
from gateway.app import Gateway
from gateway.cli.web import TOKEN_FILE, build_web
from tests.dashboards.page import Page
from tests.gateway.ruled_site import DRY, opened, tell_soil, write_site

EDIT = "/rules/dry/edit"
HOST = "http://localhost"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_site(tmp_path)


@pytest.fixture
async def gateway(file: Path) -> AsyncIterator[Gateway]:
    async with opened(file.parent.parent) as gateway:
        yield gateway


@pytest.fixture
async def web(gateway: Gateway) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(build_web(gateway), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as client:
        yield client


@pytest.fixture
def entry(gateway: Gateway) -> dict[str, str]:
    """What somebody types who has not been let in yet."""
    token = load_or_create_token(gateway.site.data / TOKEN_FILE)
    return {"name": "Chị Lan", "token": token}


def content(file: Path) -> str:
    return file.read_text()


def write(file: Path, text: str) -> None:
    file.write_text(text)


async def page(web: httpx2.AsyncClient, path: str, lang: str = "en") -> Page:
    answer = await web.get(path, params={"lang": lang})
    assert answer.status_code == 200
    found = Page(answer.text)
    assert found.problems == []
    assert found.inline == []
    return found


async def test_the_list_says_what_each_rule_does_and_how_it_is(
    gateway: Gateway, web: httpx2.AsyncClient
) -> None:
    tell_soil(gateway, 1, 20)
    english = await page(web, "/rules")
    assert "Needs attention (1)" in english.text
    assert "the soil moisture is below 24\N{NO-BREAK SPACE}%, warn." in english.text
    vietnamese = await page(web, "/rules", "vi")
    assert "Đang báo" in vietnamese.text
    assert "độ ẩm đất dưới 24\N{NO-BREAK SPACE}% thì cảnh báo." in vietnamese.text


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", ["/rules", "/rules/dry", EDIT, "/rules/_new"])
async def test_every_page_is_well_formed(web: httpx2.AsyncClient, path: str, lang: str) -> None:
    assert (await page(web, path, lang)).headings


async def test_a_rule_tells_its_past(gateway: Gateway, web: httpx2.AsyncClient) -> None:
    tell_soil(gateway, 1, 20)
    await gateway.committer.commit()
    shown = await page(web, "/rules/dry")
    assert "Device soil-1: began to fire Soil moisture 20%" in shown.text
    assert "From the file: added" in shown.text
    assert (await web.get("/rules/nothing")).status_code == 404


async def test_nothing_changes_without_the_code(
    web: httpx2.AsyncClient, file: Path, entry: dict[str, str]
) -> None:
    before = content(file)
    for path in (EDIT, "/rules/_new", "/rules/dry/disarm", "/rules/dry/try", "/rules/_reload"):
        form = {"text": DRY, "do": "save", "name": "x", "token": "wrong"}
        answer = await web.post(path, data=form)
        assert answer.status_code == 403
        assert "Sai mã" in answer.text
    assert content(file) == before


@pytest.mark.parametrize("path", ["/rules/dry/disarm", "/rules/dry/try", "/rules/_reload", EDIT])
async def test_an_answer_can_be_read_in_the_other_language(
    web: httpx2.AsyncClient, path: str
) -> None:
    refused = await web.post(path, data={"text": DRY, "name": "x", "token": "wrong"})
    [link] = re.findall(r'href="([^"]*lang=en[^"]*)"', refused.text)
    answer = await web.get(link, follow_redirects=True)
    assert answer.status_code == 200
    assert '<html lang="en"' in answer.text


async def test_a_form_of_another_site_changes_nothing(
    web: httpx2.AsyncClient, entry: dict[str, str]
) -> None:
    await web.post("/rules/_reload", data=entry)  # let in, and the browser sends the cookie
    forged = await web.post("/rules/dry/disarm", data={"key": ""})
    assert forged.status_code == 403
    elsewhere = {"Origin": "http://elsewhere.example"}
    assert (await web.post("/rules/dry/disarm", data=entry, headers=elsewhere)).status_code == 403
    ours = {"Origin": HOST}
    assert (await web.post("/rules/dry/disarm", data=entry, headers=ours)).status_code == 303


async def test_a_rule_is_edited_checked_and_saved(
    web: httpx2.AsyncClient, file: Path, entry: dict[str, str]
) -> None:
    form = {"text": DRY.replace("soil_moisture", "soil_moistur"), "do": "save", **entry}
    wrong = await web.post(EDIT, data=form, params={"lang": "en"})
    assert "Line 5, column 9: there is no metric" in Page(wrong.text).text
    assert "soil_moistur_pct" in wrong.text
    key = _key(wrong.text)
    form = {"text": DRY.replace("< 24", "< 22").replace("\n", "\r\n"), "key": key}
    checked = await web.post(EDIT, data={**form, "do": "check"}, params={"lang": "en"})
    assert "The rule is sound" in checked.text
    assert "< 24" in content(file)
    saved = await web.post(EDIT, data={**form, "do": "save"})
    assert (saved.status_code, saved.headers["Location"]) == (303, "/rules/dry")
    assert "< 22" in content(file)
    assert "\r" not in content(file)
    assert "Chị Lan: sửa" in (await page(web, "/rules/dry", "vi")).text


async def test_the_editor_checks_while_somebody_types(
    web: httpx2.AsyncClient, entry: dict[str, str]
) -> None:
    form = {"text": DRY.replace("< 24", "<"), "rule": "dry"}
    first = await web.post("/rules/_check", data=form)
    assert "Nhập tên và mã" in first.text
    assert "cannot be understood" in (await web.post("/rules/_check", data={**form, **entry})).text


async def test_a_rule_is_switched_off_and_on(
    web: httpx2.AsyncClient, file: Path, entry: dict[str, str]
) -> None:
    assert (await web.post("/rules/dry/disarm", data=entry)).status_code == 303
    assert "armed: false" in content(file)
    shown = await web.get("/rules/dry")
    assert "Đã tắt" in shown.text
    on = await web.post("/rules/dry/arm", data={"key": _key(shown.text)})
    assert on.status_code == 303
    assert "armed: true" in content(file)


async def test_an_old_version_is_used_again(
    web: httpx2.AsyncClient, file: Path, entry: dict[str, str]
) -> None:
    await web.post(EDIT, data={"text": DRY.replace("< 24", "< 9"), "do": "save", **entry})
    shown = await page(web, "/rules/dry")
    [address] = [one for one in shown.addresses if "version=" in one]
    assert "&lt; 24" in (await web.get(address)).text


async def test_a_removed_rule_is_still_told_and_comes_back(
    gateway: Gateway, web: httpx2.AsyncClient, file: Path, entry: dict[str, str]
) -> None:
    write(file, content(file).replace(DRY, ""))
    assert (await web.post("/rules/_reload", data=entry)).status_code == 303
    shown = await page(web, "/rules/dry")
    assert "This rule was removed" in shown.text
    [address] = [one for one in shown.addresses if "version=" in one]
    again = await web.get(address)
    assert "soil_moisture_pct &lt; 24" in again.text
    saved = await web.post("/rules/_new", data={"text": DRY, "do": "save", "key": _key(again.text)})
    assert saved.headers["Location"] == "/rules/dry"
    assert gateway.rules.text("dry")


async def test_a_rule_is_removed(
    web: httpx2.AsyncClient, file: Path, entry: dict[str, str]
) -> None:
    assert (await web.post("/rules/dry/remove", data=entry)).status_code == 303
    assert "rule: dry" not in content(file)
    assert "Chị Lan: xóa" in (await page(web, "/rules/dry", "vi")).text


async def test_mistakes_in_the_files_are_shown_until_they_are_mended(
    web: httpx2.AsyncClient, file: Path, entry: dict[str, str]
) -> None:
    write(file, content(file) + "- rule: broken\n")
    await web.post("/rules/_reload", data=entry)
    shown = await page(web, "/rules")
    assert "the old rules go on" in shown.text
    assert re.search(r"tea.yaml, line \d+, column 3: label is missing", shown.text)
    write(file, content(file).replace("- rule: broken\n", ""))
    await web.post("/rules/_reload", data=entry)
    assert "the old rules go on" not in (await page(web, "/rules")).text


async def test_a_rule_is_tried_on_the_past(
    gateway: Gateway, web: httpx2.AsyncClient, entry: dict[str, str]
) -> None:
    nothing = await web.post("/rules/dry/try", data=entry, params={"lang": "en"})
    assert "has no readings of the last 7 days" in nothing.text
    tell_soil(gateway, 1, 20)
    tell_soil(gateway, 2, 30)
    await gateway.committer.commit()
    form = {"text": DRY.replace("< 24", "> 60"), "do": "try", **entry}
    tried = Page((await web.post(EDIT, data=form, params={"lang": "en"})).text)
    assert tried.problems == []
    assert re.search(r"Firings\s*0\s*1\s", tried.text)
    again = Page((await web.post("/rules/dry/try", data=entry, params={"lang": "en"})).text)
    newest_first = r"The last ones.*quiet again.*began to fire.*What happened"
    assert re.search(newest_first, again.text, re.DOTALL)


async def test_names_are_no_markup(web: httpx2.AsyncClient, entry: dict[str, str]) -> None:
    evil = "<script>alert(1)</script>"
    text = DRY.replace("Dry soil}", f"'{evil}'}}")
    saved = await web.post(EDIT, data={**entry, "text": text, "do": "save", "name": evil})
    assert saved.status_code == 303
    for path in ("/rules", "/rules/dry", EDIT):
        assert evil not in (await web.get(path, params={"lang": "en"})).text


async def test_who_has_been_there_longest_shows_the_code_again(
    web: httpx2.AsyncClient, entry: dict[str, str]
) -> None:
    answer = await web.post("/rules/_check", data={**entry, "text": DRY})
    cookie = {"Cookie": f"visitor={answer.cookies['visitor']}"}
    web.cookies.clear()
    assert _key((await web.get(EDIT, headers=cookie)).text)
    for _ in range(VISITORS_MAX):
        web.cookies.clear()
        await web.post("/rules/_check", data={**entry, "text": DRY})
    web.cookies.clear()
    assert 'name="token"' in (await web.get(EDIT, headers=cookie)).text


def _key(html: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', html)
    assert found
    return found[1]


async def test_rules_in_brackets_cannot_be_edited_here(
    web: httpx2.AsyncClient, file: Path, entry: dict[str, str]
) -> None:
    write(
        file,
        '[{"rule": "dry", "label": "x", "on": {"kind": "soil"}, "when": "soil_ph < 3",'
        ' "then": [{"alert": {"severity": "info"}}]}]',
    )
    await web.post("/rules/_reload", data=entry)
    assert "edit the file itself" in (await page(web, "/rules/dry")).text
    assert (await web.get(EDIT)).status_code == 404
    refused = await web.post("/rules/dry/disarm", data=entry, params={"lang": "en"})
    assert "has its rules in brackets" in refused.text


async def test_a_rule_may_be_called_new(web: httpx2.AsyncClient, entry: dict[str, str]) -> None:
    form = {"text": DRY.replace("rule: dry", "rule: new"), "do": "save", **entry}
    saved = await web.post("/rules/_new", data=form)
    assert saved.headers["Location"] == "/rules/new"
    assert "began" not in (await page(web, "/rules/new")).text
