"""The two actions: a question in words, and a picked choice."""

from __future__ import annotations

from actions.base import KnowledgeAction
from actions.turn import DialogueTurn
from core.answering import Aspect
from core.errors import BadInput
from core.text.masking import without_placeholders
from knowledge_base.contract import MAX_QUESTION, AnswerRequest


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
            region=turn.region,
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
            deadline_ms=deadline_ms,
        )


def _trusted_aspect(turn: DialogueTurn) -> Aspect | None:
    # 〔电话号码〕 reads like a question for a telephone number; the knowledge service reads without it.
    masked = without_placeholders(turn.question) != turn.question
    return None if masked else turn.aspect
