"""A Word file: its XML in document order, as a reader sees the final text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from knowledge_base.importing.parsing.containers import Container
from knowledge_base.importing.parsing.docx_body import Body, Line
from knowledge_base.importing.parsing.docx_styles import Styles
from knowledge_base.importing.parsing.limits import TEXT_LENGTH
from knowledge_base.importing.parsing.messages import Message, Parsed
from knowledge_base.importing.parsing.numbering import Numbering, W
from knowledge_base.importing.parsing.titles import title_of
from knowledge_base.importing.parsing.xml_tree import Element, part_tree, targets
from knowledge_base.importing.unreadable import Unreadable

_DUBLIN: Final = "{http://purl.org/dc/elements/1.1/}"


def parse_docx(container: Container) -> Iterator[Message]:
    """The one document.

    Raises:
        Unreadable: It is broken, too long or shows no text.
    """
    main = next((name for kind, name in targets(container, "").values() if kind == "officeDocument"), "")
    root = part_tree(container, main or "word/document.xml")
    body = None if root is None else root.find(f"{W}body")
    if body is None:
        raise Unreadable("has no body", told="文件里没有正文，请用办公软件打开并另存后再上传。")
    lines = _lines(container, main, body)
    text = "\n".join(line.text for line in lines)
    if not text:
        raise Unreadable("shows no text", told="文件里没有文字（可能只有图片），未读取。")
    if len(text) > TEXT_LENGTH:
        raise Unreadable(
            f"text: is longer than {TEXT_LENGTH} characters",
            told=f"正文超过{TEXT_LENGTH // 10_000}万字，请分成几份。",
        )
    heading = next((line.text for line in lines if line.is_title), None)
    yield Parsed("document", {"title": title_of(text.split("\n"), _named(container), heading), "text": text})


def _lines(container: Container, main: str, body: Element) -> list[Line]:
    parts = dict(targets(container, main).values())
    styles = Styles(_part(container, parts, "styles"))
    numbering = Numbering(_part(container, parts, "numbering"), styles.lists())
    notes = {
        f"{kind}{note.get(f'{W}id')}": note
        for kind in ("footnote", "endnote")
        for note in _notes(_part(container, parts, f"{kind}s"), kind)
    }
    return list(Body(styles, numbering, notes).lines(body))


def _part(container: Container, parts: dict[str, str], kind: str) -> Element | None:
    return part_tree(container, parts[kind]) if kind in parts else None


def _notes(root: Element | None, kind: str) -> Iterator[Element]:
    if root is not None:
        yield from root.iterfind(f"{W}{kind}")


def _named(container: Container) -> str | None:
    found = next((name for kind, name in targets(container, "").values() if kind == "core-properties"), "")
    root = part_tree(container, found) if found else None
    title = None if root is None else root.find(f"{_DUBLIN}title")
    return None if title is None else re.sub(r"\s+", " ", title.text or "").strip() or None
