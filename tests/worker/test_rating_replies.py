"""A reply to a bad rating comes into the inbox of whoever rated, once, and only where they agreed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert, select

from apps.worker.rating_replies import RatingReplies
from casework.ratings.personal import RatingData
from casework.ratings.tables import rating_step
from channels.web.stops import Stops
from channels.web.tables import notice
from core.citizens.consents import Consents, Purpose
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.kinds import Kind
from core.jobs.models import State
from core.jobs.queue import enqueue
from tests.casework.rated import put_rating, steps_of
from tests.worker.working import work_off

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Rung:
    """A bell that counts."""

    count = 0

    def ring(self) -> None:
        self.count += 1


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def bell() -> Rung:
    return Rung()


@pytest.fixture
def ledger(engine: Engine, clock: FixedClock) -> Consents:
    made = Consents(engine, clock, "2")
    made.put("甲", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    return made


@pytest.fixture
def reply(engine: Engine, clock: FixedClock, bell: Rung, ledger: Consents) -> Callable[[], list[str]]:
    """A rating of an item with a reply that waits; sends it as often as this is called."""
    number = put_rating(engine, NOW, level=2, agency="gaj", citizen="甲")
    row = {
        "rating_id": number, "at": NOW, "login": "li", "kind": "called_back", "how": "inbox",
        "outcome": "solved", "text": "窗口已增加。", "delivery": "waiting",
    }  # fmt: skip
    with writing(engine) as connection:
        added = insert(rating_step).values(**row).returning(rating_step.c.number)
        step = connection.execute(added).scalar_one()

    def _send() -> list[str]:
        with writing(engine) as connection:
            enqueue(connection, Kind.RATING_REPLY, {"step": step}, by="li", now=clock.now())
        return work_off(engine, clock, {Kind.RATING_REPLY: RatingReplies(engine, clock, bell)})

    return _send


def told(engine: Engine) -> list[tuple[str, str, str]]:
    with reading(engine) as connection:
        rows = connection.execute(select(notice.c.citizen, notice.c.kind, notice.c.text))
        return [(row.citizen, row.kind, row.text) for row in rows]


def delivery(engine: Engine) -> str:
    (step,) = steps_of(engine, f"{1:024x}")
    return str(step["delivery"])


def test_who_agreed_reads_the_reply_once(engine: Engine, bell: Rung, reply: Callable[[], list[str]]) -> None:
    assert [reply(), reply()] == [[State.DONE]] * 2
    ((citizen, kind, text),) = told(engine)
    assert (citizen, kind, delivery(engine), bell.count) == ("甲", "reply", "sent", 2)
    assert text == "您在3月2日对“居住证申领”评价“不满意”。处理情况：\n\n窗口已增加。"


def test_who_withdraws_meanwhile_gets_none(
    engine: Engine, ledger: Consents, reply: Callable[[], list[str]]
) -> None:
    ledger.put("甲", {Purpose.FOLLOWUP_NOTICE: False}, "2")
    assert reply() == [State.DONE]
    assert (told(engine), delivery(engine)) == ([], "no_right")


def test_who_has_stopped_replies_gets_none(
    engine: Engine, clock: FixedClock, reply: Callable[[], list[str]]
) -> None:
    from channels.ports import NoticeKind

    Stops(engine, clock).stop("甲", NoticeKind.REPLY)
    reply()
    assert (told(engine), delivery(engine)) == ([], "no_right")


def test_a_job_of_a_step_that_was_erased_marks_no_other_step(
    engine: Engine, reply: Callable[[], list[str]]
) -> None:
    RatingData(engine).erase("甲")
    number = put_rating(engine, NOW, level=1, agency="gaj")
    row = {
        "rating_id": number, "at": NOW, "login": "li", "kind": "called_back", "how": "phone",
        "outcome": "solved", "text": "已说明。", "delivery": None,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(rating_step).values(**row))
    assert reply() == [State.DONE]
    (step,) = steps_of(engine, number)
    assert step["delivery"] is None


def test_of_what_was_erased_nothing_is_sent(engine: Engine, reply: Callable[[], list[str]]) -> None:
    RatingData(engine).erase("甲")
    assert reply() == [State.DONE]
    assert told(engine) == []
