"""A sensitive word, and what follows where it is found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.words.automaton import Automaton
from core.words.folding import folded

MASK = "○○"


class Scope(StrEnum):
    """Where a word is looked for: in what citizens say, in answers, or in both."""

    IN = "in"
    OUT = "out"
    BOTH = "both"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {Scope.IN: "市民提问", Scope.OUT: "答复", Scope.BOTH: "提问和答复"}[self]

    def covers(self, other: Scope) -> bool:
        """Whether what is `in` or `out` belongs to it."""
        return self in (Scope.BOTH, other)


class InAction(StrEnum):
    """What follows in a citizen's message."""

    REFUSE = "refuse"
    LOG = "log"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {InAction.REFUSE: "不予答复", InAction.LOG: "放行并记录"}[self]


class OutAction(StrEnum):
    """What follows in an answer."""

    WITHHOLD = "withhold"
    MASK = "mask"

    @property
    def label(self) -> str:
        """As pages name it."""
        return {OutAction.WITHHOLD: "不出示答复，转热线", OutAction.MASK: f"用{MASK}代替"}[self]


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a phrase; `agency` is an external id, None is the whole city.

    Attributes:
        key: The form in which it is looked for.
        reply: What a citizen is told who is refused; empty is the usual sentence.
        note: For staff.
    """

    id: int
    agency: str | None
    text: str
    key: str
    scope: Scope
    in_action: InAction
    out_action: OutAction
    reply: str
    note: str
    active: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A word in a text; the span is one of the raw text."""

    word: Word
    start: int
    end: int


# What no word goes across: the end of a sentence, a title's marks, the point within a number.
_PARTED: Final = re.compile(r"[。！？!?；;《》]|\d[.．,，、:：/-]\d")
# Our own texts are written around no word: blanks at most stand within one.
_SIGNS: Final = re.compile(r"[^\w\s\u200b-\u200f\u2060\ufeff]|\n")


class WordIndex:
    """All active words at once.

    Args:
        words: What is not active is left out.
    """

    def __init__(self, words: Iterable[Word]) -> None:
        kept: dict[str, list[Word]] = {}
        for one in words:
            if one.active and one.key:
                kept.setdefault(one.key, []).append(one)
        self._words: Sequence[tuple[str, list[Word]]] = list(kept.items())
        self._automaton = Automaton([key for key, _ in self._words])

    def find(self, raw: str, *, written_around: bool = True) -> list[Found]:
        """Each word in a text, in the order of their ends; never across sentences, titles or a number.

        Args:
            written_around: Also with signs between its characters, as somebody writes who evades the list.
        """
        parted = _PARTED if written_around else _SIGNS
        text = folded(raw)
        found: list[Found] = []
        for number, end in self._automaton.find(text.text):
            key, words = self._words[number]
            start, last = text.places[end - len(key)], text.places[end - 1]
            if _stands_alone(raw, key, start, last + 1) and not parted.search(raw[start : last + 1]):
                found += (Found(one, start, last + 1) for one in words)
        return found


def masked(raw: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each span replaced; spans that overlap or touch become one."""
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        if start > done or not pieces:
            pieces += [raw[done:start], MASK]
        done = end
    return "".join([*pieces, raw[done:]])


def hinted(found: str) -> str:
    """A word as it stands in a log: its first character, and that there are more."""
    return found[:1] + "○" * min(len(found) - 1, 8)


def _stands_alone(raw: str, key: str, start: int, end: int) -> bool:
    """Whether a word of letters or digits is not a part of a longer one: no "av" in "have"."""
    before, after = raw[start - 1 : start], raw[end : end + 1]
    return not ((_is_latin(key[0]) and _is_latin(before)) or (_is_latin(key[-1]) and _is_latin(after)))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
