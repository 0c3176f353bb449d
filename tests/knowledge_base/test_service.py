"""The knowledge service over HTTP and its client, with a knowledge base made by hand."""

from __future__ import annotations

import asyncio
import base64
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import cast

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.answering import AnswerStatus
from core.errors import BadInput, Conflict, DeadlineExceeded, Unavailable
from core.logs import request_id
from knowledge_base.client import KnowledgeClient, TrialClient
from knowledge_base.contract import (
    AnswerReply,
    AnswerRequest,
    EmbedReply,
    EmbedRequest,
    SearchReply,
    SearchRequest,
    ServiceState,
    TextPart,
)
from knowledge_base.service.app import AT_ONCE, create_app
from knowledge_base.trial.wire import DraftRef, TrialAnswer, TrialQuestion, TrialReply, TrialRequest

TOKEN = "service-token"


def _tried(question: str) -> TrialAnswer:
    reply = AnswerReply(status=AnswerStatus.NO_ANSWER, parts=[])
    return TrialAnswer(question=question, searched_for=question, reply=reply)


class FakeKnowledge:
    """Answers with what it was asked, or raises what it was told to."""

    def __init__(self, error: Exception | None = None, ready: bool = True) -> None:
        self.error = error
        self.ready = ready
        self.closed = False

    def answer(self, request: AnswerRequest) -> AnswerReply:
        if self.error:
            raise self.error
        return AnswerReply(status=AnswerStatus.NO_ANSWER, parts=[TextPart(text=request.question)])

    def expect(self, request: AnswerRequest) -> None:
        if self.error:
            raise self.error

    def look_ahead(self, request: AnswerRequest) -> None:
        self.answer(request)

    def search(self, request: SearchRequest) -> SearchReply:
        return SearchReply(hits=[], took_ms=1.5)

    def embed(self, request: EmbedRequest) -> EmbedReply:
        if self.error:
            raise self.error
        vectors = np.eye(len(request.texts), 8, dtype="<f4")
        packed = base64.b64encode(vectors.tobytes()).decode()
        return EmbedReply(model="twin", dimension=8, vectors=packed)

    def try_out(self, request: TrialRequest) -> TrialReply:
        if request.draft is not None:
            raise Conflict("another draft")
        return TrialReply(
            day=date(2026, 3, 2),
            answer_threshold=0.35,
            clarify_threshold=0.04,
            answers=[
                TrialAnswer(
                    question=one.question,
                    searched_for=one.question,
                    reply=self.answer(AnswerRequest(question=one.question)),
                )
                for one in request.questions
            ],
        )

    def state(self) -> ServiceState:
        return ServiceState(
            epoch="e", revision=3, catalogue_revision=3, documents=1, items=0, passages=2,
            model="twin", dimension=8, ready=self.ready,
        )  # fmt: skip

    def is_ready(self) -> bool:
        return self.ready

    def close(self) -> None:
        self.closed = True


class BusyKnowledge(FakeKnowledge):
    """Holds every question until it is released, and notes how much time each was given."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()
        self.given: list[int] = []
        self.expected: list[str] = []

    def expect(self, request: AnswerRequest) -> None:
        self.expected.append(request.question)
        super().expect(request)

    def answer(self, request: AnswerRequest) -> AnswerReply:
        self.given.append(request.deadline_ms)
        assert self.release.wait(10)
        return super().answer(request)

    def state(self) -> ServiceState:
        raise AssertionError("a probe counts nothing")


@asynccontextmanager
async def connected(app: Starlette, token: str = TOKEN) -> AsyncIterator[KnowledgeClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as http:
        yield KnowledgeClient(http, "http://knowledge", token)


async def test_answer_comes_back_typed() -> None:
    knowledge = FakeKnowledge()
    async with connected(create_app(lambda: knowledge, TOKEN)) as client:
        reply = await client.answer(AnswerRequest(question="居住证"))
    assert reply.status is AnswerStatus.NO_ANSWER
    assert reply.parts == [TextPart(text="居住证")]
    assert knowledge.closed


@pytest.mark.parametrize(("sent", "kept"), [("abc123", True), ("a" * 65, False), ("x y", False)])
async def test_log_lines_carry_the_callers_request_id(
    caplog: pytest.LogCaptureFixture, sent: str, kept: bool
) -> None:
    seen: list[str | None] = []

    class Noting(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            seen.append(request_id.get())
            return True

    logger = logging.getLogger("knowledge_base.service.app")
    noting = Noting()
    logger.addFilter(noting)
    try:
        with caplog.at_level("INFO", logger=logger.name):
            async with connected(create_app(FakeKnowledge, TOKEN)) as client:
                await client.answer(AnswerRequest(question="居住证"), request_id=sent)
    finally:
        logger.removeFilter(noting)
    assert (seen == [sent]) is kept
    assert "居住证" not in caplog.text


async def test_search_and_state_come_back_typed() -> None:
    async with connected(create_app(FakeKnowledge, TOKEN)) as client:
        assert (await client.search("居住证")).took_ms == 1.5
        assert (await client.state()).revision == 3


def test_a_trial_comes_back_typed_and_another_draft_is_told() -> None:
    asked = TrialRequest(questions=[TrialQuestion(question="居住证")])
    with TestClient(create_app(FakeKnowledge, TOKEN)) as http:
        plain = cast("httpx.Client", http)
        client = TrialClient(plain, "http://testserver", TOKEN)
        assert client.run(asked).answers[0].question == "居住证"
        other = DraftRef(kind="document", external_id="x", mark="0")
        with pytest.raises(Conflict):
            client.run(asked.model_copy(update={"draft": other}))
        with pytest.raises(Unavailable):
            TrialClient(plain, "http://testserver", "other").run(asked)


async def test_wrong_token_is_refused() -> None:
    async with connected(create_app(FakeKnowledge, TOKEN), token="other") as client:
        with pytest.raises(Unavailable, match="401"):
            await client.answer(AnswerRequest(question="居住证"))


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (BadInput("x"), BadInput),
        (DeadlineExceeded("x"), DeadlineExceeded),
        (Unavailable("x"), Unavailable),
        (RuntimeError("身份证号"), Unavailable),
    ],
)
async def test_errors_cross_the_wire_as_typed_errors(raised: Exception, seen: type[Exception]) -> None:
    async with connected(create_app(lambda: FakeKnowledge(raised), TOKEN)) as client:
        with pytest.raises(seen):
            await client.answer(AnswerRequest(question="居住证"))


async def test_a_service_that_is_gone_is_unavailable() -> None:
    async with httpx.AsyncClient() as http:
        client = KnowledgeClient(http, "http://127.0.0.1:9", TOKEN)
        with pytest.raises(Unavailable):
            await client.answer(AnswerRequest(question="居住证"))


async def test_readiness_follows_the_index() -> None:
    app = create_app(lambda: FakeKnowledge(ready=False), TOKEN)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://k") as http,
    ):
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/healthz")).status_code == 200


@asynccontextmanager
async def all_threads_busy(knowledge: BusyKnowledge) -> AsyncIterator[httpx.AsyncClient]:
    """A service that has as many questions at work as it takes; released at the end."""
    app = create_app(lambda: knowledge, TOKEN)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://k", headers=headers) as http,
    ):
        asking = [asyncio.create_task(http.post("/answer", json={"question": "x"})) for _ in range(AT_ONCE)]
        while len(knowledge.given) < AT_ONCE:
            await asyncio.sleep(0.01)
        try:
            yield http
        finally:
            knowledge.release.set()
            await asyncio.gather(*asking)


async def test_probes_answer_while_every_thread_is_busy() -> None:
    async with all_threads_busy(BusyKnowledge()) as http, asyncio.timeout(5):
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).status_code == 200


async def test_time_spent_waiting_for_a_thread_counts() -> None:
    knowledge = BusyKnowledge()
    async with all_threads_busy(knowledge) as http:
        served = len(knowledge.given)
        late, soon = (
            asyncio.create_task(http.post("/answer", json={"question": "x", "deadline_ms": wait}))
            for wait in (50, 60_000)
        )
        await asyncio.sleep(0.2)
        knowledge.release.set()
        replies = await asyncio.gather(late, soon)
    assert [reply.status_code for reply in replies] == [504, 200]
    assert [given <= 59_850 for given in knowledge.given[served:]] == [True]


async def test_a_question_that_waits_is_expected_and_one_that_does_not_is_not() -> None:
    knowledge = BusyKnowledge()
    async with all_threads_busy(knowledge) as http:
        assert knowledge.expected == []
        waiting = [
            asyncio.create_task(http.post("/answer", json={"question": text})) for text in ("停水", "停电")
        ]
        while len(knowledge.expected) < len(waiting):
            await asyncio.sleep(0.01)
        knowledge.error = Unavailable("the index is being built")
        waiting.append(asyncio.create_task(http.post("/answer", json={"question": "停气"})))
        while len(knowledge.expected) < len(waiting):
            await asyncio.sleep(0.01)
        knowledge.error = None
        knowledge.release.set()
        replies = await asyncio.gather(*waiting)
    assert knowledge.expected == ["停水", "停电", "停气"]
    assert [reply.status_code for reply in replies] == [200, 200, 200]


async def test_bad_body_names_the_field() -> None:
    app = create_app(FakeKnowledge, TOKEN)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://k") as http,
    ):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        reply = await http.post("/answer", json={"question": "x" * 2001}, headers=headers)
    assert reply.status_code == 422
    assert "question" in reply.json()["error"]["message"]


async def test_a_look_ahead_is_done_beside_and_tells_no_error() -> None:
    busy = BusyKnowledge()
    app = create_app(lambda: busy, TOKEN)
    async with connected(app) as client:
        telling = asyncio.create_task(client.look_ahead(AnswerRequest(question="停水")))
        while not busy.given:
            await asyncio.sleep(0.01)
        # A second one meanwhile is left out: what is asked for nobody takes one place at most.
        await client.look_ahead(AnswerRequest(question="停电"))
        assert len(busy.given) == 1
        busy.error = Unavailable("the index is being built")
        busy.release.set()
        await telling


async def test_nothing_is_looked_for_ahead_while_questions_take_the_places() -> None:
    busy = BusyKnowledge()
    app = create_app(lambda: busy, TOKEN)
    async with connected(app) as client:
        asking = [
            asyncio.create_task(client.answer(AnswerRequest(question="停水"))) for _ in range(AT_ONCE - 1)
        ]
        while len(busy.given) < AT_ONCE - 1:
            await asyncio.sleep(0.01)
        await client.look_ahead(AnswerRequest(question="停电"))
        assert len(busy.given) == AT_ONCE - 1
        busy.release.set()
        await asyncio.gather(*asking)


async def test_figures_tell_answers_steps_and_how_far_the_index_has_followed() -> None:
    class Lagging(FakeKnowledge):
        def answer(self, request: AnswerRequest) -> AnswerReply:
            return super().answer(request).model_copy(update={"step_ms": {"retrieve": 12.0, "check": 0.4}})

        def state(self) -> ServiceState:
            return super().state().model_copy(update={"catalogue_revision": 10})

    app = create_app(Lagging, TOKEN)
    async with connected(app) as client:
        await client.answer(AnswerRequest(question="13912345678"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://k") as http:
            text = (await http.get("/metrics")).text
    for line in (
        'weizheng_answers_total{status="no_answer"} 1.0',
        'weizheng_step_seconds_sum{step="retrieve"} 0.012',
        'weizheng_requests_total{route="/answer",status="2xx"} 1.0',
        "weizheng_catalogue_revision 10.0",
        "weizheng_catalogue_lag_revisions 7.0",
        "weizheng_index_passages 2.0",
        'weizheng_ready{part="index"} 1.0',
    ):
        assert f"\n{line}\n" in text
    assert "13912345678" not in text


async def test_figures_are_shown_also_while_the_database_is_away() -> None:
    class Cut(FakeKnowledge):
        def state(self) -> ServiceState:
            raise Unavailable("the database does not answer")

    app = create_app(lambda: Cut(ready=False), TOKEN)
    async with (
        connected(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://k") as h,
    ):
        response = await h.get("/metrics")
    assert response.status_code == 200
    assert 'weizheng_ready{part="index"} 0.0' in response.text
