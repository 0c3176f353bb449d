"""The second look: a message that only adds to what was talked of is searched for together with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.catalogue.documents import record_title
from core.catalogue.models import Region, ServiceItem
from core.text.normalise import fold
from core.text.years import without_years
from knowledge_base.answer.aspects import detect_aspects, subject
from knowledge_base.answer.decide import LEAST_CHOICES, Decision, Thresholds, decide
from knowledge_base.answer.districts import named_district
from knowledge_base.answer.find import found_for
from knowledge_base.answer.ports import Candidate, Catalogue, Finder, Found, Listed, Passages, Published
from knowledge_base.answer.turn import Turn
from knowledge_base.answer.understand import another_named
from knowledge_base.answer.which_field import asks, is_known
from knowledge_base.contract import Target
from knowledge_base.index.tokens import grams
from knowledge_base.passages.guide_fields import full_text

# "那要是…", "…的呢", "我这种": words that lean on what was said before.
_LEANS = re.compile(
    r"^(那|不对|说错|不是|要是|如果|换成|同样|同一|还有|另外|他|她|我(这|们|老|妈|爸|弟|哥|姐|儿|女|朋友|同事))|(呢|咧|嘞|哪)[?。!\s]*$|这种|那种"
)
# "那一家四口呢", "两个娃的呢": the same asked of another case.
_CIRCUMSTANCE = re.compile(
    r"^(?:那|要是|如果)?[^,，。?？]{0,4}[一二两三四五六七八九十\d]+(?:个|口|人|岁|级|孩|娃|胎|年|套|平)(?:娃|孩子?|人|月|的|以上)*(?:呢|咧|嘞|哪)\W*$"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_CLAUSE_END = re.compile(r"[\s,，。;；!！?？]+")
# So much of what is added has to stand in the record that answers: of the questions of `city_outside.jsonl`
# none is answered after a near guide that is not answered alone; at .34 five are, with "那" before them.
_SHARE = 0.67
# A message so much nearer to what is talked of than to any other public matter goes on about it; one that
# says little of its own has less to tell by, and less still where it is near to no matter at all: "还没报过,
# 要准备些啥". (None of 80 on other matters is answered only after a guide.)
_LEANS_CLEARLY = 0.018
_LEANS_A_LITTLE = -0.003
_LEANS_ON_NOTHING_ELSE = -0.01
_NAMES_A_MATTER = 0.92
_FEW_WORDS = 4
# Of .25, .4 and .6 each mends as many follow-ups.
_BESIDE = 0.4
# What is so sure by itself is asked anew.
_SURE_ALONE = 0.9


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
        current = self._catalogue.published(turn.request.current) if turn.request.current else None
        if current is None or turn.decision is None:
            return
        if not _answers_alone(turn.decision, current.target):
            self._look(current, turn, turn.decision)
        self._look_beside(current, turn)

    def _look_beside(self, current: Published, turn: Turn) -> None:
        """Where the last guide answers what is asked, a text on its matter often says it to the point."""
        if current.target.kind != "item" or not _stays(turn, current.target) or not grams(subject(turn.said)):
            return
        if not (asks(turn.said) or self._leans(turn)):
            return
        question = f"{_matter(current, turn.regions)} {turn.said}"
        found = turn.found if turn.question == question else found_for(question, turn, self._finder)
        guide = next((one for one in found.candidates if one.target == current.target), None)
        texts = (one for one in found.candidates if one.target.kind != "item")
        beside = next((one for one in texts if one.confidence >= _BESIDE), None)
        if guide is None or beside is None:
            return
        before = turn.decision.candidates if turn.decision else [guide]
        quoted = [*turn.found.passages.of(current.target), *found.passages.of(beside.target)]
        turn.found = Found(turn.found.candidates, Listed(quoted))
        turn.target, turn.decision = None, Decision("answer", before, beside)

    def _look(self, current: Published, turn: Turn, alone: Decision) -> None:
        if self._same_of_another(current, turn):
            return
        goes_on = self._goes_on(current, turn)
        if alone.act == "answer" and not goes_on:
            return
        if turn.aspects and _begins_with_a_field(turn.question) and self._is_guide_in_force(current, turn):
            turn.target, turn.decision = current.target, None
            return
        question = f"{_matter(current, turn.regions)} {turn.question}"
        found = found_for(question, turn, self._finder)
        decision = decide(found.candidates, turn.aspect is not None, self._thresholds)
        if goes_on:
            decision = _staying(decision, current.target)
        if decision.act == "answer" and self._is_about(
            decision.candidates[0].target, turn, found.passages, goes_on
        ):
            if not turn.aspects and turn.request.current_aspect and not asks(turn.question):
                turn.aspects = (turn.request.current_aspect,)
            turn.question, turn.found, turn.decision = question, found, decision

    def _same_of_another(self, current: Published, turn: Turn) -> bool:
        """Of several guides for what is named now, the one that is most like the last: "那社保卡呢"."""
        another = another_named(turn.request.question)
        if another is None or current.target.kind != "item":
            return False
        likely = (one for one in turn.found.candidates if one.confidence >= self._thresholds.clarify)
        named = [one for one in likely if self._is_called(one.target, another)]
        if len(named) < LEAST_CHOICES or current.target in {one.target for one in named}:
            return False
        like = found_for(f"{_matter(current, turn.regions)} {turn.request.question}", turn, self._finder)
        order = [one.target for one in like.candidates]
        known = [one for one in named if one.target in order]
        if not known:
            return False
        turn.decision = Decision("answer", [min(known, key=lambda one: order.index(one.target))])
        return True

    def _is_called(self, target: Target, name: str) -> bool:
        stored = self._catalogue.published(target)
        record = stored.record if stored else None
        return isinstance(record, ServiceItem) and any(
            name in fold(own) for own in (record.name, *record.aliases)
        )

    def _goes_on(self, current: Published, turn: Turn) -> bool:
        """Whether a message is nearer to what is talked of than to any other public matter."""
        own = named_district(turn.question, turn.regions)
        message = own.rest if own and not own.alone else turn.question
        short = len(set(grams(subject(message)))) <= _FEW_WORDS
        leaning = self._finder.leans_on(message, current.target)
        if leaning is None or not _HAN.search(message):
            return False
        near, other = leaning
        if not short:
            return near - other >= _LEANS_CLEARLY
        return near - other >= (_LEANS_A_LITTLE if other >= _NAMES_A_MATTER else _LEANS_ON_NOTHING_ELSE)

    def _is_about(self, target: Target, turn: Turn, passages: Passages, goes_on: bool) -> bool:
        """Whether a message is about what was found with the last matter, by what it says itself."""
        stays, leans = target == turn.request.current, self._leans(turn)
        if stays and _names_another(turn.question, turn.found.candidates, target):
            return False
        if not grams(subject(turn.question)):
            return True
        return (stays or leans) and (
            is_known(passages.of(target))
            or (stays and (goes_on or _CIRCUMSTANCE.match(fold(turn.question)) is not None))
            or self._share_held(target, turn.question) >= _SHARE
        )

    def _is_guide_in_force(self, current: Published, turn: Turn) -> bool:
        shown = self._catalogue.shown({current.target}, turn.region, turn.as_of)
        return isinstance(current.record, ServiceItem) and current.target in shown

    def _leans(self, turn: Turn) -> bool:
        return any(_LEANS.search(fold(words)) for words in (turn.question, turn.request.question))

    def _share_held(self, target: Target, added: str) -> float:
        """Share of what is added that stands in the record; all of nothing."""
        stored = self._catalogue.published(target)
        words = set(grams(subject(without_years(added))))
        if stored is None or not words:
            return float(stored is not None)
        record = stored.record
        text = fold(
            full_text(record) if isinstance(record, ServiceItem) else f"{record_title(record)}\n{record.text}"
        )
        return sum(word in text for word in words) / len(words)


def _stays(turn: Turn, current: Target) -> bool:
    """Whether the last guide alone is what a message is to be answered from."""
    decision = turn.decision
    if decision is None:
        return turn.target == current
    return decision.act == "answer" and decision.candidates[0].target == current and decision.beside is None


def _answers_alone(decision: Decision, current: Target | None) -> bool:
    """Whether a message is sure of something by itself, so that nothing else need be looked for."""
    first = decision.candidates[0] if decision.act == "answer" else None
    return first is not None and (first.target == current or first.confidence >= _SURE_ALONE)


def _staying(decision: Decision, current: Target) -> Decision:
    """Of what is sure with the last matter, that matter itself."""
    stays = next((one for one in decision.candidates if one.target == current), None)
    if decision.act != "answer" or stays is None or stays is decision.candidates[0]:
        return decision
    return Decision("answer", [stays, *(one for one in decision.candidates if one is not stays)])


def _begins_with_a_field(question: str) -> bool:
    """Whether the first clause only asks for a field: "那条件呢，他爸不同意"."""
    first = _CLAUSE_END.split(question.strip(), maxsplit=1)[0]
    return bool(detect_aspects(first)) and not subject(first)


def _names_another(question: str, found: Sequence[Candidate], current: Target) -> bool:
    """Whether the first clause names another matter that was found: "那身份证呢，也快到期了"."""
    about = subject(_CLAUSE_END.split(question.strip(), maxsplit=1)[0])
    others = (fold(one.title) for one in found if one.target != current)
    return any(about and about in title for title in others)


def _matter(current: Published, regions: Sequence[Region]) -> str:
    """What is talked of, without the district and the year that may just be changed."""
    name = without_years(record_title(current.record))
    own = named_district(name, regions)
    return own.rest if own else name
