"""What a test asks of an HTML page: is it well formed, and what does it refer to."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr"}
SVG_LEAVES = {"path", "rect", "circle", "use", "polyline", "polygon"}


class Page(HTMLParser):
    """A parsed page. `problems` lists what is not well formed; `addresses` every src, href, action
    and stream; `inline` scripts, styles and handlers."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[str] = []
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.swapped: list[str] = []
        self.text = ""
        self.lang = ""
        self.headings: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.problems += [f"<{tag}> is never closed" for tag in self._open]
        self.problems += [f"id {id} twice" for id in self.ids if self.ids.count(id) > 1]
        self.problems += [f"{id} has no label" for id in self.fields if id not in self.labelled]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        self._read(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SVG_LEAVES:
            self.problems.append(f"<{tag}/> closes nothing in HTML")
        self._read(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.problems.append(f"</{tag}> in {self._open[-3:]}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data

    def _read(self, tag: str, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "html":
            self.lang = given.get("lang", "")
        if tag == "label":
            self.labelled.add(given["for"])
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.fields.append(given.get("id", "?"))
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        silent = "aria-hidden" in given or "role" in given or "span" in self._open
        if tag == "svg" and not silent:
            self.problems.append("an svg that is neither hidden nor an image")
        for name in ("src", "href", "action", "sse-connect", "data-url"):
            if name in given:
                self.addresses.append(given[name])
        if (tag == "script" and "src" not in given) or tag == "style":
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if "sse-swap" in given:
            self.swapped += given["sse-swap"].split(",")
