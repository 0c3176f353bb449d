"""How rare a bigram is among the records held: what a match of it is worth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable


class Rarity:
    """Document frequencies of bigrams, kept up to date as records come and go."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._records = 0

    def add(self, grams: Iterable[str]) -> None:
        """One record with these bigrams comes."""
        self._counts.update(set(grams))
        self._records += 1

    def drop(self, grams: Iterable[str]) -> None:
        """One record with these bigrams goes."""
        gone = set(grams)
        self._counts.subtract(gone)
        self._records -= 1
        for gram in gone:
            if self._counts[gram] <= 0:
                del self._counts[gram]

    def weight(self, gram: str) -> float:
        """Inverse document frequency as BM25 has it, at least about 0."""
        held = self._counts.get(gram, 0)
        return math.log(1 + (self._records - held + 0.5) / (held + 0.5))
