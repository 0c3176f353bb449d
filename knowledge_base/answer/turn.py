"""The one object that the answer steps work on, and the runner that times them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from core.answering import AnswerStatus, Aspect
from core.catalogue.models import Agency, Region
from core.errors import DeadlineExceeded
from knowledge_base.answer.decide import Decision
from knowledge_base.answer.districts import Named
from knowledge_base.answer.ports import Found
from knowledge_base.contract import AnswerReply, AnswerRequest, Part, Target


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply before the last check.

    Attributes:
        target: What the conversation is about from now on.
        shows: Every target named in the parts; all must still be shown when the reply leaves.
        passage_ids: Passages quoted, best first.
        asks_region: The parts ask for the citizen's district.
    """

    status: AnswerStatus
    parts: Sequence[Part]
    target: Target | None = None
    shows: frozenset[Target] = frozenset()
    passage_ids: Sequence[int] = ()
    asks_region: bool = False


@dataclass(slots=True)
class Turn:
    """One question on its way to a reply.

    Attributes:
        now: The moment, in the city's time zone.
        said: The message without markup, outbursts and personal numbers.
        question: The text as it is searched for.
        aspects: Fields of a guide that are asked for, in the order of the text.
        guessed: Field that the dialogue model takes a long story to ask for; the words alone do not.
        regions: Every region that the installation knows, read once.
        district: District in the words of this turn.
        past_year: Year gone by that the question names; what held then is shown, and said to hold no more.
        named_region: Code of the district that the citizen named in this turn.
        target: What the question is about, where that is known without a search.
        agency: The agency that is asked about itself.
        hidden: Targets that must not be used, as if they were not in the base.
        decision: What to do with what was found; only set where something was searched for.
        draft: The reply before its check.
        reply: The reply that leaves; a step that sets it ends the turn.
    """

    request: AnswerRequest
    now: datetime
    said: str = ""
    question: str = ""
    aspects: tuple[Aspect, ...] = ()
    guessed: Aspect | None = None
    regions: Sequence[Region] = ()
    district: Named | None = None
    past_year: int | None = None
    named_region: str | None = None
    target: Target | None = None
    agency: Agency | None = None
    hidden: frozenset[Target] = frozenset()
    found: Found = field(default_factory=Found)
    decision: Decision | None = None
    draft: Draft | None = None
    reply: AnswerReply | None = None
    step_ms: dict[str, float] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The citizens' day."""
        return self.now.date()

    @property
    def as_of(self) -> date:
        """The day of which the question asks what holds."""
        return date(self.past_year, 12, 31) if self.past_year else self.today

    @property
    def aspect(self) -> Aspect | None:
        """The field asked for first."""
        return self.aspects[0] if self.aspects else None

    @property
    def region(self) -> str | None:
        """Where the answer is to hold: as named now, else as chosen in the conversation."""
        return self.named_region or self.request.region


class Step(Protocol):
    """One stage of an answer: reads and changes the turn."""

    @property
    def name(self) -> str:
        """Name under which the stage is timed."""
        ...

    def run(self, turn: Turn) -> None:
        """Does the stage's work on the turn."""
        ...


def run_steps(steps: Sequence[Step], turn: Turn, deadline: float) -> None:
    """Runs the steps in order until one sets the reply; adds every step's time to `turn.step_ms`.

    Args:
        deadline: On the clock of `time.monotonic`; no step starts after it.

    Raises:
        DeadlineExceeded: the time is up.
    """
    for step in steps:
        started = time.monotonic()
        if started > deadline:
            raise DeadlineExceeded(f"the time was up before the step {step.name}")
        step.run(turn)
        spent = (time.monotonic() - started) * 1000
        turn.step_ms[step.name] = round(turn.step_ms.get(step.name, 0.0) + spent, 2)
        if turn.reply is not None:
            return
