"""The middle steps: search, and decide what the candidates are good for."""

from __future__ import annotations

from knowledge_base.answer.ambiguous import asked_which
from knowledge_base.answer.decide import Thresholds, decide
from knowledge_base.answer.districts import named_district
from knowledge_base.answer.ports import Catalogue, Finder, Found
from knowledge_base.answer.turn import Turn


def found_for(question: str, turn: Turn, finder: Finder) -> Found:
    """What a search brings for a question that is asked in this turn."""
    district = named_district(question, turn.regions)
    return finder.find(
        question,
        matter=district.rest if district and not district.alone else None,
        region=turn.region,
        today=turn.today,
        as_of=turn.as_of,
        hidden=turn.hidden,
    )


class Retrieve:
    """Searches, unless a guide is known to be meant; of a known document the passages are to be found."""

    name = "retrieve"

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def run(self, turn: Turn) -> None:
        """Sets what was found."""
        guide_known = turn.target is not None and turn.target.kind == "item"
        if turn.draft is None and turn.agency is None and turn.question and not guide_known:
            turn.found = found_for(turn.question, turn, self._finder)


class Decide:
    """Chooses between answering, asking back and refusing."""

    name = "decide"

    def __init__(self, catalogue: Catalogue, thresholds: Thresholds) -> None:
        self._catalogue = catalogue
        self._thresholds = thresholds

    def run(self, turn: Turn) -> None:
        """Sets the decision."""
        if turn.draft is None and turn.agency is None and turn.target is None:
            decision = decide(turn.found.candidates, turn.aspect is not None, self._thresholds)
            turn.decision = asked_which(turn, decision, self._catalogue)
