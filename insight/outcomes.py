"""How turns ended, in few families: as charts, pages and reports tell them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from core.answering import AnswerStatus

# In the order in which they are drawn, from the ground up.
FAMILIES: Final[Mapping[str, tuple[AnswerStatus, ...]]] = {
    "answered": (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_PASSAGE),
    "canned": (AnswerStatus.ANSWERED_CANNED, AnswerStatus.OUT_OF_SCOPE),
    "clarify": (AnswerStatus.CLARIFY,),
    "no_answer": (AnswerStatus.NO_ANSWER,),
    "referred_or_blocked": (
        AnswerStatus.REFERRED_URGENT,
        AnswerStatus.BLOCKED_SENSITIVE,
        AnswerStatus.BLOCKED_ABUSE,
        AnswerStatus.BLOCKED_RATE,
        AnswerStatus.SWITCHED_OFF,
    ),
    "error": (AnswerStatus.ERROR_UNAVAILABLE, AnswerStatus.ERROR_TIMEOUT, AnswerStatus.ERROR_INTERNAL),
}
# Middle tones: each has contrast enough on white and on near black.
COLOURS: Final[Mapping[str, str]] = {
    "answered": "#3c9a5f",
    "canned": "#3f8fd2",
    "clarify": "#c98a1b",
    "no_answer": "#8b929b",
    "referred_or_blocked": "#9b6bd1",
    "error": "#d9534f",
}
LABELS: Final[Mapping[str, str]] = {
    "answered": "作答",
    "canned": "固定答复",
    "clarify": "反问",
    "no_answer": "未答",
    "referred_or_blocked": "转介或拦截",
    "error": "出错",
}
# What somebody wanted to know something by: greetings, blocked and referred turns are no question to answer.
_ASKED: Final = ("answered", "clarify", "no_answer", "error")
_FAMILY_OF: Final = {status.value: name for name, members in FAMILIES.items() for status in members}


def by_family(statuses: Mapping[str, int]) -> dict[str, int]:
    """Turns by family; a status that only another version knows counts in none."""
    found = Counter[str]()
    for status, count in statuses.items():
        if status in _FAMILY_OF:
            found[_FAMILY_OF[status]] += count
    return {name: found[name] for name in FAMILIES}


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Turns by how they ended, and what was said of them.

    Attributes:
        families: Turns by family, all of them.
        useful, useless: Opinions on these turns.
    """

    families: Mapping[str, int]
    useful: int = 0
    useless: int = 0

    @property
    def turns(self) -> int:
        """All of them."""
        return sum(self.families.values())

    @property
    def asked(self) -> int:
        """Those that wanted to know something."""
        return sum(self.families.get(name, 0) for name in _ASKED)

    @property
    def rated(self) -> int:
        """Opinions."""
        return self.useful + self.useless

    @property
    def satisfaction(self) -> float | None:
        """Share of opinions that say useful; None where there is none."""
        return self.useful / self.rated if self.rated else None

    def rate(self, family: str) -> float | None:
        """Share of a family in what was asked; None where nothing was."""
        return self.families.get(family, 0) / self.asked if self.asked else None


def together(parts: Iterable[Outcomes]) -> Outcomes:
    """All of them as one."""
    families, useful, useless = Counter[str](), 0, 0
    for one in parts:
        families.update(one.families)
        useful, useless = useful + one.useful, useless + one.useless
    return Outcomes({name: families[name] for name in FAMILIES}, useful, useless)
