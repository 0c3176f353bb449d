"""What the knowledge service counts: answers, the steps they took, and how far the index has followed."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

from core.answering import AnswerStatus
from core.metrics import Metrics
from knowledge_base.contract import AnswerReply, ServiceState

INDEX: Final = "index"


class KnowledgeMetrics(Metrics):
    """The service's figures beside those of every process."""

    def __init__(self) -> None:
        super().__init__("knowledge")
        self._answers = Counter(
            "weizheng_answers",
            "Questions by the status of their answer; those that ended in an error are requests only.",
            ("status",),
            registry=self.registry,
        )
        for status in AnswerStatus:
            self._answers.labels(status.value)
        self._ready = Gauge(
            "weizheng_ready", "1 where a part can do its work, else 0.", ("part",), registry=self.registry
        )
        self._revision = Gauge(
            "weizheng_catalogue_revision", "Number of the catalogue's latest change.", registry=self.registry
        )
        self._lag = Gauge(
            "weizheng_catalogue_lag_revisions",
            "Changes of the catalogue that the index has not taken over yet.",
            registry=self.registry,
        )
        self._passages = Gauge(
            "weizheng_index_passages",
            "Passages of what is published; all are found where nothing lags.",
            registry=self.registry,
        )

    def count_answer(self, reply: AnswerReply) -> None:
        """Counts an answer and the steps that led to it."""
        self._answers.labels(reply.status.value).inc()
        for step, spent_ms in reply.step_ms.items():
            self.observe_step(step, spent_ms / 1000)

    def note_ready(self, *, ready: bool) -> None:
        """Notes whether everything published is loaded."""
        self._ready.labels(INDEX).set(ready)

    def note_state(self, state: ServiceState) -> None:
        """Notes what is loaded."""
        self._revision.set(state.catalogue_revision)
        self._lag.set(max(0, state.catalogue_revision - state.revision))
        self._passages.set(state.passages)
