"""A page of a PDF as lines of visible text with their places, and what else is drawn on it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import pypdfium2.raw as pdfium

from knowledge_base.importing.parsing.limits import DRAWN_OBJECTS, PAGE_CHARACTERS

_INVISIBLE: Final = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
_WHITE = 250
_LEAST_SIZE = 1.0
_THIN = 3.0
_COVERS = 0.5
_RECOGNISED = 10


class Box(NamedTuple):
    """A rectangle on the page as it is shown: points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def holds(self, x: float, y: float) -> bool:
        """A point lies within."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    @property
    def area(self) -> float:
        """In square points."""
        return max(self.right - self.left, 0) * max(self.top - self.bottom, 0)


class Character(NamedTuple):
    """A character, where it stands, how tall it is set, and whether a line ends before it."""

    text: str
    box: Box
    size: float
    begins_line: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows.

    Attributes:
        characters: In the order of reading.
        is_recognised: An image with unseen text over it and hardly any other: what a scanner has recognised.
        has_image: An image covers at least half of it.
        ruled: So many lines are drawn that there may be a table.
    """

    width: float
    height: float
    characters: Sequence[Character]
    is_recognised: bool
    has_image: bool
    ruled: bool


@dataclass(slots=True)
class _Drawn:
    images: list[Box] = field(default_factory=list)
    filled: list[Box] = field(default_factory=list)
    across: int = 0
    down: int = 0
    objects: int = 0


class _Turned:
    """Places of the file into places of the page as it is shown."""

    def __init__(self, page: Any) -> None:
        left, bottom, right, top = page.get_bbox()
        self._left, self._bottom, self._right, self._top = left, bottom, right, top
        self._turn = page.get_rotation()
        self.width, self.height = (
            (right - left, top - bottom) if self._turn % 180 == 0 else (top - bottom, right - left)
        )

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        if self._turn == 90:
            return Box(bottom - self._bottom, self._right - right, top - self._bottom, self._right - left)
        if self._turn == 180:
            return Box(self._right - right, self._top - top, self._right - left, self._top - bottom)
        if self._turn == 270:
            return Box(self._top - top, left - self._left, self._top - bottom, right - self._left)
        return Box(left - self._left, bottom - self._bottom, right - self._left, top - self._bottom)


def read_page(page: Any) -> Page:
    """What a page of pypdfium2 shows."""
    turned = _Turned(page)
    drawn = _drawn(page, turned)
    whole = turned.width * turned.height
    has_image = sum(image.area for image in drawn.images) >= _COVERS * whole > 0
    text = page.get_textpage()
    try:
        seen, unseen = _characters(text, turned, drawn)
    finally:
        text.close()
    # A scan may bear a stamp or a number that can be seen.
    is_recognised = has_image and _letters(unseen) > _RECOGNISED * _letters(seen)
    ruled = min(drawn.across, drawn.down) >= 2 and drawn.objects <= DRAWN_OBJECTS
    characters = unseen if is_recognised else seen
    return Page(turned.width, turned.height, characters, is_recognised, has_image, ruled)


def _letters(characters: Sequence[Character]) -> int:
    return sum(1 for one in characters if not one.text.isspace())


def _drawn(page: Any, turned: _Turned) -> _Drawn:
    found = _Drawn()
    for shape in page.get_objects(max_depth=3):
        found.objects += 1
        if found.objects > DRAWN_OBJECTS:
            break
        if shape.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            found.images.append(_bounds(shape, turned))
        elif shape.type == pdfium.FPDF_PAGEOBJ_PATH:
            _take_path(found, shape, _bounds(shape, turned))
    return found


def _bounds(shape: Any, turned: _Turned) -> Box:
    return turned.box(*shape.get_bounds())


def _take_path(found: _Drawn, shape: Any, box: Box) -> None:
    width, height = box.right - box.left, box.top - box.bottom
    # A rectangle is a cell or a frame: it counts for both directions.
    lines = _straight_lines(shape)
    found.across += lines * (width > 2 * _THIN)
    found.down += lines * (height > 2 * _THIN)
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(shape.raw, fill, stroke)
    colour = [ctypes.c_uint() for _ in range(4)]
    is_filled = fill.value and pdfium.FPDFPageObj_GetFillColor(shape.raw, *colour)
    if is_filled and min(one.value for one in colour[:3]) < _WHITE:
        found.filled.append(box)


def _straight_lines(shape: Any) -> int:
    """How many lines a path draws, up to ten or so; none where it is curved, as letters are."""
    kinds = [
        pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(shape.raw, number))
        for number in range(min(pdfium.FPDFPath_CountSegments(shape.raw), 20))
    ]
    return 0 if pdfium.FPDF_SEGMENT_BEZIERTO in kinds else kinds.count(pdfium.FPDF_SEGMENT_LINETO)


def _characters(text: Any, turned: _Turned, drawn: _Drawn) -> tuple[list[Character], list[Character]]:
    """What is seen and what is not, in the order of reading."""
    seen: list[Character] = []
    unseen: list[Character] = []
    runs = _Runs(text, drawn.filled + drawn.images)
    begins = True
    for index, character in _codes(text):
        if character in "\r\n":
            begins = True
            continue
        box = _box(text, index, turned)
        run = runs.of(index)
        kept = unseen if _is_unseen(box, run, turned, runs.grounds) else seen
        kept.append(Character(character, box, max(run.size, box.top - box.bottom), begins))
        begins = False
    return seen, unseen


class _Run(NamedTuple):
    """What all characters of a text object have in common."""

    size: float
    is_invisible: bool = False
    is_white: bool = False


class _Runs:
    """Text objects of a page, each asked once: a page has thousands of characters in a few of them."""

    def __init__(self, text: Any, grounds: Sequence[Box]) -> None:
        self._text = text.raw
        self.grounds = grounds
        self._known: dict[int, _Run] = {}

    def of(self, index: int) -> _Run:
        shape = pdfium.FPDFText_GetTextObject(self._text, index)
        # A blank that the library has put in belongs to no object.
        address = ctypes.addressof(shape.contents) if shape else 0
        if address not in self._known:
            self._known[address] = self._asked(shape, index) if shape else _Run(0.0)
        return self._known[address]

    def _asked(self, shape: Any, index: int) -> _Run:
        colour = [ctypes.c_uint() for _ in range(4)]
        is_told = pdfium.FPDFText_GetFillColor(self._text, index, *colour)
        return _Run(
            size=pdfium.FPDFText_GetFontSize(self._text, index),
            is_invisible=pdfium.FPDFTextObj_GetTextRenderMode(shape) in _INVISIBLE
            or bool(is_told and colour[3].value == 0),
            is_white=bool(is_told) and min(one.value for one in colour[:3]) >= _WHITE,
        )


def _codes(text: Any) -> Iterator[tuple[int, str]]:
    """Indexes and characters; halves of a pair are put together, what is no text is left out."""
    high = 0
    for index in range(min(text.count_chars(), PAGE_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text.raw, index)
        if 0xD800 <= code <= 0xDBFF:
            high = code
            continue
        if 0xDC00 <= code <= 0xDFFF:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0
        high = 0
        # A soft line end of a hyphen, marks of order, and characters that no font names.
        if code in (0, 0x2, 0xFFFE, 0xFFFF, 0xFEFF, 0xFFFD) or (code < 0x20 and code not in (9, 10, 13)):
            continue
        yield index, chr(code)


def _box(text: Any, index: int, turned: _Turned) -> Box:
    loose = pdfium.FS_RECTF()
    if pdfium.FPDFText_GetLooseCharBox(text.raw, index, loose):
        return turned.box(loose.left, loose.bottom, loose.right, loose.top)
    return Box(0.0, 0.0, 0.0, 0.0)


def _is_unseen(box: Box, run: _Run, turned: _Turned, grounds: Sequence[Box]) -> bool:
    if not run.size:
        return False
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    if not (0 <= x <= turned.width and 0 <= y <= turned.height) or box.top - box.bottom < _LEAST_SIZE:
        return True
    return run.is_invisible or (run.is_white and not any(ground.holds(x, y) for ground in grounds))
