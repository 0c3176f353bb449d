"""A workbook: the cells that a reader sees, sheet after sheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl

from knowledge_base.importing.parsing.cells import shown
from knowledge_base.importing.parsing.containers import Container
from knowledge_base.importing.parsing.limits import CELL_LENGTH, SHEETS
from knowledge_base.importing.parsing.messages import Message, Parsed, Refused
from knowledge_base.importing.parsing.sheet_outline import Outline, outline_of
from knowledge_base.importing.parsing.table_records import Row, records_of
from knowledge_base.importing.parsing.xml_tree import part_tree, targets
from knowledge_base.importing.unreadable import Unreadable

# A sheet that explains how to fill in the others is none of them.
_EXPLAINING = ("说明", "填写说明", "填表说明", "使用说明")
_DRAWN_AWAY = ("xl/media/", "xl/drawings/", "xl/charts/", "xl/externallinks/", "xl/pivot", "xl/embeddings/")
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def parse_workbook(container: Container) -> Iterator[Message]:
    """The records of every sheet that is shown; what is hidden is left out and told.

    Raises:
        Unreadable: It is broken or has too many sheets.
    """
    parts = _sheet_parts(container)
    if len(parts) > SHEETS:
        raise Unreadable(f"holds more than {SHEETS} sheets", told=f"工作表超过{SHEETS}个，未读取。")
    book = openpyxl.load_workbook(_bare(container), read_only=True, data_only=True, keep_links=False)
    found = False
    notes: list[str] = []
    for sheet in book.worksheets:
        if sheet.title.strip() in _EXPLAINING or sheet.title not in parts:
            continue
        if sheet.sheet_state != "visible":
            notes.append(f"工作表“{sheet.title[:40]}”是隐藏的，没有读取。")
            continue
        for message in _safe_sheet(container, sheet, parts[sheet.title], notes):
            found = True
            if isinstance(message, Parsed):
                message = Parsed(message.kind, message.values, message.where, message.identity, tuple(notes))
                notes.clear()
            yield message
    if not found:
        raise Unreadable("the workbook shows no table", told="".join(["工作簿里没有可读取的表格。", *notes]))


def _safe_sheet(container: Container, sheet: Any, part: str, notes: list[str]) -> Iterator[Message]:
    where = f":{sheet.title[:60]}"
    try:
        outline = outline_of(container, part)
        notes += [f"工作表“{sheet.title[:40]}”：{note}" for note in outline.notes()]
        if outline.is_empty:
            return
        yield from records_of(_rows(sheet, outline), where)
    except Unreadable as error:
        yield Refused(error.reason, error.told, where)


def _rows(sheet: Any, outline: Outline) -> Iterator[Row]:
    # The size that a file declares may be a lie, and costs a reader memory.
    sheet.reset_dimensions()
    columns = [place for place in range(1, outline.width + 1) if place not in outline.hidden_columns]
    for number, cells in enumerate(sheet.iter_rows(max_col=outline.width), 1):
        if number > outline.height:
            return
        if number in outline.hidden_rows or number not in outline.rows:
            continue
        texts = {place: _text(cell) for place, cell in enumerate(cells, 1)}
        own = [bool(texts.get(place)) for place in columns]
        merged = outline.merged(number, texts)
        yield Row(number, [merged.get(place, "") for place in columns], own)


def _text(cell: Any) -> str:
    text = shown(cell.value, getattr(cell, "number_format", None) or "General")
    if len(text) > CELL_LENGTH:
        raise Unreadable(
            f"a cell is longer than {CELL_LENGTH} characters",
            told=f"有单元格超过{CELL_LENGTH // 10_000}万字，未读取。",
        )
    return text


def _sheet_parts(container: Container) -> dict[str, str]:
    """Parts of the sheets by title."""
    main = next((name for kind, name in targets(container, "").values() if kind == "officeDocument"), "")
    main = main or "xl/workbook.xml"
    root = part_tree(container, main)
    if root is None:
        raise Unreadable("has no workbook part", told="工作簿不完整，请用办公软件打开并另存后再上传。")
    known = targets(container, main)
    found = ((sheet.get("name") or "", sheet.get(_RELATED) or "") for sheet in root.iter("{*}sheet"))
    return {name: known[related][1] for name, related in found if related in known}


def _bare(container: Container) -> io.BytesIO:
    """The container with nothing but tables in it, every part counted and free of declarations."""
    copied = io.BytesIO()
    with zipfile.ZipFile(copied, "w") as bare:
        for name in container.names():
            if name.endswith((".xml", ".rels")) and not name.startswith(_DRAWN_AWAY):
                bare.writestr(container.original(name), container.xml(name) or b"")
    copied.seek(0)
    return copied
