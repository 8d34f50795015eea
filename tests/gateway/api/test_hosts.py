import httpx2
import pytest
from starlette.responses import PlainTextResponse

from gateway.api.hosts import HostCheck


async def status(host: str, *, addresses: bool) -> int:
    app = HostCheck(PlainTextResponse("ok"), ["khe-coc.local", "127.0.0.1", "::1"], addresses)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as web:
        return (await web.get("/", headers={"Host": host})).status_code


@pytest.mark.parametrize("addresses", [True, False])
@pytest.mark.parametrize(
    "host", ["khe-coc.local", "KHE-COC.local:8000", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000"]
)
async def test_its_own_names_pass(host: str, addresses: bool) -> None:
    assert await status(host, addresses=addresses) == 200


@pytest.mark.parametrize("host", ["192.168.1.20", "192.168.1.20:8000", "[fd00::7]:8000", "8.8.8.8"])
async def test_an_address_is_no_name_and_passes_where_phones_come_by_address(host: str) -> None:
    assert await status(host, addresses=True) == 200
    assert await status(host, addresses=False) == 400


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "192.168.1.20.evil.example", "khe-coc.local.evil.example", "localhost.",
     "evil.example:127.0.0.1", "127.0.0.1@evil.example", "[::1].evil.example", "[evil.example]",
     "192.168.1.20:80:80", "0x7f000001", "127.1", "192.168.1.20 ", "fd00::7"],
)  # fmt: skip
async def test_whatever_else_is_refused(host: str) -> None:
    assert await status(host, addresses=True) == 400
