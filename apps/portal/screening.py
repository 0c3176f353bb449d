"""What is answered by fixed words before anything is asked: need that cannot wait, and abuse."""

from __future__ import annotations

from core.answering import AnswerStatus
from core.text.abuse import is_abuse
from core.text.urgent import urgent_advice, urgent_need
from knowledge_base.contract import AnswerReply, TextPart


def urgent_reply(text: str) -> AnswerReply | None:
    """Whom to call, if the words are those of somebody in danger."""
    kind = urgent_need(text)
    return _words(AnswerStatus.REFERRED_URGENT, urgent_advice(kind)) if kind else None


def abuse_reply(text: str, calm: str) -> AnswerReply | None:
    """The sentence `calm`, if the words are nothing but abuse."""
    return _words(AnswerStatus.BLOCKED_ABUSE, calm) if is_abuse(text) else None


def _words(status: AnswerStatus, text: str) -> AnswerReply:
    return AnswerReply(status=status, parts=[TextPart(text=text)])
