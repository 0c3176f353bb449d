"""Answers a question: the list of steps, and another round where something was withdrawn meanwhile."""

from __future__ import annotations

import time

from core.answering import AnswerStatus
from core.calendar import Calendar, StateCalendar
from core.clock import Clock
from knowledge_base.answer.before import Screen, UsePin
from knowledge_base.answer.check import Check
from knowledge_base.answer.compose import Compose
from knowledge_base.answer.decide import Thresholds
from knowledge_base.answer.find import Decide, Retrieve
from knowledge_base.answer.in_context import LookInContext
from knowledge_base.answer.ports import Catalogue, Finder
from knowledge_base.answer.refusal import refusal_text
from knowledge_base.answer.turn import Step, Turn, run_steps
from knowledge_base.answer.understand import Normalise, ResolveFollowUp
from knowledge_base.contract import AnswerPart, AnswerReply, AnswerRequest, Target, TextPart

# Every further round means that the catalogue changed between the search and the check.
ROUNDS = 3


class Answerer:
    """The one way from a question to a reply, for citizens, staff tests and evaluation alike."""

    def __init__(
        self,
        catalogue: Catalogue,
        finder: Finder,
        clock: Clock,
        hotline: str,
        thresholds: Thresholds | None = None,
        calendar: Calendar | None = None,
    ) -> None:
        self._clock = clock
        self._hotline = hotline
        self._compose = Compose(catalogue, finder, hotline, calendar or StateCalendar())
        sure = thresholds or Thresholds()
        self._ahead: tuple[Step, ...] = (
            Normalise(catalogue),
            Screen(),
            UsePin(catalogue),
            ResolveFollowUp(catalogue),
            Retrieve(finder),
        )
        self._steps: tuple[Step, ...] = (
            *self._ahead,
            Decide(catalogue, sure),
            LookInContext(catalogue, finder, sure),
            self._compose,
            Check(catalogue),
        )

    def answer(self, request: AnswerRequest) -> AnswerReply:
        """The reply to one question.

        Raises:
            DeadlineExceeded: `request.deadline_ms` went by.
        """
        return self.run(request)[1]

    def look_ahead(self, request: AnswerRequest) -> None:
        """Searches for what is about to be asked; a finder that remembers then has it.

        Raises:
            DeadlineExceeded: `request.deadline_ms` went by.
        """
        deadline = time.monotonic() + request.deadline_ms / 1000
        run_steps(self._ahead, Turn(request, self._clock.local()), deadline)

    def run(
        self, request: AnswerRequest, hidden: frozenset[Target] = frozenset()
    ) -> tuple[Turn, AnswerReply]:
        """The reply with the turn that led to it; `hidden` targets are as if they were not in the base."""
        deadline = time.monotonic() + request.deadline_ms / 1000
        turn = Turn(request, self._clock.local(), hidden=hidden)
        for _ in range(ROUNDS):
            run_steps(self._steps, turn, deadline)
            if turn.reply is not None:
                return turn, turn.reply.model_copy(update={"step_ms": dict(turn.step_ms)})
        text = refusal_text(self._hotline, None, ())
        return turn, AnswerReply(status=AnswerStatus.NO_ANSWER, parts=[TextPart(text=text)])

    def best_text(self, turn: Turn) -> str:
        """What is read from the record answered from, else from the best candidate; empty where none is."""
        target = turn.reply.target if turn.reply is not None else None
        if target is None and turn.found.candidates:
            target = turn.found.candidates[0].target
        draft = self._compose.answer(turn, target, ()) if target is not None else None
        return "\n".join(part.text for part in draft.parts if isinstance(part, AnswerPart)) if draft else ""
