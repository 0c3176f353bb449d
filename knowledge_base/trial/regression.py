"""An agency's questions before and after a publication: what would turn from right to wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine

from core.database.engine import reading
from core.errors import Conflict
from knowledge_base.contract import AnswerPart, AnswerReply, ChoicesPart
from knowledge_base.editing.drafts import find_draft
from knowledge_base.editing.question_sets import Expected, questions_of
from knowledge_base.trial.wire import DraftRef, TrialAnswer, TrialQuestion, TrialReply, TrialRequest

# Of what is shown to people of each answer.
_LONGEST: Final = 300


@dataclass(frozen=True)
class Judged:
    """One question, whether it is answered rightly before and after, and what is said after.

    Attributes:
        asked: Digest of the question with what was expected.
    """

    question: str
    before: bool
    after: bool
    status: str
    said: str
    asked: str = ""

    @property
    def turned_wrong(self) -> bool:
        """Whether the publication would spoil it."""
        return self.before and not self.after


@dataclass(frozen=True)
class Regression:
    """Asks an agency's questions twice: as things are, and with a draft published.

    Args:
        engine: Database, which is only read.
        run: Tries questions where the index is (`knowledge_base.client.TrialClient`).
    """

    engine: Engine
    run: Callable[[TrialRequest], TrialReply]

    def of(self, draft: DraftRef) -> list[Judged]:
        """Every question of the draft's agency and of no agency, in their order.

        Raises:
            Conflict: The draft is another one by now.
            Unavailable: The knowledge service does not answer.
        """
        with reading(self.engine) as connection:
            held = find_draft(connection, draft.kind, draft.external_id)
            if held is None or held.mark != draft.mark:
                raise Conflict("another draft", public_message="草稿在此期间有改动，请刷新后再试。")
            questions = questions_of(connection, held.agency)
        if not questions:
            return []
        asked = [TrialQuestion(question=one.question, region=one.region or None) for one in questions]
        before = self.run(TrialRequest(questions=asked)).answers
        after = self.run(TrialRequest(questions=asked, draft=draft)).answers
        return [_judged(*each) for each in zip(questions, before, after, strict=True)]


def is_right(expected: Expected, answer: TrialAnswer) -> bool:
    """Whether an answer is what the question is to be answered with."""
    answered = answer.reply.status.value.startswith("answered")
    if expected.refused:
        return not answered
    from_there = expected.external_id is None or expected.external_id in _sources(answer)
    return answered and from_there and _bare(expected.words) in _bare(said(answer.reply))


def said(reply: AnswerReply) -> str:
    """What the citizen reads."""
    texts = []
    for part in reply.parts:
        texts.append(part.text)
        if isinstance(part, ChoicesPart):
            texts += [f"· {choice.title}" for choice in part.choices]
    return "\n".join(texts)


def _sources(answer: TrialAnswer) -> set[str]:
    parts = (part for part in answer.reply.parts if isinstance(part, AnswerPart))
    cited = {citation.external_id for part in parts for citation in part.citations}
    return cited | ({answer.answered_from} if answer.answered_from else set())


def _bare(text: str) -> str:
    return "".join(text.split())


def _judged(expected: Expected, before: TrialAnswer, after: TrialAnswer) -> Judged:
    return Judged(
        question=expected.question,
        before=is_right(expected, before),
        after=is_right(expected, after),
        status=after.reply.status.value,
        said=said(after.reply)[:_LONGEST],
        asked=expected.digest,
    )


def newly_wrong(judged: Sequence[Judged]) -> int:
    """How many the publication would spoil."""
    return sum(one.turned_wrong for one in judged)
