"""A turn is kept whole; what goes along with it as far as that goes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select

from core.answering import AnswerStatus
from core.citizens.consents import Purpose
from core.citizens.conversations import StoredMessage, new_id
from core.citizens.tables import answer_log, citizen, message
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading


def turn(clock: FixedClock) -> Turn:
    logged = LoggedAnswer(id=new_id(), question="居住证", status=AnswerStatus.NO_ANSWER)
    bubble = StoredMessage(new_id(), "citizen", "text", {"text": "居住证"}, clock.now())
    return Turn(conversation="a", answer=logged, messages=[bubble])


def ids(engine: Engine, table: Any, column: str = "id") -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(table.c[column])).scalars())


@pytest.mark.parametrize("error", ["a defect", "the database"])
def test_what_goes_along_and_fails_is_left_out_and_the_turn_stays(
    engine: Engine, clock: FixedClock, error: str
) -> None:
    def also(connection: Connection, one: Turn, _: frozenset[Purpose]) -> None:
        row = {"id": "along", "created": clock.now()}
        connection.execute(insert(citizen), row)
        if error == "a defect":
            raise ValueError("x")
        connection.execute(insert(citizen), row)

    kept = turn(clock)
    Turns(engine, clock, also).save(kept)
    assert ids(engine, answer_log) == [kept.answer.id]
    assert ids(engine, message) == [kept.messages[0].id]
    assert "along" not in ids(engine, citizen)


def test_what_goes_along_is_kept_with_the_turn(engine: Engine, clock: FixedClock) -> None:
    def also(connection: Connection, one: Turn, _: frozenset[Purpose]) -> None:
        connection.execute(insert(citizen), {"id": one.answer.id, "created": clock.now()})

    kept = turn(clock)
    Turns(engine, clock, also).save(kept)
    assert kept.answer.id in ids(engine, citizen)
