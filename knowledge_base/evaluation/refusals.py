"""How often a question is answered that the base holds no answer to, by kind of question. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.answering import AnswerStatus
from knowledge_base.evaluation.figures import SURE
from knowledge_base.evaluation.intervals import wilson
from knowledge_base.evaluation.lines import Evaluated, Probe


@dataclass(frozen=True, slots=True)
class WronglyAnswered:
    """A question that should not have been answered, and the document it was answered from."""

    qid: str
    kind: str
    question: str
    external_id: str | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Refusals:
    """Shares by kind in the order of the file, and what was answered."""

    kinds: dict[str, dict[str, Any]]
    answered: Sequence[WronglyAnswered]

    def as_json(self) -> dict[str, Any]:
        """All of it as one JSON object."""
        return {"kinds": self.kinds, "answered": [asdict(one) for one in self.answered]}


def refusals(probes: Iterable[Probe], ask: Callable[[Probe], Evaluated]) -> Refusals:
    """Asks every question and measures what comes back."""
    found = [(probe, ask(probe)) for probe in probes]
    kinds = dict.fromkeys(probe.kind for probe, _ in found)
    by_kind = {kind: _shares([one.status for probe, one in found if probe.kind == kind]) for kind in kinds}
    answered = [_wrongly(probe, one) for probe, one in found if one.status in SURE]
    return Refusals(by_kind, answered)


def _shares(statuses: Sequence[AnswerStatus]) -> dict[str, Any]:
    n = len(statuses)
    counts = {
        "answered": sum(status in SURE for status in statuses),
        "clarified": sum(status is AnswerStatus.CLARIFY for status in statuses),
    }
    shares = {name: round(count / n, 4) for name, count in counts.items()}
    return {"n": n, **shares, "intervals": {name: wilson(count, n) for name, count in counts.items()}}


def _wrongly(probe: Probe, found: Evaluated) -> WronglyAnswered:
    source = found.passages[0][0] if found.passages else None
    return WronglyAnswered(probe.qid, probe.kind, probe.question, source, found.confidence)
