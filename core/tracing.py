"""Optional traces over OpenTelemetry: off, nothing here imports it and a span costs nothing.

Like the request id, a trace goes through Rasa in the message's metadata. Attributes are names, numbers and
statuses, never a citizen's words; of an error only that there was one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.metrics import route_of

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

log = logging.getLogger(__name__)
HEADER: Final = "traceparent"
_PATH: Final = "/v1/traces"
Attribute = str | int | float | bool


class _Tracing(Protocol):
    def span(self, name: str, parent: str | None) -> AbstractContextManager[None]: ...

    def note(self, name: str | None, attributes: dict[str, Attribute]) -> None: ...

    def parent(self) -> str | None: ...


_tracing: _Tracing | None = None


def configure_tracing(process: str, endpoint: str = "", exporter: SpanExporter | None = None) -> bool:
    """Begin to trace this process, if an address is set; what is missing for it is told in one line.

    Args:
        process: Its name.
        endpoint: Address of an OTLP/HTTP collector; empty: none.
        exporter: Where spans go instead.

    Returns: Whether it is traced.
    """
    global _tracing
    _tracing = None
    if not endpoint and exporter is None:
        return False
    try:
        _tracing = _OpenTelemetry(process, endpoint, exporter)
    except ImportError:
        log.warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: pip install"
            " 'weizheng[otel]', or unset it. 未安装 OpenTelemetry，不记录链路。"
        )
    return _tracing is not None


def is_traced() -> bool:
    """Whether this process is."""
    return _tracing is not None


def span(name: str, parent: str | None = None) -> AbstractContextManager[None]:
    """What runs inside is one part of a trace; `parent` is a `traceparent` from another process."""
    return _tracing.span(name, parent) if _tracing else nullcontext()


def note(**attributes: Attribute) -> None:
    """Facts on the part under way."""
    if _tracing:
        _tracing.note(None, attributes)


def trace_headers() -> dict[str, str]:
    """What tells another process which trace it is part of; empty where nothing is traced."""
    parent = _tracing.parent() if _tracing else None
    return {HEADER: parent} if parent else {}


class TraceRequests:
    """ASGI middleware: each request is a part of a trace.

    Args:
        app: What is traced.
        trusted: Whether callers may say which trace they belong to; strangers may not.
    """

    def __init__(self, app: ASGIApp, *, trusted: bool) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on inside a span named by its route."""
        if scope["type"] != "http" or _tracing is None:
            await self._app(scope, receive, send)
            return
        tracing, status = _tracing, 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with tracing.span("request", self._parent(scope)):
            try:
                await self._app(scope, receive, noting)
            finally:
                route = route_of(scope)
                tracing.note(route, {"http.route": route, "http.response.status_code": status})

    def _parent(self, scope: Scope) -> str | None:
        if not self._trusted:
            return None
        return dict(scope.get("headers", ())).get(HEADER.encode(), b"").decode("ascii", "ignore") or None


class _OpenTelemetry:
    def __init__(self, process: str, endpoint: str, exporter: SpanExporter | None) -> None:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        provider = TracerProvider(resource=Resource.create({"service.name": f"weizheng-{process}"}))
        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            sent_to = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}{_PATH}")
            provider.add_span_processor(BatchSpanProcessor(sent_to))
        else:
            provider.add_span_processor(SimpleSpanProcessor(exporter))
        self._trace = trace
        self._tracer: Tracer = provider.get_tracer("weizheng")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, parent: str | None) -> Iterator[None]:
        context = self._propagator.extract({HEADER: parent}) if parent else None
        # An error's words are not recorded: they may quote a citizen.
        with self._tracer.start_as_current_span(
            name, context=context, record_exception=False, set_status_on_exception=False
        ) as current:
            try:
                yield
            except BaseException as error:
                current.set_status(self._trace.StatusCode.ERROR, type(error).__name__)
                raise

    def note(self, name: str | None, attributes: dict[str, Attribute]) -> None:
        current = self._trace.get_current_span()
        if name:
            current.update_name(name)
        current.set_attributes(attributes)

    def parent(self) -> str | None:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get(HEADER)
