"""The single sentences of a guide, and how much each says to a question. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.answering import Aspect
from core.catalogue.records import StoredPassage
from core.text.normalise import fold
from knowledge_base.embedding.port import Vectors
from knowledge_base.passages.chunk import WHOLE
from knowledge_base.search.answer_type import figures_asked, tells

_SENTENCE_END = re.compile(r"(?<=[。；;！？\n])")
_NUMBER = re.compile(r"^\d+\. ")
_LEAST = 4
# The message as a whole counts twice, the clause that asks once. On 245 messages of which the field is known
# this finds more of the fields that their words do not name than any other mix of these.
_MESSAGE = 2.0
_FIGURE = 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of one field; `says` compares the lines of one guide, the higher the better."""

    field: str
    text: str
    says: float = 0.0


def lines_of(passages: Sequence[StoredPassage]) -> list[Line]:
    """The sentences of a guide's fields, without the fields' headings and the numbers of list entries."""
    found = []
    for passage in passages:
        if passage.field == WHOLE:
            continue
        text = passage.text.removeprefix(f"{Aspect(passage.field).label}：")
        pieces = (_NUMBER.sub("", piece.strip()) for piece in _SENTENCE_END.split(text))
        found += [Line(passage.field, piece) for piece in pieces if len(piece) >= _LEAST]
    return found


def weighed(lines: Sequence[Line], vectors: Vectors, question: str, asked: Vectors) -> list[Line]:
    """The lines with what they say to a question.

    Args:
        vectors: One row per line.
        asked: The vector of the question, then one for each of its clauses that ask for something.
    """
    figures = figures_asked(fold(question))
    message = vectors @ asked[0]
    clause = (vectors @ asked[1:].T).max(axis=1) if len(asked) > 1 else message
    return [
        Line(
            line.field,
            line.text,
            _MESSAGE * float(whole) + float(part) + _FIGURE * tells(fold(line.text), figures),
        )
        for line, whole, part in zip(lines, message, clause, strict=True)
    ]
