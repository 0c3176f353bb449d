"""From a reply to what is sent, and to what is kept of it."""

from __future__ import annotations

from datetime import datetime

from apps.portal.ports import Said
from apps.portal.wire import (
    AnswerMessage,
    ChatReply,
    ChoiceButton,
    ChoicesMessage,
    Message,
    SubscriptionMessage,
    TextMessage,
    payload_of,
)
from core.answering import AnswerStatus
from core.catalogue.keys import RecordKey
from core.citizens.choices import OfferedChoice, new_token
from core.citizens.conversations import StoredMessage, new_id
from core.citizens.replies import StoredReply
from core.citizens.turns import LoggedAnswer, Turn
from knowledge_base.contract import (
    AnswerPart,
    AnswerReply,
    Choice,
    ChoicesPart,
    Part,
    SubscribePart,
    SubscriptionPart,
    TextPart,
)


def build_turn(said: Said, reply: AnswerReply, now: datetime, question_id: str) -> tuple[Turn, StoredReply]:
    """Everything an answered turn leaves behind, and the reply as it goes out."""
    answer_id = said.answer_id
    offered: list[OfferedChoice] = []
    messages = [_message(part, answer_id, reply, offered) for part in reply.parts]
    body = ChatReply(
        conversation=said.conversation,
        answer_id=answer_id,
        status=reply.status,
        region=reply.region or said.region or None,
        messages=messages,
    )
    answers = [StoredMessage(one.message_id, "assistant", one.kind, payload_of(one), now) for one in messages]
    stored = StoredReply(200, body.model_dump(mode="json"))
    turn = Turn(
        conversation=said.conversation,
        answer=_logged(answer_id, said, reply),
        messages=[_question(question_id, said, now), *answers],
        choices=offered,
        client_message_id=said.client_message_id,
        reply=stored,
        region=reply.region,
        address=said.address,
    )
    return turn, stored


def build_failed_turn(said: Said, status: AnswerStatus, now: datetime, question_id: str) -> Turn:
    """What a turn leaves behind that ended without an answer; the message may be sent again."""
    logged = LoggedAnswer(id=said.answer_id, question=said.text, status=status, region=said.region)
    return Turn(conversation=said.conversation, answer=logged, messages=[_question(question_id, said, now)])


def _question(message_id: str, said: Said, now: datetime) -> StoredMessage:
    return StoredMessage(message_id, "citizen", "text", {"text": said.text}, now)


def _message(part: Part, answer_id: str, reply: AnswerReply, offered: list[OfferedChoice]) -> Message:
    match part:
        case TextPart() | SubscribePart():
            return TextMessage(message_id=new_id(), text=part.text)
        case AnswerPart():
            return AnswerMessage(
                message_id=new_id(),
                answer_id=answer_id,
                status=reply.status,
                text=part.text,
                citations=part.citations,
                item=part.item,
                aspect=part.aspect,
                aspect_label=part.aspect.label if part.aspect else None,
                related=part.related,
            )
        case ChoicesPart():
            choices = list(map(_offered, part.choices))
            offered += choices
            buttons = [ChoiceButton(title=one.title, payload=one.token) for one in choices]
            return ChoicesMessage(message_id=new_id(), text=part.text, choices=buttons)
        case SubscriptionPart():
            return SubscriptionMessage(
                message_id=new_id(),
                text=part.text,
                targets=part.targets,
                needs_consent=part.needs_consent,
            )


def _offered(choice: Choice) -> OfferedChoice:
    target = choice.target
    return OfferedChoice(
        new_token(), choice.title, target.kind, target.id, choice.aspect, choice.region, choice.wish
    )


def _logged(answer_id: str, said: Said, reply: AnswerReply) -> LoggedAnswer:
    return LoggedAnswer(
        id=answer_id,
        question=said.text,
        status=reply.status,
        item_id=_item_id(reply),
        aspect=reply.aspect,
        passage_ids=reply.passage_ids,
        versions=reply.versions,
        sources=_sources(reply),
        step_ms=reply.step_ms,
        region=reply.region or said.region,
    )


def _sources(reply: AnswerReply) -> list[tuple[RecordKey, int]]:
    """The records whose words are in the reply, with their version; none of those that it only names."""
    quoted: set[RecordKey] = set()
    for part in reply.parts:
        if isinstance(part, AnswerPart):
            quoted |= {RecordKey("item", part.item.item_id)} if part.item else set()
            cited = [one.document_id for one in part.citations if one.quote]
            quoted |= {RecordKey("document", number) for number in cited if number is not None}
    named = ((key, reply.versions.get(f"{key.kind}:{key.id}")) for key in sorted(quoted))
    return [(key, version) for key, version in named if version is not None]


def _item_id(reply: AnswerReply) -> int | None:
    if reply.target is not None and reply.target.kind == "item":
        return reply.target.id
    items = (part.item for part in reply.parts if isinstance(part, AnswerPart))
    return next((item.item_id for item in items if item is not None), None)
