"""The diary's form on a small phone that runs no scripts."""

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboards.served import Served


@pytest.mark.parametrize("width", [320, 1280])
def test_an_entry_is_written_without_scripts(browser: Browser, served: Served, width: int) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 640}
    )
    page = context.new_page()
    page.goto(f"{served.url}/diary?plot=lo-3")
    page.get_by_role("link", name="Ghi việc mới").click()
    page.get_by_role("link", name="Bón phân").click()
    for label in ("Lô chè", "Ngày làm", "Giờ", "Tên phân bón", "Khối lượng", "Cách bón"):
        expect(page.get_by_label(label)).to_be_visible()
    expect(page.get_by_label("Lô chè")).to_have_value("lo-3")
    page.get_by_label("Tên phân bón").fill("NPK 16-16-8")
    page.get_by_label("Tên của bạn").fill("Chị Lan")
    page.get_by_label("Mã kỹ thuật").fill("t")
    page.get_by_role("button", name="Ghi vào nhật ký").click()
    expect(page.get_by_text("hãy điền chỗ này")).to_be_visible()
    expect(page.get_by_label("Tên phân bón")).to_have_value("NPK 16-16-8")
    page.get_by_label("Khối lượng").fill("25,5")
    page.get_by_role("button", name="Ghi vào nhật ký").click()
    expect(page.get_by_text("Đã ghi vào nhật ký")).to_be_visible()
    expect(page.get_by_text("25,5 kg")).to_be_visible()
    context.close()


def test_the_present_page_is_in_view_among_the_links(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"{served.url}/diary")
    expect(page.locator("nav [aria-current]")).to_be_in_viewport(ratio=0.9)
    context.close()
