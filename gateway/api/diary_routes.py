"""The part of the API about the production diary."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from gateway.api.diary_shapes import DiaryEntryShape, DiaryRequest
from gateway.api.problems import Problem, problem
from gateway.api.security import shows_token
from gateway.api.writing import REQUESTER, writers_only
from gateway.api.written_time import parse_written
from gateway.diary.draft import DraftError, TakenError
from gateway.diary_book import DiaryBook
from gateway.history import DiaryPart
from gateway.views import Views

LINES_MAX = 1000
LINES = 100
AHEAD_MS = 100 * 86_400_000
"""Planned pluckings are in the future, too."""


def diary_routes(views: Views, diary: DiaryBook, token: str) -> APIRouter:
    """`/diary`: reading it, and writing into it with the token."""
    router = APIRouter(prefix="/diary")

    @router.get("")
    async def lines(
        request: Request,
        plot: str | None = None,
        since: str | None = None,
        until: str | None = None,
        after: str | None = None,
        limit: Annotated[int, Query(ge=1, le=LINES_MAX)] = LINES,
    ) -> list[DiaryEntryShape]:
        """Entries by the time of what they tell of, oldest first, corrected ones included. `after`
        is the id of the last one that you have."""
        last = await views.diary.entry(after) if after else None
        if after and last is None:
            raise Problem(404, f"There is no entry {after!r}.")
        part = DiaryPart(
            0 if since is None else parse_written("since", since),
            views.now + AHEAD_MS if until is None else parse_written("until", until),
            limit,
            plot=plot,
            after=(last.entry.at, last.entry.id) if last else None,
        )
        named = shows_token(request, token)
        return [DiaryEntryShape.of(line, named=named) for line in await views.diary.lines(part)]

    @router.get("/{id}")
    async def entry(id: str, request: Request) -> DiaryEntryShape:
        """One entry."""
        line = await views.diary.entry(id)
        if line is None:
            raise Problem(404, f"There is no entry {id!r}.")
        return DiaryEntryShape.of(line, named=shows_token(request, token))

    @router.post("", status_code=201, dependencies=writers_only(views, token))
    async def write(wanted: DiaryRequest) -> Response:
        """Write an entry, or a correction of one. What is inside the days to wait after a spraying
        comes back with `warnings` and status 409, until it is `confirmed`; so does, without them,
        an id under which something else was written."""
        draft = wanted.draft(uuid.uuid4().hex)
        try:
            entry = await diary.write(draft, REQUESTER)
        except DraftError as error:
            conflict = isinstance(error, TakenError) or bool(error.warnings)
            return problem(
                409 if conflict else 422,
                str(error),
                problems={name: text.en for name, text in error.problems.items()},
                warnings=[text.en for text in error.warnings],
            )
        return JSONResponse(
            DiaryEntryShape.of_new(entry).model_dump(mode="json"),
            201,
            {"Location": f"/api/v1/diary/{entry.id}"},
        )

    return router
