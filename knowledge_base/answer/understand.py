"""The first steps: clean the question, see what it asks for, and whether it goes on about the last one."""

from __future__ import annotations

import re

from core.answering import AnswerStatus
from core.text.masking import without_placeholders
from knowledge_base.answer.aspects import detect_aspect, subject
from knowledge_base.answer.ports import Catalogue
from knowledge_base.answer.turn import Draft, Turn
from knowledge_base.contract import Target, TextPart

WHAT_MATTER = "请告诉我您想办的事或想了解的政策，例如“居住证需要什么材料”“失业金怎么申领”。"
_SPACES = re.compile(r"\s+")


class Normalise:
    """Joins white space; an empty question is asked back for."""

    name = "normalise"

    def run(self, turn: Turn) -> None:
        """Sets the question and the aspect."""
        turn.question = _SPACES.sub(" ", without_placeholders(turn.request.question)).strip()
        turn.aspect = turn.request.aspect or detect_aspect(turn.question)
        if not turn.question and turn.request.chosen is None:
            turn.draft = ask_for_matter()


class ResolveFollowUp:
    """Finds the target without a search: the one chosen, or the current one where no other is named."""

    name = "resolve"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def run(self, turn: Turn) -> None:
        """Sets the target, or a question back where there is nothing to go on about."""
        if turn.draft is not None:
            return
        request = turn.request
        if request.chosen is not None:
            turn.target = request.chosen
        elif turn.target is None and turn.aspect is not None and not subject(turn.question):
            if request.current is None:
                turn.draft = ask_for_matter()
            else:
                turn.target = request.current
        if turn.target is not None and self._is_gone(turn.target, turn):
            turn.draft = _gone()

    def _is_gone(self, target: Target, turn: Turn) -> bool:
        shown = self._catalogue.shown({target}, turn.request.region, turn.today)
        return target in turn.hidden or target not in shown


def ask_for_matter() -> Draft:
    """The question back when nothing tells what the citizen wants to do."""
    return Draft(AnswerStatus.ANSWERED_CANNED, [TextPart(text=WHAT_MATTER)])


def _gone() -> Draft:
    text = "您刚才看的内容已经下架、失效或不适用于所选地区，不再提供。请换个说法重新提问。"
    return Draft(AnswerStatus.NO_ANSWER, [TextPart(text=text)])
