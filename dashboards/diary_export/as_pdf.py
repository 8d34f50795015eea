"""The diary as a book to print and sign: A4, landscape, a head and a number on every page."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from fpdf import FPDF

from dashboards.diary_export.font import BOLD, REGULAR, whole_font
from dashboards.diary_export.paper import LINES_MAX, Head, TooLongError
from dashboards.diary_export.rows import Cell, Column
from dashboards.diary_export.totals import Totals
from dashboards.words import Words
from gateway.history import DiaryLine

MARGIN_MM = 10
FOOT_MM = 14
SIZE_PT, LINE_MM = 7.0, 3.1
PAD_MM = 0.8
SIGN_MM = 40
FAMILY = "page"
UNKNOWN_LETTER = "?"
"""For what the font does not have; nothing that is written in Vietnamese."""


def pdf_of(words: Words, head: Head, table: Iterable[Column], lines: Iterable[DiaryLine]) -> bytes:
    """The book. Raises TooLongError. Blocks: for worker threads."""
    with tempfile.TemporaryDirectory() as folder:
        book = _Book(words, head, [column for column in table if column.book], Path(folder))
        for number, line in enumerate(lines, 1):
            if number > LINES_MAX:
                raise TooLongError
            book.add(line)
        book.finish()
        return bytes(book.output())


class _Book(FPDF):
    def __init__(self, words: Words, head: Head, columns: Sequence[Column], folder: Path) -> None:
        super().__init__("landscape", "mm", "A4")
        self.columns = columns
        self._words = words
        self._head = head
        self._empty = True
        self._over = False
        self._totals = Totals()
        for style, weight in (("", REGULAR), ("B", BOLD)):
            file = folder / f"{weight}.ttf"
            file.write_bytes(whole_font(weight))
            self.add_font(FAMILY, style, file)
        self.set_font(FAMILY, "", SIZE_PT)
        self._letters = frozenset(self.current_font.cmap)  # type: ignore[union-attr]
        self._width_of = lru_cache(maxsize=4096)(self.get_string_width)
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(False)
        self.set_title(head.title)
        letters = sum(column.width for column in columns)
        self._widths = [column.width * self.epw / letters for column in columns]
        self.add_page()

    def header(self) -> None:
        """Title, what it is about, and the heads of the columns where lines follow."""
        self.set_font(FAMILY, "B", 13)
        self._put(MARGIN_MM, MARGIN_MM + 4, self._head.title)
        self.set_font(FAMILY, "", 9)
        self._put(MARGIN_MM, MARGIN_MM + 9.5, self._head.about)
        self._put(MARGIN_MM, MARGIN_MM + 14, self._head.period)
        self.set_y(MARGIN_MM + 17)
        if self._over:
            return
        self.set_font(FAMILY, "B", SIZE_PT)
        self._row([column.title for column in self.columns], filled=True)
        self.set_font(FAMILY, "", SIZE_PT)

    def footer(self) -> None:
        """The number of the page, of how many."""
        self.set_font(FAMILY, "", 8)
        self.set_y(-FOOT_MM + 4)
        made = self._words.t("diary.paper.made", when=self._words.full(self._words.now))
        self.cell(self.epw / 2, 5, self._fitted(made))
        numbered = self._words.t("diary.paper.page", n=str(self.page_no()), total="{nb}")
        self.cell(self.epw / 2, 5, numbered, align="R")

    def add(self, line: DiaryLine) -> None:
        """A line, on the next page where this one is full."""
        self._empty = False
        self._totals.add(line)
        cells = [(column.printed or column.cell)(line) for column in self.columns]
        self._row([self._written(cell) for cell in cells])

    def finish(self) -> None:
        """What it comes to, and room for the signatures."""
        if self._empty:
            self.set_font(FAMILY, "", 9)
            self._put(MARGIN_MM, self.get_y() + 6, self._words.t("diary.paper.none"))
            self.set_y(self.get_y() + 8)
        self._over = True
        if self.get_y() + SIGN_MM > self.h - FOOT_MM:
            self.add_page()
        if told := self._totals.told(self._words):
            self.set_font(FAMILY, "B", 9)
            self._put(MARGIN_MM, self.get_y() + 6, told)
            self.set_y(self.get_y() + 6)
        self.set_font(FAMILY, "", 9)
        y = self.get_y() + 8
        for x, key in (
            (MARGIN_MM + 10, "diary.paper.check"),
            (self.w / 2 + 30, "diary.paper.sign"),
        ):
            self._put(x, y, self._words.t(key))
            self.line(x, y + 22, x + 70, y + 22)

    def _row(self, texts: Sequence[str], *, filled: bool = False) -> None:
        wrapped = [
            self._wrap(text, width - 2 * PAD_MM)
            for text, width in zip(texts, self._widths, strict=True)
        ]
        height = max(map(len, wrapped)) * LINE_MM + 2 * PAD_MM
        if not filled and self.get_y() + height > self.h - FOOT_MM:
            self.add_page()
            lines_max = int((self.h - FOOT_MM - self.get_y() - 2 * PAD_MM) / LINE_MM)
            while max(map(len, wrapped)) > lines_max:  # somebody wrote more than a page
                self._boxes([lines[:lines_max] for lines in wrapped], filled=False)
                self.add_page()
                wrapped = [lines[lines_max:] for lines in wrapped]
        self._boxes(wrapped, filled=filled)

    def _boxes(self, wrapped: Sequence[Sequence[str]], *, filled: bool) -> None:
        height = max(map(len, wrapped)) * LINE_MM + 2 * PAD_MM
        x, y = float(MARGIN_MM), self.get_y()
        self.set_fill_color(236, 236, 228)
        self.set_draw_color(150)
        self.set_line_width(0.1)
        for lines, width in zip(wrapped, self._widths, strict=True):
            self.rect(x, y, width, height, "DF" if filled else "D")
            for number, line in enumerate(lines, 1):
                self.text(x + PAD_MM, y + number * LINE_MM, line)
            x += width
        self.set_y(y + height)

    def _wrap(self, text: str, width: float) -> list[str]:
        """Lines of at most that width; a word that is wider is broken."""
        lines, line = [], ""
        for word in self._fitted(text).split(" "):
            longer = f"{line} {word}" if line else word
            if self._width_of(longer) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            while self._width_of(word) > width:
                fits = next(
                    size
                    for size in range(len(word), 0, -1)
                    if size == 1 or self._width_of(word[:size]) <= width
                )
                lines.append(word[:fits])
                word = word[fits:]
            line = word
        return [*lines, line]

    def _put(self, x: float, y: float, text: str) -> None:
        self.text(x, y, self._fitted(text))

    def _fitted(self, text: str) -> str:
        """With letters of the font only."""
        if self._letters.issuperset(map(ord, text)):
            return text
        return "".join(
            letter if ord(letter) in self._letters else " " if letter.isspace() else UNKNOWN_LETTER
            for letter in text
        )

    def _written(self, cell: Cell) -> str:
        if isinstance(cell, datetime):
            return f"{cell:%d/%m/%Y %H:%M}"
        if isinstance(cell, str):
            return cell
        return self._words.number(cell, 1 if cell >= 1 else 2)
