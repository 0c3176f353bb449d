"""How rare a bigram is among the records held: what a match of it is worth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Set


class Rarity:
    """Document frequencies of bigrams, kept up to date as records come and go.

    One writer at a time; reading beside it does no harm, as a batch moves a weight by next to nothing.

    Attributes:
        changes: How often weights have changed.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._records = 0
        self.changes = 0

    def change(self, lost: Collection[Set[str]], won: Collection[Set[str]]) -> None:
        """Records with these bigrams go, and records with those come."""
        # In this order no reader sees more records with a bigram than there are.
        self._records += len(won)
        for grams in won:
            self._counts.update(grams)
        for grams in lost:
            self._counts.subtract(grams)
            for gram in grams:
                if self._counts[gram] <= 0:
                    del self._counts[gram]
        self._records -= len(lost)
        self.changes += 1

    def weight(self, gram: str) -> float:
        """Inverse document frequency as BM25 has it, at least about 0."""
        held = self._counts.get(gram, 0)
        return math.log(1 + (self._records - held + 0.5) / (held + 0.5))
