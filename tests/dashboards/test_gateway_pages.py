"""The gateway itself on the pages: a device with a page, and a notice when it is in trouble."""

import httpx2
import pytest

from gateway.views.condition import Condition, Link
from tests.hamlet import NOW, Hamlet


@pytest.mark.parametrize(
    "condition",
    [
        Condition(Link(True, NOW), standstill="the disk is silent"),
        Condition(Link(True, NOW), journal_ok=False),
    ],
)
async def test_pages_say_that_nothing_can_be_saved(
    hamlet: Hamlet, web: httpx2.AsyncClient, condition: Condition
) -> None:
    hamlet.condition = condition
    assert "New data cannot be saved" in (await web.get("/alerts?lang=en")).text


@pytest.mark.parametrize(("lang", "label"), [("vi", "Ổ đĩa còn trống"), ("en", "Free disk space")])
async def test_the_gateway_is_a_device_with_a_page_and_none_of_the_hamlets(
    hamlet: Hamlet, web: httpx2.AsyncClient, lang: str, label: str
) -> None:
    hamlet.say("gateway", NOW, disk_free_mb=21_402.5, broker_connected=True)
    assert label in (await web.get(f"/devices/gateway?lang={lang}")).text
    assert "/devices/gateway" in (await web.get(f"/devices?lang={lang}&kind=gateway")).text
    assert "/devices/gateway" in (await web.get(f"/technician?lang={lang}")).text
    home = (await web.get(f"/?lang={lang}")).text
    assert "kind=gateway" not in home
    assert (await hamlet.views.home()).heard_at is None
