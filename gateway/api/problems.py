"""Errors as problem documents (RFC 9457)."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from gateway.history import StoreError

MEDIA_TYPE = "application/problem+json"


class Problem(HTTPException):
    """Something is wrong with the request; `detail` says what and what to do."""


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(StoreError, _on_unreadable)
    app.add_exception_handler(Exception, _on_bug)


def problem(status: int, detail: str, **members: object) -> Response:
    """A problem document; `members` are further fields of it."""
    return JSONResponse(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            **members,
        },
        status,
        media_type=MEDIA_TYPE,
    )


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 registered for it
    response = problem(error.status_code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 registered for it
    errors = [
        {"at": ".".join(str(part) for part in one["loc"]), "message": one["msg"]}
        for one in error.errors()
    ]
    return problem(
        422, "; ".join(f"{one['at']}: {one['message']}" for one in errors), errors=errors
    )


async def _on_unreadable(request: Request, error: Exception) -> Response:
    return problem(503, f"Try again when the disk is mended: {error}.")


async def _on_bug(request: Request, error: Exception) -> Response:
    return problem(500, "The gateway failed to answer; its log says why.")
