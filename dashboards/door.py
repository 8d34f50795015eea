"""Who may change something from a page: whoever has shown the token, for a working day.

A form carries a key of the visitor, which no other site knows, so nobody can be made to send it.
The visitors are in memory: after a start of the gateway the token is shown again.
"""

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

COOKIE = "visitor"
STAY_S = 12 * 3600.0
VISITORS_MAX = 64
"""Together. The one who has been there longest has to show the token again."""
NAME_MAX = 40
FIELDS_MAX = 20
"""Of a form; ours have half as many."""

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Visitor:
    """`id` is in the cookie, `key` in the forms."""

    name: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    came: float = field(default_factory=time.monotonic)

    @property
    def author(self) -> str:
        """How the journal names them."""
        return f"person:{self.name}"

    def remember(self, request: Request, response: Response) -> None:
        """Let the browser be known the next time."""
        response.set_cookie(
            COOKIE,
            self.id,
            int(STAY_S),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )


class Door:
    """Lets in whoever shows the `token`."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._visitors: dict[str, Visitor] = {}

    def visitor(self, request: Request) -> Visitor | None:
        """Who asks for a page, if they were let in before."""
        found = self._visitors.get(request.cookies.get(COOKIE, ""))
        return found if found and time.monotonic() - found.came < STAY_S else None

    def let_in(self, request: Request, form: Form) -> Visitor | None:
        """Who sends a form: known by its key, or by token and name. None when by neither, or when
        it comes from a page of somebody else."""
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
            return None
        known = self.visitor(request)
        if known is not None and _same(form.get("key", ""), known.key):
            return known
        name = "".join(char for char in form.get("name", "") if char.isprintable()).strip()
        if not name or not _same(form.get("token", "").strip(), self._token):
            return None
        name = name[:NAME_MAX]
        if known is not None and known.name == name:  # typed once more
            return known
        visitor = Visitor(name)
        self._visitors[visitor.id] = visitor
        while len(self._visitors) > VISITORS_MAX:
            del self._visitors[next(iter(self._visitors))]
        return visitor


def _same(shown: str, expected: str) -> bool:
    return hmac.compare_digest(shown.encode(), expected.encode())


async def read_form(request: Request) -> Form:
    """The fields of a form as browsers send it."""
    try:
        body = (await request.body()).decode()
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError:
        raise HTTPException(400) from None
