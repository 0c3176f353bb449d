"""The step that puts the reply into words: a guide's cards, quoted passages, choices, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.answering import AnswerStatus, Aspect
from core.calendar import Calendar
from core.catalogue.documents import title_of
from core.catalogue.models import Agency, Document, ServiceItem
from knowledge_base.answer.agency import agency_part
from knowledge_base.answer.aspects import STORY, asks_amount, subject
from knowledge_base.answer.decide import Decision
from knowledge_base.answer.document import DocumentLinks, document_part
from knowledge_base.answer.elsewhere import line_elsewhere
from knowledge_base.answer.guide import Moment, guide_part, line_part
from knowledge_base.answer.opening import asks_for_now
from knowledge_base.answer.ports import Candidate, Catalogue, Finder, Published
from knowledge_base.answer.reading import read
from knowledge_base.answer.refusal import refusal_text
from knowledge_base.answer.turn import Draft, Turn
from knowledge_base.answer.which_district import ask_district
from knowledge_base.answer.which_field import (
    CLEARLY,
    MOST_FIELDS,
    asks,
    fields_meant,
    known_field,
    surely_asked,
)
from knowledge_base.contract import AnswerPart, Choice, ChoicesPart, ItemRef, Target, TextPart
from knowledge_base.passages.guide_fields import field_text

MAX_RELATED = 2


class Compose:
    """Drafts the reply from the decision, or from the target where that is known without a search."""

    name = "compose"

    def __init__(self, catalogue: Catalogue, finder: Finder, hotline: str, calendar: Calendar) -> None:
        self._catalogue = catalogue
        self._finder = finder
        self._hotline = hotline
        self._calendar = calendar

    def run(self, turn: Turn) -> None:
        """Sets the draft."""
        if turn.draft is not None:
            return
        if turn.agency is not None:
            part = agency_part(turn.agency, turn.aspects, self._moment(turn))
            turn.draft = Draft(AnswerStatus.ANSWERED_GUIDE, [part])
        elif turn.target is not None:
            turn.draft = self.answer(turn, turn.target, ()) or self._refuse(())
        elif turn.decision is not None:
            turn.draft = self._decided(turn, turn.decision)

    def _decided(self, turn: Turn, decision: Decision) -> Draft:
        candidates = decision.candidates
        if decision.act == "clarify":
            return _clarify(turn, candidates)
        if decision.act == "answer":
            _keep_offered_field(turn, candidates[0].target)
            draft = self.answer(turn, candidates[0].target, candidates[1:])
            if draft is not None:
                return self._with_beside(turn, draft, decision.beside)
        return self._refuse(candidates)

    def _with_beside(self, turn: Turn, draft: Draft, beside: Candidate | None) -> Draft:
        """Quotes the other record too, unless just a matter is named and nothing was talked of before."""
        if beside is None or draft.asks_region or not (turn.request.current or asks(turn.question)):
            return draft
        more = self.answer(turn, beside.target, ())
        if more is None:
            return draft
        return replace(
            draft,
            parts=[*draft.parts, *more.parts],
            shows=draft.shows | more.shows,
            passage_ids=[*draft.passage_ids, *more.passage_ids],
        )

    def answer(self, turn: Turn, target: Target, others: Sequence[Candidate]) -> Draft | None:
        """The answer from one target, or None where it is not in the catalogue any more."""
        stored = self._catalogue.published(target)
        if stored is None:
            return None
        related = _related(target, others)
        if isinstance(stored.record, Document):
            return self._from_document(turn, target, stored.record, related)
        learnt = self._finder.fields(turn.said)
        asked = (*turn.aspects, *surely_asked(learnt, stored.record, CLEARLY))
        return ask_district(turn, target, stored.record, asked, self._catalogue) or self._from_guide(
            turn, target, stored.record, _fields(turn, target, stored.record, learnt), related
        )

    def _from_document(
        self, turn: Turn, target: Target, document: Document, related: Sequence[ItemRef]
    ) -> Draft:
        # The index may be behind: only words that stand in the document now are quoted.
        quoted = read([one for one in turn.found.passages.of(target) if one.text in document.text])
        newer = self._linked(turn, document.replaced_by)
        original = self._linked(turn, document.explains)
        links = DocumentLinks(newer, original)
        title = title_of(document)
        part = document_part(document, target, title, quoted, related, links=links, today=turn.today)
        shows = _shown(target, related) | {one.target for one in (newer, original) if one}
        passages = [passage.passage_id for passage in quoted]
        return Draft(AnswerStatus.ANSWERED_PASSAGE, [part], target, shows, passages)

    def _linked(self, turn: Turn, external_id: str | None) -> Published | None:
        """A document that another one names, where citizens may see it."""
        if external_id is None:
            return None
        other = self._catalogue.by_external_id("document", external_id)
        if other is None or other.target in turn.hidden:
            return None
        return other if self._catalogue.shown({other.target}, turn.region, turn.today) else None

    def _from_guide(
        self,
        turn: Turn,
        target: Target,
        item: ServiceItem,
        fields: Sequence[Aspect],
        related: Sequence[ItemRef],
    ) -> Draft:
        agency, moment = self._agency(item.agency), self._moment(turn)
        parts = [
            guide_part(
                item,
                target,
                aspect,
                agency=agency,
                region=turn.region,
                related=related,
                moment=moment,
                today=turn.today,
                introduced=not turn.aspects and place == 0,
            )
            for place, aspect in enumerate(fields or (None,))
        ]
        parts += self._elsewhere(turn, target, item)
        return Draft(AnswerStatus.ANSWERED_GUIDE, parts, target, _shown(target, related))

    def _elsewhere(self, turn: Turn, target: Target, item: ServiceItem) -> list[AnswerPart]:
        """A sentence of another field, beside those that are asked for by name."""
        if not turn.aspects or turn.request.chosen is not None:
            return []
        line = line_elsewhere(
            turn.request.question,
            item,
            turn.aspects,
            lambda question, asking: self._finder.lines(question, asking, target),
        )
        # The index may be behind: only words that stand in the guide now are quoted.
        if line is None or line.text not in (field_text(item, Aspect(line.field)) or ""):
            return []
        return [line_part(item, target, Aspect(line.field), line.text)]

    def _moment(self, turn: Turn) -> Moment | None:
        """This moment, where the question is about now."""
        return Moment(turn.now, self._calendar.kind(turn.today)) if asks_for_now(turn.question) else None

    def _refuse(self, candidates: Sequence[Candidate]) -> Draft:
        agency = next((c.agency for c in candidates if c.agency), None)
        text = refusal_text(self._hotline, self._agency(agency), [c.title for c in candidates])
        return Draft(
            AnswerStatus.NO_ANSWER, [TextPart(text=text)], shows=frozenset(c.target for c in candidates)
        )

    def _agency(self, name: str | None) -> Agency | None:
        return self._catalogue.agency(name) if name else None


def _keep_offered_field(turn: Turn, target: Target) -> None:
    """ "还房贷那个" names one of the choices; the field for which they were offered is still asked for."""
    offered = (one.aspect for one in turn.request.offered if one.target == target)
    aspect = next((aspect for aspect in offered if aspect is not None), None)
    if aspect is not None and not turn.aspects and not asks(turn.question):
        turn.aspects = (aspect,)


def _with_known(turn: Turn, target: Target) -> tuple[Aspect, ...]:
    """The fields that are named, and the one that is known to answer just this question."""
    story = len(subject(turn.question)) > STORY
    known = known_field(turn.found.passages.of(target)) if turn.aspects and story else None
    return tuple(dict.fromkeys((*turn.aspects, known))) if known else turn.aspects


def _fields(
    turn: Turn, target: Target, item: ServiceItem, learnt: Mapping[Aspect, float]
) -> tuple[Aspect, ...]:
    """The fields to show, those asked for by name first; none where only the matter is named."""
    sure = surely_asked(learnt, item)
    # What is paid out stands beside what it costs, where a guide tells it.
    paid = item.fee is not None and "元" in item.fee.text and asks_amount(turn.question)
    if named := _with_known(turn, target) or ((Aspect.FEE,) if paid else ()):
        # Who names a field in few words wants just that.
        story = len(subject(turn.said)) > STORY
        return tuple(dict.fromkeys((*named, *sure)))[:MOST_FIELDS] if story else named
    return fields_meant(turn.question, item, turn.found.passages.of(target), turn.guessed, sure)


def _clarify(turn: Turn, candidates: Sequence[Candidate]) -> Draft:
    choices = [Choice(title=c.title, target=c.target, aspect=turn.aspect) for c in candidates]
    part = ChoicesPart(text="您想问的是下面哪一个？都不是的话，请换个说法再问。", choices=choices)
    return Draft(AnswerStatus.CLARIFY, [part], shows=frozenset(c.target for c in candidates))


def _related(target: Target, others: Sequence[Candidate]) -> list[ItemRef]:
    items = [c for c in others if c.target.kind == "item" and c.target != target]
    return [ItemRef(item_id=c.target.id, name=c.title, agency=c.agency) for c in items[:MAX_RELATED]]


def _shown(target: Target, related: Sequence[ItemRef]) -> frozenset[Target]:
    return frozenset([target, *(Target(kind="item", id=ref.item_id) for ref in related)])
