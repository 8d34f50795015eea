"""The editor of rules in a real browser: it checks while one types, and without a script, too."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboards.served import SEEN_MS, Served, opened
from tests.hamlet import Hamlet

WRONG, RIGHT = "soil_moistur_pct < 24", "soil_moisture_pct < 24"


@pytest.mark.parametrize("width", [320, 1280])
def test_mistakes_are_shown_while_one_types(browser: Browser, served: Served, width: int) -> None:
    with opened(browser, f"{served.url}/rules/_new?lang=en", width) as page:
        page.fill("#name", "Lan")
        page.fill("#token", "t")
        text = page.input_value("#text")
        page.fill("#text", text.replace(RIGHT, WRONG))
        expect(page.locator("#checked")).to_contain_text("did you mean", timeout=SEEN_MS)
        page.fill("#text", text)
        expect(page.locator("#checked")).to_contain_text("soil moisture", timeout=SEEN_MS)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_rule_is_checked_and_saved_without_a_script(
    browser: Browser, served: Served, hamlet: Hamlet, tmp_path: Path
) -> None:
    with opened(browser, f"{served.url}/rules/_new?lang=en", script=False) as page:
        page.fill("#name", "Lan")
        page.fill("#token", "t")
        page.click("button[value=check]")
        expect(page.locator("#checked")).to_contain_text("The rule is sound")
        page.click("button[value=save]")
        expect(page.locator("h1")).to_have_text("Tea soil is dry")
    assert [rule.rule for rule in hamlet.book.texts()] == ["tea-soil-dry"]
    assert (tmp_path / "rules" / "tea-soil-dry.yaml").exists()
