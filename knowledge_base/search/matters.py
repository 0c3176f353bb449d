"""What citizens may ask a government for, anywhere: a question nearer to one of these is not the record's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
        return Near(self, order, cosines[order])

    def meant_by(self, names: Vectors) -> NDArray[np.bool_]:
        """Which of the matters these names mean, in other words; one truth value each."""
        meant: NDArray[np.bool_] = (self._vectors @ names.T).max(axis=1, initial=-1.0) >= _ITS_OWN
        return meant


class Near:
    """The matters near a question, nearest first.

    Attributes:
        matters: All of them.
    """

    def __init__(self, matters: Matters, order: NDArray[np.intp], cosines: Vectors) -> None:
        self.matters = matters
        self._order = order
        self._cosines = cosines.tolist()

    def other_than(self, meant: NDArray[np.bool_]) -> float | None:
        """Cosine of the nearest one that is not among those meant; none where no matters are known."""
        others = (
            cosine for own, cosine in zip(meant[self._order].tolist(), self._cosines, strict=True) if not own
        )
        return next(others, self._cosines[-1]) if self._cosines else None
