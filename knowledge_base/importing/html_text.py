"""HTML as the plain text a reader sees: blocks on lines of their own, table rows as cells."""

from __future__ import annotations

import re
import warnings
from typing import Any, NamedTuple

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from knowledge_base.importing.bounds import Patience, check_openings
from knowledge_base.importing.table_row import CELLS

_DROPPED = ("script", "style", "noscript", "template", "iframe", "svg", "object", "head", "button", "select")
_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot
    thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_BREAK = "\x1e"
_CELL = "\x1f"


class _Page(BeautifulSoup):
    """A tree whose making is given up when it takes too long."""

    def __init__(self, markup: str) -> None:
        self._patience = Patience()
        super().__init__(markup, "html.parser")

    def handle_starttag(self, *arguments: Any, **options: Any) -> Tag | None:
        self._patience.check()
        return super().handle_starttag(*arguments, **options)

    def handle_data(self, data: str) -> None:
        self._patience.check()
        super().handle_data(data)


def parse(markup: str) -> BeautifulSoup:
    """The page as a tree.

    Raises:
        Unreadable: It opens tags or comments without end, or takes too long.
    """
    check_openings(markup)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _Page(markup)


def plain_html(markup: str) -> str:
    """Text of a page or of a fragment of one."""
    return plain(parse(markup))


def plain(page: BeautifulSoup) -> str:
    """Text below `page`, which loses its scripts and styles on the way."""
    for tag in page.find_all(_DROPPED):
        tag.decompose()
    return _lines("".join(_pieces(page)))


def title(page: BeautifulSoup) -> str | None:
    """What the page calls itself: its article title, else its title, else its first heading."""
    meta = page.find("meta", attrs={"name": re.compile(r"^ArticleTitle$", re.IGNORECASE)})
    said = [str(meta.get("content") or "")] if isinstance(meta, Tag) else []
    said += [tag.get_text() for tag in (page.find("title"), page.find("h1")) if isinstance(tag, Tag)]
    return next((" ".join(text.split()) for text in said if text.strip()), None)


class _Waiting(NamedTuple):
    element: PageElement
    in_cell: bool
    in_pre: bool


def _pieces(page: BeautifulSoup) -> list[str]:
    """Texts and separators in reading order, without recursion: a page may be nested as deep as it likes."""
    pieces: list[str] = []
    waiting: list[_Waiting | str] = [_Waiting(page, False, False)]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, str):
            pieces.append(entry)
            continue
        element, in_cell, in_pre = entry
        if isinstance(element, Tag):
            before, after = _separators(element.name, in_cell)
            pieces.append(before)
            waiting.append(after)
            in_cell = in_cell or element.name in ("td", "th")
            in_pre = in_pre or element.name == "pre"
            waiting.extend(_Waiting(child, in_cell, in_pre) for child in reversed(element.contents))
        elif isinstance(element, NavigableString) and not isinstance(element, PreformattedString):
            pieces.append(_text(element, in_pre))
    return pieces


def _separators(name: str, in_cell: bool) -> tuple[str, str]:
    if name == "br":
        return (" ", "") if in_cell else (_BREAK, "")
    if name in ("td", "th"):
        return "", _CELL
    if name in _BLOCKS:
        return (" ", " ") if in_cell else (_BREAK, _BREAK)
    return "", ""


def _text(said: str, in_pre: bool) -> str:
    said = said.replace(_BREAK, " ").replace(_CELL, " ")
    return said.replace("\n", _BREAK) if in_pre else re.sub(r"\s+", " ", said)


def _lines(text: str) -> str:
    found: list[str] = []
    for line in text.split(_BREAK):
        cells = [" ".join(cell.split()) for cell in line.removesuffix(_CELL).split(_CELL)]
        if any(cells):
            found.append(CELLS.join(cells).rstrip())
    return "\n".join(found)
