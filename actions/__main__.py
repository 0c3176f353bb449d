"""Starts the action server: `python -m actions`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import httpx
import uvicorn
from rasa_sdk.interfaces import Action

from actions.app import create_app
from actions.base import Patience
from actions.registry import all_actions
from core.errors import WeizhengError
from core.garbage import collect_seldom
from core.keys import ensure_keys
from core.logs import configure_logging
from core.metrics import Metrics
from core.settings import Settings, load_settings
from core.tracing import configure_tracing
from knowledge_base.client import KnowledgeClient
from knowledge_base.contract import AnswerReply, AnswerRequest


def main() -> int:
    """Serves until told to stop; composition root of this process."""
    collect_seldom()
    try:
        settings = load_settings()
        configure_logging("actions", settings.log_level)
        configure_tracing("actions", settings.otel_exporter_otlp_endpoint)
        token = ensure_keys(settings.home).service_token
    except WeizhengError as error:
        print(f"actions: {error}", file=sys.stderr)  # noqa: T201
        return 2
    metrics = Metrics("actions")
    uvicorn.run(
        create_app(lambda: _open_actions(settings, token, metrics), token, metrics),
        host=settings.actions_host,
        port=settings.actions_port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        # Longer than Rasa does: it never sends a call on a connection that is being closed.
        timeout_keep_alive=60,
    )
    return 0


class MeasuredKnowledge(KnowledgeClient):
    """Times how long the knowledge service takes, as seen from here."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings, token: str, metrics: Metrics) -> None:
        super().__init__(http, settings.knowledge_url, token)
        self._metrics = metrics

    async def answer(self, request: AnswerRequest, *, request_id: str | None = None) -> AnswerReply:
        """Answers one question, within `request.deadline_ms`."""
        with self._metrics.step("knowledge"):
            return await super().answer(request, request_id=request_id)


@asynccontextmanager
async def _open_actions(settings: Settings, token: str, metrics: Metrics) -> AsyncIterator[Iterable[Action]]:
    # A proxy of the machine has no business between our processes.
    async with httpx.AsyncClient(trust_env=False) as http:
        knowledge = MeasuredKnowledge(http, settings, token, metrics)
        yield all_actions(knowledge, Patience(settings.web_deadline_s), settings.hotline)


if __name__ == "__main__":
    sys.exit(main())
