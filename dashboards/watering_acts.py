"""The addresses where people do something about a plot: plain forms, answered by a redirect.

A form holds a number of its own. Sent twice, with the same content, it is one act.
"""

import hashlib
import math
from collections.abc import Awaitable, Callable
from datetime import date
from enum import Enum
from typing import TypeVar

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from dashboards.door import Form, Visitor, read_form
from dashboards.pages import Pages
from gateway.plot_acts import AMOUNT_MAX, Act, Amount, Outcome, Unit
from gateway.plots import Mode
from gateway.plots.guard import NoGoReason
from gateway.views.plots import foreseen

HOUR_MS = 3_600_000
OVERVIEW = "overview"
"""Where a form says that it stands on that page."""
_WHO = frozenset({"name", "token", "key"})
"""Fields that say who sends a form, not what it wants."""

E = TypeVar("E", bound=Enum)
Show = Callable[..., Awaitable[Response]]
Do = Callable[[Act, Form], Awaitable[Outcome]]
Answer = Callable[[Request, str, Do], Awaitable[Response]]


class FormError(Exception):
    """Something in a form makes no sense; the message is a key of the catalogue."""


def acting_routes(pages: Pages, overview_page: Show, plot_page: Show) -> APIRouter:
    """POST under `/watering/{id}`; who only looks at such an address is led to the plot."""
    router = APIRouter(prefix="/watering/{id}")
    acts = pages.acts

    async def answer(request: Request, id: str, do: Do) -> Response:
        form = await read_form(request)

        async def show(said: str, status: int) -> Response:
            if form.get("back") == OVERVIEW:
                return await overview_page(pages, request, said=said, status=status)
            return await plot_page(pages, request, id, said=said, typed=form, status=status)

        visitor, refused, status = _let_in(pages, request, id, form)
        if visitor is None:
            return await show(refused, status)
        act = Act(id, visitor.author, _key(request, form))
        try:
            outcome = await do(act, form)
        except FormError as error:
            return await show(pages.words(request).t(str(error)), 422)
        if not outcome.done:
            return await show(pages.words(request).text(outcome.text), 409)
        where = f"?plot={id}&" if form.get("back") == OVERVIEW else f"/{id}?"
        return RedirectResponse(f"/watering{where}done={act.key}", 303)

    @router.post("/enter")
    async def enter(request: Request, id: str) -> Response:
        form = await read_form(request)
        overview = form.get("back") == OVERVIEW
        visitor, refused, status = _let_in(pages, request, id, form)
        if visitor is None:
            if overview:
                name = form.get("name", "")
                return await overview_page(pages, request, said=refused, name=name, status=status)
            return await plot_page(pages, request, id, said=refused, typed=form, status=status)
        response = RedirectResponse("/watering" if overview else f"/watering/{id}", 303)
        visitor.remember(request, response)
        return response

    @router.post("/water")
    async def water(request: Request, id: str) -> Response:
        form = await read_form(request)
        if form.get("do") != "look":
            return await answer(request, id, lambda act, form: acts.water(act, _amount(form)))
        detail = await pages.views.plots.detail(id)
        if detail is None:
            raise HTTPException(404)
        try:
            look = foreseen(detail.plot, _amount(form), detail.status.most_l)
        except FormError as error:
            said = pages.words(request).t(str(error))
            return await plot_page(pages, request, id, said=said, typed=form, status=422)
        return await plot_page(pages, request, id, typed=form, look=look)

    @router.post("/stop")
    async def stop(request: Request, id: str) -> Response:
        return await answer(request, id, lambda act, form: acts.stop(act))

    @router.post("/mode")
    async def mode(request: Request, id: str) -> Response:
        return await answer(
            request, id, lambda act, form: acts.set_mode(act, _one_of(Mode, form, "mode"))
        )

    @router.post("/ask-first")
    async def ask_first(request: Request, id: str) -> Response:
        return await answer(
            request, id, lambda act, form: acts.set_ask_first(act, form.get("ask") == "yes")
        )

    _add_exceptions(router, pages, answer)

    @router.get("/{what:path}")
    async def look(request: Request, id: str, what: str) -> Response:
        """An answer stands under such an address: its link to the other language leads here."""
        return RedirectResponse(f"/watering/{id}?{request.url.query}", 303)

    return router


def _add_exceptions(router: APIRouter, pages: Pages, answer: Answer) -> None:
    """Dry days, overrides, and the answers to what a plot asks."""
    acts = pages.acts

    @router.post("/dry-days")
    async def add_dry_days(request: Request, id: str) -> Response:
        return await answer(
            request,
            id,
            lambda act, form: acts.add_dry_days(
                act, _day(form, "from"), _day(form, "to"), _one_of(NoGoReason, form, "reason")
            ),
        )

    @router.post("/dry-days/{entry}/remove")
    async def remove_dry_days(request: Request, id: str, entry: str) -> Response:
        return await answer(request, id, lambda act, form: acts.remove_dry_days(act, entry))

    @router.post("/overrides")
    async def override(request: Request, id: str) -> Response:
        return await answer(
            request,
            id,
            lambda act, form: acts.override(
                act,
                form.get("interlock", ""),
                _sure(form).get("why", ""),
                pages.views.now + round(_number(form.get("hours", ""), "act.wrong") * HOUR_MS),
            ),
        )

    @router.post("/overrides/{entry}/end")
    async def end_override(request: Request, id: str, entry: str) -> Response:
        return await answer(request, id, lambda act, form: acts.end_override(act, entry))

    @router.post("/proposals/{proposal}/yes")
    async def approve(request: Request, id: str, proposal: str) -> Response:
        return await answer(request, id, lambda act, form: acts.answer(act, proposal, True))

    @router.post("/proposals/{proposal}/no")
    async def decline(request: Request, id: str, proposal: str) -> Response:
        return await answer(request, id, lambda act, form: acts.answer(act, proposal, False))


def _let_in(
    pages: Pages, request: Request, plot: str, form: Form
) -> tuple[Visitor | None, str, int]:
    """Who does something, or why nobody may, and the status of that answer."""
    if pages.views.plots.plot(plot) is None:
        raise HTTPException(404)
    words = pages.words(request)
    visitor = pages.door.let_in(request, form)
    if visitor is None:
        return None, words.t("door.refused"), 403
    if not pages.views.condition().journal_ok:
        return None, words.t("editor.journal"), 503
    return visitor, "", 200


def _key(request: Request, form: Form) -> str:
    """The same for the same form sent again, and for no other one."""
    said = sorted((name, value) for name, value in form.items() if name not in _WHO)
    return hashlib.sha256(repr((request.url.path, said)).encode()).hexdigest()[:32]


def _amount(form: Form) -> Amount:
    if "preset" in form:
        return Amount(_number(form["preset"], "act.water.wrong"), Unit.DEPTH)
    value = _number(form.get("value", ""), "act.water.wrong")
    return Amount(value, _one_of(Unit, form, "unit"))


def _number(written: str, otherwise: str) -> float:
    """With a point or a comma, above 0."""
    try:
        value = float(written.strip().replace(",", "."))
    except ValueError:
        raise FormError(otherwise) from None
    if not math.isfinite(value) or not 0 < value <= AMOUNT_MAX:
        raise FormError(otherwise)
    return value


def _one_of(kind: type[E], form: Form, name: str) -> E:
    try:
        return kind(form.get(name))
    except ValueError:
        raise FormError("act.wrong") from None


def _day(form: Form, name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError:
        raise FormError("act.dry.wrong") from None


def _sure(form: Form) -> Form:
    if form.get("sure") != "yes":
        raise FormError("act.override.unsure")
    return form
