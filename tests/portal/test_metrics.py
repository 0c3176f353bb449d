"""What the portal counts of turns, and where it shows it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from apps.portal.metrics import PortalMetrics
from apps.portal.server import PortalServer, metrics_config, metrics_socket, server_config
from core.answering import AnswerStatus
from core.errors import BadInput, Unavailable
from core.tracing import configure_tracing
from tests.effort import loops


def figure(portal: Any, name: str, **labels: str) -> float:
    """A figure of the portal; 0 where it was never counted."""
    return portal.services.metrics.registry.get_sample_value(name, labels) or 0.0


def turns(portal: Any, status: AnswerStatus) -> float:
    """How many turns ended so."""
    return figure(portal, "weizheng_turns_total", status=status.value, channel="web")


async def ask(citizen: httpx.AsyncClient, text: str = "居住证要什么材料", **more: Any) -> httpx.Response:
    return await citizen.post("/api/chat", json={"text": text, **more})


async def test_turns_are_counted_by_how_they_ended(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    await ask(citizen)
    portal.rasa.reply = replies["text"]("没有。", AnswerStatus.NO_ANSWER)
    await ask(citizen)
    await ask(citizen, "我不想活了")
    await ask(citizen, " ")
    assert turns(portal, AnswerStatus.ANSWERED_GUIDE) == 1
    assert turns(portal, AnswerStatus.NO_ANSWER) == 1
    assert turns(portal, AnswerStatus.REFERRED_URGENT) == 1
    assert figure(portal, "weizheng_turn_seconds_count", status="no_answer") == 1
    assert sum(turns(portal, status) for status in AnswerStatus) == 3
    for step in ("queue", "gate", "rasa", "keep"):
        assert figure(portal, "weizheng_step_seconds_count", step=step) == 2, step


async def test_a_failing_dialogue_engine_is_a_fallback_turn(portal: Any, citizen: httpx.AsyncClient) -> None:
    portal.rasa.reply = httpx.Response(200, json=[])
    await ask(citizen)
    assert figure(portal, "weizheng_fallback_turns_total") == 1
    portal.knowledge.reply = Unavailable("down")
    await ask(citizen)
    assert figure(portal, "weizheng_fallback_turns_total") == 2
    assert turns(portal, AnswerStatus.ERROR_UNAVAILABLE) == 1


async def test_turns_under_way_and_waiting_are_told_apart(portal: Any, citizen: httpx.AsyncClient) -> None:
    def told() -> tuple[float, float]:
        return figure(portal, "weizheng_turns_in_flight"), figure(portal, "weizheng_turns_waiting")

    await citizen.get("/api/conversation")
    portal.rasa.hold()
    asked = [asyncio.create_task(ask(citizen)) for _ in range(3)]
    async with asyncio.timeout(20):
        # Who only passes through the line is counted as waiting for a moment: both figures settle together.
        while told() != (3, 2):
            await asyncio.sleep(0.005)
    portal.rasa.release(3)
    await asyncio.gather(*asked)
    assert told() == (0, 0)


async def test_feedback_is_counted(portal: Any, citizen: httpx.AsyncClient) -> None:
    answer_id = (await ask(citizen)).json()["answer_id"]
    for useful in (True, False):
        body = {"answer_id": answer_id, "useful": useful}
        assert (await citizen.post("/api/feedback", json=body)).status_code == 200
    assert figure(portal, "weizheng_feedback_total", useful="yes") == 1
    assert figure(portal, "weizheng_feedback_total", useful="no") == 1
    await citizen.post("/api/feedback", json={"answer_id": "another", "useful": True})
    assert figure(portal, "weizheng_feedback_total", useful="yes") == 1


async def test_no_figure_holds_what_a_citizen_says(portal: Any, citizen: httpx.AsyncClient) -> None:
    reply = await ask(citizen, "我的电话是13912345678，居住证呢", client_message_id="my-own-id")
    await citizen.get("/api/nothing/13912345678")
    text = portal.services.metrics.text().decode()
    for secret in ("13912345678", "居住证", "my-own-id", reply.json()["conversation"]):
        assert secret not in text


async def test_citizens_do_not_reach_the_figures(citizen: httpx.AsyncClient) -> None:
    for path in ("/metrics", "/metrics/", "/api/metrics", "/static/metrics"):
        assert (await citizen.get(path)).status_code == 404
    assert "/metrics" not in (await citizen.get("/api/openapi.json")).json()["paths"]


@contextmanager
def running(services: Any) -> Iterator[tuple[str, str, threading.Thread, PortalServer]]:
    """Both listeners on free ports, in a thread."""
    listening = metrics_socket("127.0.0.1", 0)
    shown = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config, figures = server_config(services, "127.0.0.1", 0), metrics_config(services)
    server = PortalServer(config, figures, listening, services.inbox.streams.end_all)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    public = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield public, shown, thread, server
    server.should_exit = True
    thread.join(timeout=10)


def test_the_figures_have_a_port_of_their_own_which_ends_with_the_portal(make_portal: Any) -> None:
    with running(make_portal().services) as (public, shown, thread, server):
        with httpx.Client(trust_env=False) as http:
            assert http.get(f"{public}/metrics").status_code == 404
            text = http.get(f"{shown}/metrics").text
            assert http.get(f"{shown}/api/about").status_code == 404
        assert 'weizheng_ready{part="database"} 1.0' in text
        assert 'weizheng_requests_total{route="other",status="4xx"} 1.0' in text
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{shown}/metrics", trust_env=False)


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"127.0.0.1:{port}: .*in use.* METRICS_PORT"):
            metrics_socket("127.0.0.1", port)


def test_counting_a_turn_costs_less_than_a_tenth_of_a_millisecond() -> None:
    metrics = PortalMetrics()

    def a_turn() -> None:
        with metrics.in_flight.track_inprogress():
            for step in ("queue", "rasa", "keep"):
                with metrics.step(step):
                    pass
        metrics.count_turn(AnswerStatus.ANSWERED_GUIDE, 0.02)
        metrics.count_request("/api/chat", 200)

    assert loops(a_turn, times=1000) < 200


async def test_a_traced_turn_tells_the_dialogue_engine_its_trace(portal: Any) -> None:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    await ask(portal.citizen())
    assert "traceparent" not in portal.rasa.seen[-1]["metadata"]
    kept = InMemorySpanExporter()
    configure_tracing("portal", exporter=kept)
    try:
        await ask(portal.citizen(), "我叫王小明，居住证呢")
    finally:
        configure_tracing("portal")
    names = {one.name: one for one in kept.get_finished_spans()}
    assert set(names) == {"/api/chat", "rasa", "keep"}
    sent = portal.rasa.seen[-1]["metadata"]["traceparent"].split("-")
    assert sent[1] == f"{names['/api/chat'].context.trace_id:032x}"
    assert sent[2] == f"{names['rasa'].context.span_id:016x}"
    assert "王小明" not in "".join(one.to_json() for one in names.values())
