"""The body of a Word file as lines: paragraphs, rows of tables, text boxes and notes, in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from knowledge_base.importing.parsing.docx_styles import Styles, is_on, list_in, value
from knowledge_base.importing.parsing.numbering import Numbering, W
from knowledge_base.importing.parsing.xml_tree import Element
from knowledge_base.importing.table_row import CELLS
from knowledge_base.importing.unreadable import Unreadable

_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_BOX: Final = f"{W}txbxContent"
# What holds text of the final version; everything else that is met holds none.
_WRAPPERS: Final = frozenset(
    f"{W}{name}"
    for name in (
        "sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple", "ruby",
        "rubyBase", "dir", "bdo",
    )
)  # fmt: skip
_DRAWN: Final = frozenset({f"{W}drawing", f"{W}pict", f"{W}object"})
_SIGNS: Final[Mapping[str, str]] = {
    f"{W}tab": " ",
    f"{W}ptab": " ",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
_NOTED: Final = {f"{W}{kind}Reference": kind for kind in ("footnote", "endnote")}
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; one that is set as the title or as a first heading says so."""

    text: str
    is_title: bool = False


class Body:
    """Walks a body once: automatic numbers are counted on the way."""

    def __init__(self, styles: Styles, numbering: Numbering, notes: Mapping[str, Element]) -> None:
        self._styles = styles
        self._numbering = numbering
        self._notes = dict(notes)

    def lines(self, container: Element, depth: int = 0) -> Iterator[Line]:
        """Lines below an element that holds paragraphs and tables.

        Raises:
            Unreadable: Tables or text boxes are nested too deeply.
        """
        if depth > _DEEPEST:
            raise Unreadable("is nested too deeply", told="表格或文本框嵌套过深，未读取。")
        for child in container:
            if child.tag == f"{W}p":
                yield from self._paragraph(child, depth)
            elif child.tag == f"{W}tbl":
                yield from self._table(child, depth)
            elif child.tag in _WRAPPERS:
                yield from self.lines(child, depth + 1)
            elif child.tag == f"{_MC}AlternateContent":
                for chosen in _choice(child):
                    yield from self.lines(chosen, depth + 1)

    def _paragraph(self, paragraph: Element, depth: int) -> Iterator[Line]:
        properties = paragraph.find(f"{W}pPr")
        style = value(properties, "pStyle")
        boxes: list[Element] = []
        noted: list[str] = []
        if self._styles.hides(style):
            return
        said = "".join(self._pieces(paragraph, boxes, noted, depth))
        written = [" ".join(line.split()) for line in said.split("\n")]
        shown = [line for line in written if line]
        # An empty paragraph of a list counts too.
        label = self._label(properties, style)
        if shown:
            shown[0] = label + shown[0]
        is_title = self._styles.is_title(style) or value(properties, "outlineLvl") == "0"
        yield from (Line(text, is_title) for text in shown)
        for box in boxes:
            yield from self.lines(box, depth + 1)
        for name in noted:
            # Taken out: a note that refers to itself is told once.
            note = self._notes.pop(name, None)
            if note is not None:
                yield from (Line(f"注：{line.text}") for line in self.lines(note, depth + 1))

    def _label(self, properties: Element | None, style: str | None) -> str:
        own, inherited = list_in(properties), self._styles.list_of(style)
        if own is None and inherited is None:
            return ""
        name, level = own or inherited or ("0", 0)
        return self._numbering.label(name, level)

    def _pieces(self, node: Element, boxes: list[Element], noted: list[str], depth: int) -> Iterator[str]:
        if depth > _DEEPEST:
            raise Unreadable("is nested too deeply", told="内容嵌套过深，未读取。")
        for child in node:
            if child.tag == f"{W}r":
                if not self._is_hidden(child):
                    yield from self._run(child, boxes, noted, depth + 1)
            elif child.tag in _WRAPPERS:
                yield from self._pieces(child, boxes, noted, depth + 1)
            elif child.tag == f"{_MC}AlternateContent":
                for chosen in _choice(child):
                    yield from self._pieces(chosen, boxes, noted, depth + 1)
            elif child.tag in (f"{_M}oMath", f"{_M}oMathPara"):
                yield "".join(text.text or "" for text in child.iter(f"{_M}t"))
            elif child.tag in _DRAWN:
                boxes.extend(_boxes(child))

    def _run(self, run: Element, boxes: list[Element], noted: list[str], depth: int) -> Iterator[str]:
        for child in run:
            if child.tag == f"{W}t":
                # A line end within a text is white space, not a line end that a reader sees.
                yield (child.text or "").replace("\n", " ")
            elif child.tag in _SIGNS:
                yield _SIGNS[child.tag]
            elif child.tag == f"{W}sym":
                yield _symbol(child)
            elif child.tag in _NOTED:
                noted.append(f"{_NOTED[child.tag]}{child.get(f'{W}id')}")
            elif child.tag in _DRAWN:
                boxes.extend(_boxes(child))
            elif child.tag == f"{W}ruby":
                yield from self._pieces(child, boxes, noted, depth + 1)
            elif child.tag == f"{_MC}AlternateContent":
                for chosen in _choice(child):
                    yield from self._run(chosen, boxes, noted, depth + 1)

    def _is_hidden(self, run: Element) -> bool:
        properties = run.find(f"{W}rPr")
        own = is_on(properties, "vanish")
        return self._styles.hides(value(properties, "rStyle")) if own is None else own

    def _table(self, table: Element, depth: int) -> Iterator[Line]:
        for row in _inside(table, "tr"):
            properties = row.find(f"{W}trPr")
            if properties is not None and (
                properties.find(f"{W}del") is not None or is_on(properties, "hidden")
            ):
                continue
            cells = [self._cell(cell, depth) for cell in _inside(row, "tc")]
            if any(cells):
                yield Line(CELLS.join(cells).rstrip())

    def _cell(self, cell: Element, depth: int) -> str:
        return " ".join(line.text for line in self.lines(cell, depth + 1))


def _inside(node: Element, name: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, through what may be wrapped around them."""
    for child in node:
        if child.tag == f"{W}{name}":
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, name)


def _choice(alternate: Element) -> list[Element]:
    """What a current program shows, once; else what is left for older ones."""
    for name in ("Choice", "Fallback"):
        found = alternate.find(f"{_MC}{name}")
        if found is not None:
            return [found]
    return []


def _boxes(drawn: Element) -> list[Element]:
    """Text boxes below a drawing, not those within another and none of a fallback."""
    found: list[Element] = []
    waiting = [drawn]
    while waiting:
        node = waiting.pop()
        if node.tag == _BOX:
            found.append(node)
        elif node.tag == f"{_MC}AlternateContent":
            waiting.extend(_choice(node))
        else:
            waiting.extend(reversed(node))
    return found


def _symbol(node: Element) -> str:
    """A character of a symbol font; ticked and open boxes are read, other private places say nothing."""
    code = (node.get(f"{W}char") or "").lower()
    known = {"f052": "☑", "f0fe": "☑", "f0a3": "☐", "f0a8": "☐", "f06f": "☐", "f0fc": "✓"}
    if code in known:
        return known[code]
    try:
        character = chr(int(code, 16))
    except ValueError:
        return ""
    return character if character.isprintable() and not "\ud800" <= character <= "\uf8ff" else ""
