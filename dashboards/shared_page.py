"""A page that everybody sees alike, but for the language, and the stream that keeps it moving."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards.pages import Pages
from dashboards.shared import Fragments
from dashboards.words import Words


@dataclass(frozen=True, slots=True)
class Content:
    """What a page shows: the stream sends its fragments anew, `fixed` stays as it came. Fragments
    are events by their names: `open` and `error` are not to be had, EventSource has its own."""

    fragments: Fragments
    fixed: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SharedPage:
    """One at `path`, with its stream at `/live/{name}`. `title` is a key of the catalogue. A
    `public` page is for residents; it has no navigation."""

    name: str
    path: str
    template: str
    title: str
    content: Callable[[Words], Awaitable[Content]]
    public: bool = False


def shared_routes(pages: Pages, *served: SharedPage) -> APIRouter:
    """The addresses of these pages and of their streams."""
    router = APIRouter()
    for page in served:
        _add(router, pages, page)
    return router


def _add(router: APIRouter, pages: Pages, page: SharedPage) -> None:
    @router.get(page.path)
    async def whole(request: Request) -> Response:
        words = pages.words(request)
        content = await page.content(words)
        return await pages.page(
            request,
            page.template,
            words,
            title=words.t(page.title),
            current="" if page.public else page.name,
            live=f"/live/{page.name}?lang={words.lang}",
            fragments=content.fragments,
            public=page.public,
            **content.fixed,
        )

    @router.get(f"/live/{page.name}")
    async def stream(request: Request) -> Response:
        async def fragments(words: Words) -> Fragments:
            return (await page.content(words)).fragments

        return pages.live_for_all(request, page.name, fragments, public=page.public)
