"""What is kept of conversations, for whom, and for how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import Mock

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from core.answering import AnswerStatus, Aspect
from core.citizens.choices import Choices, OfferedChoice, new_token
from core.citizens.conversations import Conversations, StoredMessage, new_conversation_id, new_id
from core.citizens.replies import Claimed, Pending, StoredReplies, StoredReply
from core.citizens.retention import purge
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading
from core.errors import Unavailable
from tests.tables import metadata

PATIENCE = timedelta(seconds=16)
REPLY = StoredReply(200, {"status": "answered_guide"})


def turn(clock: FixedClock, conversation: str, name: str = "m1") -> Turn:
    choice = OfferedChoice(new_token(), "居住证申领", "item", 12, Aspect.MATERIALS)
    return Turn(
        conversation=conversation,
        answer=LoggedAnswer(id=new_id(), question="居住证", status=AnswerStatus.CLARIFY),
        messages=[StoredMessage(new_id(), "citizen", "text", {"text": "居住证"}, clock.now())],
        choices=[choice],
        client_message_id=name,
        reply=REPLY,
    )


def count(engine: Engine, name: str) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()


def test_migration_makes_the_tables_that_the_stores_use(engine: Engine) -> None:
    ours = {"conversation", "message", "answer_log", "choice_token", "client_message"}
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        different = [repr(one) for one in compare_metadata(context, metadata)]
    assert [one for one in different if any(f"'{name}'" in one for name in ours)] == []


def test_ids_are_long_and_never_the_same() -> None:
    made = {new_conversation_id() for _ in range(1000)}
    assert len(made) == 1000
    assert min(map(len, made)) >= 32


def test_history_is_the_conversation_s_own_in_order(engine: Engine, clock: FixedClock) -> None:
    turns = Turns(engine, clock)
    for conversation in ("a", "b", "a"):
        turns.save(turn(clock, conversation, name=new_id()))
    history = Conversations(engine, clock).history("a")
    assert len(history) == 2
    assert history[0].payload == {"text": "居住证"}
    assert history[0].created == clock.now()
    assert len(Conversations(engine, clock).history("a", limit=1)) == 1


def test_region_is_remembered_until_another_is_chosen(engine: Engine, clock: FixedClock) -> None:
    conversations = Conversations(engine, clock)
    assert conversations.visit("a") is None
    assert conversations.visit("a", "990101") == "990101"
    assert conversations.visit("a") == "990101"
    assert conversations.visit("a", "990102") == "990102"


def test_turn_is_kept_whole_or_not_at_all(engine: Engine, clock: FixedClock) -> None:
    turns = Turns(engine, clock)
    first = turn(clock, "a")
    turns.save(first)
    with pytest.raises(IntegrityError):
        turns.save(first)
    assert [count(engine, name) for name in ("message", "choice_token", "answer_log")] == [1, 1, 1]


def test_choice_is_found_by_its_conversation_until_it_expires(engine: Engine, clock: FixedClock) -> None:
    made = turn(clock, "a")
    Turns(engine, clock).save(made)
    (choice,) = made.choices
    choices = Choices(engine, clock)
    assert choices.find("a", choice.token) == choice
    assert choices.find("b", choice.token) is None
    clock.move_to(clock.now() + timedelta(hours=24))
    assert choices.find("a", choice.token) is None


def test_message_is_claimed_once_and_then_answered_from_the_store(engine: Engine, clock: FixedClock) -> None:
    replies = StoredReplies(engine, clock, PATIENCE)
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda _: replies.claim("a", "m1"), range(4)))
    assert (claims.count(Claimed(None)), claims.count(Pending())) == (1, 3)
    Turns(engine, clock).save(turn(clock, "a"))
    assert replies.claim("a", "m1") == REPLY
    assert replies.claim("b", "m1") == Claimed(None)


def test_released_message_and_that_of_a_dead_process_may_be_claimed_again(
    engine: Engine, clock: FixedClock
) -> None:
    replies = StoredReplies(engine, clock, PATIENCE)
    replies.claim("a", "m1")
    replies.release("a", "m1")
    assert replies.claim("a", "m1") == Claimed(None)
    clock.move_to(clock.now() + PATIENCE)
    assert replies.claim("a", "m1") == Claimed(None)


def test_claim_of_a_dead_process_is_taken_over_once(engine: Engine, clock: FixedClock) -> None:
    replies = StoredReplies(engine, clock, PATIENCE)
    replies.claim("a", "m1")
    clock.move_to(clock.now() + PATIENCE)
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda _: replies.claim("a", "m1"), range(4)))
    assert (claims.count(Claimed(None)), claims.count(Pending())) == (1, 3)


def test_claim_that_could_not_be_given_back_is_taken_over_once(
    engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies, other = StoredReplies(engine, clock, PATIENCE), StoredReplies(engine, clock, PATIENCE)
    replies.claim("a", "m1")
    with monkeypatch.context() as full:
        full.setattr("core.citizens.replies.writing", Mock(side_effect=Unavailable("disk full")))
        with pytest.raises(Unavailable):
            replies.release("a", "m1")
    clock.move_to(clock.now() + timedelta(seconds=1))
    assert other.claim("a", "m1") == Pending()
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda _: replies.claim("a", "m1"), range(4)))
    assert (claims.count(Claimed(None)), claims.count(Pending())) == (1, 3)


def test_claim_of_a_dead_process_is_taken_over_also_where_the_clock_was_set_back(
    engine: Engine, clock: FixedClock
) -> None:
    replies = StoredReplies(engine, clock, PATIENCE)
    replies.claim("a", "m1")
    clock.move_to(clock.now() - timedelta(seconds=5))
    assert replies.claim("a", "m1") == Pending()
    clock.move_to(clock.now() - timedelta(hours=1))
    assert replies.claim("a", "m1") == Claimed(None)
    assert replies.claim("a", "m1") == Pending()


def test_release_keeps_a_reply_that_is_there(engine: Engine, clock: FixedClock) -> None:
    replies = StoredReplies(engine, clock, PATIENCE)
    replies.claim("a", "m1")
    Turns(engine, clock).save(turn(clock, "a"))
    replies.release("a", "m1")
    assert replies.claim("a", "m1") == REPLY


def test_purge_forgets_after_thirty_days_but_keeps_the_answer_log(engine: Engine, clock: FixedClock) -> None:
    StoredReplies(engine, clock, PATIENCE).claim("old", "m1")
    Turns(engine, clock).save(turn(clock, "old"))
    clock.move_to(clock.now() + timedelta(days=29))
    assert purge(engine, clock, 30).messages == 0
    Turns(engine, clock).save(turn(clock, "young"))
    clock.move_to(clock.now() + timedelta(days=2))
    gone = purge(engine, clock, 30)
    assert (gone.messages, gone.replies, gone.conversations) == (1, 1, 1)
    assert [one.payload for one in Conversations(engine, clock).history("young")] == [{"text": "居住证"}]
    assert count(engine, "answer_log") == 2
