"""Traces: nothing where they are off; one trace from process to process, and no words, where they are on."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from core import tracing
from core.tracing import TraceRequests, configure_tracing, is_traced, note, span, trace_headers
from tests.effort import loops

ROOT = Path(__file__).resolve().parents[2]
WORDS = "我叫王小明"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """This process traced, with its spans kept."""
    kept = InMemorySpanExporter()
    assert configure_tracing("test", exporter=kept)
    yield kept
    configure_tracing("test")


def test_no_exporter_is_imported_and_nothing_costs_where_it_is_off() -> None:
    # Redis' library looks for the rest of its own accord.
    modules = "apps.portal.composition, apps.portal.app, knowledge_base.service.app, core.tracing"
    off = "core.tracing.configure_tracing('x')"
    code = f"import sys, {modules}; {off}; print('opentelemetry.exporter' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert not is_traced()
    assert trace_headers() == {}

    def a_step() -> None:
        with span("rasa"):
            note(status="ok")

    assert loops(a_step, times=1000) < 100


def test_a_missing_package_is_one_line_and_the_process_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with caplog.at_level(logging.WARNING):
        assert not configure_tracing("portal", "http://127.0.0.1:4318")
    (record,) = caplog.records
    assert "weizheng[otel]" in record.message
    with span("rasa"):
        assert trace_headers() == {}


def test_a_part_of_another_process_joins_the_trace(spans: InMemorySpanExporter) -> None:
    with span("rasa"):
        header = trace_headers()["traceparent"]
    with span("action_ask", header):
        note(status="no_answer")
    first, second = spans.get_finished_spans()
    assert second.context.trace_id == first.context.trace_id
    assert second.parent is not None
    assert second.parent.span_id == first.context.span_id
    assert dict(second.attributes or {}) == {"status": "no_answer"}


def test_of_an_error_only_its_kind_is_kept(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match=WORDS), span("rasa"):
        raise ValueError(WORDS)
    (failed,) = spans.get_finished_spans()
    assert failed.status.description == "ValueError"
    assert failed.events == ()
    assert WORDS not in failed.to_json(indent=None)


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_request_is_named_by_its_route_and_strangers_choose_no_trace(
    spans: InMemorySpanExporter, trusted: bool
) -> None:
    app = FastAPI()

    @app.get("/items/{name}")
    async def item(name: str) -> dict[str, str]:
        return trace_headers()

    app.add_middleware(TraceRequests, trusted=trusted)
    given = f"00-{'a' * 32}-{'b' * 16}-01"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as http:
        reply = await http.get(f"/items/{WORDS}", params={"q": WORDS}, headers={"traceparent": given})
    (one,) = spans.get_finished_spans()
    assert one.name == "/items/{name}"
    assert dict(one.attributes or {}) == {"http.route": "/items/{name}", "http.response.status_code": 200}
    assert (f"{one.context.trace_id:032x}" == "a" * 32) is trusted
    assert f"{one.context.span_id:016x}" in reply.json()["traceparent"]


def test_the_address_is_that_of_the_collector() -> None:
    try:
        assert configure_tracing("portal", "http://127.0.0.1:9/")
        assert tracing.is_traced()
    finally:
        configure_tracing("portal")
