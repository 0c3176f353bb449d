"""Registers: who may change what, what others lose by it, and what a renamed agency keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine

from core.catalogue.bundles import Bundle, BundleStep
from core.catalogue.listing import listed_records
from core.catalogue.models import Agency, Document, Region, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.registers import agency_named, find, listed, mark_of, own_names
from core.catalogue.wording import Pin, Term, question_key
from core.catalogue.wordings import Wordings
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.commands import Command, Denied
from core.database.engine import reading
from core.errors import Conflict
from core.problems import BadFields
from core.text.normalise import fold
from knowledge_base.importing.agencies import AgencyNames
from knowledge_base.passages.chunk import chunk
from knowledge_base.registers.commands import REGISTER_COMMANDS
from staff.actors import AccountActor, Operator
from staff.roles import GRANTS, Role
from staff.runner import CommandRunner
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
TERM = Term(term="健康证", means="从业人员预防性健康检查")
PIN = Pin(question="春节上班吗？", others=["过年上不上班"], answer="春节期间各大厅放假。")
REGION = Region(code="990102", name="东区")
YBJ = Agency(external_id="ybj", name="示例市医保局")
GJJ = Agency(external_id="gjj", name="示例市公积金中心")
BUNDLE = Bundle(external_id="birth", name="出生", steps=[BundleStep(item="zm"), BundleStep(item="hk")])
ENTRIES: Mapping[str, Any] = {"term": TERM, "pin": PIN, "region": REGION, "agency": YBJ, "bundle": BUNDLE}


def key_of(entry: Any) -> str:
    names = {Term: "term", Pin: "question", Region: "code", Agency: "external_id", Bundle: "external_id"}
    return str(getattr(entry, names[type(entry)]))


def plain(entry: Any) -> dict[str, Any]:
    """The fields of an entry that say something."""
    said = {name: getattr(entry, name) for name in type(entry).__dataclass_fields__}
    return {name: value for name, value in said.items() if value not in (None, [])}


class Desk:
    """Changes entries as several people, each as they have just seen them."""

    def __init__(self, engine: Engine, runner: CommandRunner, actor: Finder) -> None:
        self.engine = engine
        self._runner = runner
        self._actor = actor

    def run(self, login: str, name: str, **given: Any) -> Any:
        who = Operator() if login == "@operator" else self._actor(login)
        return self._runner.run(who, name, given)

    def save(self, login: str, entry: Any, was: Any = None, **changed: Any) -> Any:
        seen = {"was": key_of(was), "mark": mark_of(was)} if was is not None else {}
        name = type(entry).__name__.lower()
        return self.run(login, f"{name}.save", entry={**plain(entry), **changed}, **seen)

    def drop(self, login: str, was: Any) -> Any:
        return self.run(login, f"{type(was).__name__.lower()}.delete", was=key_of(was), mark=mark_of(was))

    def agency(self, external_id: str) -> Agency:
        with reading(self.engine) as connection:
            found = find(connection, Agency, external_id)
        assert found is not None
        return found


@pytest.fixture
def desk(engine: Engine, runner: CommandRunner, actor: Finder) -> Desk:
    Wordings(engine).put_terms([TERM])
    Wordings(engine).put_pins([PIN])
    CatalogueWrites(engine).put_region(REGION)
    for name in ("zm", "hk"):
        CatalogueWrites(engine).put(ServiceItem(external_id=name, name=name), [], Status.PUBLISHED)
    CatalogueWrites(engine).put_bundle(BUNDLE)
    return Desk(engine, runner, actor)


def revision(engine: Engine) -> int:
    return CatalogueReads(engine).state().revision


def change(desk: Desk, login: str, name: str, of: str) -> None:
    """One change by a command; of an agency to what it says of itself."""
    kind, _, act = name.partition(".")
    if kind == "agency":
        held = desk.agency(of)
        desk.save(login, held, held, phone="0990-5550001")
    elif act == "delete":
        desk.drop(login, ENTRIES[kind])
    else:
        entry = ENTRIES[kind]
        new = {"term": {"means": "健康体检"}, "pin": {"answer": "大年初七上班。"}, "region": {"name": "东城"}}
        new["bundle"] = {"name": "孩子出生"}
        desk.save(login, entry, entry, **new[kind])


@pytest.mark.parametrize("command", REGISTER_COMMANDS, ids=lambda command: command.name)
def test_who_may_change_what(command: Command[Any], desk: Desk, rows: Rows) -> None:
    cells = Cells(desk.engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        for of in ("ybj", "gjj"):
            is_theirs = own is None or (command.name == "agency.save" and own == of)
            may = command.permission in GRANTS[Role(role)] and is_theirs
            cells.tries(may, partial(change, desk, login, command.name, of), login, of)


@pytest.mark.parametrize("command", REGISTER_COMMANDS, ids=lambda command: command.name)
def test_each_change_takes_a_revision(command: Command[Any], desk: Desk, engine: Engine) -> None:
    before = revision(engine)
    change(desk, "admin", command.name, "ybj")
    assert revision(engine) == before + 1 + (command.name == "pin.save")


@pytest.mark.parametrize(
    "changed",
    [{"name": "示例市医疗保障局"}, {"aliases": ["医保"]}, {"region": "990102"}, {"demo": True}],
)
def test_an_agency_says_for_itself_how_to_reach_it_and_nothing_more(
    changed: dict[str, Any], desk: Desk, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(Denied):
        desk.save("ybj.admin", YBJ, YBJ, **changed)
    with pytest.raises(Denied):
        desk.save("ybj.admin", Agency(external_id="new", name="新设的局"))
    assert rows() == before
    desk.save("admin", YBJ, YBJ, **changed)
    desk.save("admin", Agency(external_id="new", name="新设的局"))
    assert desk.agency("new").name == "新设的局"


@pytest.mark.parametrize("kind", ENTRIES)
def test_of_two_who_change_an_entry_the_second_is_told(kind: str, desk: Desk, rows: Rows) -> None:
    entry = ENTRIES[kind]
    change(desk, "admin", f"{kind}.save", "ybj")
    before = rows()
    with pytest.raises(Conflict):
        desk.save("admin", entry, entry)
    if kind in ("term", "pin"):
        with pytest.raises(Conflict):
            desk.drop("admin", entry)
    assert rows() == before


@pytest.mark.parametrize("kind", ENTRIES)
def test_a_new_entry_takes_the_place_of_none(kind: str, desk: Desk, rows: Rows) -> None:
    before = rows()
    with pytest.raises(BadFields):
        desk.save("admin", ENTRIES[kind])
    assert rows() == before


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_deleted_meanwhile_does_not_come_back(kind: str, desk: Desk, rows: Rows) -> None:
    gone = {
        "term": Term(term="老说法", means="x"),
        "pin": Pin(question="老问题", answer="x"),
        "region": Region(code="990109", name="x"),
        "agency": Agency(external_id="gone", name="x"),
        "bundle": replace(BUNDLE, external_id="gone"),
    }[kind]
    before = rows()
    with pytest.raises(Conflict):
        desk.save("admin", gone, gone)
    assert rows() == before


@pytest.mark.parametrize(
    ("entry", "was", "changed", "field"),
    [
        (TERM, TERM, {"term": "x"}, "term"),
        (TERM, TERM, {"item": "no-such"}, "means"),
        (Term(term="卫生证", item="no-such"), None, {}, "item"),
        (PIN, PIN, {"document": "d"}, "answer"),
        (Pin(question="几点", document="no-such"), None, {}, "document"),
        (Pin(question="！？", answer="x"), None, {}, "question"),
        (PIN, PIN, {"source_url": "javascript:alert(1)"}, "source_url"),
        (PIN, PIN, {"unknown": "x"}, "unknown"),
        (REGION, REGION, {"code": "990103"}, "code"),
        (Region(code="990104", name="x"), None, {"code": "99"}, "code"),
        (YBJ, YBJ, {"website": "ftp://x"}, "website"),
        (YBJ, YBJ, {"former_names": ["示例市公积金中心"]}, "former_names"),
        (YBJ, YBJ, {"external_id": "other"}, "external_id"),
        (YBJ, YBJ, {"duties": "空\0字"}, "agency"),
    ],
)
def test_a_wrong_field_is_named(
    entry: Any, was: Any, changed: dict[str, Any], field: str, desk: Desk, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(BadFields) as caught:
        desk.save("admin", entry, was, **changed)
    assert list(caught.value.fields) == [field]
    assert not caught.value.fields[field].isascii()
    assert rows() == before


def test_a_term_and_a_pin_are_called_something_else(desk: Desk, engine: Engine) -> None:
    desk.save("admin", TERM, TERM, term="卫生证")
    desk.save("admin", PIN, PIN, question="过年上班吗", others=["春节上班吗"])
    assert [one.term for one in Wordings(engine).terms()] == ["卫生证"]
    assert [one.question for one in Wordings(engine).pins()] == ["过年上班吗"]
    assert Wordings(engine).pinned("过年上不上班") is None


def test_a_pin_takes_no_question_of_another_one(desk: Desk, rows: Rows) -> None:
    before = rows()
    for question, others, field in (
        ("过年 上不上班?", [], "question"),
        ("放假吗", ["春節上班吗"], "others"),
    ):
        with pytest.raises(BadFields) as caught:
            desk.save("admin", Pin(question=question, others=others, answer="另一个答复。"))
        assert list(caught.value.fields) == [field]
        assert "春节上班吗？" in caught.value.fields[field]
    assert rows() == before


@pytest.mark.parametrize("name", ["示例市公积金中心", "gjj", "公积金", "公積金", "公积金局"])
def test_no_agency_takes_a_name_of_another_one(name: str, desk: Desk, engine: Engine, rows: Rows) -> None:
    CatalogueWrites(engine).put_agency(replace(GJJ, aliases=["公积金"], former_names=["公积金局"]))
    before = rows()
    for changed, field in (({"name": name}, "name"), ({"aliases": ["医保", name]}, "aliases")):
        with pytest.raises(BadFields) as caught:
            desk.save("admin", YBJ, YBJ, **changed)
        assert list(caught.value.fields) == [field]
    with pytest.raises(BadFields):
        desk.save("admin", Agency(external_id="new", name=name))
    assert rows() == before


def test_a_name_that_two_have_had_all_along_hinders_no_other_change(desk: Desk, engine: Engine) -> None:
    for one in (YBJ, GJJ):
        CatalogueWrites(engine).put_agency(replace(one, aliases=["大厅"]))
    held = desk.agency("ybj")
    desk.save("admin", held, held, phone="0990-5550001")
    assert desk.agency("ybj").phone == "0990-5550001"


def test_an_alias_does_not_become_a_name_that_another_bore(desk: Desk, engine: Engine, rows: Rows) -> None:
    writes = CatalogueWrites(engine)
    writes.put_agency(replace(YBJ, aliases=["旧局"]))
    writes.put_agency(replace(GJJ, former_names=["旧局"]))
    held, before = desk.agency("ybj"), rows()
    with pytest.raises(BadFields):
        desk.save("admin", held, held, name="旧局")
    assert rows() == before


def test_a_name_that_went_on_to_another_agency_is_the_first_ones_no_more(desk: Desk, engine: Engine) -> None:
    writes = CatalogueWrites(engine)
    writes.put_agency(replace(YBJ, name="新局", former_names=[YBJ.name, "共用名"]))
    writes.put_agency(replace(GJJ, name="共用名"))
    with reading(engine) as connection:
        held = agency_named(connection, "新局")
        assert held is not None
        assert own_names(connection, held) == ("新局", YBJ.name)


@pytest.fixture
def renamed(desk: Desk, engine: Engine) -> Agency:
    """医保局 with a guide, a text and a draft, called something else since."""
    item = ServiceItem(external_id="guide", name="医保卡补办", agency=YBJ.name)
    text = Document(external_id="card", title="补办办法", text="二十元。", agency=YBJ.name)
    CatalogueWrites(engine).put(item, chunk(item, "医保卡补办"), Status.PUBLISHED)
    CatalogueWrites(engine).put(text, chunk(text, "补办办法"), Status.PUBLISHED)
    desk.save("admin", YBJ, YBJ, name="示例市医疗保障局", phone="0990-5550301")
    return desk.agency("ybj")


def saved(desk: Desk, login: str, agency: str = YBJ.name) -> Any:
    content = {"title": "补办办法", "text": "免费。", "agency": agency}
    return desk.run(login, "content.save", kind="document", external_id="card", base=1, content=content)


@pytest.mark.parametrize("agency", ["示例市医保局", "示例市医疗保障局"])
def test_a_renamed_agency_keeps_its_rights(agency: str, renamed: Agency, desk: Desk, rows: Rows) -> None:
    before = rows()
    with pytest.raises(Denied):
        saved(desk, "sun.editor", agency)
    assert rows() == before
    mark = saved(desk, "li.editor", agency)
    given = {"kind": "document", "external_id": "card", "mark": mark}
    desk.run("li.editor", "content.submit", **given)
    desk.run("zhao.reviewer", "content.publish", **given)
    restored = {"kind": "document", "external_id": "card", "version": 1}
    desk.run("li.editor", "content.restore", **restored)
    assert renamed.former_names == ["示例市医保局"]


@pytest.mark.usefixtures("renamed")
def test_a_renamed_agency_is_found_and_listed_by_both_names(
    desk: Desk, engine: Engine, clock: FixedClock
) -> None:
    reads = CatalogueReads(engine)
    for name in ("示例市医保局", "示例市医疗保障局", "ybj"):
        found = reads.agency(name)
        assert found is not None
        assert found.phone == "0990-5550301"
        assert [one.external_id for one in reads.items(agency=name, today=clock.today())[0]] == ["guide"]
        assert AgencyNames(reads.agencies()).official(name) == "示例市医疗保障局"
    with reading(engine) as connection:
        names = desk.agency("ybj").names
        assert [one.external_id for one in listed_records(connection, "document", agencies=names)[0]] == [
            "card"
        ]
        assert listed_records(connection, "document", agencies=GJJ.names)[1] == 0


@pytest.mark.usefixtures("renamed")
def test_a_former_name_goes_to_nobody_else_and_may_come_back(desk: Desk, engine: Engine) -> None:
    changes: tuple[dict[str, Any], ...] = ({"name": "示例市医保局"}, {"aliases": ["示例市医保局"]})
    for changed in changes:
        with pytest.raises(BadFields):
            desk.save("admin", GJJ, GJJ, **changed)
    held = desk.agency("ybj")
    desk.save("admin", replace(held, former_names=["示例市医保局"]), held, name="示例市医保局")
    assert desk.agency("ybj").names == ("示例市医保局", "示例市医疗保障局")


@pytest.mark.usefixtures("renamed")
def test_an_import_that_knows_no_former_names_takes_none_away(desk: Desk, engine: Engine) -> None:
    held = desk.agency("ybj")
    assert CatalogueWrites(engine).put_agency(replace(held, former_names=[])) == "unchanged"
    assert (
        CatalogueWrites(engine).put_agency(replace(held, name="示例市医保署", former_names=[])) == "changed"
    )
    assert desk.agency("ybj").names == ("示例市医保署", "示例市医疗保障局", "示例市医保局")


def test_an_alias_gives_no_right_to_records(desk: Desk, engine: Engine, rows: Rows) -> None:
    text = Document(external_id="card", text="二十元。", agency="不在册的局")
    CatalogueWrites(engine).put(text, chunk(text, "x"), Status.PUBLISHED)
    desk.save("admin", YBJ, YBJ, aliases=["不在册的局"])
    before = rows()
    with reading(engine) as connection:
        assert agency_named(connection, "不在册的局") is None
    with pytest.raises(Denied):
        saved(desk, "li.editor")
    assert rows() == before


def test_registers_are_searched_and_paged_by_the_database(desk: Desk, engine: Engine) -> None:
    terms = [Term(term=f"俗称{n:02}", means=f"正式 100% 名称_{n:02}") for n in range(30)]
    Wordings(engine).put_terms(terms)
    with reading(engine) as connection:
        found, total = listed(connection, Term, words="俗称", limit=10, offset=20)
        assert ([one.term for one in found], total) == ([f"俗称{n}" for n in range(20, 30)], 30)
        assert listed(connection, Term, words="正式 名称_07")[1] == 1
        assert listed(connection, Term, words="100%")[1] == 30
        for nothing in ("%%", "\\", "means", "俗称07 健康", "'"):
            assert listed(connection, Term, words=nothing)[1] == 0
        assert listed(connection, Pin)[0] == [PIN]
        assert listed(connection, Pin, words="上不上班 放假")[1] == 1
        assert [one.external_id for one in listed(connection, Agency, words="GJJ")[0]] == ["gjj"]
        assert [one.code for one in listed(connection, Region, words="东")[0]] == ["990102"]
        assert find(connection, Pin, question_key("过年上不上班")) == PIN
        assert find(connection, Term, fold("健康證")) == TERM
