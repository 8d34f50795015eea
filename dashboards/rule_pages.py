"""The addresses of the rules: the list, each rule with its past, and their streams."""

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dashboards.pages import Pages
from dashboards.rule_editing import editing_routes
from dashboards.rules import RuleRow, grouped, rehearsed, rule_rows
from dashboards.shared import Fragments
from dashboards.words import Words
from gateway.decisions import RuleChanged
from gateway.rule_texts import Rehearsal
from gateway.views.rules import RulePast

PERSON = "person:"
FIRING_SHOWN = 20
"""Devices told by name; a storm may concern all of a hamlet."""


def routes(pages: Pages) -> APIRouter:
    """`/rules`, `/rules/{id}` and what belongs to them."""
    router = APIRouter()

    @router.get("/rules")
    async def list_page(request: Request) -> Response:
        return await rule_list(pages, request)

    @router.get("/live/rules")
    async def list_stream(request: Request) -> Response:
        async def render(words: Words) -> Fragments:
            return _list(pages, words)

        return pages.live_for_all(request, "rules", render, public=False)

    router.include_router(editing_routes(pages, rule_list, rule_page))

    @router.get("/rules/{id}")
    async def one(request: Request, id: str) -> Response:
        return await rule_page(pages, request, id)

    @router.get("/live/rules/{id}")
    async def one_stream(request: Request, id: str) -> Response:
        async def render(words: Words) -> Fragments:
            return _fragments(pages, words, id, await pages.views.rule_past(id))

        return pages.live_for_all(request, f"rules/{id}", render, public=False)

    return router


async def rule_list(pages: Pages, request: Request, said: str = "") -> Response:
    """The list; `said` is what came of the last thing that was asked for."""
    words = pages.words(request)
    return await pages.page(
        request,
        "rules/page.html",
        words,
        title=words.t("rules.title"),
        current="rules",
        live=f"/live/rules?lang={words.lang}",
        fragments=_list(pages, words),
        visitor=pages.door.visitor(request),
        name="",
        said=said,
    )


async def rule_page(
    pages: Pages, request: Request, id: str, said: str = "", rehearsal: Rehearsal | None = None
) -> Response:
    """One rule, also one that was removed."""
    words = pages.words(request)
    text, past = pages.rules.text(id), await pages.views.rule_past(id)
    if text is None and not past.versions:
        raise HTTPException(404)
    return await pages.page(
        request,
        "rules/rule.html",
        words,
        title=words.text(text.label) if text else id,
        current="rules",
        live=f"/live/rules/{id}?lang={words.lang}",
        fragments=_fragments(pages, words, id, past),
        text=text,
        visitor=pages.door.visitor(request),
        name="",
        said=said,
        rehearsal=rehearsal,
        rehearsed=rehearsed(pages.views, rehearsal),
    )


def _list(pages: Pages, words: Words) -> Fragments:
    groups = grouped(rule_rows(pages.rules, pages.views))
    problems = pages.rules.problems
    html = pages.renderer.fragment("rules/list.html", words, groups=groups, problems=problems)
    return {"list": html}


def _fragments(pages: Pages, words: Words, id: str, past: RulePast) -> Fragments:
    fragment = pages.renderer.fragment
    row = next((row for row in rule_rows(pages.rules, pages.views) if row.text.rule == id), None)
    return {
        "state": _state(pages, words, row) if row else Markup(),
        "history": fragment(
            "rules/history.html",
            words,
            transitions=[
                (change, pages.views.subject(change.subject), _seen(pages, words, change))
                for change in past.transitions
            ],
        ),
        "versions": fragment(
            "rules/versions.html",
            words,
            versions=past.versions,
            restore=f"/rules/{id}/edit?" if row else f"/rules/_new?of={id}&",
            author=lambda by: _author(words, by),
        ),
    }


def _state(pages: Pages, words: Words, row: RuleRow) -> Markup:
    ids = row.status.firing if row.status else ()
    firing = [pages.views.subject(id) for id in ids]
    return pages.renderer.fragment(
        "rules/state.html", words, row=row, firing=firing, firing_shown=FIRING_SHOWN
    )


def _seen(pages: Pages, words: Words, change: RuleChanged) -> str:
    """The values because of which a rule changed its state."""
    row = pages.views.row(change.subject)
    told = []
    for name, value in change.values.items():
        metric = row.kind.metric(name) if row else None
        if metric is not None and value is not None:
            told.append(f"{words.text(metric.label)} {words.value(metric, value)}")
    return ", ".join(told)


def _author(words: Words, by: str) -> str:
    return by.removeprefix(PERSON) if by.startswith(PERSON) else words.t("rule.by.file")
