"""Words of somebody in danger, answered before anything else: the reviewed list of `urgent.yaml`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core.text.normalise import fold

_CLAUSE_END = re.compile(r"[，,。！!？?；;、\s]+")
# As long as a message may be. One sign may fold to eighteen, and every message is read before any limit.
_MOST = 2000
_LIST = Path(__file__).with_name("urgent.yaml")


class Urgent(StrEnum):
    """What kind of help is needed at once."""

    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    FIRE = "fire"
    MEDICAL = "medical"
    MISSING = "missing"
    FRAUD = "fraud"


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Urgent
    advice: str
    signs: re.Pattern[str]
    calm: re.Pattern[str]
    settled: Sequence[tuple[re.Pattern[str], re.Pattern[str]]]
    now: re.Pattern[str]
    asked: re.Pattern[str] | None

    def met(self, clauses: Sequence[str], text: str) -> bool:
        """What is calm in one clause says nothing of the danger in another, unless an office is asked."""
        if self.asked is not None and self.asked.search(text) and not self.now.search(text):
            return False
        over = [] if self.now.search(text) else [said for said, asked in self.settled if asked.search(text)]
        return any(
            self.signs.search(clause)
            and not self.calm.search(clause)
            and not any(said.search(clause) for said in over)
            for clause in clauses
        )


def urgent_need(text: str) -> Urgent | None:
    """The kind of help that a message asks for at once, or None."""
    folded = fold(text)[:_MOST]
    clauses = [clause for clause in _CLAUSE_END.split(folded) if clause]
    return next((rule.kind for rule in _rules() if rule.met(clauses, folded)), None)


def urgent_advice(kind: Urgent) -> str:
    """What is said to the citizen: whom to call, and what to do until then."""
    told = next(rule.advice for rule in _rules() if rule.kind is kind)
    return f"{told}\n{_loaded()['not_urgent']}"


def is_urgent_advice(text: str) -> bool:
    """Whether a text of ours is that, of whatever kind."""
    return any(text.startswith(rule.advice) for rule in _rules())


def in_case_of_danger() -> str:
    """What is said before an answer to a message that may have been about danger."""
    return str(_loaded()["in_case"])


@cache
def _loaded() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_LIST.read_text(encoding="utf-8"))
    return loaded


@cache
def _rules() -> tuple[_Rule, ...]:
    words = {name: f"(?:{_loaded()[name].replace(' ', '')})" for name in ("who", "papers")}
    now = re.compile(_loaded()["now"].replace(" ", ""))
    asked = re.compile(_loaded()["asks_office"].replace(" ", ""))
    return tuple(
        _Rule(
            Urgent(name),
            kind["advice"],
            _any(kind["signs"], words),
            _any(kind["calm"], words),
            [(re.compile(one["said"]), re.compile(one["asked"])) for one in kind.get("settled", ())],
            now,
            asked if name in _loaded()["unless_asked"] else None,
        )
        for name, kind in _loaded()["kinds"].items()
    )


def _any(patterns: Sequence[str], words: dict[str, str]) -> re.Pattern[str]:
    for name, alternatives in words.items():
        patterns = [pattern.replace(f"{{{name}}}", alternatives) for pattern in patterns]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
