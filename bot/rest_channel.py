"""The way into Rasa: its REST channel, for callers that show the token.

Whoever reaches the channel may address any intent with a leading slash, so it is the portal's alone.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from json_logs import configure_logging, request_context
from once import work_out_once

log = logging.getLogger(__name__)
OnMessage = Callable[[UserMessage], Awaitable[None]]


class TokenRest(RestInput):
    """`POST /webhooks/rest/webhook?token=…`, else as Rasa's own; `GET /webhooks/rest/` is open to probes.

    A probe that shows a token is told whether it is the right one.
    """

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TokenRest:
        """The channel with the token of the environment: no file holds it. `json_logs` is our own setting."""
        if credentials and credentials.get("json_logs"):
            configure_logging()
        work_out_once()
        return cls(os.environ["RASA_TOKEN"])

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    @classmethod
    def name(cls) -> str:
        """The channel's part of the address."""
        return "rest"

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """Rasa's routes behind the token check."""
        routes = super().blueprint(_without_words_in_the_log(on_new_message))
        routes.middleware("request")(self._refuse_strangers)
        return routes

    async def _refuse_strangers(self, request: Request) -> HTTPResponse | None:
        given = request.args.get("token")
        if request.method == "GET" and given is None:
            return None
        if hmac.compare_digest(str(given or "").encode(), self._token):
            return None
        return json({"error": {"code": "unauthorised", "message": "没有访问权限。"}}, status=401)


def _without_words_in_the_log(on_new_message: OnMessage) -> OnMessage:
    """Ends a failed turn with the empty list, as Rasa does, whose own log line would hold the message."""

    async def handle(message: UserMessage) -> None:
        with request_context(message.metadata):
            try:
                await on_new_message(message)
            except Exception as error:
                log.error("turn failed: %s", type(error).__name__)
            except asyncio.CancelledError:
                # The caller waits no longer; the channel ends it the same way, but logs the message.
                log.error("turn given up: the caller has gone")

    return handle
