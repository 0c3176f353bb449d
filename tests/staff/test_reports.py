"""What citizens report: who may reply or close, and what becomes of it when they say something else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from casework.reports import Report, Reports, ReportState, Wanted
from core.citizens.feedback import FeedbackStore, Opinion, Reason, Reply
from core.citizens.tables import answer_log, conversation, feedback, feedback_reply, message
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.errors import BadInput, Conflict, NotFound
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from staff.actors import AccountActor
from staff.runner import CommandRunner
from staff.tables import audit_entry
from tests.casework.standing import put_answer, put_group
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
GIVEN: dict[str, dict[str, Any]] = {
    "report.reply": {"text": "电话已经更正，谢谢。"},
    "report.close": {"reason": "与答复无关"},
}


@pytest.fixture
def store(engine: Engine, clock: FixedClock) -> FeedbackStore:
    return FeedbackStore(engine, clock)


@pytest.fixture
def report(
    engine: Engine, clock: FixedClock, runner: CommandRunner, store: FeedbackStore
) -> Callable[[str | None], Report]:
    """A report of a citizen on an answer of an agency, or of none."""

    def _put(agency: str | None, name: str = "a1") -> Report:
        put_answer(engine, clock.now(), name)
        shown = {
            "id": f"m-{name}", "conversation": f"c-{name}", "answer_id": name, "role": "assistant",
            "kind": "text", "payload": {"text": "x"}, "created": clock.now(),
        }  # fmt: skip
        with writing(engine) as connection:
            this = answer_log.c.id == name
            connection.execute(update(answer_log).where(this).values(agency=agency))
            begun = {"id": f"c-{name}", "created": clock.now(), "last_seen": clock.now()}
            connection.execute(insert(conversation).values(**begun))
            connection.execute(insert(message).values(**shown))
        store.save(f"c-{name}", name, Opinion(False, Reason.WRONG, "电话不对"))
        return _now(engine, name)

    return _put


def _now(engine: Engine, name: str = "a1") -> Report:
    found = Reports(engine).one(name)
    assert found is not None
    return found


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
@pytest.mark.parametrize("name", sorted(GIVEN))
def test_an_agency_acts_on_what_is_said_of_its_own_answers(
    name: str,
    agency: str | None,
    report: Any,
    runner: CommandRunner,
    actor: Finder,
    engine: Engine,
    rows: Rows,
) -> None:
    held = report(agency)
    given = {"answer_id": held.answer_id, "mark": held.mark, **GIVEN[name]}
    cells = Cells(engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        may = role in ("editor", "reviewer") and own in (None, agency)
        cells.tries(may, partial(runner.run, actor(login), name, given), login)
    assert cells.allowed >= 2


def test_of_what_quoted_nobody_the_agency_acts_that_was_given_the_question(
    report: Any, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock, rows: Rows
) -> None:
    report(None)
    put_group(engine, clock.now(), ["a1"], agency="gjj")
    held = _now(engine)
    given = {"answer_id": "a1", "mark": held.mark, **GIVEN["report.reply"]}
    cells = Cells(engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        may = role in ("editor", "reviewer") and own in (None, "gjj")
        cells.tries(may, partial(runner.run, actor(login), "report.reply", given), login)
    assert cells.allowed == 4


def test_a_reply_is_kept_as_it_is_and_taken_to_the_citizen_later(
    report: Any, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock, store: FeedbackStore
) -> None:
    held = report("ybj")
    text = "已更正，请打0990-5550101，别打13912345678。"
    job = runner.run(actor("li.editor"), "report.reply", {"answer_id": "a1", "mark": held.mark, "text": text})
    now = _now(engine)
    assert (now.state, now.owner, now.number) == (ReportState.REPLIED, "li.editor", 1)
    waiting = Jobs(engine, clock).one(job)
    assert waiting is not None
    assert (waiting.kind, waiting.params) == (Kind.REPLY, {"answer": "a1", "number": 1})
    told = store.replies("c-a1")["a1"]
    # In staff's own words to one citizen: a counter's telephone is to be read.
    assert told.text == text
    assert (told.agency, told.at) == ("示例市医保局", clock.now())


def test_what_is_closed_is_told_nobody_and_can_still_be_replied_to(
    report: Any, runner: CommandRunner, actor: Finder, engine: Engine, store: FeedbackStore, clock: FixedClock
) -> None:
    held, li = report("ybj"), actor("li.editor")
    runner.run(li, "report.close", {"answer_id": "a1", "mark": held.mark, "reason": "内部原因"})
    closed = _now(engine)
    assert (closed.state, closed.closed_for) == (ReportState.CLOSED, "内部原因")
    with reading(engine) as connection:
        logged = connection.execute(select(audit_entry)).mappings().all()
    # The audit log is not erased with a citizen's data.
    assert logged
    assert "内部原因" not in str(logged)
    assert store.replies("c-a1") == {}
    assert store.export("c-a1")["replies"] == []
    assert Jobs(engine, clock).listed()[0] == []
    with pytest.raises(BadInput):
        runner.run(li, "report.close", {"answer_id": "a1", "mark": closed.mark, "reason": "再关一次"})
    runner.run(li, "report.reply", {"answer_id": "a1", "mark": closed.mark, "text": "还是说一声。"})
    assert (_now(engine).state, _now(engine).closed_for) == (ReportState.REPLIED, None)


def test_what_is_said_after_a_reply_waits_for_another_one(
    report: Any, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock, store: FeedbackStore
) -> None:
    held, li = report("ybj"), actor("li.editor")
    runner.run(li, "report.reply", {"answer_id": "a1", "mark": held.mark, "text": "第一次"})
    clock.move_to(clock.now() + timedelta(hours=1))
    # Sent twice, as by an impatient finger: nothing is new.
    store.save("c-a1", "a1", Opinion(False, Reason.WRONG, "电话不对"))
    assert _now(engine).state is ReportState.REPLIED
    store.save("c-a1", "a1", Opinion(False, Reason.OUTDATED, "还是不对"))
    again = _now(engine)
    assert (again.state, again.reply) == (ReportState.OPEN, "第一次")
    assert store.replies("c-a1")["a1"].text == "第一次"
    with pytest.raises(Conflict):
        runner.run(li, "report.reply", {"answer_id": "a1", "mark": held.mark, "text": "没有看到新的"})
    runner.run(li, "report.reply", {"answer_id": "a1", "mark": again.mark, "text": "第二次"})
    assert (_now(engine).state, _now(engine).number) == (ReportState.REPLIED, 2)
    store.save("c-a1", "a1", Opinion(True))
    assert Reports(engine).one("a1") is None
    # What was told stands under the answer all the same.
    assert store.replies("c-a1")["a1"].text == "第二次"


def test_nothing_is_replied_twice_or_to_nobody(
    report: Any, runner: CommandRunner, actor: Finder, engine: Engine, store: FeedbackStore, rows: Rows
) -> None:
    held, li = report("ybj"), actor("li.editor")
    given = {"answer_id": "a1", "mark": held.mark, "text": "回复"}
    runner.run(li, "report.reply", given)
    before = rows()
    now = _now(engine)
    with pytest.raises(Conflict):
        runner.run(li, "report.reply", given)
    for wrong, error in (
        ({**given, "mark": now.mark}, BadInput),
        ({**given, "mark": now.mark, "text": " "}, BadInput),
        ({**given, "mark": now.mark, "text": "长" * 1001}, BadInput),
        ({**given, "answer_id": "missing"}, NotFound),
    ):
        with pytest.raises(error):
            runner.run(li, "report.reply", wrong)
    assert rows() == before


def test_reports_are_listed_by_state_reason_and_agency(
    report: Any, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock, store: FeedbackStore
) -> None:
    for number in range(7):
        clock.move_to(clock.now() + timedelta(minutes=number % 2))
        report("ybj" if number % 3 else "gjj", f"r{number}")
    report("ybj", "useful")
    store.save("c-useful", "useful", Opinion(True))
    report("ybj", "wordless")
    store.save("c-wordless", "wordless", Opinion(False))
    reads, found, before = Reports(engine), list[str](), None
    while True:
        page = reads.page(Wanted(), 2, before)
        found += [one.answer_id for one in page.reports]
        if (before := page.next) is None:
            break
    assert found == ["r6", "r5", "r4", "r3", "r2", "r1", "r0"]
    assert (reads.open(), reads.open("gjj"), reads.open("ybj"), reads.open("none")) == (7, 3, 4, 0)
    runner.run(actor("city.editor"), "report.close", {
        "answer_id": "r0", "mark": _now(engine, "r0").mark, "reason": "重复",
    })  # fmt: skip
    closed = reads.page(Wanted(ReportState.CLOSED, Reason.WRONG, "gjj"))
    assert [one.answer_id for one in closed.reports] == ["r0"]
    assert reads.page(Wanted(ReportState.REPLIED)).reports == []
    assert reads.page(Wanted(reason=Reason.UNCLEAR)).reports == []
    assert reads.open("gjj") == 2


def test_a_reply_goes_with_the_opinion(
    report: Any, runner: CommandRunner, actor: Finder, engine: Engine, store: FeedbackStore, clock: FixedClock
) -> None:
    held = report("ybj")
    runner.run(actor("li.editor"), "report.reply", {"answer_id": "a1", "mark": held.mark, "text": "回复"})
    (exported,) = store.export("c-a1")["replies"]
    assert exported == {"answer_id": "a1", "text": "回复", "agency": "示例市医保局", "at": clock.now()}
    assert store.replies("c-a1") == {"a1": Reply("回复", "示例市医保局", clock.now())}
    assert store.replies("c-other") == {}
    store.erase("c-a1")
    with reading(engine) as connection:
        for table in (feedback, feedback_reply):
            assert connection.execute(select(table)).all() == []
