"""What citizens may ask a government for, anywhere: a question nearer to one of these is not the record's."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge_base.embedding.port import Vectors

_LIST = Path(__file__).with_name("public_matters.txt")
# A matter so near to one of a record's names is the record's own, in other words. (At .94 a district's own
# guides lose to the city's, at .92 twelve more of 207 questions on what the city does not hold are answered.)
_ITS_OWN = 0.935
# So many matters near a question are looked at; a record has fewer names for its own.
_NEAREST = 20


def public_matters() -> list[str]:
    """Common names of public matters, a matter a line."""
    return _LIST.read_text(encoding="utf-8").splitlines()


class Matters:
    """Public matters by meaning.

    Args:
        vectors: One row per matter, embedded as names are, shape (n, dimension); none of them says nothing.
    """

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def near(self, question: Vectors) -> Near:
        """The matters nearest to a question, whose vector has shape (dimension,)."""
        cosines = self._vectors @ question
        order = np.argsort(-cosines)[:_NEAREST]
        return Near(self._vectors[order], cosines[order])


class Near:
    """The matters near a question, nearest first."""

    def __init__(self, vectors: Vectors, cosines: Vectors) -> None:
        self._vectors = vectors
        self._cosines = cosines

    def other_than(self, names: Vectors) -> float | None:
        """Cosine of the nearest one that is not what these names mean; none where no matters are known."""
        if not len(self._cosines) or not len(names):
            return None
        others = np.flatnonzero((self._vectors @ names.T).max(axis=1) < _ITS_OWN)
        return float(self._cosines[others[0] if len(others) else -1])
