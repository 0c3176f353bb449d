"""What the portal counts, and the second listener that shows it: never the one citizens reach."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.answering import AnswerStatus
from core.metrics import CONTENT_TYPE, TURN_BUCKETS, Metrics

WEB: Final = "web"


class PortalMetrics(Metrics):
    """The portal's figures beside those of every process."""

    def __init__(self) -> None:
        super().__init__("portal")
        self._turns = Counter(
            "weizheng_turns",
            "Turns by the status they ended in; a message sent again counts again.",
            ("status", "channel"),
            registry=self.registry,
        )
        for status in AnswerStatus:
            # From the first moment on, or the first error would be no increase.
            self._turns.labels(status.value, WEB)
        self._turn_seconds = Histogram(
            "weizheng_turn_seconds",
            "Seconds from a message's arrival to its kept reply.",
            ("status",),
            buckets=TURN_BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "weizheng_turns_in_flight", "Turns under way, waiting ones among them.", registry=self.registry
        )
        self.waiting = Gauge(
            "weizheng_turns_waiting",
            "Turns that wait for an earlier one of their conversation, or to be let in.",
            registry=self.registry,
        )
        self._fallbacks = Counter(
            "weizheng_fallback_turns",
            "Turns in which the dialogue engine failed and the knowledge service was asked.",
            registry=self.registry,
        )
        self._feedback = Counter(
            "weizheng_feedback", "Opinions on answers.", ("useful",), registry=self.registry
        )
        for useful in ("yes", "no"):
            self._feedback.labels(useful)
        self.inbox_streams = Gauge(
            "weizheng_inbox_streams", "Streams of notices that are open.", registry=self.registry
        )
        self._ready = Gauge(
            "weizheng_ready", "1 where a part can do its work, else 0.", ("part",), registry=self.registry
        )

    def count_turn(self, status: AnswerStatus, seconds: float) -> None:
        """Counts a turn that ended."""
        self._turns.labels(status.value, WEB).inc()
        self._turn_seconds.labels(status.value).observe(seconds)

    def count_fallback(self) -> None:
        """Counts a turn without the dialogue engine."""
        self._fallbacks.inc()

    def count_feedback(self, *, useful: bool) -> None:
        """Counts an opinion."""
        self._feedback.labels("yes" if useful else "no").inc()

    def note_ready(self, parts: Mapping[str, bool]) -> None:
        """Notes which parts can do their work."""
        for part, ready in parts.items():
            self._ready.labels(part).set(ready)


def metrics_app(metrics: PortalMetrics, refresh: Callable[[], Awaitable[object]]) -> Starlette:
    """`GET /metrics` and nothing else.

    Args:
        metrics: What is shown.
        refresh: Looks at the parts anew before it is.
    """

    async def show(_: Request) -> Response:
        await refresh()
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return Starlette(routes=[Route("/metrics", show)])
