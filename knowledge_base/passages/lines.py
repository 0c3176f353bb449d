"""The single sentences of a guide. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.answering import Aspect
from core.catalogue.records import NewPassage, StoredPassage

_SENTENCE_END = re.compile(r"(?<=[。；;！？\n])")
_NUMBER = re.compile(r"^\d+\. ")
_LEAST = 4
# The other fields are asked for in words of their own, and in no others.
_READ = frozenset(
    {
        Aspect.CONDITIONS,
        Aspect.MATERIALS,
        Aspect.STEPS,
        Aspect.FEE,
        Aspect.TIME_LIMIT,
        Aspect.ONLINE,
        Aspect.RESULT,
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of one field."""

    field: str
    text: str


def lines_of(passages: Sequence[NewPassage | StoredPassage]) -> list[Line]:
    """The sentences of a guide's fields, without the fields' headings and the numbers of list entries."""
    found = []
    for passage in passages:
        if passage.field in _READ:
            text = passage.text.removeprefix(f"{Aspect(passage.field).label}：")
            pieces = (_NUMBER.sub("", piece.strip()) for piece in _SENTENCE_END.split(text))
            found += [Line(passage.field, piece) for piece in pieces if len(piece) >= _LEAST]
    return found
