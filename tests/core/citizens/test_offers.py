"""What was offered in a conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, event

from core.answering import AnswerStatus
from core.citizens.conversations import StoredMessage, new_id
from core.citizens.offers import OfferedBundles
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock


def bubble(kind: str, payload: dict[str, Any], at: datetime) -> StoredMessage:
    return StoredMessage(new_id(), "assistant", kind, payload, at)


def test_only_the_ids_of_what_was_offered_leave_the_database(engine: Engine, clock: FixedClock) -> None:
    turns = Turns(engine, clock)
    for conversation, ids in (("c1", ["birth", "job", "birth"]), ("c2", ["other"])):
        kept = [bubble("bundle", {"bundle_id": one, "steps": ["很长的步骤"]}, clock.now()) for one in ids]
        answer = LoggedAnswer(id=new_id(), question="孩子", status=AnswerStatus.ANSWERED_GUIDE)
        messages = [*kept, bubble("text", {"text": "答复"}, clock.now())]
        turns.save(Turn(conversation=conversation, answer=answer, messages=messages))
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert OfferedBundles(engine).of("c1") == {"birth", "job"}
    assert OfferedBundles(engine).of("c3") == frozenset()
    selected = [sql.split("FROM")[0].strip() for sql in asked]
    assert selected
    assert "SELECT message.payload" not in selected
