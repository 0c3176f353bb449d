"""The middle steps: search, and decide what the candidates are good for."""

from __future__ import annotations

from knowledge_base.answer.decide import Thresholds, decide
from knowledge_base.answer.ports import Finder
from knowledge_base.answer.turn import Turn


class Retrieve:
    """Searches, unless a guide is known to be meant; of a known document the passages are to be found."""

    name = "retrieve"

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def run(self, turn: Turn) -> None:
        """Sets what was found."""
        guide_known = turn.target is not None and turn.target.kind == "item"
        if turn.draft is None and turn.agency is None and turn.question and not guide_known:
            turn.found = self._finder.find(
                turn.question, region=turn.region, today=turn.today, as_of=turn.as_of, hidden=turn.hidden
            )


class Decide:
    """Chooses between answering, asking back and refusing."""

    name = "decide"

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds

    def run(self, turn: Turn) -> None:
        """Sets the decision."""
        if turn.draft is None and turn.agency is None and turn.target is None:
            turn.decision = decide(turn.found.candidates, turn.aspect is not None, self._thresholds)
