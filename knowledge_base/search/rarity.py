"""How rare a bigram is among the records held: what a match of it is worth."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence, Set

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint32]


class Rarity:
    """Document frequencies of bigrams, kept up to date as records come and go.

    One writer at a time; reading beside it does no harm, as a batch moves a weight by next to nothing.

    Attributes:
        changes: How often weights have changed.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._counts = np.zeros(0, dtype=np.int64)
        # The bigrams of each record, so that it can go without its text.
        self._of: dict[int, Numbers] = {}
        self.changes = 0

    def change(self, lost: Collection[int], won: Mapping[int, Set[str]]) -> None:
        """Records of these numbers go, unknown ones are ignored; others come with their bigrams."""
        gone = [self._of.pop(record) for record in lost if record in self._of]
        come = {record: self._numbered(grams) for record, grams in won.items()}
        counts = np.zeros(len(self._numbers), dtype=np.int64)
        counts[: len(self._counts)] = self._counts
        for grams in come.values():
            counts[grams] += 1
        for grams in gone:
            counts[grams] -= 1
        self._of.update(come)
        self._counts = counts
        self.changes += 1

    def weight(self, gram: str) -> float:
        """Inverse document frequency as BM25 has it, at least about 0."""
        number, counts = self._numbers.get(gram), self._counts
        held = int(counts[number]) if number is not None and number < len(counts) else 0
        return math.log(1 + (max(len(self._of) - held, 0) + 0.5) / (held + 0.5))

    def arrays(self) -> dict[str, NDArray[np.uint32]]:
        """All of it but the words: `records`, `ends` of their bigrams, and those as `grams`."""
        grams = list(self._of.values())
        return {
            "records": np.fromiter(self._of, dtype=np.uint32, count=len(self._of)),
            "ends": np.cumsum([len(some) for some in grams], dtype=np.uint32),
            "grams": np.concatenate([np.zeros(0, dtype=np.uint32), *grams]),
        }

    @property
    def words(self) -> Iterator[str]:
        """Every bigram in the order of its number."""
        return iter(self._numbers)

    @classmethod
    def of(cls, words: Sequence[str], arrays: Mapping[str, NDArray[np.uint32]]) -> Rarity:
        """As it was when it was taken apart.

        Raises:
            ValueError: The parts do not fit together.
        """
        rarity = cls()
        rarity._numbers = {word: number for number, word in enumerate(words)}
        rarity._counts = np.bincount(arrays["grams"], minlength=len(words)).astype(np.int64)
        parts = np.split(arrays["grams"], arrays["ends"])[:-1]
        if len(rarity._counts) > len(rarity._numbers):
            raise ValueError("bigrams without a word")
        rarity._of = dict(zip(arrays["records"].tolist(), parts, strict=True))
        return rarity

    def _numbered(self, grams: Set[str]) -> Numbers:
        numbers = self._numbers
        return np.fromiter(
            (numbers.setdefault(gram, len(numbers)) for gram in grams), dtype=np.uint32, count=len(grams)
        )
