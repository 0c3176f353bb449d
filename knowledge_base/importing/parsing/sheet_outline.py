"""What a sheet hides, merges and holds, read from its XML as a stream before any cell is."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from knowledge_base.importing.parsing.containers import Container
from knowledge_base.importing.parsing.limits import CELLS, COLUMNS, MERGES, ROWS
from knowledge_base.importing.parsing.numbering import whole
from knowledge_base.importing.parsing.xml_tree import Element
from knowledge_base.importing.unreadable import Unreadable

S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range: rows and columns from 1, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Outline:
    """A sheet without its values.

    Attributes:
        rows: Numbers of the rows that hold a cell with something in it.
        uncounted: Rows with a formula that no program has worked out.
    """

    rows: set[int] = field(default_factory=set)
    width: int = 0
    height: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    uncounted: list[int] = field(default_factory=list)
    _values: dict[Merge, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """No cell holds anything."""
        return not self.rows

    def notes(self) -> Sequence[str]:
        """What a clerk should know, in Chinese."""
        hidden = sorted(self.hidden_rows & self.rows)
        said = [f"隐藏的{len(hidden)}行没有读取（如第{hidden[0]}行）。"] if hidden else []
        columns = [column for column in self.hidden_columns if column <= self.width]
        said += [f"隐藏的{len(columns)}列没有读取。"] if columns else []
        if self.uncounted:
            numbers = "、".join(str(number) for number in self.uncounted[:_SHOWN])
            said.append(f"第{numbers}行有公式没有计算结果，请用办公软件打开并保存一次。")
        return said

    def merged(self, row: int, texts: Mapping[int, str]) -> dict[int, str]:
        """A row's texts by column, those of merged ranges in each of their cells."""
        filled = dict(texts)
        for merge in self.merges:
            if merge.top <= row <= merge.bottom:
                if row == merge.top:
                    self._values[merge] = texts.get(merge.left, "")
                for column in range(merge.left, min(merge.right, self.width) + 1):
                    filled[column] = self._values.get(merge, "")
        return filled


def outline_of(container: Container, part: str) -> Outline:
    """The outline of a sheet.

    Raises:
        Unreadable: It is broken, or has too many rows, columns, cells or merged ranges.
    """
    content = container.xml(part)
    if content is None:
        raise Unreadable("a sheet is missing", told="工作表缺失，请用办公软件打开并另存后再上传。")
    outline = Outline()
    tags = (f"{S}row", f"{S}col", f"{S}mergeCell")
    events = etree.iterparse(
        io.BytesIO(content),
        events=("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
    )
    cells = last = 0
    try:
        for _, node in events:
            if node.tag == f"{S}row":
                last = whole(node.get("r")) or last + 1
                cells += len(node)
                _take_row(outline, node, last)
            elif node.tag == f"{S}col":
                _take_column(outline, node)
            else:
                _take_merge(outline, node.get("ref") or "")
            if cells > CELLS:
                raise _too_large(f"holds more than {CELLS} cells", f"单元格超过{CELLS // 10_000}万个")
            node.clear()
            while node.getprevious() is not None:
                del node.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Unreadable(
            f"holds XML that cannot be read: {str(error)[:100]}",
            told="工作表内部结构有误，请用办公软件打开并另存后再上传。",
        ) from None
    return outline


def _take_row(outline: Outline, node: Element, number: int) -> None:
    place = 0
    for cell in node.iterfind(f"{S}c"):
        place = _column(cell.get("r") or "") or place + 1
        if not _holds(cell):
            if cell.find(f"{S}f") is not None:
                outline.uncounted.append(number)
            continue
        outline.rows.add(number)
        outline.width = max(outline.width, place)
        outline.height = max(outline.height, number)
    if node.get("hidden") in ("1", "true"):
        outline.hidden_rows.add(number)
    if outline.height > ROWS:
        raise _too_large(f"holds more than {ROWS} rows", f"表格超过{ROWS}行")
    if outline.width > COLUMNS:
        raise _too_large(f"holds more than {COLUMNS} columns", f"表格超过{COLUMNS}列")


def _holds(cell: Element) -> bool:
    value = cell.find(f"{S}v")
    return bool(value is not None and value.text) or cell.find(f"{S}is") is not None


def _take_column(outline: Outline, node: Element) -> None:
    if node.get("hidden") in ("1", "true"):
        first, last = whole(node.get("min")), whole(node.get("max"))
        outline.hidden_columns.update(range(first, min(last, COLUMNS) + 1))


def _take_merge(outline: Outline, ref: str) -> None:
    if len(outline.merges) >= MERGES:
        raise _too_large(f"holds more than {MERGES} merged ranges", f"合并单元格超过{MERGES}处")
    corners = re.fullmatch(rf"{_PLACE.pattern}:{_PLACE.pattern}", ref)
    if corners:
        merge = Merge(int(corners[2]), _column(ref), int(corners[4]), _column(ref.partition(":")[2]))
        outline.merges.append(merge)


def _column(place: str) -> int:
    """The column's number from 1; 0 where the place is none."""
    found = _PLACE.match(place)
    number = 0
    for letter in found[1] if found else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _too_large(reason: str, told: str) -> Unreadable:
    return Unreadable(reason, told=f"{told}，请删去多余内容或分成几个文件。")
