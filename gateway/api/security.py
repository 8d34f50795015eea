"""What protects the pages and the API: headers on every answer, and the token for writing."""

import hmac
from collections.abc import Callable

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.problems import Problem

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_protected if scope["type"] == "http" else send)


def require_token(token: str) -> Callable[[Request], None]:
    """A dependency that lets only requests with `Authorization: Bearer <token>` pass."""

    def check(request: Request) -> None:
        if not shows_token(request, token):
            raise Problem(
                401,
                "Writing needs the header Authorization: Bearer <token>; "
                "the token is in data/web-token of the site.",
                {"WWW-Authenticate": "Bearer"},
            )

    return check


def shows_token(request: Request, token: str) -> bool:
    """Whether it has `Authorization: Bearer <token>`."""
    shown = request.headers.get("Authorization", "").encode()
    return hmac.compare_digest(shown, f"Bearer {token}".encode())
