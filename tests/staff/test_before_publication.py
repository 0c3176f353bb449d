"""Before and at publication: questions that must not be spoilt, a set hour, files brought twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine

from core.catalogue.models import Document, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.commands import Command, Denied
from core.database.engine import reading
from core.errors import BadInput, Conflict, NotFound
from knowledge_base.editing.commands import Editing
from knowledge_base.editing.drafts import State, drafts, due_drafts, find_draft
from knowledge_base.editing.question_commands import MOST_QUESTIONS, QUESTION_COMMANDS
from knowledge_base.editing.question_sets import Expected, listed_questions, questions_of, run_of
from knowledge_base.passages.chunk import chunk
from knowledge_base.trial.regression import Judged
from knowledge_base.trial.wire import DraftRef
from staff.actors import AccountActor, Operator
from staff.roles import GRANTS, Role
from staff.runner import CommandRunner
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS
from tests.staff.test_content import CARD, NAMES, TEXT, Desk, content, imported, stored

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
ASKED = Expected("补卡要钱吗", agency="ybj").digest
RIGHT = Judged("补卡要钱吗", before=True, after=True, status="answered_passage", said="二十元。", asked=ASKED)
SPOILT = Judged("补卡要钱吗", before=True, after=False, status="no_answer", said="没有找到。", asked=ASKED)


@pytest.fixture
def desk(engine: Engine, runner: CommandRunner, actor: Finder) -> Desk:
    return Desk(engine, runner, actor)


def drafted(engine: Engine) -> Any:
    with reading(engine) as connection:
        return find_draft(connection, "document", "card")


def in_review(desk: Desk) -> str:
    mark = desk.save("li.editor")
    desk.run("li.editor", "submit")
    return mark


def strict(engine: Engine, clock: FixedClock, judged: Sequence[Judged]) -> CommandRunner:
    def examine(_: DraftRef) -> Sequence[Judged]:
        return judged

    return CommandRunner(engine, clock, Editing(examine=examine, must_pass=True).commands)


def test_a_draft_is_published_when_its_hour_has_come(
    desk: Desk, runner: CommandRunner, engine: Engine, clock: FixedClock
) -> None:
    mark = in_review(desk)
    desk.run("zhao.reviewer", "schedule", at=AT)
    held = drafted(engine)
    assert (held.state, held.publish_at, held.approved_by) == (State.SCHEDULED, AT, "zhao.reviewer")
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "publish_due")
    with reading(engine) as connection:
        assert due_drafts(connection, AT - timedelta(seconds=1)) == []
        assert due_drafts(connection, AT) == [("document", "card", mark)]
    clock.move_to(AT)
    desk.run("zhao.reviewer", "publish_due")
    assert stored(engine).status is Status.PUBLISHED
    with pytest.raises(Conflict):
        desk.run("zhao.reviewer", "publish_due", mark=mark)


@pytest.mark.parametrize("at", [AT - timedelta(hours=5), AT + timedelta(days=400)])
def test_an_hour_that_is_past_or_years_away_is_refused(desk: Desk, rows: Rows, at: datetime) -> None:
    in_review(desk)
    before = rows()
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "schedule", at=at)
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "schedule", at=AT.replace(tzinfo=None))
    assert rows() == before


def test_nobody_schedules_their_own_draft(desk: Desk, runner: CommandRunner, rows: Rows) -> None:
    both = {"login": "both", "name": "两者", "roles": ["editor", "reviewer"], "agency": "ybj"}
    runner.run(Operator(), "account.add", {**both, "password": "correct horse 43"})
    desk.save("both")
    desk.run("both", "submit")
    before = rows()
    with pytest.raises(Denied):
        desk.run("both", "schedule", at=AT)
    assert rows() == before


@pytest.mark.parametrize("how", ["save", "unschedule", "withdraw"])
def test_what_is_changed_or_taken_back_waits_for_its_hour_no_more(
    desk: Desk, engine: Engine, clock: FixedClock, how: str
) -> None:
    if how == "withdraw":
        desk.publish()
    desk.save("li.editor", "另一种写法。")
    desk.run("li.editor", "submit")
    desk.run("zhao.reviewer", "schedule", at=AT)
    if how == "save":
        desk.save("li.editor", "又改了。")
    elif how == "unschedule":
        desk.run("zhao.reviewer", "unschedule")
    else:
        desk.run("zhao.reviewer", "withdraw", reason="有误")
    held = drafted(engine)
    assert held.state is (State.IN_REVIEW if how == "unschedule" else State.EDITING)
    assert (held.publish_at, held.approved_by) == (None, None)
    with reading(engine) as connection:
        assert due_drafts(connection, AT) == []


def test_a_record_that_changed_meanwhile_is_not_written_over_when_the_hour_comes(
    desk: Desk, engine: Engine, clock: FixedClock
) -> None:
    desk.publish()
    desk.save("li.editor", "新的写法。")
    desk.run("li.editor", "submit")
    desk.run("zhao.reviewer", "schedule", at=AT)
    imported(engine, "由导入更新。")
    clock.move_to(AT)
    with pytest.raises(Conflict):
        desk.run("zhao.reviewer", "publish_due")
    assert stored(engine).record.text == "由导入更新。"
    assert drafted(engine).content.text == "新的写法。"
    desk.run("@operator", "unschedule", comment="内容有改动")
    assert (drafted(engine).state, drafted(engine).comment) == (State.IN_REVIEW, "内容有改动")


def test_what_the_questions_gave_is_kept_with_the_draft_until_it_is_saved_again(
    desk: Desk, engine: Engine
) -> None:
    mark = in_review(desk)
    desk.run("li.editor", "examine")
    with reading(engine) as connection:
        run = run_of(connection, "document", "card", mark)
    assert run is not None
    assert (run.author, run.right_before, run.right_after, run.newly_wrong) == ("li.editor", 1, 1, 0)
    assert run.results[0]["said"] == "工本费二十元。"
    new = desk.save("li.editor", "又改了。")
    with reading(engine) as connection:
        assert run_of(connection, "document", "card", new) is None


def test_where_questions_must_pass_nothing_is_published_before_or_against_them(
    desk: Desk, engine: Engine, clock: FixedClock, actor: Finder, runner: CommandRunner, rows: Rows
) -> None:
    mark = in_review(desk)
    given = {**CARD, "mark": mark}
    reviewer, editor = actor("zhao.reviewer"), actor("li.editor")
    runner.run(editor, "question.save", {"agency": "ybj", "question": "补卡要钱吗"})
    before = rows()
    for name, more in (("content.publish", {}), ("content.schedule", {"at": AT})):
        with pytest.raises(BadInput, match="not examined"):
            strict(engine, clock, [RIGHT]).run(reviewer, name, {**given, **more})
    assert rows() == before
    strict(engine, clock, [SPOILT]).run(editor, "content.examine", given)
    before = rows()
    with pytest.raises(BadInput, match="spoils"):
        strict(engine, clock, []).run(reviewer, "content.publish", given)
    assert rows() == before
    strict(engine, clock, [RIGHT]).run(editor, "content.examine", given)
    # A question that came meanwhile, or expects something else, was not asked.
    number = runner.run(editor, "question.save", {"agency": "ybj", "question": "补卡在哪里办"})
    with pytest.raises(BadInput, match="not examined"):
        strict(engine, clock, []).run(reviewer, "content.publish", given)
    runner.run(editor, "question.delete", {"id": number})
    strict(engine, clock, []).run(reviewer, "content.publish", given)
    assert stored(engine).status is Status.PUBLISHED


def test_an_agency_without_questions_is_not_held_up(
    desk: Desk, engine: Engine, clock: FixedClock, actor: Finder, runner: CommandRunner
) -> None:
    mark = in_review(desk)
    runner.run(actor("sun.editor"), "question.save", {"agency": "gjj", "question": "公积金怎么提取"})
    strict(engine, clock, []).run(actor("zhao.reviewer"), "content.publish", {**CARD, "mark": mark})
    assert stored(engine).status is Status.PUBLISHED


def test_a_file_brought_twice_is_one_draft_and_what_is_published_needs_none(
    desk: Desk, engine: Engine, rows: Rows
) -> None:
    assert desk.run("li.editor", "bring", content=content())
    mark = drafted(engine).mark
    assert desk.run("li.editor", "bring", content=content()) is None
    assert drafted(engine).mark == mark
    with pytest.raises(Conflict):
        desk.run("li.editor", "bring", content=content(text="别的。"))
    desk.run("li.editor", "submit")
    desk.run("zhao.reviewer", "publish")
    assert desk.run("li.editor", "bring", content=content()) is None
    assert drafted(engine) is None
    assert desk.run("li.editor", "bring", content=content(text="别的。"))
    assert drafted(engine).base_version == 1


def test_a_withdrawn_text_that_is_brought_again_becomes_a_draft(desk: Desk, engine: Engine) -> None:
    desk.publish()
    desk.run("zhao.reviewer", "withdraw", reason="有误")
    assert desk.run("li.editor", "bring", content=content(text=TEXT))


def test_drafts_are_listed_by_agency_and_state(desk: Desk, runner: CommandRunner, engine: Engine) -> None:
    marks = {}
    for number, agency in enumerate(("ybj", "gjj", "ybj")):
        given = {**CARD, "external_id": f"d{number}", "base": 0, "content": content(agency)}
        marks[number] = runner.run(Operator(), "content.save", given)
    runner.run(Operator(), "content.submit", {**CARD, "external_id": "d2", "mark": marks[2]})
    with reading(engine) as connection:
        assert [one.external_id for one in drafts(connection)[0]] == ["d2", "d1", "d0"]
        assert [one.external_id for one in drafts(connection, agency="ybj")[0]] == ["d2", "d0"]
        found, total = drafts(connection, agency="ybj", state=State.IN_REVIEW, limit=1)
        assert ([one.external_id for one in found], total) == (["d2"], 1)
        assert drafts(connection, limit=1, offset=1)[1] == 3


# --- questions


def question_for(command: Command[Any], agency: str | None, runner: CommandRunner) -> dict[str, Any]:
    asked = {"agency": agency, "question": "补卡要钱吗", "words": "二十元"}
    if command.name == "question.save":
        return asked
    return {"id": runner.run(Operator(), "question.save", asked)}


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
@pytest.mark.parametrize("command", QUESTION_COMMANDS, ids=lambda command: command.name)
def test_who_may_change_questions(
    command: Command[Any],
    agency: str | None,
    runner: CommandRunner,
    actor: Finder,
    engine: Engine,
    rows: Rows,
) -> None:
    given = question_for(command, agency, runner)
    cells = Cells(engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        may = command.permission in GRANTS[Role(role)] and own in (None, agency)
        cells.tries(may, partial(runner.run, actor(login), command.name, given), login)


def test_the_same_question_of_an_agency_is_replaced(runner: CommandRunner, engine: Engine) -> None:
    first = {"agency": "ybj", "question": "补卡要钱吗", "words": "二十元"}
    number = runner.run(Operator(), "question.save", first)
    assert runner.run(Operator(), "question.save", {**first, "words": "免收"}) == number
    runner.run(Operator(), "question.save", {**first, "region": "510104"})
    runner.run(Operator(), "question.save", {"question": "天气", "refused": True})
    runner.run(Operator(), "question.save", {**first, "agency": "gjj"})
    with reading(engine) as connection:
        asked = questions_of(connection, "ybj")
        assert [(one.words, one.region, one.refused) for one in asked] == [
            ("免收", "", False), ("二十元", "510104", False), ("", "", True),
        ]  # fmt: skip
        found, total = listed_questions(connection, {"ybj"}, words="补卡", limit=1, offset=1)
    assert (len(found), total) == (1, 2)
    assert isinstance(found[0], Expected)


@pytest.mark.parametrize(
    "given",
    [
        {"question": "问"},
        {"question": "补卡要钱吗", "refused": True, "words": "二十元"},
        {"question": "补卡要钱吗", "external_id": "card"},
        {"question": "补卡要钱吗", "region": "51"},
        {"question": "补卡要钱吗", "words": "字" * 301},
    ],
)
def test_a_question_that_cannot_be_judged_is_refused(
    given: dict[str, Any], runner: CommandRunner, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(BadInput):
        runner.run(Operator(), "question.save", {"agency": "ybj", **given})
    assert rows() == before


def test_an_agency_has_no_more_questions_than_are_asked(runner: CommandRunner, rows: Rows) -> None:
    for number in range(MOST_QUESTIONS):
        runner.run(Operator(), "question.save", {"agency": "ybj", "question": f"问题{number}"})
    before = rows()
    with pytest.raises(BadInput):
        runner.run(Operator(), "question.save", {"agency": "ybj", "question": "再一个"})
    assert rows() == before
    with pytest.raises(NotFound):
        runner.run(Operator(), "question.delete", {"id": 9999})


# --- documents that replace others


def other(engine: Engine, external_id: str, agency: str) -> None:
    record = Document(external_id=external_id, title="旧办法", text="旧的规定。", agency=NAMES[agency])
    CatalogueWrites(engine).put(record, chunk(record, "旧办法"), Status.PUBLISHED)


def replacing(desk: Desk, external_id: str) -> None:
    desk.run("li.editor", "save", content={**content(), "replaces": [external_id]})
    desk.run("li.editor", "submit")


def test_what_a_document_replaces_ends_when_it_is_published(desk: Desk, engine: Engine) -> None:
    other(engine, "old", "ybj")
    replacing(desk, "old")
    desk.run("zhao.reviewer", "publish")
    old = CatalogueReads(engine).by_external_id("document", "old")
    assert old is not None
    assert isinstance(old.record, Document)
    assert (old.record.replaced_by, old.record.effective_to) == ("card", date(2026, 3, 1))


@pytest.mark.parametrize("name", ["publish", "schedule"])
def test_nobody_ends_what_is_another_agencys(desk: Desk, engine: Engine, rows: Rows, name: str) -> None:
    other(engine, "old", "gjj")
    replacing(desk, "old")
    before = rows()
    with pytest.raises(Denied):
        desk.run("zhao.reviewer", name, **({"at": AT} if name == "schedule" else {}))
    assert rows() == before


def test_what_is_for_staff_alone_replaces_nothing_that_citizens_see(
    desk: Desk, engine: Engine, rows: Rows
) -> None:
    other(engine, "old", "ybj")
    desk.run("li.editor", "save", content={**content(), "replaces": ["old"], "internal": True})
    desk.run("li.editor", "submit")
    before = rows()
    with pytest.raises(BadInput) as caught:
        desk.run("zhao.reviewer", "publish")
    assert "old" in caught.value.public_message
    assert rows() == before


def test_what_is_for_staff_alone_is_published_withdrawn_and_shown_again_as_such(
    desk: Desk, engine: Engine
) -> None:
    desk.run("li.editor", "save", content={**content(), "internal": True})
    desk.run("li.editor", "submit")
    desk.run("zhao.reviewer", "publish")
    assert stored(engine).status is Status.INTERNAL
    desk.run("zhao.reviewer", "withdraw", version=1, reason="过时")
    assert stored(engine).status is Status.WITHDRAWN
    desk.run("zhao.reviewer", "show_again", version=1)
    assert stored(engine).status is Status.INTERNAL


@pytest.mark.parametrize("external_id", ["missing", "card"])
def test_a_document_that_replaces_what_is_not_there_is_not_published(
    desk: Desk, rows: Rows, external_id: str
) -> None:
    replacing(desk, external_id)
    before = rows()
    with pytest.raises(BadInput) as caught:
        desk.run("zhao.reviewer", "publish")
    assert external_id in caught.value.public_message
    assert rows() == before
