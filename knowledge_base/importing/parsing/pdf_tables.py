"""Ruled tables of a PDF page: their lines tell where cells are, the page's text what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from knowledge_base.importing.parsing.pdf_lines import Line, lines_of
from knowledge_base.importing.parsing.pdf_page import Box, Character, Page
from knowledge_base.importing.table_row import CELLS

_LEAST_CELLS = 4


def with_tables(page: Page, tables: Sequence[Any]) -> list[Line]:
    """The page's lines, in which the rows of each table of pdfplumber stand as lines of cells."""
    rest = list(page.characters)
    placed: list[Line] = []
    for table in tables:
        rows = [[_box(page, cell) if cell else None for cell in row.cells] for row in table.rows]
        if sum(1 for row in rows for cell in row if cell) < _LEAST_CELLS or len(rows) < 2:
            continue
        frame = _box(page, table.bbox)
        inside = [one for one in rest if _is_in(one, frame)]
        taken = {id(one) for one in inside}
        rest = [one for one in rest if id(one) not in taken]
        placed += _rows(page, rows, inside)
    lines = lines_of(page, _marked(page, rest))
    return _in_place(lines, placed)


def _rows(page: Page, rows: Sequence[Sequence[Box | None]], inside: Sequence[Character]) -> list[Line]:
    found: list[Line] = []
    for row in rows:
        cells = [cell for cell in row if cell is not None]
        if not cells:
            continue
        texts = [_said(page, [one for one in inside if _is_in(one, cell)]) for cell in cells]
        box = Box(
            min(cell.left for cell in cells),
            min(cell.bottom for cell in cells),
            max(cell.right for cell in cells),
            max(cell.top for cell in cells),
        )
        if any(texts):
            found.append(Line(CELLS.join(texts).rstrip(), box, 0.0, is_row=True))
    return found


def _said(page: Page, characters: Sequence[Character]) -> str:
    said = ""
    for line in lines_of(page, characters):
        wide = said and (said[-1] > "⺀" or line.text[0] > "⺀")
        said += line.text if not said or wide else f" {line.text}"
    return said


def _in_place(lines: Sequence[Line], rows: Sequence[Line]) -> list[Line]:
    """Rows before the first line that stands below them."""
    waiting = list(rows)
    found: list[Line] = []
    for line in lines:
        while waiting and waiting[0].box.bottom >= (line.box.top + line.box.bottom) / 2:
            found.append(waiting.pop(0))
        found.append(line)
    return found + waiting


def _marked(page: Page, rest: Sequence[Character]) -> list[Character]:
    """What followed a table begins a line."""
    kept = {id(one) for one in rest}
    marked: list[Character] = []
    is_cut = False
    for one in page.characters:
        if id(one) in kept:
            begins = one.begins_line or is_cut
            marked.append(Character(one.text, one.box, one.size, begins))
            is_cut = False
        else:
            is_cut = True
    return marked


def _box(page: Page, corners: Sequence[float]) -> Box:
    """pdfplumber counts from the top."""
    left, top, right, bottom = corners
    return Box(left, page.height - bottom, right, page.height - top)


def _is_in(character: Character, box: Box) -> bool:
    shown = character.box
    return box.holds((shown.left + shown.right) / 2, (shown.bottom + shown.top) / 2)
