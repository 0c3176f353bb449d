"""The last step: only what is published, for the region, and in force on the day asked about leaves."""

from __future__ import annotations

from knowledge_base.answer.ports import Catalogue
from knowledge_base.answer.turn import Turn
from knowledge_base.contract import AnswerReply, Target


class Check:
    """Asks the catalogue, not the index: one query over the few targets that the reply names."""

    name = "check"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def run(self, turn: Turn) -> None:
        """Sets the reply; or hides what must not be shown and drops the draft, for another round."""
        draft = turn.draft
        if draft is None:
            return
        shown = self._shown(draft.shows, turn)
        gone = draft.shows - set(shown)
        if gone:
            turn.hidden |= gone
            turn.draft = turn.decision = None
            return
        turn.reply = AnswerReply(
            status=draft.status,
            parts=list(draft.parts),
            target=draft.target,
            aspect=turn.aspect,
            region=turn.named_region,
            asks_region=draft.asks_region,
            passage_ids=list(draft.passage_ids),
            versions={f"{target.kind}:{target.id}": version for target, version in shown.items()},
        )

    def _shown(self, targets: frozenset[Target], turn: Turn) -> dict[Target, int]:
        """What holds on the day asked about; beside it what has taken its place since."""
        days = dict.fromkeys((turn.as_of, turn.today)) if targets else {}
        found: dict[Target, int] = {}
        for day in days:
            found |= self._catalogue.shown(targets, turn.region, day)
        return found
