"""The wire types of trials: questions, and what each would be answered with and why."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.catalogue.keys import Kind
from knowledge_base.contract import MAX_QUESTION, AnswerReply

MOST_QUESTIONS = 200
# So many questions of up to 50 ms, and a long text to be embedded before.
TRIAL_TIMEOUT_S = 60.0


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class DraftRef(_Wire):
    """A draft as somebody has seen it: another mark is another draft."""

    kind: Kind
    external_id: Annotated[str, Field(min_length=1, max_length=200)]
    mark: str


class TrialQuestion(_Wire):
    """A question, and the district of whoever asks it."""

    question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
    region: str | None = None


class TrialRequest(_Wire):
    """Questions, and the draft that they are tried with; none tries what is published.

    Attributes:
        internal: Staff ask for themselves: also from what is for them alone. No citizen is answered so.
    """

    questions: Annotated[list[TrialQuestion], Field(min_length=1, max_length=MOST_QUESTIONS)]
    draft: DraftRef | None = None
    internal: bool = False


class TrialCandidate(_Wire):
    """A record that was found. The figures are `search.results.Signals`, with the confidence from them."""

    kind: Kind
    external_id: str
    title: str
    agency: str | None
    confidence: float
    is_draft: bool
    signals: dict[str, float]


class TrialPassage(_Wire):
    """A passage that was read; `start` and `end` say where it stands in its record's text."""

    kind: Kind
    external_id: str
    heading: str
    text: str
    start: int
    end: int
    is_draft: bool


class TrialAnswer(_Wire):
    """What a question would be answered with.

    Attributes:
        answered_from: External id of the record that the answer is from; null where it is from none.
        is_internal: Something in the answer is for staff alone.
        searched_for: The question in official words; another text than the question where a term acted.
        pinned: A fixed answer acted.
    """

    question: str
    reply: AnswerReply
    answered_from: str | None = None
    is_internal: bool = False
    is_draft: bool = False
    searched_for: str
    pinned: bool = False
    candidates: list[TrialCandidate] = []
    passages: list[TrialPassage] = []


class TrialReply(_Wire):
    """All answers, as they would be given on `day`."""

    day: date
    answer_threshold: float
    clarify_threshold: float
    answers: list[TrialAnswer]
