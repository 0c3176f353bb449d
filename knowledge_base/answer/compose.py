"""The step that puts the reply into words: a guide's card, quoted passages, choices, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence

from core.answering import AnswerStatus
from core.catalogue.documents import title_of
from core.catalogue.models import Agency, Document
from knowledge_base.answer.document import document_part
from knowledge_base.answer.guide import guide_part
from knowledge_base.answer.ports import Candidate, Catalogue
from knowledge_base.answer.reading import read
from knowledge_base.answer.refusal import refusal_text
from knowledge_base.answer.turn import Draft, Turn
from knowledge_base.contract import Choice, ChoicesPart, ItemRef, Target, TextPart

MAX_RELATED = 2


class Compose:
    """Drafts the reply from the decision, or from the target where that is known without a search."""

    name = "compose"

    def __init__(self, catalogue: Catalogue, hotline: str) -> None:
        self._catalogue = catalogue
        self._hotline = hotline

    def run(self, turn: Turn) -> None:
        """Sets the draft."""
        if turn.draft is not None:
            return
        if turn.target is not None:
            turn.draft = self.answer(turn, turn.target, ()) or self._refuse(())
        elif turn.decision is not None:
            turn.draft = self._decided(turn, turn.decision.act, turn.decision.candidates)

    def _decided(self, turn: Turn, act: str, candidates: Sequence[Candidate]) -> Draft:
        if act == "clarify":
            return _clarify(turn, candidates)
        if act == "answer":
            draft = self.answer(turn, candidates[0].target, candidates[1:])
            if draft is not None:
                return draft
        return self._refuse(candidates)

    def answer(self, turn: Turn, target: Target, others: Sequence[Candidate]) -> Draft | None:
        """The answer from one target, or None where it is not in the catalogue any more."""
        stored = self._catalogue.published(target)
        if stored is None:
            return None
        related = _related(target, others)
        shows = frozenset([target, *(Target(kind="item", id=ref.item_id) for ref in related)])
        if isinstance(stored.record, Document):
            # The index may be behind: only words that stand in the document now are quoted.
            current = [p for p in turn.found.passages if p.text in stored.record.text]
            quoted = read(current, target)
            part = document_part(stored.record, target, title_of(stored.record), quoted, related)
            passages = [passage.passage_id for passage in quoted]
            return Draft(AnswerStatus.ANSWERED_PASSAGE, [part], target, shows, passages)
        part = guide_part(
            stored.record,
            target,
            turn.aspect,
            agency=self._agency(stored.record.agency),
            region=turn.request.region,
            related=related,
        )
        return Draft(AnswerStatus.ANSWERED_GUIDE, [part], target, shows)

    def _refuse(self, candidates: Sequence[Candidate]) -> Draft:
        agency = next((c.agency for c in candidates if c.agency), None)
        text = refusal_text(self._hotline, self._agency(agency), [c.title for c in candidates])
        return Draft(
            AnswerStatus.NO_ANSWER, [TextPart(text=text)], shows=frozenset(c.target for c in candidates)
        )

    def _agency(self, name: str | None) -> Agency | None:
        return self._catalogue.agency(name) if name else None


def _clarify(turn: Turn, candidates: Sequence[Candidate]) -> Draft:
    choices = [Choice(title=c.title, target=c.target, aspect=turn.aspect) for c in candidates]
    part = ChoicesPart(text="您想问的是下面哪一个？都不是的话，请换个说法再问。", choices=choices)
    return Draft(AnswerStatus.CLARIFY, [part], shows=frozenset(c.target for c in candidates))


def _related(target: Target, others: Sequence[Candidate]) -> list[ItemRef]:
    items = [c for c in others if c.target.kind == "item" and c.target != target]
    return [ItemRef(item_id=c.target.id, name=c.title, agency=c.agency) for c in items[:MAX_RELATED]]
