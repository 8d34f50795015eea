"""The addresses where rules are changed: the editor, switching on and off, reading files again.

Those that begin with `_` are none of a rule's, whatever its id.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboards.door import Form, Visitor, read_form
from dashboards.pages import Pages
from dashboards.rules import rehearsed
from dashboards.words import Words
from gateway.rule_texts import RULE_TEXT_MAX, Draft, Rehearsal, RuleEditError

EXAMPLE = """\
- rule: tea-soil-dry
  label: {vi: Đất chè khô, en: Tea soil is dry}
  on: {kind: soil}
  when: soil_moisture_pct < 24
  for: 10m
  until: soil_moisture_pct > 27
  then:
    - alert: {severity: warning}
"""
"""What a new rule begins with."""

ListPage = Callable[..., Awaitable[Response]]
RulePage = Callable[..., Awaitable[Response]]


def editing_routes(pages: Pages, list_page: ListPage, rule_page: RulePage) -> APIRouter:
    """The editor, and what is done with a rule as it is."""
    router = APIRouter()
    router.include_router(_handling_routes(pages, list_page, rule_page))

    @router.get("/rules/_new")
    async def new(request: Request, of: str = "", version: int | None = None) -> Response:
        old = await _version(pages, of, version) if of else None
        return await _editor(pages, request, None, EXAMPLE if old is None else old)

    @router.get("/rules/{id}/edit")
    async def edit(request: Request, id: str, version: int | None = None) -> Response:
        text = pages.rules.text(id)
        if text is None or not text.editable:
            raise HTTPException(404)
        old = await _version(pages, id, version)
        return await _editor(pages, request, id, text.text if old is None else old)

    @router.post("/rules/_check")
    async def check(request: Request) -> Response:
        """What the editor asks while somebody types."""
        form, words = await read_form(request), pages.words(request)
        visitor = pages.door.let_in(request, form)
        if visitor is None:
            return HTMLResponse(_checked(pages, words, said=words.t("door.first")))
        try:
            draft = await pages.rules.check(form.get("text", ""), form.get("rule") or None)
        except RuleEditError as error:
            return HTMLResponse(_checked(pages, words, said=words.text(error.text)))
        response = HTMLResponse(_checked(pages, words, draft))
        visitor.remember(request, response)
        return response

    @router.post("/rules/_new")
    async def add(request: Request) -> Response:
        return await _edited(pages, request, None)

    @router.post("/rules/{id}/edit")
    async def edited(request: Request, id: str) -> Response:
        return await _edited(pages, request, id)

    return router


def _handling_routes(pages: Pages, list_page: ListPage, rule_page: RulePage) -> APIRouter:
    """Switching on and off, removing, trying, and reading the files again."""
    router = APIRouter()

    @router.post("/rules/_reload")
    async def reload(request: Request) -> Response:
        visitor, refused = await _let_in(pages, request)
        if visitor is None:
            return _refused(await list_page(pages, request, refused))
        await pages.rules.reload()
        return _go_on("/rules", request, visitor)

    @router.post("/rules/{id}/arm")
    async def arm(request: Request, id: str) -> Response:
        edit = partial(pages.rules.arm, id, True)
        return await _carry_out(pages, request, id, edit, rule_page)

    @router.post("/rules/{id}/disarm")
    async def disarm(request: Request, id: str) -> Response:
        edit = partial(pages.rules.arm, id, False)
        return await _carry_out(pages, request, id, edit, rule_page)

    @router.post("/rules/{id}/remove")
    async def remove(request: Request, id: str) -> Response:
        return await _carry_out(pages, request, id, partial(pages.rules.remove, id), rule_page)

    @router.get("/rules/{id}/arm")
    @router.get("/rules/{id}/disarm")
    @router.get("/rules/{id}/remove")
    @router.get("/rules/{id}/try")
    async def look(request: Request, id: str) -> Response:
        """An answer stands under these addresses: its link to the other language leads here."""
        return RedirectResponse(f"/rules/{id}?{request.url.query}", 303)

    @router.get("/rules/_reload")
    async def look_at_all(request: Request) -> Response:
        return RedirectResponse(f"/rules?{request.url.query}", 303)

    @router.post("/rules/{id}/try")
    async def rehearse(request: Request, id: str) -> Response:
        visitor, refused = await _let_in(pages, request)
        text = pages.rules.text(id)
        if visitor is None or text is None:
            return _refused(await rule_page(pages, request, id, refused))
        try:
            draft, rehearsal = await pages.rules.rehearse(text.text, id)
        except RuleEditError as error:
            return await rule_page(pages, request, id, pages.words(request).text(error.text))
        said = draft.findings[0].message if rehearsal is None else ""
        response = await rule_page(pages, request, id, said, rehearsal)
        visitor.remember(request, response)
        return response

    return router


async def _edited(pages: Pages, request: Request, id: str | None) -> Response:
    """The editor's form was sent: to be checked, tried or saved."""
    form, words = await read_form(request), pages.words(request)
    text, wish = form.get("text", ""), form.get("do")
    visitor = pages.door.let_in(request, form)
    if visitor is None:
        refused = words.t("door.refused")
        return _refused(await _editor(pages, request, id, text, form=form, said=refused))
    rehearsal: Rehearsal | None = None
    try:
        if wish == "save":
            if not pages.views.condition().journal_ok:
                said = words.t("editor.journal")
                return await _editor(pages, request, id, text, form=form, said=said)
            draft = await pages.rules.save(text, visitor.author, id, form.get("revision"))
            if draft.saved:
                return _go_on(f"/rules/{draft.rule}", request, visitor)
        elif wish == "try":
            draft, rehearsal = await pages.rules.rehearse(text, id)
        else:
            draft = await pages.rules.check(text, id)
    except RuleEditError as error:
        said = words.text(error.text)
        return await _editor(pages, request, id, text, form=form, said=said)
    response = await _editor(
        pages, request, id, text, form=form, draft=draft, rehearsal=rehearsal, visitor=visitor
    )
    visitor.remember(request, response)
    return response


async def _carry_out(
    pages: Pages,
    request: Request,
    id: str,
    edit: Callable[[str], Awaitable[Draft]],
    rule_page: RulePage,
) -> Response:
    """`edit` is told who wants it."""
    visitor, refused = await _let_in(pages, request)
    if visitor is None:
        return _refused(await rule_page(pages, request, id, refused))
    try:
        draft = await edit(visitor.author)
    except RuleEditError as error:
        return await rule_page(pages, request, id, pages.words(request).text(error.text))
    if not draft.saved:
        first = draft.findings[0]
        return await rule_page(pages, request, id, f"{first.file or id}: {first.message}")
    return _go_on(f"/rules/{id}", request, visitor)


async def _let_in(pages: Pages, request: Request) -> tuple[Visitor | None, str]:
    """Who changes something, or why nobody may."""
    words = pages.words(request)
    visitor = pages.door.let_in(request, await read_form(request))
    if visitor is None:
        return None, words.t("door.refused")
    if not pages.views.condition().journal_ok:
        return None, words.t("editor.journal")
    return visitor, ""


async def _editor(
    pages: Pages,
    request: Request,
    id: str | None,
    content: str,
    *,
    form: Form | None = None,
    draft: Draft | None = None,
    rehearsal: Rehearsal | None = None,
    said: str = "",
    visitor: Visitor | None = None,
) -> Response:
    words = pages.words(request)
    text = pages.rules.text(id) if id else None
    label = words.text(text.label) if text else id
    revision = form.get("revision", "") if form else text.revision if text else ""
    return await pages.page(
        request,
        "rules/editor.html",
        words,
        title=words.t("editor.edit", label=label) if id else words.t("editor.new"),
        current="rules",
        live=None,
        fragments={},
        rule=id,
        action=f"/rules/{id}/edit" if id else "/rules/_new",
        content=content,
        revision=revision,
        text_max=RULE_TEXT_MAX,
        checked=_checked(pages, words, draft, said),
        visitor=visitor or pages.door.visitor(request),
        name=form.get("name", "") if form else "",
        rehearsal=rehearsal,
        rehearsed=rehearsed(pages.views, rehearsal),
    )


def _checked(pages: Pages, words: Words, draft: Draft | None = None, said: str = "") -> Markup:
    return pages.renderer.fragment("rules/checked.html", words, draft=draft, said=said)


async def _version(pages: Pages, id: str, at: int | None) -> str | None:
    """How the rule read then; None unless that is asked for and known."""
    if at is None:
        return None
    versions = (await pages.views.rule_past(id)).versions
    return next((version.text for version in versions if version.at == at), None)


def _go_on(address: str, request: Request, visitor: Visitor) -> Response:
    """What was asked for is done; the page is loaded anew, so that nothing is sent twice."""
    response = RedirectResponse(address, 303)
    visitor.remember(request, response)
    return response


def _refused(response: Response) -> Response:
    response.status_code = 403
    return response
