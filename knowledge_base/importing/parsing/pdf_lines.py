"""Lines of a page from its characters, and paragraphs from the lines of all pages. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge_base.importing.parsing.pdf_page import Box, Character, Page

_NUMBERED: Final = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,6}[章节条款项]|[一二三四五六七八九十]{1,3}[、.．]"
    r"|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,3}[、.．)）](?!\d)|附件\d*[:：]?|[•●■◆▪·①-⑳]|[-—]\s"
)
_PAGE_NUMBER: Final = re.compile(
    r"[-—–―·\s]*\d{1,4}[-—–―·\s]*|第?\s*\d{1,4}\s*[/／]\s*\d{1,4}\s*页?|第\s*\d{1,4}\s*页(?:[,，\s]*共\s*\d{1,4}\s*页)?"
    r"|(?i:page)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?"
)
_EDGE = 0.13
_LOOKED_AT = 3
_SHARE = 0.4
_WIDE = 0x2E80
_LEAST_FILLED = 0.6


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and where it stands; a row of a table is whole as it is."""

    text: str
    box: Box
    size: float
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's lines in reading order."""

    width: float
    height: float
    lines: Sequence[Line]


def lines_of(page: Page, characters: Iterable[Character] | None = None) -> list[Line]:
    """Lines of a page, or of some of its characters."""
    lines: list[list[Character]] = []
    for character in page.characters if characters is None else characters:
        if not lines or _begins_anew(lines[-1], character):
            lines.append([])
        lines[-1].append(character)
    return [line for line in map(_line, lines) if line.text]


def _begins_anew(line: Sequence[Character], character: Character) -> bool:
    """What the library calls a new line may only be a word further right on the same one."""
    if not character.begins_line:
        return False
    before = line[-1].box
    middle = (character.box.bottom + character.box.top) / 2
    return not before.bottom < middle < before.top or character.box.left < before.right - 1


def _line(characters: Sequence[Character]) -> Line:
    said = ""
    for before, character in zip((None, *characters), characters, strict=False):
        if before is not None and character.begins_line and not said.endswith(" "):
            said += " "
        said += character.text
    text = re.sub(r"\s+", " ", said).strip()
    shown = [one for one in characters if not one.text.isspace()] or list(characters)
    box = Box(
        min(one.box.left for one in shown),
        min(one.box.bottom for one in shown),
        max(one.box.right for one in shown),
        max(one.box.top for one in shown),
    )
    sizes = Counter(round(one.size, 1) for one in shown)
    return Line(text, box, sizes.most_common(1)[0][0])


def without_margins(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Pages without running headers, footers and page numbers."""
    repeated = _repeated(sheets)
    return [Sheet(sheet.width, sheet.height, list(_kept(sheet, repeated))) for sheet in sheets]


def _kept(sheet: Sheet, repeated: set[tuple[str, int]]) -> Iterable[Line]:
    edge = {id(line) for line in _outer(sheet)}
    for line in sheet.lines:
        is_number = _is_at_edge(line, sheet) and _PAGE_NUMBER.fullmatch(line.text)
        if id(line) not in edge or not (is_number or _key(line) in repeated):
            yield line


def _outer(sheet: Sheet) -> Sequence[Line]:
    """The highest and the lowest lines: a footer may come first in the file."""
    by_height = sorted((line for line in sheet.lines if not line.is_row), key=lambda line: -line.box.top)
    return [*by_height[:_LOOKED_AT], *by_height[_LOOKED_AT:][-_LOOKED_AT:]]


def _repeated(sheets: Sequence[Sheet]) -> set[tuple[str, int]]:
    """Lines that stand at the same place of many pages, whatever numbers are in them."""
    counts: Counter[tuple[str, int]] = Counter()
    for sheet in sheets:
        counts.update({_key(line) for line in _outer(sheet) if _is_at_edge(line, sheet)})
    least = max(2, _SHARE * len(sheets))
    return {key for key, count in counts.items() if count >= least}


def _key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", re.sub(r"\s", "", line.text)), round(line.box.top / 4)


def _is_at_edge(line: Line, sheet: Sheet) -> bool:
    middle = (line.box.top + line.box.bottom) / 2
    return not sheet.height * _EDGE < middle < sheet.height * (1 - _EDGE)


def paragraphs(sheets: Sequence[Sheet]) -> tuple[str, list[int]]:
    """The text of all pages, a paragraph on each line, and the offsets at which page 2, 3 … begin."""
    pieces: list[str] = []
    length = 0
    starts: list[int] = []
    before: tuple[Line, float] | None = None
    rights = _right_margins(sheets)
    for number, sheet in enumerate(sheets):
        left = _left_margin(sheet)
        for place, line in enumerate(sheet.lines):
            joint = _joint(before, line, left, is_first=place == 0)
            if place == 0 and number:
                starts.append(length + len(joint))
            pieces += (joint, line.text)
            length += len(joint) + len(line.text)
            before = line, rights[round(sheet.width)]
        if not sheet.lines and number:
            starts.append(length)
    return "".join(pieces), starts


def _left_margin(sheet: Sheet) -> float:
    """A single line that juts out is no margin."""
    lefts = sorted(line.box.left for line in sheet.lines if not line.is_row)
    return lefts[len(lefts) // 20] if lefts else 0.0


def _right_margins(sheets: Sequence[Sheet]) -> dict[int, float]:
    """By width of the page: a page of short lines alone does not show where lines end."""
    ends: dict[int, list[float]] = {}
    for sheet in sheets:
        found = ends.setdefault(round(sheet.width), [])
        found += [line.box.right for line in sheet.lines if not line.is_row]
    return {
        width: max(sorted(found)[-1 - len(found) // 20] if found else 0.0, width * _LEAST_FILLED)
        for width, found in ends.items()
    }


def _joint(before: tuple[Line, float] | None, line: Line, left: float, *, is_first: bool) -> str:
    """What stands between two lines: nothing or a blank within a paragraph, else a line end."""
    if before is None:
        return ""
    earlier, right = before
    if earlier.is_row or line.is_row or _NUMBERED.match(line.text):
        return "\n"
    if earlier.box.right < right - 2.2 * earlier.size or line.box.left > left + 1.4 * line.size:
        return "\n"
    if abs(earlier.size - line.size) > 0.15 * max(earlier.size, line.size):
        return "\n"
    if not is_first and not 0 < earlier.box.top - line.box.top < 3 * line.size:
        return "\n"
    return _seam(earlier.text[-1], line.text[0])


def _seam(end: str, begin: str) -> str:
    """No blank beside a Chinese character; none where a number or an address goes on."""
    if ord(end) >= _WIDE or ord(begin) >= _WIDE or end in "-/" or (end.isdigit() and begin.isdigit()):
        return ""
    return " "
