"""How much each sentence of a guide says to a question. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.text.normalise import fold
from knowledge_base.embedding.port import Vectors
from knowledge_base.passages.lines import Line
from knowledge_base.search.answer_type import figures_asked, tells

# The message as a whole counts twice, the clause that asks once. On 245 messages of which the field is known
# this finds more of the fields that their words do not name than any other mix of these.
_MESSAGE = 2.0
_FIGURE = 0.1


def said(lines: Sequence[Line], vectors: Vectors, question: str, asked: Vectors) -> list[float]:
    """What each line says to a question; only lines of one guide compare, the higher the better.

    Args:
        vectors: One row per line.
        asked: The vector of the question, then one for each of its clauses that ask for something.
    """
    figures = figures_asked(fold(question))
    message = vectors @ asked[0]
    clause = (vectors @ asked[1:].T).max(axis=1) if len(asked) > 1 else message
    return [
        _MESSAGE * float(whole) + float(part) + _FIGURE * tells(fold(line.text), figures)
        for line, whole, part in zip(lines, message, clause, strict=True)
    ]
