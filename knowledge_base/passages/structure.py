"""Sentences of a Chinese official text and the headings above them, found inline. Pure.

Such texts often arrive without one line break, so numbering (第一章, 第一条, 一、, （一）, 1., ①, 问：) is
recognised after a sentence's end or a blank, never inside a clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMERAL = "一二三四五六七八九十百零〇"
# In the order of rank: each opens a section inside those before it.
_MARKS = (
    rf"第[{_NUMERAL}\d]+[编章]",
    rf"第[{_NUMERAL}\d]+节",
    rf"第[{_NUMERAL}\d]+条(?!规定|的|第|款|之|和|、|所)",
    rf"[{_NUMERAL}]{{1,4}}、|#{{1,6}} ",
    rf"[（(][{_NUMERAL}]{{1,4}}[）)]",
    r"\d{1,2}(?:[.．](?!\d)|、)",
    r"[（(]\d{1,2}[）)]",
    r"[①-⑳]",
)
_QUESTION = r"(?:问题?|Q)\s?\d{0,3}[：:]"
QUESTION_RANK = len(_MARKS)
_MARK = re.compile("|".join(f"({mark})" for mark in (*_MARKS, _QUESTION)))
# An ASCII mark between ASCII characters stands inside a link (`page?id=1`) and ends nothing.
_STOP = r"(?:[。！？]|(?<![\"->@-~])[!?]|[!?](?![!?]*[A-Za-z0-9_]))"
_END = re.compile(rf"{_STOP}+[”’」』）)》]*|[ 　]+")
_LONGEST_HEADING = 40
# A table's first row goes into the passage of each of its rows.
_LONGEST_HEADER = 200


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of the text that is not cut if it can be helped.

    Attributes:
        headings: Titles of the sections it stands in, outermost first.
        rank: Rank of the numbering it begins with (0 highest), None where it has none.
        table_header: First row of the table it is a row of.
        is_heading: It is numbered, short and not a whole sentence, so it announces what follows.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()
    rank: int | None = None
    table_header: str = ""
    is_heading: bool = False


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text in order; together they hold every character that is not blank."""
    open_sections: dict[int, str] = {}
    header = ""
    for start, end, is_row in _stretches(text):
        piece = text[start:end]
        if is_row:
            yield Sentence(start, end, _path(open_sections), table_header=header)
            header = header or piece[:_LONGEST_HEADER]
            continue
        header = ""
        rank = _rank(piece)
        if rank is not None:
            open_sections = {key: name for key, name in open_sections.items() if key < rank}
        short = rank is not None and len(piece) <= _LONGEST_HEADING
        yield Sentence(start, end, _path(open_sections), rank, is_heading=short and piece[-1] not in "。；;")
        if rank is not None and short:
            open_sections[rank] = piece.rstrip("。：:；; ").lstrip("# ")


def _stretches(text: str) -> Iterator[tuple[int, int, bool]]:
    """Sentences and whole table rows: start, end, and whether it is a row."""
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        # A table has more than one line; a mark in a text without line breaks parts no cells.
        if len(line) < len(text) and _is_row(line):
            yield from _trimmed(text, at, end, True)
        else:
            for match in _END.finditer(text, at, end):
                yield from _trimmed(text, at, match.end(), False)
                at = match.end()
            yield from _trimmed(text, at, end, False)
        at = end + 1


def _trimmed(text: str, start: int, end: int, is_row: bool) -> Iterator[tuple[int, int, bool]]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    if start < end:
        yield start, end, is_row


def _is_row(line: str) -> bool:
    """A tab or ` | ` parts cells, of which the first or last may be empty; a tab in front only indents."""
    bare = line.strip()
    return "\t" in bare or " | " in f" {bare} " or (len(bare) > 1 and bare[0] == bare[-1] == "|")


def _rank(piece: str) -> int | None:
    match = _MARK.match(piece)
    return (match.lastindex or 1) - 1 if match else None


def _path(sections: dict[int, str]) -> tuple[str, ...]:
    return tuple(sections[rank] for rank in sorted(sections))
