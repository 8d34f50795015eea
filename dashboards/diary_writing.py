"""The forms of the diary: an entry of one's own, and the correction of another."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from dashboards.diary_lines import item_of
from dashboards.door import Form, Visitor, read_form
from dashboards.pages import Pages
from dashboards.words import Words
from devices.text import Text
from gateway.diary.discretion import public_fields
from gateway.diary.draft import Draft, DraftError, TakenError
from gateway.diary.fields import FIELDS
from gateway.plot_records import DiaryEntry, DiaryKind

NOTHING: Mapping[str, Text] = {}


class Attempt(NamedTuple):
    """A form as it is shown: blank, or as somebody sent it and why it was not taken. What was typed
    stays."""

    form: Form
    error: DraftError | None = None
    said: str = ""
    visitor: Visitor | None = None
    status: int = 200


def writing_routes(pages: Pages) -> APIRouter:
    """`/diary/new` and `/diary/{id}/correct`."""
    router = APIRouter()

    @router.get("/diary/new")
    async def new(request: Request, plot: str = "", kind: str = "") -> Response:
        wanted = _kind(kind)
        plots = pages.views.diary.plots
        if wanted is None:
            return await _choose(pages, request, plot if plot in plots else "")
        first = plot if plot in plots else next(iter(plots), "")
        return await _new(pages, request, wanted, Attempt(_blank(pages, first)))

    @router.post("/diary/new")
    async def write(request: Request, kind: str = "") -> Response:
        wanted = _kind(kind)
        if wanted is None:
            raise HTTPException(404)
        form = await read_form(request)
        visitor, refused = _let_in(pages, request, form)
        if visitor is None:
            return await _new(pages, request, wanted, Attempt(form, said=refused, status=403))
        try:
            entry = await pages.diary.write(_draft(form, wanted, None), visitor.author)
        except DraftError as error:
            attempt = _refused(pages.words(request), form, error, visitor)
            return await _new(pages, request, wanted, attempt)
        return _saved(entry, request, visitor)

    @router.get("/diary/{id}/correct")
    async def look(request: Request, id: str) -> Response:
        entry = await _entry(pages, id)
        return await _correct(pages, request, id, Attempt(_filled(pages, entry)))

    @router.post("/diary/{id}/correct")
    async def correct(request: Request, id: str) -> Response:
        before = await _entry(pages, id)
        # What the form did not ask, because a guest may not read it, stays as it was.
        form = {**_filled(pages, before), **await read_form(request)}
        visitor, refused = _let_in(pages, request, form)
        if visitor is None:
            return await _correct(pages, request, id, Attempt(form, said=refused, status=403))
        try:
            entry = await pages.diary.write(_draft(form, before.kind, id), visitor.author)
        except DraftError as error:
            attempt = _refused(pages.words(request), form, error, visitor)
            return await _correct(pages, request, id, attempt)
        return _saved(entry, request, visitor)

    return router


async def _choose(pages: Pages, request: Request, plot: str) -> Response:
    words = pages.words(request)
    return await pages.page(
        request,
        "diary/choose.html",
        words,
        title=words.t("diary.new"),
        current="diary",
        live=None,
        fragments={},
        kinds=list(FIELDS),
        plots=pages.views.diary.plots,
        plot=plot,
    )


async def _new(pages: Pages, request: Request, kind: DiaryKind, attempt: Attempt) -> Response:
    words = pages.words(request)
    response = await pages.page(
        request,
        "diary/new.html",
        words,
        title=words.t(f"diary.kind.{kind.value}"),
        current="diary",
        live=None,
        fragments={},
        **_form(pages, request, kind, attempt, discreet=False),
    )
    return _answered(response, request, attempt)


async def _correct(pages: Pages, request: Request, id: str, attempt: Attempt) -> Response:
    words, diary = pages.words(request), pages.views.diary
    line = await diary.entry(id)
    if line is None:
        raise HTTPException(404)
    entry = line.entry
    named = (attempt.visitor or pages.door.visitor(request)) is not None
    earlier = await diary.earlier(entry)
    corrected = line.corrected_by is not None
    label = diary.label(entry.plot)
    response = await pages.page(
        request,
        "diary/entry.html",
        words,
        title=words.t(
            "diary.entry", kind=words.t(f"diary.kind.{entry.kind.value}"), plot=words.text(label)
        ),
        current="diary",
        live=None,
        fragments={},
        item=item_of(words, label, entry, named=named, corrected=corrected),
        newer=line.corrected_by,
        earlier=[
            item_of(words, diary.label(one.plot), one, named=named, corrected=True)
            for one in earlier
        ],
        **_form(
            pages, request, entry.kind if entry.kind in FIELDS else None, attempt, discreet=True
        ),
    )
    return _answered(response, request, attempt)


def _form(
    pages: Pages, request: Request, kind: DiaryKind | None, attempt: Attempt, *, discreet: bool
) -> dict[str, Any]:
    """What the templates of both forms need. A `discreet` form does not show guests what free words
    say."""
    form, error = attempt.form, attempt.error
    visitor = attempt.visitor or pages.door.visitor(request)
    fields = FIELDS[kind] if kind else ()
    if kind and discreet and visitor is None:
        fields = tuple(public_fields(kind))
    problems = error.problems if error else NOTHING
    beside = {"plot", "day", "clock", *(field.name for field in fields)}
    return {
        "kind": kind,
        "fields": fields,
        "form": defaultdict(str, form),
        "plots": [(plot.id, plot.label) for plot in pages.views.diary.plots.values()],
        "problems": problems,
        "of_whole": [text for name, text in problems.items() if name not in beside],
        "warnings": error.warnings if error else (),
        "said": attempt.said,
        "visitor": visitor,
        "name": form.get("name", ""),
    }


def _refused(words: Words, form: Form, error: DraftError, visitor: Visitor) -> Attempt:
    """Who goes back to a form that was taken, and sends other work with it, may do so: under an id
    of its own."""
    if isinstance(error, TakenError):
        again = {**form, "id": uuid.uuid4().hex}
        return Attempt(again, None, words.t("diary.taken"), visitor, 409)
    return Attempt(form, error, "", visitor, 422)


def _draft(form: Form, kind: DiaryKind, corrects: str | None) -> Draft:
    names: Sequence[str] = [field.name for field in FIELDS.get(kind, ())]
    return Draft(
        id=form.get("id", ""),
        plot=form.get("plot", ""),
        kind=kind,
        day=form.get("day", ""),
        clock=form.get("clock", ""),
        facts={name: form.get(name, "") for name in names},
        corrects=corrects,
        withdrawn=bool(corrects and form.get("withdrawn")),
        why=form.get("why", ""),
        confirmed=form.get("confirmed") == "yes",
    )


def _blank(pages: Pages, plot: str) -> Form:
    now = pages.views.diary.here.local(pages.views.now)
    return {
        "id": uuid.uuid4().hex,
        "plot": plot,
        "day": f"{now:%Y-%m-%d}",
        "clock": f"{now:%H:%M}",
    }


def _filled(pages: Pages, entry: DiaryEntry) -> Form:
    at = pages.views.diary.here.local(entry.at)
    values = {
        field.name: _typed(entry.facts.get(field.name)) for field in FIELDS.get(entry.kind, ())
    }
    return {
        **values,
        "id": uuid.uuid4().hex,
        "plot": entry.plot,
        "day": f"{at:%Y-%m-%d}",
        "clock": f"{at:%H:%M}",
    }


def _typed(value: float | str | None) -> str:
    """As somebody would have typed it."""
    if isinstance(value, int | float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return value or ""


def _kind(written: str) -> DiaryKind | None:
    """One that people write; None where none of them was named."""
    return next((kind for kind in FIELDS if kind.value == written), None)


async def _entry(pages: Pages, id: str) -> DiaryEntry:
    line = await pages.views.diary.entry(id)
    if line is None:
        raise HTTPException(404)
    return line.entry


def _let_in(pages: Pages, request: Request, form: Form) -> tuple[Visitor | None, str]:
    words: Words = pages.words(request)
    visitor = pages.door.let_in(request, form)
    if visitor is None:
        return None, words.t("door.refused")
    if not pages.views.condition().journal_ok:
        return None, words.t("diary.journal")
    return visitor, ""


def _answered(response: Response, request: Request, attempt: Attempt) -> Response:
    response.status_code = attempt.status
    if attempt.visitor is not None:
        attempt.visitor.remember(request, response)
    return response


def _saved(entry: DiaryEntry, request: Request, visitor: Visitor) -> Response:
    """The page is loaded anew, so that nothing is sent twice."""
    response = RedirectResponse(f"/diary/{entry.plot}?saved={entry.id}", 303)
    visitor.remember(request, response)
    return response
