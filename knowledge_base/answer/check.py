"""The last step: nothing leaves that is not published, in force and meant for the region at this moment."""

from __future__ import annotations

from knowledge_base.answer.ports import Catalogue
from knowledge_base.answer.turn import Turn
from knowledge_base.contract import AnswerReply


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
        shown = self._catalogue.shown(draft.shows, turn.region, turn.today) if draft.shows else {}
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
