"""The diary as an Excel file: real dates and numbers, and texts that are never computed."""

import io
from collections.abc import Iterable
from datetime import datetime

import xlsxwriter

from dashboards.diary_export.rows import Column, rows
from gateway.history import DiaryLine

SHEET_NAME_MAX = 31
"""Letters; Excel allows no more, and none of `NOT_ALLOWED`."""
NOT_ALLOWED = "[]:*?/\\'"


def xlsx_of(title: str, table: Iterable[Column], lines: Iterable[DiaryLine]) -> bytes:
    """One sheet, its header frozen. Blocks: for worker threads."""
    kept = tuple(table)
    content = io.BytesIO()
    # Row by row through a temporary file: two years of a hamlet are no matter of memory.
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as book:
        name = "".join(letter for letter in title if letter not in NOT_ALLOWED)
        sheet = book.add_worksheet(name[:SHEET_NAME_MAX])
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm", "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(kept):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.title, head)
        for number, cells in enumerate(rows(kept, lines), 1):
            for place, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, place, cell, moment)
                elif isinstance(cell, str):
                    if cell:
                        sheet.write_string(number, place, cell, plain)
                else:
                    sheet.write_number(number, place, cell, plain)
    return content.getvalue()
