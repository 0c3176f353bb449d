"""What is to be erased is noted first, and never forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import Engine, select

from core.answering import AnswerStatus, Aspect
from core.citizens.choices import OfferedChoice, new_token
from core.citizens.consents import Consents, Purpose
from core.citizens.conversations import StoredMessage, new_id
from core.citizens.erasures import LINGER, Erasures
from core.citizens.feedback import FeedbackStore, Opinion
from core.citizens.personal import PersonalData, export_all
from core.citizens.replies import StoredReplies, StoredReply
from core.citizens.tables import answer_log, erasure
from core.citizens.transcript import TranscriptData
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading
from core.errors import Unavailable
from tests.tables import metadata


class Outside:
    """A part that is not in the database, and not always in reach."""

    name: Final = "outside"
    tables: Final[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.erased: list[str] = []

    def export(self, citizen: str) -> dict[str, Any]:
        return {}

    def erase(self, citizen: str) -> None:
        if citizen in self.away:
            raise Unavailable("away")
        self.erased.append(citizen)


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def parts(engine: Engine, clock: FixedClock, outside: Outside) -> list[PersonalData]:
    stores = (FeedbackStore(engine, clock), TranscriptData(engine), Consents(engine, clock, "1"))
    return [outside, *stores]


@pytest.fixture
def erasures(engine: Engine, clock: FixedClock, parts: list[PersonalData]) -> Erasures:
    return Erasures(engine, clock, parts)


def live(engine: Engine, clock: FixedClock, conversation: str) -> None:
    """Stores something of each kind."""
    StoredReplies(engine, clock, timedelta(seconds=16)).claim(conversation, "m1")
    Consents(engine, clock, "1").put(conversation, {Purpose.PERSONALIZE: True}, "1")
    logged = LoggedAnswer(id=new_id(), question=f"{conversation}的话", status=AnswerStatus.CLARIFY)
    words = {"text": f"{conversation}的话"}
    turn = Turn(
        conversation=conversation,
        answer=logged,
        messages=[StoredMessage(new_id(), "assistant", "text", words, clock.now())],
        choices=[OfferedChoice(new_token(), "居住证", "item", 12, Aspect.FEE, "990101")],
        client_message_id="m1",
        reply=StoredReply(200, words),
        region="990101",
    )
    Turns(engine, clock).save(turn)
    FeedbackStore(engine, clock).save(conversation, logged.id, Opinion(False, None, f"{conversation}的话"))


def stored(engine: Engine) -> dict[str, str]:
    """Every table's rows as text."""
    with reading(engine) as connection:
        return {
            table.name: repr(connection.execute(select(table)).all())
            for table in metadata.sorted_tables
            if table.name != "erasure"
        }


def noted(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(erasure)))


def test_everything_of_one_citizen_goes_and_nothing_of_another(
    engine: Engine, clock: FixedClock, erasures: Erasures
) -> None:
    live(engine, clock, "甲甲")
    live(engine, clock, "乙乙")
    before = stored(engine)
    assert sum("甲甲" in rows for rows in before.values()) == 8
    erasures.request("甲甲")
    erasures.complete("甲甲")
    after = stored(engine)
    assert [name for name, rows in after.items() if "甲甲" in rows] == []
    assert sum("乙乙" in rows for rows in after.values()) == 8
    with reading(engine) as connection:
        assert len(connection.execute(select(answer_log)).all()) == 2


def test_export_shows_every_part(engine: Engine, clock: FixedClock, parts: list[PersonalData]) -> None:
    live(engine, clock, "a")
    data = export_all(parts, "a")
    assert set(data) == {"outside", "feedback", "conversation", "consents"}
    told = data["conversation"]
    assert (told["conversation"]["region"], told["choices"][0]["region"]) == ("990101", "990101")
    assert [len(told[name]) for name in ("messages", "stored_replies", "answers")] == [1, 1, 1]


def test_answer_that_is_linked_by_consent_alone_is_exported_and_wiped(
    engine: Engine, clock: FixedClock, erasures: Erasures, parts: list[PersonalData]
) -> None:
    Consents(engine, clock, "1").put("a", {Purpose.PERSONALIZE: True}, "1")
    logged = LoggedAnswer(id=new_id(), question="居住证", status=AnswerStatus.NO_ANSWER)
    Turns(engine, clock).save(Turn(conversation="a", answer=logged))
    assert export_all(parts, "a")["conversation"]["answers"][0]["question"] == "居住证"
    erasures.request("a")
    erasures.complete("a")
    assert "居住证" not in stored(engine)["answer_log"]


def test_part_that_is_away_keeps_all_and_is_asked_again(
    engine: Engine, clock: FixedClock, erasures: Erasures, outside: Outside
) -> None:
    live(engine, clock, "甲甲")
    outside.away = {"甲甲"}
    before = stored(engine)
    erasures.request("甲甲")
    with pytest.raises(Unavailable):
        erasures.complete("甲甲")
    assert erasures.resume() == 0
    assert stored(engine) == before
    outside.away = set()
    assert erasures.resume() == 1
    assert not any("甲甲" in rows for rows in stored(engine).values())


def test_one_that_fails_stands_in_no_other_s_way(
    engine: Engine, erasures: Erasures, outside: Outside
) -> None:
    outside.away = {"a"}
    for citizen in ("a", "b"):
        erasures.request(citizen)
    assert erasures.resume() == 1
    assert outside.erased == ["b"]
    assert {row.citizen for row in noted(engine) if row.erased is None} == {"a"}


def test_what_comes_late_is_erased_as_well_and_then_nothing_is_noted(
    engine: Engine, clock: FixedClock, erasures: Erasures
) -> None:
    erasures.request("甲甲")
    erasures.complete("甲甲")
    live(engine, clock, "甲甲")
    assert erasures.resume() == 0
    clock.move_to(clock.now() + LINGER + timedelta(seconds=1))
    assert erasures.resume() == 1
    assert not any("甲甲" in rows for rows in stored(engine).values())
    assert noted(engine) == []


def test_erasure_may_be_asked_for_again(engine: Engine, clock: FixedClock, erasures: Erasures) -> None:
    for _ in range(2):
        erasures.request("a")
        erasures.complete("a")
    assert [row.erased for row in noted(engine)] == [clock.now()]


def test_files_are_wiped_at_the_start_and_after_each_erasure_until_that_works(
    engine: Engine, clock: FixedClock, parts: list[PersonalData]
) -> None:
    wiped: list[str] = []
    away = True

    def reluctant() -> None:
        if away:
            raise Unavailable("away")
        wiped.append("reluctant")

    erasures = Erasures(engine, clock, parts, (reluctant, lambda: wiped.append("ready")))
    erasures.resume()
    assert wiped == ["ready"]
    away = False
    erasures.resume()
    erasures.resume()
    assert wiped == ["ready", "reluctant"]
    erasures.request("a")
    erasures.resume()
    assert wiped == ["ready", "reluctant", "reluctant", "ready"]
