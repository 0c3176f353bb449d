"""The dialogue engine over Rasa's REST channel."""

from __future__ import annotations

import json
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from apps.portal.deadline import Deadline
from apps.portal.ports import DialogueFailed, Pick, Said
from core.errors import DeadlineExceeded
from core.text.ordinals import ordinal_in_words
from core.tracing import trace_headers
from knowledge_base.contract import AnswerReply


class _Custom(BaseModel):
    model_config = ConfigDict(extra="ignore")

    weizheng: AnswerReply


class _Sent(BaseModel):
    """One message of Rasa's; every action of ours sends exactly one such."""

    model_config = ConfigDict(extra="ignore")

    custom: _Custom


_SENT = TypeAdapter(list[_Sent])


class RasaDialogue:
    """Asks Rasa.

    Args:
        http: Client whose connections it may keep.
        url: Address of Rasa's HTTP interface.
        token: Its token.
    """

    def __init__(self, http: httpx.AsyncClient, url: str, token: str) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}/webhooks/rest/webhook"
        self._token = token

    async def turn(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply to one message.

        Raises:
            DialogueFailed: Rasa refuses, fails, or answers an empty list, its sign of failure.
            DeadlineExceeded: It does not answer in time.
        """
        body = {
            "sender": said.conversation,
            "message": _command(said.pick) if said.pick else ordinal_in_words(said.text),
            "metadata": {
                "region": said.region,
                "request_id": said.request_id,
                "deadline_at": deadline.epoch(),
                **trace_headers(),
            },
        }
        try:
            async with deadline.guard():
                response = await self._http.post(
                    self._url, params={"token": self._token}, json=body, timeout=deadline.remaining()
                )
        except httpx.TimeoutException as error:
            raise DeadlineExceeded("rasa") from error
        except httpx.HTTPError as error:
            raise DialogueFailed(f"rasa: {type(error).__name__}") from error
        if response.status_code != 200:
            raise DialogueFailed(f"rasa: HTTP {response.status_code}")
        return _reply(response.content)

    async def close(self) -> None:
        """Ends the connections."""
        await self._http.aclose()


def _command(pick: Pick) -> str:
    """The intent of a picked choice: the one message with a slash that is ours to send."""
    entities: dict[str, Any] = {"target_kind": pick.target.kind, "target_id": pick.target.id}
    if pick.aspect:
        entities["aspect"] = pick.aspect.value
    if pick.region:
        entities["region"] = pick.region
    return "/choose" + json.dumps(entities, separators=(",", ":"))


def _reply(content: bytes) -> AnswerReply:
    try:
        sent = _SENT.validate_json(content)
    except ValidationError:
        raise DialogueFailed("rasa: unreadable reply") from None
    replies = [one.custom.weizheng for one in sent]
    parts = [part for reply in replies for part in reply.parts]
    if not parts:
        raise DialogueFailed("rasa: no reply")
    return replies[-1].model_copy(update={"parts": parts})
