"""The watering in a real browser: one press answers, and everything works without a script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.feed import Update
from gateway.plots import Mode
from tests.dashboards.gardening import PROPOSAL, garden
from tests.dashboards.served import SEEN_MS, Served, opened
from tests.hamlet import Hamlet


@pytest.fixture
def garden_served(hamlet: Hamlet) -> Iterator[Served]:
    garden(hamlet, "Lan")
    served = Served(hamlet)
    served.start()
    yield served
    served.stop()


def enter(page: Page, url: str) -> None:
    page.goto(f"{url}?lang=en")
    if not page.is_visible("#name"):
        page.click("details:has(#name) summary")
    page.fill("#name", "Lan")
    page.fill("#token", "t")
    page.click("form[action$=enter] button")


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, garden_served: Served, width: int, lang: str
) -> None:
    with opened(browser, f"{garden_served.url}/watering/lo-3?lang={lang}", width) as page:
        enter(page, f"{garden_served.url}/watering/lo-3")
        for path in ("", "/plan", "/lo-3", "/lo-4", "/lo-5"):
            page.goto(f"{garden_served.url}/watering{path}?lang={lang}")
            page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("script", [True, False])
def test_whoever_logs_in_can_change_how_a_plot_is_watered(
    browser: Browser, garden_served: Served, hamlet: Hamlet, script: bool
) -> None:
    url = f"{garden_served.url}/watering/lo-9"
    book = hamlet.pipeline.engines.irrigation.book
    before = book.mode("lo-9")
    assert before is not Mode.OFF
    with opened(browser, f"{url}?lang=en", 360, script=script) as page:
        enter(page, url)
        page.check("#mode-off")
        page.click("#mode button.main")
        expect(page.locator("[role=status].done")).to_contain_text("is: Off")
        assert book.mode("lo-9") is Mode.OFF
        page.click("text=Back to")
        done = page.locator("[role=status].done")
        expect(done).not_to_contain_text("is: Off")
        expect(done).to_contain_text("From now on the mode of Tea plot 9 is")
        assert book.mode("lo-9") is before


def test_a_watering_that_is_refused_says_why(browser: Browser, garden_served: Served) -> None:
    url = f"{garden_served.url}/watering/lo-9"
    with opened(browser, f"{url}?lang=en", 360, script=False, refused=1) as page:
        enter(page, url)
        page.click("#water details summary")
        page.fill("#value", "3")
        page.click("text=Look first")
        expect(page.locator(".look")).to_contain_text("It would be")
        page.click(".look button")
        expect(page.locator("[role=alert]")).to_contain_text("Not watering Tea plot 9")


def test_a_proposal_that_comes_can_be_answered_at_once(
    browser: Browser, garden_served: Served, hamlet: Hamlet
) -> None:
    waits = hamlet.outlooks.pop("lo-4")
    with opened(browser, f"{garden_served.url}/watering?lang=en", 360, refused=1) as page:
        enter(page, f"{garden_served.url}/watering/lo-3")
        page.goto(f"{garden_served.url}/watering")
        expect(page.locator(".ask")).to_have_count(0)
        hamlet.outlooks["lo-4"] = waits
        garden_served.publish(Update(runs=True))
        yes = page.locator(f"button[formaction$='{PROPOSAL}/yes']")
        expect(yes).to_be_visible(timeout=SEEN_MS)
        with page.expect_response(lambda answer: answer.url.endswith("/yes")) as answered:
            yes.click()
        assert answered.value.status == 409  # the engine of this test knows of no proposal
        page.wait_for_load_state()
        expect(page.locator("main [role=alert]")).to_contain_text("does not wait any more")
