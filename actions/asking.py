"""A question in words, a picked choice, and a yes to the only choice."""

from __future__ import annotations

from actions.base import KnowledgeAction
from actions.turn import DialogueTurn
from core.answering import AnswerStatus, Aspect
from core.errors import BadInput
from core.text.masking import without_placeholders
from knowledge_base.contract import MAX_QUESTION, AnswerReply, AnswerRequest, ChoicesPart, TextPart

WHAT_MATTER = "好的。请告诉我您想办的事或想了解的政策，例如“居住证需要什么材料”“失业金怎么申领”。"
WHICH_ONE = "请问是下面哪一个？可以点选，也可以说“第一个”。"


class AskAction(KnowledgeAction):
    """Answers the citizen's last message."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_ask"

    def request(self, turn: DialogueTurn, deadline_ms: int) -> AnswerRequest:
        """The question with the aspect recognised and what the conversation is about."""
        return AnswerRequest(
            question=turn.question[:MAX_QUESTION],
            aspect=_trusted_aspect(turn),
            current=turn.current,
            current_aspect=turn.current_aspect,
            earlier=[question[:MAX_QUESTION] for question in turn.earlier],
            offered=list(turn.offered),
            region=turn.region,
            region_asked=turn.region_asked,
            deadline_ms=deadline_ms,
        )


class ChooseAction(KnowledgeAction):
    """Answers the choice that a citizen picked; the message's text is the portal's JSON, no question."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_choose"

    def request(self, turn: DialogueTurn, deadline_ms: int) -> AnswerRequest:
        """The target picked, with its aspect and the question that it was offered for.

        Raises:
            BadInput: The message names no target.
        """
        if turn.chosen is None:
            raise BadInput("choose: the message names no target")
        return AnswerRequest(
            question=turn.asked[:MAX_QUESTION],
            chosen=turn.chosen,
            aspect=turn.chosen_aspect,
            current=turn.current,
            current_aspect=turn.current_aspect,
            region=turn.region,
            region_asked=turn.region_asked,
            deadline_ms=deadline_ms,
        )


class AffirmAction(KnowledgeAction):
    """A yes takes the only choice of the last reply; of several one must be named."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_affirm"

    def request(self, turn: DialogueTurn, deadline_ms: int) -> AnswerRequest:
        """The only choice, with the question that it was offered for."""
        (choice,) = turn.offered
        return AnswerRequest(
            question=turn.asked[:MAX_QUESTION],
            chosen=choice.target,
            aspect=choice.aspect,
            region=choice.region or turn.region,
            region_asked=turn.region_asked,
            deadline_ms=deadline_ms,
        )

    async def reply(self, turn: DialogueTurn) -> AnswerReply:
        """The answer to the only choice, the choices again, or the question for the matter."""
        if not turn.offered:
            return AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[TextPart(text=WHAT_MATTER)])
        if len(turn.offered) > 1:
            again = ChoicesPart(text=WHICH_ONE, choices=list(turn.offered))
            return AnswerReply(status=AnswerStatus.CLARIFY, parts=[again])
        said = await super().reply(turn)
        told = turn.offered[0].region
        return said if said.region or not told else said.model_copy(update={"region": told})


def _trusted_aspect(turn: DialogueTurn) -> Aspect | None:
    # 〔电话号码〕 reads like a question for a telephone number; the knowledge service reads without it.
    masked = without_placeholders(turn.question) != turn.question
    return None if masked else turn.aspect
