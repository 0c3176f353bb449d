"""The portal's own sentences; those that send a citizen elsewhere name this installation's hotline."""

from __future__ import annotations

from dataclasses import dataclass

from core.answering import AnswerStatus
from knowledge_base.contract import AnswerReply, TextPart


@dataclass(frozen=True)
class Words:
    """What is said where nothing was found to be quoted.

    Attributes:
        hotline: Telephone number of the city's hotline.
    """

    hotline: str

    def failed(self, status: AnswerStatus) -> str:
        """To a citizen whose question ended in an error status."""
        call = f"或拨打政务服务便民热线{self.hotline}。"
        if status is AnswerStatus.ERROR_TIMEOUT:
            return f"现在咨询的人较多，没能及时答复，请稍后重试，{call}"
        if status is AnswerStatus.ERROR_UNAVAILABLE:
            return f"智能咨询暂时不可用，请稍后再试，{call}"
        return f"系统暂时出了点问题，请稍后再试，{call}"

    def calm(self) -> str:
        """To somebody who swears at us."""
        return (
            "我理解您可能着急或不满意。请直接说要办的事或遇到的问题，我会尽力帮您；"
            f"需要人工帮助或投诉，请拨打政务服务便民热线{self.hotline}。"
        )

    def refused(self) -> str:
        """To a message that holds a word which is not answered."""
        return (
            "您的提问里有不便在线答复的内容，请换一种说法，只说要办的事项；"
            f"需要人工帮助请拨打政务服务便民热线{self.hotline}。"
        )

    def withheld(self) -> str:
        """Instead of an answer that staff keep back."""
        return f"这个问题暂不在线提供答复，请拨打政务服务便民热线{self.hotline}咨询。"

    def sent_elsewhere(self, reply: AnswerReply) -> AnswerReply:
        """A refusal with the number to call, unless it names it already."""
        if any(self.hotline in part.text for part in reply.parts):
            return reply
        call = f"其他诉求请拨打政务服务便民热线{self.hotline}。"
        *before, last = reply.parts or [TextPart(text="")]
        parts = (
            [*before, TextPart(text=last.text + call)]
            if isinstance(last, TextPart)
            else [*reply.parts, TextPart(text=call)]
        )
        return reply.model_copy(update={"parts": parts})
