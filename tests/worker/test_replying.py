"""A reply reaches whoever reported something and agreed to hear of it, once; and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select, update

from apps.worker.replying import Replying
from casework.report_commands import REPORT_COMMANDS
from casework.reports import Reports
from channels.ports import NoticeKind
from channels.web.stops import Stops
from channels.web.tables import notice
from core.answering import AnswerStatus
from core.catalogue.models import Agency
from core.catalogue.writes import CatalogueWrites
from core.citizens.consents import Consents, Purpose
from core.citizens.conversations import StoredMessage, new_id
from core.citizens.feedback import FeedbackStore, Opinion, Reason
from core.citizens.tables import answer_log, feedback, feedback_reply
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.kinds import Kind
from core.jobs.models import State
from core.jobs.queue import enqueue
from staff.actors import Operator
from staff.runner import CommandRunner
from tests.worker.test_telling import Rung
from tests.worker.working import work_off

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def bell() -> Rung:
    return Rung()


@pytest.fixture
def ledger(engine: Engine, clock: FixedClock) -> Consents:
    return Consents(engine, clock, "2")


def report(engine: Engine, clock: FixedClock, who: str) -> str:
    """Somebody asks, and says that the answer is wrong."""
    logged = LoggedAnswer(id=new_id(), question="狗证怎么办", status=AnswerStatus.NO_ANSWER)
    bubble = StoredMessage(new_id(), "assistant", "text", {"text": "没有找到"}, clock.now())
    Turns(engine, clock).save(Turn(conversation=who, answer=logged, messages=[bubble]))
    with writing(engine) as connection:
        connection.execute(update(answer_log).where(answer_log.c.id == logged.id).values(agency="gaj"))
    FeedbackStore(engine, clock).save(who, logged.id, Opinion(False, Reason.WRONG, "电话不对"))
    return logged.id


def reply(engine: Engine, clock: FixedClock, answer: str, text: str = "电话已经更正。") -> None:
    held = Reports(engine).one(answer)
    assert held is not None
    runner = CommandRunner(engine, clock, REPORT_COMMANDS)
    runner.run(Operator(), "report.reply", {"answer_id": answer, "mark": held.mark, "text": text})


def work(engine: Engine, clock: FixedClock, bell: Rung) -> list[str]:
    return work_off(engine, clock, {Kind.REPLY: Replying(engine, clock, bell)})


def told(engine: Engine) -> list[tuple[str, str, str]]:
    """Citizen, kind and text of each notice."""
    columns = (notice.c.citizen, notice.c.kind, notice.c.text)
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(notice.c.number))]


def test_who_reported_and_agreed_is_told_once_and_nobody_else(
    engine: Engine, clock: FixedClock, bell: Rung, ledger: Consents
) -> None:
    CatalogueWrites(engine).put_agency(Agency(external_id="gaj", name="示例市公安局"))
    ledger.put("agreed", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    ledger.put("other", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    answers = {who: report(engine, clock, who) for who in ("agreed", "silent", "other")}
    for who in ("agreed", "silent"):
        reply(engine, clock, answers[who])
    assert work(engine, clock, bell) == [State.DONE, State.DONE]
    # As after a worker that was killed behind its commit.
    with writing(engine) as connection:
        given = {"answer": answers["agreed"], "number": 1}
        enqueue(connection, Kind.REPLY, given, by="li", now=clock.now())
    assert work(engine, clock, bell) == [State.DONE]
    ((citizen, kind, text),) = told(engine)
    assert (citizen, kind) == ("agreed", NoticeKind.REPLY)
    assert "您在3月2日反馈过" in text
    assert "“狗证怎么办”" in text
    assert text.endswith("电话已经更正。（示例市公安局）")


@pytest.mark.parametrize("change", ["withdrawn", "stopped", "unlinked", "erased", "useful"])
def test_what_happens_meanwhile_counts(
    change: str, engine: Engine, clock: FixedClock, bell: Rung, ledger: Consents
) -> None:
    ledger.put("a", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    answer = report(engine, clock, "a")
    reply(engine, clock, answer)
    if change == "withdrawn":
        ledger.put("a", {Purpose.FOLLOWUP_NOTICE: False}, "2")
    elif change == "stopped":
        Stops(engine, clock).stop("a", NoticeKind.REPLY)
    elif change == "unlinked":
        with writing(engine) as connection:
            connection.execute(update(feedback).values(conversation=None))
    elif change == "erased":
        FeedbackStore(engine, clock).erase("a")
    else:
        FeedbackStore(engine, clock).save("a", answer, Opinion(True))
    assert work(engine, clock, bell) == [State.DONE]
    # Who says by now that the answer is useful still gets what was said to them.
    assert len(told(engine)) == (1 if change == "useful" else 0)


def test_a_reply_that_another_one_has_overtaken_is_not_told(
    engine: Engine, clock: FixedClock, bell: Rung, ledger: Consents
) -> None:
    ledger.put("a", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    answer = report(engine, clock, "a")
    reply(engine, clock, answer, "第一次")
    with writing(engine) as connection:
        connection.execute(update(feedback_reply).values(number=2, text="第二次"))
        given = {"answer": answer, "number": 2}
        enqueue(connection, Kind.REPLY, given, by="li", now=clock.now())
    work(engine, clock, bell)
    ((_, _, text),) = told(engine)
    assert "第二次" in text


def test_two_replies_to_two_reports_on_one_answer_are_both_told(
    engine: Engine, clock: FixedClock, bell: Rung, ledger: Consents
) -> None:
    ledger.put("a", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    answer = report(engine, clock, "a")
    reply(engine, clock, answer, "第一次")
    work(engine, clock, bell)
    clock.move_to(datetime(2026, 3, 3, 9, 0, tzinfo=UTC))
    FeedbackStore(engine, clock).save("a", answer, Opinion(False, Reason.OUTDATED, "又变了"))
    reply(engine, clock, answer, "第二次")
    work(engine, clock, bell)
    assert [text.rpartition("\n")[2] for _, _, text in told(engine)] == ["第一次", "第二次"]
