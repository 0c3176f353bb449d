"""Finds all of many words in one pass over a text (Aho and Corasick, 1975). Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

_ROOT: Final = 0


class Automaton:
    """Built once for a list of words; a text then costs its own length, however many words there are.

    Args:
        words: None of them empty, none twice.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._goto: list[dict[str, int]] = [{}]
        # Number of the word that ends in a node, or -1.
        self._word: list[int] = [-1]
        for number, word in enumerate(words):
            self._add(word, number)
        # The node of the longest suffix that is also a beginning, and the nearest one where a word ends.
        self._fail = [_ROOT] * len(self._goto)
        self._link = [_ROOT] * len(self._goto)
        self._connect()

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Each occurrence, also within another: number of the word and index behind its last character."""
        goto, fail, word, link = self._goto, self._fail, self._word, self._link
        node = _ROOT
        for at, character in enumerate(text):
            while (following := goto[node].get(character)) is None and node != _ROOT:
                node = fail[node]
            node = following if following is not None else _ROOT
            ending = node if word[node] >= 0 else link[node]
            while ending != _ROOT:
                yield word[ending], at + 1
                ending = link[ending]

    def _add(self, word: str, number: int) -> None:
        node = _ROOT
        for character in word:
            following = self._goto[node].get(character)
            if following is None:
                following = len(self._goto)
                self._goto[node][character] = following
                self._goto.append({})
                self._word.append(-1)
            node = following
        self._word[node] = number

    def _connect(self) -> None:
        """Breadth first: what is shorter is known before what is longer."""
        waiting = deque(self._goto[_ROOT].values())
        while waiting:
            node = waiting.popleft()
            for character, following in self._goto[node].items():
                shorter = self._fail[node]
                while character not in self._goto[shorter] and shorter != _ROOT:
                    shorter = self._fail[shorter]
                suffix = self._goto[shorter].get(character, _ROOT)
                self._fail[following] = suffix
                self._link[following] = suffix if self._word[suffix] >= 0 else self._link[suffix]
                waiting.append(following)
