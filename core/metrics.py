"""Figures of one process in Prometheus' text format. No label ever holds a citizen's words or an id."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
# An ordinary turn takes 50 to 150 ms; the last bound is past every deadline.
TURN_BUCKETS: Final = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
STEP_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 4.0, 8.0)
_OTHER = "other"


class Metrics:
    """What every process of ours counts, in a registry of its own.

    Args:
        process: Name of the process, as in its log lines.
    """

    def __init__(self, process: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Gauge(
            "weizheng_build_info",
            "Always 1; its labels tell the version.",
            ("process", "version"),
            registry=self.registry,
        )
        build.labels(process, _version()).set(1)
        self._requests = Counter(
            "weizheng_requests",
            "HTTP requests by route template and class of their status.",
            ("route", "status"),
            registry=self.registry,
        )
        self._steps = Histogram(
            "weizheng_step_seconds",
            "Seconds of each step of a turn, or of the worker's round.",
            ("step",),
            buckets=STEP_BUCKETS,
            registry=self.registry,
        )

    def count_request(self, route: str, status: int) -> None:
        """Counts a request that was answered."""
        self._requests.labels(route, f"{status // 100}xx").inc()

    def observe_step(self, step: str, seconds: float) -> None:
        """Notes how long a step took."""
        self._steps.labels(step).observe(seconds)

    @contextmanager
    def step(self, step: str) -> Iterator[None]:
        """Times what runs inside, also where it fails."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.observe_step(step, time.perf_counter() - started)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)


class CountRequests:
    """ASGI middleware around a whole app: counts its requests by route and status."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on and counts it, also where it fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._metrics.count_request(route_of(scope), status)


def route_of(scope: Scope) -> str:
    """The template of the route that took a request: a path of a stranger's making is `other`."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) and path else _OTHER


def _version() -> str:
    try:
        return version("weizheng")
    except PackageNotFoundError:
        return "unknown"
