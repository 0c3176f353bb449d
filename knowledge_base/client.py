"""Typed HTTP client of the knowledge service, for the action server and the portal."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TypeVar

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from core.errors import BadInput, Conflict, DeadlineExceeded, Unavailable
from core.tracing import trace_headers
from knowledge_base.contract import (
    AnswerReply,
    AnswerRequest,
    EmbedReply,
    EmbedRequest,
    SearchReply,
    SearchRequest,
    ServiceState,
)
from knowledge_base.trial.wire import TrialReply, TrialRequest

_Reply = TypeVar("_Reply", bound=BaseModel)
_SEARCH_TIMEOUT_S = 8.0
_AHEAD_TIMEOUT_S = 1.0


class KnowledgeClient:
    """Calls the knowledge service; every failure is one of three typed errors.

    Raises (all methods):
        DeadlineExceeded: no answer within the time given.
        BadInput: the service refused what was asked.
        Unavailable: anything else, from a refused connection to an unreadable reply.
    """

    def __init__(self, http: httpx.AsyncClient, base_url: str, service_token: str) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._token = service_token

    async def answer(self, request: AnswerRequest, *, request_id: str | None = None) -> AnswerReply:
        """Answers one question, within `request.deadline_ms`."""
        return await self._post("/answer", request, AnswerReply, request.deadline_ms / 1000, request_id)

    async def look_ahead(self, request: AnswerRequest, *, request_id: str | None = None) -> None:
        """Tells that a question is about to be asked; it is told at once, and may be ignored."""
        await self._send("POST", "/ahead", request, _AHEAD_TIMEOUT_S, request_id)

    async def search(self, text: str, k: int = 10, region: str | None = None) -> SearchReply:
        """The `k` best passages for a text, in rank order."""
        return await self._post(
            "/search", SearchRequest(text=text, k=k, region=region), SearchReply, _SEARCH_TIMEOUT_S
        )

    async def state(self) -> ServiceState:
        """What the service has loaded."""
        return _parsed(await self._send("GET", "/state", None, _SEARCH_TIMEOUT_S, None), ServiceState)

    async def _post(
        self, path: str, body: BaseModel, reply: type[_Reply], timeout_s: float, request_id: str | None = None
    ) -> _Reply:
        return _parsed(await self._send("POST", path, body, timeout_s, request_id), reply)

    async def _send(
        self, method: str, path: str, body: BaseModel | None, timeout_s: float, request_id: str | None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if request_id:
            headers["X-Request-ID"] = request_id
        headers |= trace_headers()
        content = body.model_dump_json() if body is not None else None
        try:
            response = await self._http.request(
                method, self._base + path, content=content, headers=headers, timeout=timeout_s
            )
        except httpx.TimeoutException as error:
            raise DeadlineExceeded(f"knowledge service: {path} took over {timeout_s:.1f} s") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"knowledge service: {type(error).__name__}") from error
        _raise_for_status(response)
        return response


class TrialClient:
    """Tries questions for staff; calls the service from a thread, and fails as `KnowledgeClient` does.

    Args:
        http: Waits for `TRIAL_TIMEOUT_S`.

    Raises:
        Conflict: The draft is another one by now.
    """

    def __init__(self, http: httpx.Client, base_url: str, service_token: str) -> None:
        self._http = http
        self._url = base_url.rstrip("/") + "/try"
        self._headers = {"Authorization": f"Bearer {service_token}", "Content-Type": "application/json"}

    def run(self, request: TrialRequest) -> TrialReply:
        """What each question would be answered with."""
        response = _posted(self._http, self._url, self._headers, request)
        if response.status_code == 409:
            raise Conflict("another draft", public_message="草稿在此期间有改动，请刷新后再试。")
        _raise_for_status(response)
        return _parsed(response, TrialReply)


class EmbedClient:
    """Embeds texts by the service's model; calls it from a thread, and fails as `KnowledgeClient` does.

    Args:
        http: Its timeouts bound how long vectors are waited for.
    """

    def __init__(self, http: httpx.Client, base_url: str, service_token: str) -> None:
        self._http = http
        self._url = base_url.rstrip("/") + "/embed"
        self._headers = {"Authorization": f"Bearer {service_token}", "Content-Type": "application/json"}

    def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]]:
        """Digest of the model, and one vector of length 1 per text, shape (n, dimension).

        Raises:
            BadInput: There are more than `MOST_TEXTS`, none, or one is empty or too long.
        """
        try:
            request = EmbedRequest(texts=list(texts))
        except ValidationError:
            raise BadInput("texts to be embedded: too many, none, or one that is empty or too long") from None
        response = _posted(self._http, self._url, self._headers, request)
        _raise_for_status(response)
        reply = _parsed(response, EmbedReply)
        try:
            packed = np.frombuffer(base64.b64decode(reply.vectors, validate=True), dtype="<f4")
            return reply.model, packed.reshape(len(texts), reply.dimension)
        except ValueError as error:
            raise Unavailable("knowledge service: unreadable vectors") from error


def _posted(http: httpx.Client, url: str, headers: Mapping[str, str], body: BaseModel) -> httpx.Response:
    try:
        return http.post(url, content=body.model_dump_json(), headers=headers)
    except httpx.TimeoutException as error:
        raise DeadlineExceeded(f"knowledge service: {url} took too long") from error
    except httpx.HTTPError as error:
        raise Unavailable(f"knowledge service: {type(error).__name__}") from error


def _raise_for_status(response: httpx.Response) -> None:
    if response.status_code in (400, 422):
        raise BadInput(f"knowledge service: HTTP {response.status_code}")
    if response.status_code == 504:
        raise DeadlineExceeded("knowledge service: its own deadline passed")
    if response.status_code not in (200, 204):
        raise Unavailable(f"knowledge service: HTTP {response.status_code}")


def _parsed(response: httpx.Response, model: type[_Reply]) -> _Reply:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        raise Unavailable("knowledge service: unreadable reply") from error
