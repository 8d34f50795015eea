"""Templates to HTML: the environment, the frame of every page, and fragments of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from dashboards.assets import Assets
from dashboards.words import LANGUAGES, Language, Words
from devices.text import Text
from gateway.clock import Millis

COOKIE = "lang"
COOKIE_MAX_AGE_S = 365 * 86_400
NAVIGATION = (
    ("home", "/"),
    ("devices", "/devices"),
    ("alerts", "/alerts"),
    ("watering", "/watering"),
    ("diary", "/diary"),
    ("rules", "/rules"),
    ("technician", "/technician"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The frame: `current` is the entry of the navigation; `live` the address of the page's
    stream, or None when it does not move."""

    site: Text
    title: str
    current: str
    other_language: str
    live: str | None
    navigation: tuple[tuple[str, str], ...]


class Renderer:
    """Renders for one site; holds the compiled templates and the static files."""

    def __init__(self, site: Text, timezone: str) -> None:
        self.assets = Assets()
        self._site = site
        self._zone = ZoneInfo(timezone)
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["asset"] = self.assets.url

    def words(self, request: Request, now: Millis, *, live: bool = False) -> Words:
        """The language that the reader asked for, now or earlier; Vietnamese otherwise."""
        return Words(_language(request), self._zone, now, live)

    def fragment(self, template: str, words: Words, **context: object) -> Markup:
        """A part of a page."""
        html = self._environment.get_template(template).render(w=words, **context)
        return Markup(html)  # noqa: S704 the template escaped it

    def layout(
        self,
        request: Request,
        words: Words,
        title: str,
        current: str,
        live: str | None,
        *,
        public: bool = False,
    ) -> Layout:
        """The frame of a page of this site; a public one has no navigation."""
        other = _with_language(request, words.other)
        return Layout(self._site, title, current, other, live, () if public else NAVIGATION)

    def page(
        self,
        request: Request,
        template: str,
        words: Words,
        layout: Layout,
        context: Mapping[str, object],
        status: int = 200,
    ) -> HTMLResponse:
        """A whole page; it remembers the language if the reader has just chosen it."""
        html = self._environment.get_template(template).render(w=words, layout=layout, **context)
        response = HTMLResponse(html, status, {"Cache-Control": "no-store"})
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(COOKIE, words.lang, COOKIE_MAX_AGE_S, httponly=True, samesite="lax")
        return response


def _language(request: Request) -> Language:
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        for language in LANGUAGES:
            if wanted == language:
                return language
    return "vi"


def _with_language(request: Request, language: Language) -> str:
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return f"{request.url.path}?{urlencode([*query, ('lang', language)])}"
