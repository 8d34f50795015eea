"""What every page needs, and the stream that keeps it moving."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import HTMLResponse, StreamingResponse

from dashboards.door import Door
from dashboards.live import stream
from dashboards.rendering import Renderer
from dashboards.shared import Fragments, Shared
from dashboards.words import Words
from gateway.diary_book import DiaryBook
from gateway.feed import Feed, Update
from gateway.plot_acts import PlotActs
from gateway.rule_texts import RuleEditing
from gateway.views import Views


@dataclass(frozen=True, slots=True)
class Pages:
    """The parts of which the pages are made."""

    renderer: Renderer
    views: Views
    feed: Feed
    shared: Shared
    rules: RuleEditing
    acts: PlotActs
    diary: DiaryBook
    door: Door

    def words(self, request: Request, *, live: bool = False) -> Words:
        """How the reader of this request is spoken to, now."""
        return self.renderer.words(request, self.views.now, live=live)

    async def page(
        self,
        request: Request,
        template: str,
        words: Words,
        *,
        title: str,
        current: str,
        live: str | None,
        fragments: Fragments,
        public: bool = False,
        **context: object,
    ) -> HTMLResponse:
        """The page as it is now, rendered in a worker thread; see `Renderer.page`. A `public` page
        is for residents, who are not asked to repair anything."""
        layout = self.renderer.layout(request, words, title, current, live, public=public)
        everything = {**fragments, **self._notice(words, public)}
        return await asyncio.to_thread(
            self.renderer.page, request, template, words, layout, {"f": everything, **context}
        )

    def live(
        self,
        request: Request,
        render: Callable[[Words, Update | None], Awaitable[Fragments]],
    ) -> StreamingResponse:
        """The stream of a page; `render` is told the time anew at each update."""

        async def fragments(update: Update | None) -> Fragments:
            words = self.words(request, live=True)
            return {**await render(words, update), **self._notice(words, public=False)}

        return stream(self.feed, fragments, lambda: self.views.now)

    def live_for_all(
        self,
        request: Request,
        name: str,
        render: Callable[[Words], Awaitable[Fragments]],
        *,
        public: bool,
    ) -> StreamingResponse:
        """The stream of a page that everybody sees alike: it is rendered whole, once for each
        update and language."""

        async def fragments(_update: Update | None) -> Fragments:
            words = self.words(request, live=True)

            async def whole() -> Fragments:
                return {**await render(words), **self._notice(words, public)}

            return await self.shared.get((name, words.lang), whole)

        return stream(self.feed, fragments, lambda: self.views.now)

    def error(self, request: Request, status: int) -> HTMLResponse:
        """A page that says what is wrong and where to go."""
        words = self.words(request)
        title = words.t(f"error.{status}.title")
        layout = self.renderer.layout(request, words, title, "", None)
        text = words.t(f"error.{status}.text")
        return self.renderer.page(request, "error.html", words, layout, {"text": text}, status)

    def _notice(self, words: Words, public: bool) -> Fragments:
        """What every page says when the gateway itself is not as it should be; a public one only
        how far its figures can be trusted."""
        condition = self.views.condition()
        html = self.renderer.fragment("notice.html", words, condition=condition, public=public)
        return {"notice": html}
