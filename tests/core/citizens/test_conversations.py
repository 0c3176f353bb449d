"""What the whole transcript tells of what was said before."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from core.answering import AnswerStatus
from core.citizens.conversations import Conversations, Role, StoredMessage, new_id
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock

OPENINGS = ["好的，不问了。", "您结婚了吗？", "100%_吗"]


@pytest.fixture
def conversations(engine: Engine, clock: FixedClock) -> Conversations:
    return Conversations(engine, clock)


def say(engine: Engine, clock: FixedClock, text: str, role: Role = "assistant", who: str = "a") -> None:
    logged = LoggedAnswer(id=new_id(), question="?", status=AnswerStatus.ANSWERED_CANNED)
    bubble = StoredMessage(new_id(), role, "text", {"text": text}, clock.now())
    Turns(engine, clock).save(Turn(conversation=who, answer=logged, messages=[bubble]))


def test_openings_of_ours_are_found_however_long_ago(
    conversations: Conversations, engine: Engine, clock: FixedClock
) -> None:
    say(engine, clock, "您结婚了吗？知道了这一点，就能核对。")
    for _ in range(60):
        say(engine, clock, "别的话")
    assert conversations.told("a", OPENINGS) == {"您结婚了吗？"}


def test_words_of_others_and_within_a_sentence_are_none(
    conversations: Conversations, engine: Engine, clock: FixedClock
) -> None:
    say(engine, clock, "好的，不问了。", "citizen")
    say(engine, clock, "您结婚了吗？", who="b")
    say(engine, clock, "有人说：好的，不问了。")
    say(engine, clock, "100分x吗")
    assert conversations.told("a", OPENINGS) == frozenset()
