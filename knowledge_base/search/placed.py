"""A record in its place among its sort, and the stretches of it that may be quoted. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from core.text.normalise import fold
from knowledge_base.search.fusion import Evidence
from knowledge_base.search.owners import Held, Sort
from knowledge_base.search.pairs import Codes, sample_of
from knowledge_base.search.reading import Asked, Reading, readings


@dataclass
class Placed:
    """A record with its score among its own sort.

    `is_read` of the first ones only, of which it can be told what to quote.
    """

    held: Held
    sort: Sort
    score: float
    evidence: Evidence
    asked: Asked
    is_read: bool

    @cached_property
    def readings(self) -> Sequence[Reading]:
        """What may be quoted, best first: looked up when it is asked for, which is seldom."""
        if not self.is_read:
            return []
        return readings(self.held, self.asked, self.evidence, by_question=self.sort == "question")

    @cached_property
    def says(self) -> str:
        """What tells a record from another: a guide's name, else the words that are quoted."""
        if self.sort == "guide":
            return self.held.owner.title
        return _squeezed(self.readings[0].text if self.readings else self.held.owner.text)

    def says_as(self, other: Placed) -> bool:
        """Whether it says the same as another of its sort, such as a reprint."""
        if self.sort == "guide":
            return self.says == other.says
        # Where the other's words do not stand in it, what is quoted of it need not be looked for.
        if not (self.is_read and self.held.pairs.may_hold(other._sample)):
            return False
        if self.sort == "text" and other.says not in _squeezed(self.held.owner.text):
            return False
        return self.says == other.says

    @cached_property
    def _sample(self) -> Codes:
        return sample_of(fold(self.says))


def _squeezed(text: str) -> str:
    return "".join(text.split())
