"""Everyday names in a question replaced by the official words that the records use. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.text.normalise import fold


class Vocabulary:
    """A term list ready to be used.

    Args:
        meanings: Official words by everyday name in its folded form.
    """

    def __init__(self, meanings: Mapping[str, str] | None = None) -> None:
        self._meanings = dict(meanings or {})
        longest_first = sorted(self._meanings, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def official(self, question: str) -> str:
        """The question in official words; as it came where it holds no everyday name."""
        folded = fold(question)
        if self._pattern is None or not self._pattern.search(folded):
            return question
        return self._pattern.sub(lambda found: self._in_place_of(found, folded), folded)

    def _in_place_of(self, found: re.Match[str], folded: str) -> str:
        meaning = self._meanings[found.group()]
        # "社保卡" for 社会保障卡 must not be replaced inside words that say it in full already.
        return found.group() if fold(meaning) in folded else meaning
