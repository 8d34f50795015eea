"""By which names the pages may be asked for.

A page of the Internet can let a name of its own point to the gateway's address (DNS rebinding) and
so read through the browser of somebody in the hamlet. The browser then sends that name: whatever
is not ours is refused. An address can be no such name, so people may open the pages by it.
"""

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSED = (
    "Không mở được bằng tên này. Hãy dùng địa chỉ IP, hoặc ghi tên vào web.base_url (site.yaml).\n"
    "This name is not known here. Use the IP address, or write it as web.base_url in site.yaml.\n"
)
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:/@\s]+))(?::[0-9]{1,5})?")


class HostCheck:
    """Refuses requests whose Host is neither one of `names` nor, with `addresses`, any address."""

    def __init__(self, app: ASGIApp, names: Collection[str], addresses: bool) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = scope["type"] != "http" or self._allows(Headers(scope=scope).get("host", ""))
        answer = self._app if allowed else PlainTextResponse(REFUSED, status_code=400)
        await answer(scope, receive, send)

    def _allows(self, header: str) -> bool:
        found = _HOST.fullmatch(header)
        if found is None:
            return False
        host = (found["v6"] or found["name"]).lower()
        return host in self._names or (self._addresses and is_address(host))


def is_address(host: str) -> bool:
    """Whether it is an IP address as browsers write it, and so no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
