"""The pages in a real browser: they move, fit a small phone and talk to nobody else."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from gateway.decisions import State
from gateway.feed import Update
from gateway.views.condition import Condition, Link
from tests.dashboards.served import SEEN_MS, Served, opened
from tests.dashboards.test_pages import PATHS
from tests.hamlet import HOUR_MS, NOW, Hamlet


def test_the_first_page_moves_without_a_reload(
    browser: Browser, served: Served, hamlet: Hamlet
) -> None:
    with opened(browser, f"{served.url}/") as page:
        page.evaluate("window.untouched = true")
        tile = page.locator("#tile-link-light .n")
        expect(tile).to_contain_text("253")
        mark = page.locator("#m-light-033")
        assert mark.get_attribute("href") == "#l-up"
        page.wait_for_function("document.documentElement.classList.contains('script')")
        hamlet.turn("light-033", State.DOWN, NOW - 1000, "lamp-failure")
        served.publish(Update(frozenset({"light-033"})))
        expect(tile).to_contain_text("252", timeout=SEEN_MS)
        expect(mark).to_have_attribute("href", "#down", timeout=SEEN_MS)
        assert page.evaluate("window.untouched")


def test_a_figure_moves_and_says_how_old_it_is(
    browser: Browser, served: Served, hamlet: Hamlet
) -> None:
    with opened(browser, f"{served.url}/devices/light-117") as page:
        figure = page.locator(".facts dd").first
        expect(figure).to_contain_text("13,1 V 1 phút trước")
        hamlet.say("light-117", NOW - 12_000, 6, battery_v=12.4)
        served.publish(Update(frozenset({"light-117"})))
        expect(figure).to_contain_text("12,4 V 1", timeout=SEEN_MS)
        expect(figure).to_contain_text("giây trước")
        expect(page.locator("#plot canvas")).to_be_visible()


def test_a_row_of_the_list_moves(browser: Browser, served: Served, hamlet: Hamlet) -> None:
    with opened(browser, f"{served.url}/devices?kind=weather") as page:
        row = page.locator(".rows li")
        expect(row).to_contain_text("Hoạt động")
        hamlet.say("weather-1", NOW, 9, air_temperature_c=31.5)
        served.publish(Update(frozenset({"weather-1"})))
        expect(row).to_contain_text("31,5 °C", timeout=SEEN_MS)


def test_ages_go_by_the_clock_of_the_gateway(
    browser: Browser, served: Served, hamlet: Hamlet
) -> None:
    with opened(browser, f"{served.url}/devices/light-117") as page:
        age = page.locator(".facts time").first
        expect(age).to_have_text("1 phút trước")
        hamlet.now += 3 * HOUR_MS
        served.publish(Update(frozenset({"light-001"})))
        expect(age).to_have_text("3 giờ trước", timeout=SEEN_MS)


def test_a_lost_connection_is_said_and_healed(
    browser: Browser, served: Served, hamlet: Hamlet
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.url}/")
    lost = page.locator("#lost")
    expect(lost).to_be_hidden()
    page.wait_for_function("document.documentElement.classList.contains('script')")
    context.set_offline(True)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('htmx:sseError'))")
    expect(lost).to_contain_text("Mất liên lạc", timeout=SEEN_MS)
    context.set_offline(False)
    served.publish(Update(frozenset({"light-001"})))
    expect(lost).to_be_hidden(timeout=SEEN_MS)
    context.close()


@pytest.mark.parametrize(("voice", "heard"), [("vi-VN", True), ("en-GB", False)])
def test_the_sentence_is_read_aloud_where_there_is_a_voice(
    browser: Browser, served: Served, voice: str, heard: bool
) -> None:
    """The machine of the tests has no voice: one is put in its place, and keeps what it is told."""
    context = browser.new_context()
    context.add_init_script(
        "window.told = []; Object.defineProperty(window, 'speechSynthesis', {value: Object.assign("
        f"new EventTarget(), {{getVoices: () => [{{lang: '{voice}', localService: true}}],"
        "speak: (said) => window.told.push(said.text)})});"
        "window.SpeechSynthesisUtterance = function (text) { this.text = text; };"
    )
    page = context.new_page()
    page.goto(f"{served.url}/")
    button = page.get_by_role("button", name="Đọc to")
    expect(button).to_be_visible(visible=heard)
    if heard:
        button.click()
        assert "Đèn đường" in page.evaluate("window.told[0]")
    context.close()


def test_the_first_screen_of_a_phone_has_the_sentence_lights_and_wifi(
    browser: Browser, served: Served, hamlet: Hamlet
) -> None:
    hamlet.condition = Condition(Link(True, NOW))
    hamlet.running = []
    with opened(browser, f"{served.url}/", 360) as page:
        page.set_viewport_size({"width": 360, "height": 800})
        page.evaluate("document.fonts.ready.then(() => true)")
        # In one step inside the page: a live update may replace the element between two steps.
        bottom = page.evaluate(
            "document.getElementById('tile-link-wifi').getBoundingClientRect().bottom"
        )
        assert 0 < bottom <= 800


@pytest.mark.parametrize(
    "path", ["/", "/devices", "/devices/light-117", "/alerts", "/diary", "/technician"]
)
def test_a_thumb_hits_every_target(browser: Browser, served: Served, path: str) -> None:
    """22 px above and below the middle of a link it is still the same link that is hit."""
    with opened(browser, served.url + path, 360) as page:
        missed = page.evaluate(
            """() => [...document.querySelectorAll("a:not(.skip), button, select, summary")]
              .filter((one) => one.checkVisibility())
              .filter((one) => {
                one.scrollIntoView({ block: "center", inline: "center" });
                const box = one.getBoundingClientRect();
                const x = box.x + box.width / 2;
                const hit = (y) => one.contains(document.elementFromPoint(x, y));
                const middle = box.y + box.height / 2;
                let tall = 0;
                for (let y = middle; hit(y) && tall < 44; y += 1) tall += 1;
                for (let y = middle - 1; hit(y) && tall < 44; y -= 1) tall += 1;
                return tall < 43;
              })
              .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert missed == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_nothing_is_wider_than_a_small_phone(browser: Browser, served: Served, lang: str) -> None:
    with opened(browser, f"{served.url}/?lang={lang}", 320) as page:
        for path in PATHS:
            for width in (320, 360):
                page.set_viewport_size({"width": width, "height": 640})
                page.goto(served.url + path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_everything_can_be_read_without_scripts(browser: Browser, served: Served) -> None:
    with opened(browser, f"{served.url}/devices/light-117", script=False) as page:
        expect(page.locator("#plot")).to_be_hidden()
        page.locator("details summary").click()
        expect(page.locator("details table")).to_contain_text("13,1 V")
        page.goto(f"{served.url}/devices")
        page.select_option("#kind", "wifi")
        page.select_option("#state", "down")
        page.click("form button")
        expect(page.locator(".rows li")).to_have_count(1)


def test_the_keyboard_reaches_the_content_first(browser: Browser, served: Served) -> None:
    with opened(browser, f"{served.url}/") as page:
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        assert urlsplit(page.url).fragment == "main"


def test_english_is_one_click_away(browser: Browser, served: Served) -> None:
    with opened(browser, f"{served.url}/alerts") as page:
        page.get_by_role("link", name="English").click()
        expect(page.locator("h1")).to_have_text("Alerts")
        page.get_by_role("link", name="Overview").click()
        expect(page.locator("h2").first).to_have_text("Streetlight")
