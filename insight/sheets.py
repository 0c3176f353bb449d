"""Tables of figures as files for spreadsheets: CSV, one table in each, or a workbook of several."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from core.text.spreadsheets import plain_cell

Cell = str | int | float | date | None
CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Most spreadsheets refuse longer names of sheets.
_LONGEST_NAME: Final = 31


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table.

    Attributes:
        name: In Chinese, at most 31 characters.
        notes: What the figures mean and how far they go; they stand below the table in a file.
    """

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a mark, as spreadsheets want it."""
    text = io.StringIO()
    table = csv.writer(text)
    for row in _all_rows(sheet):
        table.writerow([_shown(cell) for cell in row])
    return ("\ufeff" + text.getvalue()).encode()


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with a sheet for each table."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        table = book.create_sheet(sheet.name[:_LONGEST_NAME])
        table.freeze_panes = "A2"
        table.column_dimensions["A"].width = 32
        heads = []
        for head in sheet.heads:
            cell = WriteOnlyCell(table, plain_cell(head))
            cell.font = Font(bold=True)
            heads.append(cell)
        table.append(heads)
        for row in (*sheet.rows, *_notes(sheet)):
            table.append([_shown(cell) for cell in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _all_rows(sheet: Sheet) -> list[Sequence[Cell]]:
    return [sheet.heads, *sheet.rows, *_notes(sheet)]


def _notes(sheet: Sheet) -> list[Sequence[Cell]]:
    return [[], *([note] for note in sheet.notes)] if sheet.notes else []


def _shown(cell: Cell) -> Cell:
    """Numbers and days as they are: they are ours, and no spreadsheet takes them for more."""
    if isinstance(cell, float):
        return round(cell, 4)
    return plain_cell(cell) if isinstance(cell, str) else cell
