"""Which of a question's bigrams a text holds: looked up among its pairs of characters. Pure.

A substring search costs as much as the text is long, for each bigram and each record that is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Found = NDArray[np.bool_]


class Sought:
    """A question's grams as they are looked up: pairs of characters by code, the few others as they are."""

    def __init__(self, grams: Sequence[str]) -> None:
        pairs = [(place, gram) for place, gram in enumerate(grams) if _is_pair(gram)]
        self.count = len(grams)
        self.places = np.array([place for place, _ in pairs], dtype=np.intp)
        self.codes = np.concatenate([_NO_CODES, *(_codes(gram) for _, gram in pairs)])
        self.others = [(place, gram) for place, gram in enumerate(grams) if not _is_pair(gram)]


class Pairs:
    """The pairs of characters of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._codes = np.append(np.unique(_codes(text)), _NO_PAIR)

    def hold(self, sought: Sought) -> Found:
        """Which grams the text holds, one truth value each."""
        held: Found = self._codes[self._codes.searchsorted(sought.codes)] == sought.codes
        if not sought.others:
            return held
        found = np.zeros(sought.count, dtype=bool)
        found[sought.places] = held
        for place, gram in sought.others:
            found[place] = gram in self._text
        return found

    def may_hold(self, sample: Codes) -> bool:
        """Whether the text holds half of the pairs taken from another, as a copy of it does."""
        held = self._codes[self._codes.searchsorted(sample)] == sample
        return 2 * int(np.count_nonzero(held)) >= len(sample)


class PairsOfEach:
    """The pairs of characters of several texts, such as the sentences of a document."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        codes = [_codes(text) for text in texts]
        own = np.repeat(np.arange(len(texts), dtype=np.int32), [len(some) for some in codes])
        joined = np.concatenate([_NO_CODES, *codes])
        order = np.argsort(joined, kind="stable")
        self._codes, self._own = joined[order], own[order]

    def hold(self, sought: Sought) -> Found:
        """Which text holds which gram, shape (texts, grams)."""
        found = np.zeros((len(self._texts), sought.count), dtype=bool)
        first = self._codes.searchsorted(sought.codes, side="left")
        count = self._codes.searchsorted(sought.codes, side="right") - first
        # All stretches of equal codes one after another: where each of their places lies among the codes.
        places = np.arange(count.sum()) + (first - count.cumsum() + count).repeat(count)
        found[self._own[places], sought.places.repeat(count)] = True
        for place, gram in sought.others:
            found[:, place] = [gram in text for text in self._texts]
        return found


_SAMPLE = 16
# Above all pairs that are looked for.
_NO_PAIR = np.uint32(0xFFFFFFFF)
_NO_CODES: Codes = np.zeros(0, dtype=np.uint32)


def sample_of(text: str) -> Codes:
    """Some of a text's pairs, from its beginning to its end."""
    codes = _codes(text)
    return codes[:: max(1, len(codes) // _SAMPLE)]


def _is_pair(gram: str) -> bool:
    return len(gram) == 2 and max(gram) < "\ud800"


def _codes(text: str) -> Codes:
    """A number for each two neighbours; characters beyond the first plane count as two, and match nothing."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2").astype(np.uint32)
    codes: Codes = (units[:-1] << np.uint32(16)) | units[1:]
    return codes
