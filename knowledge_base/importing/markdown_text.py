"""Markdown as the plain text a reader sees: headings, list markers and table rows stay, markup goes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge_base.importing.bounds import Patience, check_openings
from knowledge_base.importing.table_row import CELLS

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_WRAPPED = 24
_ENDS = tuple("。！？；：.!?;:…”」』》)）")
_NUMBERED = re.compile(
    r"(?:第[一二三四五六七八九十百零〇\d]+[章节条款]|[（(]?[一二三四五六七八九十\d]+[）)、.．]|附件|[-*•·])"
)


def parse(markdown: str) -> list[Token]:
    """Its blocks in order.

    Raises:
        Unreadable: It opens tags or comments without end, or takes too long.
    """
    # Markup inside a paragraph ends with the paragraph at the latest.
    for paragraph in _BLANK_LINE.split(markdown):
        check_openings(paragraph)
    patience = Patience()

    def pause(*_: object) -> bool:
        patience.check()
        return False

    parser = MarkdownIt("commonmark").enable("table")
    parser.block.ruler.before("table", "patience", pause)
    parser.inline.ruler.before("text", "patience", pause)
    return parser.parse(markdown)


def plain_text(tokens: Sequence[Token]) -> str:
    """Paragraphs, headings, list entries and table rows, each on its own line."""
    lines: list[str] = []
    cells: list[str] = []
    marker = ""
    for token in tokens:
        if token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "tr_close":
            lines.append(CELLS.join(cells))
            cells = []
        elif token.type in ("th_open", "td_open"):
            cells.append("")
        elif token.type == "inline" and cells:
            cells[-1] = _inline(token.children or ())
        elif said := _block(token):
            lines.append(marker + said)
            marker = ""
    return "\n".join(lines)


def first_heading(tokens: Sequence[Token]) -> str | None:
    """Text of the first level-one heading."""
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            return _inline(tokens[number + 1].children or ()) or None
    return None


def _block(token: Token) -> str:
    if token.type == "inline":
        return _inline(token.children or ())
    if token.type in ("fence", "code_block"):
        return token.content.strip("\n")
    if token.type != "html_block":
        return ""
    # Loading it takes longer than reading a page without it.
    from knowledge_base.importing.html_text import plain_html

    return plain_html(token.content)


def _inline(tokens: Sequence[Token]) -> str:
    said = ""
    for number, token in enumerate(tokens):
        if token.type == "softbreak":
            said += _break(said, tokens[number + 1].content if number + 1 < len(tokens) else "")
        elif token.type == "hardbreak":
            said += "\n"
        elif token.type == "html_inline":
            said += "\n" if re.match(r"<br\b", token.content, re.IGNORECASE) else ""
        else:
            said += token.content
    return said.strip()


def _break(before: str, after: str) -> str:
    """What a line end inside a paragraph means: a line of its own, or only the editor's wrapping."""
    line = before.rpartition("\n")[2]
    if len(line) < _WRAPPED or line.endswith(_ENDS) or _NUMBERED.match(after):
        return "\n"
    return "" if line[-1:] > "⺀" and after[:1] > "⺀" else " "
