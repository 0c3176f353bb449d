"""Routes of the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from apps.portal.addresses import note_address
from apps.portal.errors import Refused, known_error
from apps.portal.limits import Budget
from apps.portal.requests import json_body, read_body
from apps.portal.services import ServicesOf
from apps.portal.wire import ChatReply, ChatRequest, History, HistoryMessage, OpinionReply, errors
from core.citizens.conversations import StoredMessage
from core.citizens.feedback import Reply
from core.errors import WeizhengError

router = APIRouter(prefix="/api", tags=["conversation"])
_REFUSED = errors(400, 403, 408, 413, 415, 422, 429, 500, 503, 504)


@router.post("/chat", response_model=ChatReply, responses=_REFUSED, openapi_extra=json_body(ChatRequest))
async def chat(request: Request, services: ServicesOf) -> JSONResponse:
    """Answers one message of a citizen."""
    note_address(request)
    conversation = services.cookies.ensure(request)
    admit = partial(services.limits.admit, Budget.CHAT, request, conversation)
    try:
        body = await read_body(request, ChatRequest)
    except (Refused, RequestValidationError):
        # What cannot be read counts as well: it could be sent without end.
        await admit()
        raise
    try:
        stored = await services.chat.take(conversation, body, admit)
        response = JSONResponse(stored.body, status_code=stored.status)
    except WeizhengError as error:
        response = known_error(error, services.words)
    # Also on an error: a retry then belongs to the same conversation.
    services.cookies.put(request, response, conversation)
    return response


@router.get("/conversation")
def conversation(request: Request, response: Response, services: ServicesOf) -> History:
    """The transcript of this browser's conversation; a new one is empty."""
    identifier = services.cookies.ensure(request)
    services.cookies.put(request, response, identifier)
    stored = services.conversations.history(identifier)
    replies, last = services.feedback.replies(identifier), _last_of_answers(stored)
    messages = [_bubble(one, replies.get(last.get(one.id, ""))) for one in stored]
    region = services.conversations.region(identifier)
    return History(conversation=identifier, region=region, messages=messages)


def _bubble(stored: StoredMessage, reply: Reply | None) -> HistoryMessage:
    answer_id = stored.answer_id if stored.role == "assistant" else None
    known = {"message_id": stored.id, "role": stored.role, "kind": stored.kind, "created": stored.created}
    told = OpinionReply(text=reply.text, agency=reply.agency, at=reply.at) if reply else None
    return HistoryMessage(**{**stored.payload, **known, "answer_id": answer_id, "reply": told})


def _last_of_answers(messages: Sequence[StoredMessage]) -> dict[str, str]:
    """The last message of each answer, where citizens say what they think, with the answer's id."""
    cards = [one for one in messages if one.role == "assistant" and one.answer_id]
    of_answer = {one.answer_id: one.id for one in cards if one.kind != "answer"}
    of_answer |= {one.answer_id: one.id for one in cards if one.kind == "answer"}
    return {number: answer_id for answer_id, number in of_answer.items() if answer_id}
