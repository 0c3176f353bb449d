"""The second look: a message that only adds to what was talked of is searched for together with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.catalogue.documents import record_title
from core.catalogue.models import Region, ServiceItem
from core.text.normalise import fold
from core.text.years import without_years
from knowledge_base.answer.aspects import detect_aspects, subject
from knowledge_base.answer.decide import Decision, Thresholds, decide
from knowledge_base.answer.districts import named_district
from knowledge_base.answer.find import found_for
from knowledge_base.answer.ports import Catalogue, Finder, Published
from knowledge_base.answer.turn import Turn
from knowledge_base.answer.which_field import asks, is_known
from knowledge_base.contract import Target
from knowledge_base.index.tokens import grams
from knowledge_base.passages.guide_fields import full_text

# "那要是…", "…的呢", "我这种": words that lean on what was said before.
_LEANS = re.compile(
    r"^(那|不对|说错|不是|要是|如果|换成|同样|同一|还有|另外|他|她|我(这|们|老|妈|爸|弟|哥|姐|儿|女|朋友|同事))|(呢|咧|嘞|哪)[?。!\s]*$|这种|那种"
)
# "那养狗证呢": what is not in the matter's text is another matter.
_WHAT_OF = re.compile(r"^那?[^,，。]{2,12}(?:呢|咧|嘞|哪)\W*$")
# "那一家四口呢", "两个娃的呢": the same asked of another case.
_CIRCUMSTANCE = re.compile(
    r"^(?:那|要是|如果)?[^,，。?？]{0,6}[一二两三四五六七八九十\d]+(?:个|口|人|岁|级|孩|娃|胎|年|套|平)[^,，。]{0,6}(?:呢|咧|嘞|哪)?\W*$"
)
_CLAUSE_END = re.compile(r"[\s,，。;；!！?？]+")
# At least so much of what is added has to stand in the record that answers.
_SHARE = 0.34


class LookInContext:
    """Where a message alone is not sure of anything, what it leans on may make it so.

    Only what holds the added words is answered from: another matter that is not in the base stays unanswered.
    """

    name = "in_context"

    def __init__(self, catalogue: Catalogue, finder: Finder, thresholds: Thresholds) -> None:
        self._catalogue = catalogue
        self._finder = finder
        self._thresholds = thresholds

    def run(self, turn: Turn) -> None:
        """Replaces what was found and decided, where that makes an answer."""
        if turn.decision is None or turn.decision.act == "answer":
            return
        current = self._catalogue.published(turn.request.current) if turn.request.current else None
        if current is None:
            return
        if turn.aspects and _begins_with_a_field(turn.question) and self._is_guide_in_force(current, turn):
            turn.target, turn.decision = current.target, None
            return
        question = f"{_matter(current, turn.regions)} {turn.question}"
        found = found_for(question, turn, self._finder)
        decision = decide(found.candidates, turn.aspect is not None, self._thresholds)
        if decision.act != "answer":
            self._stay(turn, current)
            return
        first = decision.candidates[0].target
        stays = first == current.target
        if stays and _names_another(turn.question, turn.decision, current.target):
            return
        if (stays or self._leans(turn)) and (
            self._holds(first, turn.question)
            or (stays and _CIRCUMSTANCE.match(fold(turn.question)))
            or (stays and _is_among(first, turn.decision) and not _WHAT_OF.match(turn.question))
            or is_known(first, found.passages)
        ):
            if not turn.aspects and turn.request.current_aspect and not asks(turn.question):
                turn.aspects = (turn.request.current_aspect,)
            turn.question, turn.found, turn.decision = question, found, decision

    def _stay(self, turn: Turn, current: Published) -> None:
        """What leans on the matter and finds nothing nearer than the matter itself is about it."""
        first = turn.decision.candidates[0] if turn.decision and turn.decision.candidates else None
        if first and first.target == current.target and self._leans(turn):
            turn.decision = Decision("answer", [first])

    def _is_guide_in_force(self, current: Published, turn: Turn) -> bool:
        shown = self._catalogue.shown({current.target}, turn.region, turn.as_of)
        return isinstance(current.record, ServiceItem) and current.target in shown

    def _leans(self, turn: Turn) -> bool:
        return any(_LEANS.search(fold(words)) for words in (turn.question, turn.request.question))

    def _holds(self, target: Target, added: str) -> bool:
        stored = self._catalogue.published(target)
        words = set(grams(subject(added)))
        if stored is None or not words:
            return stored is not None
        record = stored.record
        text = fold(
            full_text(record) if isinstance(record, ServiceItem) else f"{record_title(record)}\n{record.text}"
        )
        return sum(word in text for word in words) / len(words) >= _SHARE


def _begins_with_a_field(question: str) -> bool:
    """Whether the first clause only asks for a field: "那条件呢，他爸不同意"."""
    first = _CLAUSE_END.split(question.strip(), maxsplit=1)[0]
    return bool(detect_aspects(first)) and not subject(first)


def _names_another(question: str, decision: Decision, current: Target) -> bool:
    """Whether the first clause names another matter that was found: "那身份证呢，也快到期了"."""
    about = subject(_CLAUSE_END.split(question.strip(), maxsplit=1)[0])
    others = (fold(one.title) for one in decision.candidates if one.target != current)
    return any(about and about in title for title in others)


def _is_among(target: Target, decision: Decision) -> bool:
    return any(one.target == target for one in decision.candidates)


def _matter(current: Published, regions: Sequence[Region]) -> str:
    """What is talked of, without the district and the year that may just be changed."""
    name = without_years(record_title(current.record))
    own = named_district(name, regions)
    return own.rest if own else name
