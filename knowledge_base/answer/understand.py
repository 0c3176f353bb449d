"""The first steps: clean the question, see what it asks for, and whether it goes on about the last one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.answering import AnswerStatus, Aspect
from core.catalogue.documents import record_title
from core.catalogue.models import ServiceItem
from core.text.abuse import without_outbursts
from core.text.masking import without_placeholders
from core.text.normalise import fold
from core.text.ordinals import ordinal
from core.text.urgent import urgent_need
from core.text.years import years_asked_for
from knowledge_base.answer.agency import ABOUT_AN_AGENCY
from knowledge_base.answer.another_year import asked_of_another_year
from knowledge_base.answer.aspects import STORY, detect_aspects, subject
from knowledge_base.answer.before import referred
from knowledge_base.answer.districts import Named, named_district, without_whereabouts
from knowledge_base.answer.picking import picked
from knowledge_base.answer.ports import Catalogue
from knowledge_base.answer.turn import Draft, Turn
from knowledge_base.contract import AnswerRequest, Choice, ChoicesPart, Target, TextPart

WHAT_MATTER = "请告诉我您想办的事或想了解的政策，例如“居住证需要什么材料”“失业金怎么申领”。"
# "过户费用" after 二手车过户: so short a piece of the guide's own name is about the guide.
_PIECE = range(2, 5)
_SPACES = re.compile(r"\s+")
# What a pasted text brings along; it names no matter.
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|\(?https?://[^\s，。]+|[*_#`~|\[\]]+")
# Who tells more than where one is may want something else: "我在东区，想办护照".
_WISHES = re.compile("想|要|怎么|如何|咋|啥|什么|哪|多少|几|办|领|换|补|查|交|开|能|吗|呢|[?？]")
# "那身份证呢", "换成护照呢": another matter, the same aspect.
_ANOTHER = re.compile(
    r"^(?:那么|那要是|那|如果是|换成|换)?([^,，。?？!！]{2,20}?)(?:呢|咧|嘞|的话)"
    r"(?:[?？。!！ ]*|[,，][^?？]{2,20})$"
)
# "说错了，是离婚", "不是换证，是丢了补办": what was meant instead, the aspect stays.
_THAT = "[^,，]{1,10}"
_NOT_THAT = f"不是{_THAT}[,，]"
_WRONG = re.compile(f"不是({_THAT})[,，]")
_CORRECTION = re.compile(
    rf"^(?:哦|噢|啊|呃)?(?:(?:我?说错了?|不对|搞?错了)[,，。 ]*(?:{_NOT_THAT})?(?:而?是|我?问的是|应该是)?"
    rf"|{_NOT_THAT}(?:而?是|我?问的是|应该是))([^,，]{{2,20}})$"
)


class Normalise:
    """Joins white space, reads aspects and district; an empty question is asked back for."""

    name = "normalise"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def run(self, turn: Turn) -> None:
        """Sets the question, the aspects and the district named."""
        request = turn.request
        turn.said = without_outbursts(_cleaned(request.question))
        turn.question = (
            asked_of_another_year(turn.said, request.earlier, turn.today.year)
            or _meant_instead(turn.said, request)
            or turn.said
        )
        if request.chosen is not None:
            turn.aspects = (request.aspect,) if request.aspect else detect_aspects(turn.question)
            return
        if not turn.question or _tells_only_a_number(turn.question, request):
            turn.draft = ask_for_matter()
            return
        turn.past_year = _past_year(turn)
        turn.regions = self._catalogue.regions()
        turn.district = named_district(turn.question, turn.regions)
        turn.named_region = turn.district.code if turn.district else None
        turn.aspects = _aspects(turn.question, request, turn.district)
        if not turn.aspects and request.aspect is not None:
            if len(subject(turn.question)) > STORY:
                turn.guessed = request.aspect
            else:
                turn.aspects = (request.aspect,)


def _says_no_matter(turn: Turn) -> bool:
    """Only a field, or a district with nothing that it could be about."""
    if turn.district and turn.district.alone and turn.request.current is None:
        return True
    return bool(turn.aspects) and not subject(turn.question)


def _meant_instead(question: str, request: AnswerRequest) -> str | None:
    corrected = _CORRECTION.match(question) if request.earlier or request.current else None
    if corrected is None:
        return None
    wrong, before = _WRONG.search(question), fold(request.earlier[0]) if request.earlier else ""
    if wrong is not None and wrong[1] in before:
        return before.replace(wrong[1], corrected[1])
    return f"{corrected[1]}呢"


def _past_year(turn: Turn) -> int | None:
    asked = max(years_asked_for(turn.question), default=turn.today.year)
    return asked if asked < turn.today.year else None


def _cleaned(asked: str) -> str:
    left = without_placeholders(_MARKUP.sub("", asked))
    return _SPACES.sub(" ", left if left == asked else left.lstrip(" ，,。、；;：:")).strip()


def _tells_only_a_number(question: str, request: AnswerRequest) -> bool:
    masked = without_placeholders(request.question) != request.question
    return masked and not subject(question) and not detect_aspects(question)


def _aspects(question: str, request: AnswerRequest, district: Named | None) -> tuple[Aspect, ...]:
    read = detect_aspects(question)
    if request.current_aspect and request.current and district and district.alone:
        return (request.current_aspect,)
    if not read and request.current_aspect and _ANOTHER.match(question):
        return (request.current_aspect,)
    if district and Aspect.HOURS in read and Aspect.PLACE not in read:
        # Who asks when to come and names the district wants to know where there as well.
        return (Aspect.PLACE, *read)
    return read


class ResolveFollowUp:
    """Finds the target without a search: chosen, picked in words, or current where no other is named."""

    name = "resolve"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def run(self, turn: Turn) -> None:
        """Sets the target, or a question back where there is nothing to go on about."""
        if turn.draft is not None:
            return
        if turn.request.chosen is not None:
            turn.target = turn.request.chosen
        elif turn.target is None:
            self._find(turn)
        if turn.target is not None and self._is_gone(turn.target, turn):
            turn.draft = _gone()

    def _find(self, turn: Turn) -> None:
        request = turn.request
        if turn.district and not turn.district.alone:
            turn.question = without_whereabouts(turn.question, turn.regions)
        choice = picked(turn.question, request.offered) or self._of_district(turn)
        if choice is None and ordinal(turn.question) is not None:
            turn.draft = _which_of(request.offered, turn) if request.offered else ask_for_matter()
            return
        if choice is not None:
            turn.target, turn.named_region = choice.target, choice.region or turn.named_region
            turn.aspects = (choice.aspect,) if choice.aspect else turn.aspects
        elif self._goes_on(turn):
            self._go_on(turn, request.current)
        elif turn.aspects and ABOUT_AN_AGENCY.issuperset(turn.aspects):
            turn.agency = self._catalogue.agency(subject(turn.question) or turn.question)
        if turn.target is None and turn.agency is None:
            turn.question = _in_full(turn.question, turn.aspects, request.current_aspect)
        if turn.target is None and turn.agency is None and _says_no_matter(turn):
            _go_on_about_what_was_asked(turn)

    def _of_district(self, turn: Turn) -> Choice | None:
        """Of the choices the only one that holds in the district that is told: "我爸户口在西区"."""
        if turn.district is None or _WISHES.search(turn.district.rest):
            return None
        fitting = [one for one in turn.request.offered if self._region_of(one) == turn.district.code]
        return fitting[0] if len(fitting) == 1 else None

    def _region_of(self, choice: Choice) -> str | None:
        stored = None if choice.region else self._catalogue.published(choice.target)
        return stored.record.region if stored else choice.region

    def _go_on(self, turn: Turn, current: Target | None) -> None:
        """The guide that is talked of, or the name by which another one is looked for."""
        stored = self._catalogue.published(current) if current else None
        if stored is None or not self._is_looked_for(stored.target, turn):
            turn.target = current
            return
        name = record_title(stored.record)
        if stored.target.kind == "item" and (own := named_district(name, turn.regions)):
            name = own.rest
        turn.question = f"{name} {turn.question}"

    def _is_looked_for(self, current: Target, turn: Turn) -> bool:
        """A document has no fields, its matter's guide has; another district's guide does not hold here."""
        gone = self._is_gone(current, turn)
        if current.kind == "document":
            return not gone
        return gone and current in self._catalogue.shown({current}, turn.request.region, turn.as_of)

    def _goes_on(self, turn: Turn) -> bool:
        """Whether nothing but an aspect or a district is said, about what is being talked of."""
        if turn.request.current is None:
            return False
        if turn.district and turn.district.alone:
            return True
        words = turn.district.rest if turn.district else turn.question
        about = subject(words)
        return bool(turn.aspects) and (not about or self._is_piece_of_its_name(about, turn))

    def _is_piece_of_its_name(self, about: str, turn: Turn) -> bool:
        """Whether a question for an aspect says no more of the matter than a piece of the guide's names."""
        current = turn.request.current
        if len(about) not in _PIECE or current is None or not detect_aspects(turn.question):
            return False
        stored = self._catalogue.published(current)
        if stored is None or not isinstance(stored.record, ServiceItem):
            return False
        return any(about in fold(name) for name in (stored.record.name, *stored.record.aliases))

    def _is_gone(self, target: Target, turn: Turn) -> bool:
        shown = self._catalogue.shown({target}, turn.region, turn.as_of)
        return target in turn.hidden or target not in shown


def another_named(question: str) -> str | None:
    """The other matter that "那身份证呢，也快到期了" asks the same of."""
    another = _ANOTHER.match(question)
    return fold(another[1].removesuffix("的")) if another else None


def _in_full(question: str, aspects: Sequence[Aspect], kept: Aspect | None) -> str:
    """Another matter with the aspect kept: "那身份证呢" finds less than "身份证的收费标准"."""
    another = _ANOTHER.match(question)
    if another is None or kept is None or tuple(aspects) != (kept,) or detect_aspects(question):
        return question
    return f"{another[1].removesuffix('的')}的{kept.label}"


def ask_for_matter() -> Draft:
    """The question back when nothing tells what the citizen wants to do."""
    return Draft(AnswerStatus.ANSWERED_CANNED, [TextPart(text=WHAT_MATTER)])


def _go_on_about_what_was_asked(turn: Turn) -> None:
    """What was asked back for or not found is still meant by who only names a field or a district."""
    offered = [choice for choice in turn.request.offered if choice.target not in turn.hidden]
    before = next((one for one in turn.request.earlier if subject(one)), None)
    need = urgent_need(before) if before else None
    if offered:
        turn.draft = _which_of(offered, turn)
    elif need is not None:
        turn.draft = referred(need)
    elif before:
        turn.question = f"{before}，{turn.question}"
    else:
        turn.draft = ask_for_matter()


def _which_of(offered: Sequence[Choice], turn: Turn) -> Draft:
    """The choices again, now for the field that is asked for."""
    choices = [choice.model_copy(update={"aspect": turn.aspect or choice.aspect}) for choice in offered]
    part = ChoicesPart(text="您问的是下面哪一个？可以点选，也可以说“第一个”。", choices=choices)
    return Draft(AnswerStatus.CLARIFY, [part], shows=frozenset(choice.target for choice in choices))


def _gone() -> Draft:
    text = "您刚才看的内容已经下架、失效或不适用于所选地区，不再提供。请换个说法重新提问。"
    return Draft(AnswerStatus.NO_ANSWER, [TextPart(text=text)])
