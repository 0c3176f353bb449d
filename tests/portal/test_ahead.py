"""What is asked is told to the knowledge service while the dialogue engine reads it."""

from __future__ import annotations

import asyncio

import pytest

from apps.portal.ahead import FEW, LookingAhead
from apps.portal.deadline import Deadline
from apps.portal.ports import DialogueFailed, Pick, Said
from core.errors import Unavailable
from knowledge_base.contract import AnswerReply, Target
from tests.portal.conftest import Knowledge, guide_reply


class Engine:
    """Answers once the knowledge service was told, or at once."""

    def __init__(self, knowledge: Knowledge, error: Exception | None = None) -> None:
        self.knowledge = knowledge
        self.error = error
        self.told_meanwhile = 0

    async def turn(self, said: Said, deadline: Deadline) -> AnswerReply:
        await asyncio.sleep(0.01)
        self.told_meanwhile = len(self.knowledge.told)
        if self.error:
            raise self.error
        return guide_reply()

    async def close(self) -> None:
        pass


def said(text: str = "第二个", pick: Pick | None = None) -> Said:
    return Said("conversation", text, pick, "519901", "request")


async def test_the_question_is_told_with_its_region_before_the_engine_answers() -> None:
    knowledge = Knowledge()
    engine = Engine(knowledge)
    assert await LookingAhead(engine, knowledge, lambda: 1).turn(said("要什么材料"), Deadline(5)) == (
        guide_reply()
    )
    assert engine.told_meanwhile == 1
    assert [(one.question, one.region) for one in knowledge.told] == [("要什么材料", "519901")]


@pytest.mark.parametrize(
    ("under_way", "pick"), [(FEW + 1, None), (1, Pick(Target(kind="item", id=1), None, "居住证"))]
)
async def test_nothing_is_told_under_load_or_of_a_picked_choice(under_way: int, pick: Pick | None) -> None:
    knowledge = Knowledge()
    await LookingAhead(Engine(knowledge), knowledge, lambda: under_way).turn(said(pick=pick), Deadline(5))
    assert knowledge.told == []


async def test_a_knowledge_service_that_is_away_changes_nothing() -> None:
    knowledge = Knowledge()
    knowledge.error = Unavailable("knowledge service: ConnectError")
    assert await LookingAhead(Engine(knowledge), knowledge, lambda: 1).turn(said(), Deadline(5)) == (
        guide_reply()
    )


async def test_a_failure_of_the_engine_is_told_as_it_is() -> None:
    knowledge = Knowledge()
    engine = Engine(knowledge, DialogueFailed("rasa: no reply"))
    with pytest.raises(DialogueFailed, match="no reply"):
        await LookingAhead(engine, knowledge, lambda: 1).turn(said(), Deadline(5))


async def test_an_answer_waits_for_no_look_ahead() -> None:
    class Slow(Knowledge):
        async def look_ahead(self, request: object, *, request_id: str | None = None) -> None:
            await asyncio.sleep(30)

    knowledge = Slow()
    async with asyncio.timeout(2):
        await LookingAhead(Engine(knowledge), knowledge, lambda: 1).turn(said(), Deadline(5))
