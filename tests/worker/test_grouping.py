"""The worker groups what was asked in vain: a job when something waits, and none when nothing does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from apps.worker.grouping import ENDS_AFTER_S, LOOKED_EVERY_S, QuestionGrouping
from casework.groups import Grouper, Step
from casework.tables import grouping_state, question_group
from core.citizens.consents import Consents, Purpose
from core.citizens.tables import answer_log, followup
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.kinds import Kind
from core.jobs.models import State
from core.jobs.reads import Jobs
from tests.casework.conftest import Hasty, Log, Twin, counted
from tests.worker.working import work_off


class Ticks:
    """A timer that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def twin() -> Twin:
    return Twin()


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def grouping(engine: Engine, clock: FixedClock, twin: Twin, ticks: Ticks) -> QuestionGrouping:
    return QuestionGrouping(engine, clock, Grouper(engine, twin, clock), ticks)


def waiting(engine: Engine, clock: FixedClock) -> int:
    jobs, _ = Jobs(engine, clock).listed()
    return sum(job.state is State.QUEUED for job in jobs)


def look(grouping: QuestionGrouping, ticks: Ticks) -> None:
    ticks.now += LOOKED_EVERY_S
    grouping.put_in_due()


def test_a_question_asked_in_vain_has_a_job_and_then_a_group(
    engine: Engine, clock: FixedClock, grouping: QuestionGrouping, ticks: Ticks
) -> None:
    look(grouping, ticks)
    assert waiting(engine, clock) == 0
    log = Log(engine)
    log.ask_all()
    # Not looked at again so soon.
    grouping.put_in_due()
    assert waiting(engine, clock) == 0
    for _ in range(3):
        look(grouping, ticks)
    assert waiting(engine, clock) == 1
    assert work_off(engine, clock, {Kind.GROUPING: grouping}) == [State.DONE]
    assert sum(counted(engine).values()) == 24
    (job,), _ = Jobs(engine, clock).listed()
    assert job.result == {"questions": 24}
    look(grouping, ticks)
    assert waiting(engine, clock) == 0


def test_a_long_backlog_is_worked_off_by_several_jobs(
    engine: Engine, clock: FixedClock, twin: Twin, ticks: Ticks
) -> None:
    class Slow(Hasty):
        def step(self, most: int = 5) -> Step:
            ticks.now += ENDS_AFTER_S / 4
            return super().step(most)

    grouping = QuestionGrouping(engine, clock, Slow(engine, twin, clock), ticks)
    Log(engine).ask_all()
    grouped = [0]
    look(grouping, ticks)
    while waiting(engine, clock):
        assert work_off(engine, clock, {Kind.GROUPING: grouping}) == [State.DONE]
        look(grouping, ticks)
        grouped.append(sum(counted(engine).values()))
    assert len(grouped) > 2
    assert grouped == sorted(set(grouped))
    assert grouped[-1] == 24
    with reading(engine) as connection:
        assert connection.execute(select(grouping_state.c.untidied)).scalar_one() == 0


def test_what_is_erased_is_forgotten_by_a_job_too(
    engine: Engine, clock: FixedClock, grouping: QuestionGrouping, ticks: Ticks
) -> None:
    answer = Log(engine).ask("宠物犬登记证怎么办理")
    look(grouping, ticks)
    work_off(engine, clock, {Kind.GROUPING: grouping})
    with writing(engine) as connection:
        connection.execute(answer_log.update().where(answer_log.c.id == answer).values(question=""))
    look(grouping, ticks)
    assert work_off(engine, clock, {Kind.GROUPING: grouping}) == [State.DONE]
    look(grouping, ticks)
    assert waiting(engine, clock) == 0


def test_while_the_model_is_away_the_job_waits(
    engine: Engine, clock: FixedClock, grouping: QuestionGrouping, ticks: Ticks, twin: Twin
) -> None:
    Log(engine).ask("宠物犬登记证怎么办理")
    twin.away = True
    look(grouping, ticks)
    assert work_off(engine, clock, {Kind.GROUPING: grouping}) == [State.QUEUED]
    assert counted(engine) == {}


def test_whoever_asks_after_the_answer_has_a_job_to_be_told(
    engine: Engine, clock: FixedClock, grouping: QuestionGrouping, ticks: Ticks
) -> None:
    log = Log(engine)
    log.ask("宠物犬登记证怎么办理")
    look(grouping, ticks)
    work_off(engine, clock, {Kind.GROUPING: grouping})
    with writing(engine) as connection:
        named = {"state": "answered", "answered_kind": "document", "answered_by": "dog"}
        connection.execute(question_group.update().values(**named))
    wanting = log.ask("请问宠物犬登记证怎么办理")
    Consents(engine, clock, "2").put("a", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    with writing(engine) as connection:
        row = {"answer_id": wanting, "citizen": "a", "created": clock.now()}
        connection.execute(followup.insert().values(**row))
    look(grouping, ticks)
    work_off(engine, clock, {Kind.GROUPING: grouping})
    (number,) = counted(engine)
    jobs, _ = Jobs(engine, clock).listed()
    assert [job.params for job in jobs if job.kind == Kind.TELL] == [{"group": number}]
