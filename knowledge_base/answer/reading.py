"""What is shown of a document: its best passages, quoted whole, about 300 characters in all. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge_base.answer.ports import FoundPassage

LIMIT = 300
# Marks of Latin writing end no sentence inside an address.
_CUT = re.compile(r"(?<=[。！？；\n])|(?<=[;!?])(?![!-~])")
_ADDRESS = 200  # Characters; what is longer without a space is cut where it must be.


def read(passages: Sequence[FoundPassage], limit: int = LIMIT) -> list[FoundPassage]:
    """The passages of one document that fit the limit, best first; the first is always taken."""
    taken: list[FoundPassage] = []
    room = limit
    for passage in passages:
        if any(passage.text in other.text for other in taken):
            continue
        if taken and _length(passage.text) > room:
            break
        taken.append(passage)
        room -= _length(passage.text)
    return taken


def shortened(text: str, limit: int = LIMIT) -> str:
    """The text up to the limit, ended at a sentence where one ends in its second half, with an ellipsis."""
    if len(text) <= limit:
        return text
    kept = ""
    for sentence in _CUT.split(text):
        if len(kept) + len(sentence) > limit:
            break
        kept += sentence
    return (kept if len(kept) * 2 >= limit else text[: unsplit(text, limit)]).rstrip() + "……"


def unsplit(text: str, position: int) -> int:
    """`position`, or where the number or the address begins that a cut there would falsify."""
    if not _is_latin(text[position : position + 1]):
        return position
    begin = position
    while begin > 0 and _is_latin(text[begin - 1]):
        begin -= 1
        if position - begin > _ADDRESS:
            return position
    return begin or position


def _is_latin(character: str) -> bool:
    return "!" <= character <= "~"


def _length(text: str) -> int:
    return len(re.sub(r"\s+", "", text))
