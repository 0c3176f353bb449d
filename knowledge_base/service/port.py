"""What the service needs of a knowledge base."""

from __future__ import annotations

from typing import Protocol

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


class Knowledge(Protocol):
    """Answers, searches and tells what it has loaded; safe to call from several threads."""

    def answer(self, request: AnswerRequest) -> AnswerReply:
        """One question to one reply; every ordinary ending is a status, not an error."""
        ...

    def expect(self, request: AnswerRequest) -> None:
        """Takes note of a question that waits for its turn; returns at once."""
        ...

    def look_ahead(self, request: AnswerRequest) -> None:
        """Gets ready for a question that is about to be asked."""
        ...

    def search(self, request: SearchRequest) -> SearchReply:
        """The best passages for a text."""
        ...

    def embed(self, request: EmbedRequest) -> EmbedReply:
        """Vectors of texts, as questions are embedded."""
        ...

    def try_out(self, request: TrialRequest) -> TrialReply:
        """What each question would be answered with, on what is published or with a draft."""
        ...

    def state(self) -> ServiceState:
        """Loaded epoch, revision and sizes."""
        ...

    def is_ready(self) -> bool:
        """Whether everything published is loaded; tells it at once, without the database."""
        ...

    def close(self) -> None:
        """Stops following the catalogue and frees the database."""
        ...
