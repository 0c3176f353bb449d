"""A content from its first draft to its withdrawal: who may do what, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.catalogue.models import Document, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.versions import content_of, versions_of
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.commands import Command, Denied
from core.database.engine import reading
from core.errors import BadInput, Conflict, NotFound
from knowledge_base.editing.commands import Editing
from knowledge_base.editing.drafts import State, drafts, find_draft
from knowledge_base.passages.chunk import chunk
from staff.actors import AccountActor, Operator
from staff.roles import GRANTS, Role
from staff.runner import CommandRunner
from staff.tables import audit_entry
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
NAMES = {"ybj": "示例市医保局", "gjj": "示例市公积金中心", None: None}
CARD = {"kind": "document", "external_id": "card"}
TEXT = "医保卡遗失的，可以在任一窗口补办。工本费二十元。"
COMMANDS: list[Command[Any]] = list(Editing().commands)


def content(agency: str | None = "ybj", text: str = TEXT) -> dict[str, Any]:
    return {"title": "医保卡补办办法", "text": text, "agency": NAMES[agency]}


def stored(engine: Engine) -> Any:
    return CatalogueReads(engine).by_external_id("document", "card")


class Desk:
    """Runs commands on one document as several people."""

    def __init__(self, runner: CommandRunner, actor: Finder) -> None:
        self._runner = runner
        self._actor = actor

    def run(self, login: str, name: str, **given: Any) -> Any:
        who = Operator() if login == "@operator" else self._actor(login)
        return self._runner.run(who, f"content.{name}", {**CARD, **given})

    def publish(self, text: str = TEXT, agency: str | None = "ybj") -> None:
        """Through a draft that another person looked at."""
        edit = self.run("city.editor", "save", edit=0, content=content(agency, text))
        self.run("city.editor", "submit", edit=edit)
        self.run("city.reviewer", "publish", edit=edit)


@pytest.fixture
def desk(runner: CommandRunner, actor: Finder) -> Desk:
    return Desk(runner, actor)


def test_nobody_is_answered_from_a_draft_before_another_person_publishes_it(
    desk: Desk, engine: Engine
) -> None:
    edit = desk.run("li.editor", "save", edit=0, content=content())
    assert stored(engine) is None
    desk.run("li.editor", "submit", edit=edit)
    desk.run("zhao.reviewer", "publish", edit=edit)
    found = stored(engine)
    assert (found.status, found.version, found.record.text) == (Status.PUBLISHED, 1, TEXT)
    assert CatalogueReads(engine).passages([found.key]) != []
    with reading(engine) as connection:
        assert find_draft(connection, "document", "card") is None
        assert [(one.number, one.author) for one in versions_of(connection, found.key)] == [
            (1, "zhao.reviewer")
        ]
        told = connection.execute(select(audit_entry).order_by(audit_entry.c.number.desc())).first()
    assert told is not None
    assert (told.command, told.subject_kind, told.subject_id, told.agency) == (
        "content.publish", "document", "card", "ybj",
    )  # fmt: skip
    assert json.loads(told.details)["version"] == 1


def test_what_is_published_stays_as_it_is_while_a_draft_is_worked_on(desk: Desk, engine: Engine) -> None:
    desk.publish()
    edit = desk.run("li.editor", "save", edit=0, content=content(text="工本费免收。"))
    assert stored(engine).record.text == TEXT
    desk.run("li.editor", "submit", edit=edit)
    desk.run("zhao.reviewer", "publish", edit=edit)
    found = stored(engine)
    assert (found.record.text, found.version) == ("工本费免收。", 2)
    with reading(engine) as connection:
        former = content_of(connection, found.key, 1)
    assert isinstance(former, Document)
    assert former.text == TEXT


def test_of_two_editors_the_second_loses_nothing_and_is_told(desk: Desk, rows: Rows) -> None:
    edit = desk.run("li.editor", "save", edit=0, content=content())
    desk.run("city.editor", "save", edit=edit, content=content(text="第二稿。"))
    before = rows()
    for name, given in (
        ("save", {"content": content(text="第三稿。")}), ("submit", {}), ("discard", {}),
    ):  # fmt: skip
        with pytest.raises(Conflict):
            desk.run("li.editor", name, edit=edit, **given)
    with pytest.raises(Conflict):
        desk.run("li.editor", "save", edit=0, content=content())
    assert rows() == before


def test_what_is_edited_after_it_was_sent_for_review_is_reviewed_again(desk: Desk, rows: Rows) -> None:
    edit = desk.run("li.editor", "save", edit=0, content=content())
    desk.run("li.editor", "submit", edit=edit)
    desk.run("li.editor", "save", edit=edit, content=content(text="悄悄改过。"))
    before = rows()
    with pytest.raises(Conflict):
        desk.run("zhao.reviewer", "publish", edit=edit)
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "publish", edit=edit + 1)
    assert rows() == before


def test_a_draft_is_sent_back_with_the_reason(desk: Desk, engine: Engine) -> None:
    edit = desk.run("li.editor", "save", edit=0, content=content())
    desk.run("li.editor", "submit", edit=edit)
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "reject", edit=edit, comment="  ")
    desk.run("zhao.reviewer", "reject", edit=edit, comment="工本费有误")
    with reading(engine) as connection:
        held = find_draft(connection, "document", "card")
    assert held is not None
    assert (held.state, held.comment, held.edit) == (State.EDITING, "工本费有误", edit)
    desk.run("li.editor", "submit", edit=edit)
    with reading(engine) as connection:
        again = find_draft(connection, "document", "card")
    assert again is not None
    assert (again.state, again.comment) == (State.IN_REVIEW, "")


def test_nobody_publishes_what_they_edited_unless_the_installation_wants_it(
    desk: Desk, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock
) -> None:
    both = {"name": "两者", "roles": ["editor", "reviewer"], "agency": "ybj"}
    runner.run(
        Operator(), "account.add", {**both, "login": "both", "password": "correct horse 43"}
    )  # fmt: skip
    edit = desk.run("both", "save", edit=0, content=content())
    edit = desk.run("li.editor", "save", edit=edit, content=content(text="第二稿。"))
    desk.run("li.editor", "submit", edit=edit)
    with pytest.raises(Denied):
        desk.run("both", "publish", edit=edit)
    assert stored(engine) is None
    alone = CommandRunner(engine, clock, Editing(two_persons=False).commands)
    alone.run(actor("both"), "content.publish", {**CARD, "edit": edit})
    assert stored(engine).status is Status.PUBLISHED


def test_an_import_meanwhile_is_not_written_over(desk: Desk, engine: Engine) -> None:
    desk.publish()
    edit = desk.run("li.editor", "save", edit=0, content=content(text="工本费免收。"))
    desk.run("li.editor", "submit", edit=edit)
    imported = Document(external_id="card", title="医保卡补办办法", text="由导入更新。", agency=NAMES["ybj"])
    CatalogueWrites(engine).put(imported, chunk(imported, "医保卡补办办法"), Status.PUBLISHED)
    with pytest.raises(Conflict):
        desk.run("zhao.reviewer", "publish", edit=edit)
    found = stored(engine)
    assert (found.record.text, found.version) == ("由导入更新。", 2)
    with reading(engine) as connection:
        assert find_draft(connection, "document", "card") is not None
        assert [one.author for one in versions_of(connection, found.key)] == ["@import", "city.reviewer"]


def test_withdrawn_and_shown_again(desk: Desk, engine: Engine) -> None:
    desk.publish()
    desk.run("zhao.reviewer", "withdraw", reason="已废止")
    assert stored(engine).status is Status.WITHDRAWN
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "withdraw", reason="再撤一次")
    desk.run("zhao.reviewer", "show_again")
    assert (stored(engine).status, stored(engine).version) == (Status.PUBLISHED, 1)
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "show_again")


def test_an_edit_is_undone_as_a_new_version(desk: Desk, engine: Engine) -> None:
    desk.publish()
    desk.publish("工本费免收。")
    with pytest.raises(NotFound):
        desk.run("li.editor", "restore", version=3)
    edit = desk.run("li.editor", "restore", version=1)
    with pytest.raises(Conflict):
        desk.run("li.editor", "restore", version=1)
    desk.run("li.editor", "submit", edit=edit)
    desk.run("zhao.reviewer", "publish", edit=edit)
    assert (stored(engine).version, stored(engine).record.text) == (3, TEXT)


def test_a_guide_lives_as_a_document_does(runner: CommandRunner, actor: Finder, engine: Engine) -> None:
    guide = {"kind": "item", "external_id": "guide"}
    wanted = {"name": "医保卡补办", "agency": NAMES["ybj"], "materials": [{"name": "身份证"}]}
    edit = runner.run(actor("li.editor"), "content.save", {**guide, "edit": 0, "content": wanted})
    runner.run(actor("li.editor"), "content.submit", {**guide, "edit": edit})
    runner.run(actor("zhao.reviewer"), "content.publish", {**guide, "edit": edit})
    found = CatalogueReads(engine).by_external_id("item", "guide")
    assert found is not None
    assert isinstance(found.record, ServiceItem)
    assert [one.name for one in found.record.materials] == ["身份证"]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"text": ""}, "text"),
        ({"external_id": "other"}, "external_id"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"agency": "不存在的部门"}, "agency"),
        ({"fee": "二十元"}, "fee"),
        ({"region": "51"}, "region"),
    ],
)
def test_a_content_is_checked_as_an_import_is(
    changed: dict[str, Any], named: str, desk: Desk, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(BadInput) as caught:
        desk.run("@operator", "save", edit=0, content={**content(), **changed})
    assert named in caught.value.detail
    assert rows() == before


def test_nobody_takes_over_or_gives_away_what_is_another_agencys(desk: Desk, rows: Rows) -> None:
    desk.publish()
    before = rows()
    for login, agency in (("sun.editor", "gjj"), ("li.editor", "gjj"), ("li.editor", None)):
        with pytest.raises(Denied):
            desk.run(login, "save", edit=0, content=content(agency))
    assert rows() == before
    desk.publish(agency="gjj")
    with pytest.raises(Denied):
        desk.run("sun.editor", "restore", version=1)


def given_for(name: str, desk: Desk, agency: str | None) -> dict[str, Any]:
    """Brings the document to where the command applies, and what the command is given."""
    if name in ("withdraw", "show_again", "restore"):
        desk.publish(agency=agency)
        if name == "show_again":
            desk.run("city.reviewer", "withdraw", reason="试")
        return {"withdraw": {"reason": "废止"}, "restore": {"version": 1}}.get(name, {})
    if name == "save":
        return {"edit": 0, "content": content(agency)}
    edit = desk.run("city.editor", "save", edit=0, content=content(agency))
    if name in ("publish", "reject"):
        desk.run("city.editor", "submit", edit=edit)
    return {"edit": edit} | ({"comment": "改"} if name == "reject" else {})


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
@pytest.mark.parametrize("login", ACCOUNTS)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_who_may_do_what(
    command: Command[Any], login: str, agency: str | None, desk: Desk, rows: Rows
) -> None:
    name = command.name.removeprefix("content.")
    given = given_for(name, desk, agency)
    before = rows()
    own, role = ACCOUNTS[login]
    if command.permission in GRANTS[Role(role)] and own in (None, agency):
        desk.run(login, name, **given)
        assert rows() != before
        return
    with pytest.raises(Denied):
        desk.run(login, name, **given)
    assert rows() == before


def test_drafts_are_listed_by_agency_and_state(desk: Desk, runner: CommandRunner, engine: Engine) -> None:
    for number, agency in enumerate(("ybj", "gjj", "ybj")):
        given = {**CARD, "external_id": f"d{number}", "edit": 0, "content": content(agency)}
        runner.run(Operator(), "content.save", given)
    runner.run(Operator(), "content.submit", {**CARD, "external_id": "d2", "edit": 1})
    with reading(engine) as connection:
        assert [one.external_id for one in drafts(connection)[0]] == ["d2", "d1", "d0"]
        assert [one.external_id for one in drafts(connection, agency="ybj")[0]] == ["d2", "d0"]
        found, total = drafts(connection, agency="ybj", state=State.IN_REVIEW, limit=1)
        assert ([one.external_id for one in found], total) == (["d2"], 1)
        assert drafts(connection, limit=1, offset=1)[1] == 3
