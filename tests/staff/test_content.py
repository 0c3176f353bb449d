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
from core.commands import Denied
from core.database.engine import reading
from core.errors import BadInput, Conflict, NotFound
from knowledge_base.editing.commands import Editing
from knowledge_base.editing.drafts import State, find_draft
from knowledge_base.passages.chunk import chunk
from staff.actors import AccountActor, Operator
from staff.runner import CommandRunner
from staff.tables import audit_entry

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
NAMES = {"ybj": "示例市医保局", "gjj": "示例市公积金中心", None: None}
CARD = {"kind": "document", "external_id": "card"}
TEXT = "医保卡遗失的，可以在任一窗口补办。工本费二十元。"


def content(agency: str | None = "ybj", text: str = TEXT) -> dict[str, Any]:
    return {"title": "医保卡补办办法", "text": text, "agency": NAMES[agency]}


def stored(engine: Engine) -> Any:
    return CatalogueReads(engine).by_external_id("document", "card")


class Desk:
    """Runs commands on one document as several people; `run` fills in what they have just seen."""

    def __init__(self, engine: Engine, runner: CommandRunner, actor: Finder) -> None:
        self._engine = engine
        self._runner = runner
        self._actor = actor

    def run(self, login: str, name: str, **given: Any) -> Any:
        who = Operator() if login == "@operator" else self._actor(login)
        seen = {} if given.pop("blind", False) else self.seen(name)
        return self._runner.run(who, f"content.{name}", {**CARD, **seen, **given})

    def seen(self, name: str) -> dict[str, Any]:
        """What a page that is opened now gives a command."""
        held = stored(self._engine)
        with reading(self._engine) as connection:
            drafted = find_draft(connection, "document", "card")
        version, mark = held.version if held else 0, drafted.mark if drafted else None
        if name == "save":
            return {"base": version, "mark": mark}
        if name in ("withdraw", "show_again"):
            return {"version": version}
        if name == "bring":
            return {}
        return {"mark": mark} if name != "restore" else {}

    def save(self, login: str, text: str = TEXT, agency: str | None = "ybj", **given: Any) -> str:
        """A draft; its mark."""
        return str(self.run(login, "save", content=content(agency, text), **given))

    def publish(self, text: str = TEXT, agency: str | None = "ybj") -> None:
        """Through a draft that another person looked at."""
        self.save("city.editor", text, agency)
        self.run("city.editor", "submit")
        self.run("city.reviewer", "publish")


@pytest.fixture
def desk(engine: Engine, runner: CommandRunner, actor: Finder) -> Desk:
    return Desk(engine, runner, actor)


def test_nobody_is_answered_from_a_draft_before_another_person_publishes_it(
    desk: Desk, engine: Engine
) -> None:
    desk.save("li.editor")
    assert stored(engine) is None
    desk.run("li.editor", "submit")
    desk.run("zhao.reviewer", "publish")
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
    desk.save("li.editor", "工本费免收。")
    assert stored(engine).record.text == TEXT
    desk.run("li.editor", "submit")
    desk.run("zhao.reviewer", "publish")
    found = stored(engine)
    assert (found.record.text, found.version) == ("工本费免收。", 2)
    with reading(engine) as connection:
        former = content_of(connection, found.key, 1)
    assert isinstance(former, Document)
    assert former.text == TEXT


def test_of_two_editors_the_second_loses_nothing_and_is_told(desk: Desk, rows: Rows) -> None:
    old = desk.save("li.editor")
    desk.save("city.editor", "第二稿。")
    before = rows()
    for name in ("submit", "discard"):
        with pytest.raises(Conflict, match="another draft"):
            desk.run("li.editor", name, mark=old)
    for mark in (old, None):
        with pytest.raises(Conflict) as caught:
            desk.save("li.editor", "第三稿。", mark=mark)
        assert "city.editor" in caught.value.public_message
    assert rows() == before


def test_a_reviewer_publishes_what_they_have_read_and_nothing_else(desk: Desk, rows: Rows) -> None:
    read = desk.save("li.editor")
    desk.run("li.editor", "submit")
    desk.save("li.editor", "悄悄改过。")
    before = rows()
    with pytest.raises(Conflict):
        desk.run("zhao.reviewer", "publish", mark=read)
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "publish")
    assert rows() == before
    desk.run("li.editor", "discard")
    desk.save("li.editor", "另一份。")
    desk.run("li.editor", "submit")
    before = rows()
    with pytest.raises(Conflict):
        desk.run("zhao.reviewer", "publish", mark=read)
    assert rows() == before


def test_a_draft_is_sent_back_with_the_reason(desk: Desk, engine: Engine) -> None:
    mark = desk.save("li.editor")
    desk.run("li.editor", "submit")
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "reject", comment="  ")
    desk.run("zhao.reviewer", "reject", comment="工本费有误")
    with reading(engine) as connection:
        held = find_draft(connection, "document", "card")
    assert held is not None
    assert (held.state, held.comment, held.mark) == (State.EDITING, "工本费有误", mark)
    desk.run("li.editor", "submit")
    with reading(engine) as connection:
        again = find_draft(connection, "document", "card")
    assert again is not None
    assert (again.state, again.comment) == (State.IN_REVIEW, "")


def test_nobody_publishes_what_they_edited_unless_the_installation_wants_it(
    desk: Desk, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock
) -> None:
    both = {"login": "both", "name": "两者", "roles": ["editor", "reviewer"], "agency": "ybj"}
    runner.run(Operator(), "account.add", {**both, "password": "correct horse 43"})
    desk.save("both")
    mark = desk.save("li.editor", "第二稿。")
    desk.run("li.editor", "submit")
    with pytest.raises(Denied):
        desk.run("both", "publish")
    assert stored(engine) is None
    alone = CommandRunner(engine, clock, Editing(two_persons=False).commands)
    alone.run(actor("both"), "content.publish", {**CARD, "mark": mark})
    assert stored(engine).status is Status.PUBLISHED


def imported(engine: Engine, text: str) -> None:
    record = Document(external_id="card", title="医保卡补办办法", text=text, agency=NAMES["ybj"])
    CatalogueWrites(engine).put(record, chunk(record, "医保卡补办办法"), Status.PUBLISHED)


def test_an_import_meanwhile_is_not_written_over(desk: Desk, engine: Engine) -> None:
    desk.publish()
    desk.save("li.editor", "工本费免收。")
    desk.run("li.editor", "submit")
    imported(engine, "由导入更新。")
    with pytest.raises(Conflict):
        desk.run("zhao.reviewer", "publish")
    found = stored(engine)
    assert (found.record.text, found.version) == ("由导入更新。", 2)
    with reading(engine) as connection:
        assert [one.author for one in versions_of(connection, found.key)] == ["@import", "city.reviewer"]
    desk.run("zhao.reviewer", "reject", comment="请对照新版本")
    desk.save("li.editor", "由导入更新。工本费免收。")
    desk.run("li.editor", "submit")
    desk.run("zhao.reviewer", "publish")
    assert (stored(engine).record.text, stored(engine).version) == ("由导入更新。工本费免收。", 3)


def test_what_was_written_on_an_older_version_is_not_saved(desk: Desk, engine: Engine, rows: Rows) -> None:
    desk.publish()
    imported(engine, "由导入更新。")
    before = rows()
    with pytest.raises(Conflict):
        desk.save("li.editor", "工本费免收。", base=1)
    assert rows() == before


def test_withdrawn_and_shown_again(desk: Desk, engine: Engine) -> None:
    desk.publish()
    with pytest.raises(Conflict):
        desk.run("zhao.reviewer", "withdraw", reason="已废止", version=2)
    desk.run("zhao.reviewer", "withdraw", reason="已废止")
    assert stored(engine).status is Status.WITHDRAWN
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "withdraw", reason="再撤一次")
    desk.run("zhao.reviewer", "show_again")
    assert (stored(engine).status, stored(engine).version) == (Status.PUBLISHED, 1)
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "show_again")


def test_what_is_withdrawn_does_not_come_back_with_a_draft_sent_in_before(desk: Desk, engine: Engine) -> None:
    desk.publish()
    desk.save("li.editor", "工本费免收。")
    desk.run("li.editor", "submit")
    desk.run("zhao.reviewer", "withdraw", reason="已废止")
    with pytest.raises(BadInput):
        desk.run("zhao.reviewer", "publish")
    assert stored(engine).status is Status.WITHDRAWN


def test_what_was_never_published_is_not_shown_by_way_of_withdrawing(desk: Desk, engine: Engine) -> None:
    record = Document(external_id="card", text=TEXT, agency=NAMES["ybj"])
    CatalogueWrites(engine).put(record, chunk(record, TEXT), Status.DRAFT)
    for name, given in (("withdraw", {"reason": "试"}), ("show_again", {})):
        with pytest.raises(BadInput):
            desk.run("zhao.reviewer", name, **given)
    assert stored(engine).status is Status.DRAFT


def test_an_edit_is_undone_as_a_new_version(desk: Desk, engine: Engine) -> None:
    desk.publish()
    desk.publish("工本费免收。")
    with pytest.raises(NotFound):
        desk.run("li.editor", "restore", version=3)
    desk.run("li.editor", "restore", version=1)
    with pytest.raises(Conflict):
        desk.run("li.editor", "restore", version=1)
    desk.run("li.editor", "submit")
    desk.run("zhao.reviewer", "publish")
    assert (stored(engine).version, stored(engine).record.text) == (3, TEXT)


def test_a_deleted_record_leaves_no_version(desk: Desk, engine: Engine) -> None:
    desk.publish()
    key = stored(engine).key
    CatalogueWrites(engine).delete("document", "card")
    with reading(engine) as connection:
        assert versions_of(connection, key) == []


def test_a_guide_lives_as_a_document_does(runner: CommandRunner, actor: Finder, engine: Engine) -> None:
    guide = {"kind": "item", "external_id": "guide"}
    wanted = {"name": "医保卡补办", "agency": NAMES["ybj"], "materials": [{"name": "身份证"}]}
    mark = runner.run(actor("li.editor"), "content.save", {**guide, "base": 0, "content": wanted})
    runner.run(actor("li.editor"), "content.submit", {**guide, "mark": mark})
    runner.run(actor("zhao.reviewer"), "content.publish", {**guide, "mark": mark})
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
        ({"text": "半个\ud800字"}, "text"),
        ({"title": "空\0字"}, "title"),
        ({"questions": [{"ask": "多少钱", "quote": "正文里没有"}]}, "questions.0.quote"),
        ({"kind": "faq", "text": "长" * 20_001}, "text"),
    ],
)
def test_a_content_is_checked_as_an_import_is(
    changed: dict[str, Any], named: str, desk: Desk, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(BadInput) as caught:
        desk.run("@operator", "save", content={**content(), **changed})
    assert named in caught.value.detail
    assert rows() == before


def test_nobody_takes_over_or_gives_away_what_is_another_agencys(desk: Desk, rows: Rows) -> None:
    desk.publish()
    before = rows()
    for login, agency in (("sun.editor", "gjj"), ("li.editor", "gjj"), ("li.editor", None)):
        with pytest.raises(Denied):
            desk.save(login, agency=agency)
    assert rows() == before
    desk.publish(agency="gjj")
    with pytest.raises(Denied):
        desk.run("sun.editor", "restore", version=1)


@pytest.mark.parametrize("external_id", ["card ", " card", "\u3000card", "card\n"])
def test_a_name_with_blanks_is_not_another_way_to_a_record(external_id: str, desk: Desk, rows: Rows) -> None:
    desk.publish()
    before = rows()
    with pytest.raises(BadInput):
        desk.save("sun.editor", agency="gjj", external_id=external_id, base=0, mark=None)
    assert rows() == before


def test_an_agency_withdraws_its_own_while_a_draft_would_give_it_away(desk: Desk, engine: Engine) -> None:
    desk.publish()
    desk.save("city.editor", agency="gjj")
    desk.run("zhao.reviewer", "withdraw", reason="有误")
    assert stored(engine).status is Status.WITHDRAWN
