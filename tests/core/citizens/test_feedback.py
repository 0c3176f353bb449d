"""One opinion for each answer of a conversation, for a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.answering import AnswerStatus
from core.citizens.conversations import StoredMessage, new_id
from core.citizens.feedback import FeedbackStore, Opinion, Reason
from core.citizens.retention import purge
from core.citizens.tables import feedback
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading
from core.errors import NotFound

BAD = Opinion(False, Reason.WRONG, "电话不对")


@pytest.fixture
def store(engine: Engine, clock: FixedClock) -> FeedbackStore:
    return FeedbackStore(engine, clock)


def answer(engine: Engine, clock: FixedClock, conversation: str, *, shown: bool = True) -> str:
    role: Any = "assistant" if shown else "citizen"
    logged = LoggedAnswer(id=new_id(), question="居住证", status=AnswerStatus.NO_ANSWER)
    bubble = StoredMessage(new_id(), role, "text", {"text": "居住证"}, clock.now())
    Turns(engine, clock).save(Turn(conversation=conversation, answer=logged, messages=[bubble]))
    return logged.id


def rows(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(feedback).order_by(feedback.c.updated)))


def test_last_opinion_counts(store: FeedbackStore, engine: Engine, clock: FixedClock) -> None:
    given = answer(engine, clock, "a")
    store.save("a", given, Opinion(True))
    store.save("a", given, BAD)
    (row,) = rows(engine)
    assert (row.answer_id, row.useful, row.reason, row.text) == (given, False, "wrong", "电话不对")


def test_only_answers_that_were_shown_in_it_are_judged(
    store: FeedbackStore, engine: Engine, clock: FixedClock
) -> None:
    for given in (answer(engine, clock, "b"), answer(engine, clock, "a", shown=False), "0" * 24):
        with pytest.raises(NotFound):
            store.save("a", given, BAD)
    assert rows(engine) == []


def test_link_goes_after_thirty_days_and_the_rest_after_a_year(
    store: FeedbackStore, engine: Engine, clock: FixedClock
) -> None:
    store.save("a", answer(engine, clock, "a"), BAD)
    clock.move_to(clock.now() + timedelta(days=29))
    purge(engine, clock, 30)
    assert rows(engine)[0].conversation == "a"
    answer(engine, clock, "a")
    clock.move_to(clock.now() + timedelta(days=2))
    purge(engine, clock, 30)
    assert (rows(engine)[0].conversation, rows(engine)[0].text) == (None, "电话不对")
    assert store.export("a") == {"opinions": [], "replies": []}
    clock.move_to(clock.now() + timedelta(days=335))
    assert purge(engine, clock, 30).feedback == 1
    assert rows(engine) == []


def test_link_goes_with_the_conversation(store: FeedbackStore, engine: Engine, clock: FixedClock) -> None:
    store.save("a", answer(engine, clock, "a"), BAD)
    clock.move_to(clock.now() + timedelta(days=31))
    assert purge(engine, clock, 30).conversations == 1
    assert rows(engine)[0].conversation is None
