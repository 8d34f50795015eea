"""The diary as CSV, line by line."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from dashboards.chart_csv import BYTE_ORDER_MARK
from dashboards.diary_export.rows import Cell, Column, rows
from gateway.history import DiaryLine

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet computes what begins like that; an apostrophe makes it text."""
LINES_AT_ONCE = 200


def csv_of(table: Iterable[Column], lines: Iterable[DiaryLine]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, CRLF. Blocks: for worker threads."""
    kept = tuple(table)
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow([column.title for column in kept])
    for number, cells in enumerate(rows(kept, lines), 1):
        writer.writerow([_written(cell) for cell in cells])
        if number % LINES_AT_ONCE == 0:
            yield _taken(text)
    yield _taken(text)


def _written(cell: Cell) -> str | float:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, str) and cell.startswith(FORMULAS):
        return "'" + cell
    return cell


def _taken(text: io.StringIO) -> bytes:
    content = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return content
