"""The log of answers: who sees which, what was quoted then, and the way to the paragraph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, insert, select, update

from casework.tables import grouped_question, question_group
from core.answering import AnswerStatus, Aspect
from core.catalogue.documents import record_title
from core.catalogue.keys import Kind, RecordKey
from core.catalogue.models import Document, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.tables import passage
from core.catalogue.writes import CatalogueWrites
from core.citizens.tables import answer_log, answer_source, feedback
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading, writing
from knowledge_base.passages.chunk import chunk
from tests.browsers import serious
from tests.casework.standing import group_of, put_answer, put_group
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.guides import FULL

HOSTILE = "<script>alert(1)</script>补卡多少钱"
PARTS = [f"第{number}条　{'这一条说的是别的。' * 40}" for number in range(8)]
LONG = Document(
    external_id="rule", title="医保卡管理办法", agency="示例市医保局",
    text="\n".join([*PARTS, "第八条　补卡收取工本费二十元，𠮷日免费。" + "此后另行规定。" * 20]),
)  # fmt: skip
Log = Callable[..., str]


@pytest.fixture
def log(engine: Engine, clock: FixedClock, guide: ServiceItem, services: Any) -> Log:
    """Puts an answer into the log that quoted the guide's fee, or a passage of the long text."""
    CatalogueWrites(engine).put(LONG, chunk(LONG, record_title(LONG)), Status.PUBLISHED)

    def _log(kind: Kind, name: str = "b" * 24, question: str = HOSTILE) -> str:
        held = CatalogueReads(engine).by_external_id(kind, "guide" if kind == "item" else "rule")
        assert held is not None
        own = (passage.c.kind == kind, passage.c.record_id == held.key.id)
        wanted = passage.c.field == "fee" if kind == "item" else passage.c.text.contains("工本费二十元")
        with reading(engine) as connection:
            numbers = connection.execute(select(passage.c.id).where(*own, wanted)).scalars().all()
        assert numbers
        answer = LoggedAnswer(
            id=name, question=question, status=AnswerStatus.ANSWERED_GUIDE,
            item_id=held.key.id if kind == "item" else None, aspect=Aspect.FEE if kind == "item" else None,
            passage_ids=numbers, sources=[(held.key, held.version)], region="990100",
            step_ms={"retrieve": 12.34},
        )  # fmt: skip
        Turns(engine, clock).save(Turn(conversation="c", answer=answer))
        return name

    return _log


def test_an_answer_is_noted_with_whose_it_is(log: Log, engine: Engine, clock: FixedClock) -> None:
    log("item")
    log("document", "c" * 24)
    far = LoggedAnswer(id="d" * 24, question="x", status=AnswerStatus.NO_ANSWER)
    gone = LoggedAnswer(
        id="e" * 24, question="x", status=AnswerStatus.ANSWERED_PASSAGE,
        sources=[(RecordKey("document", 999), 1)],
    )  # fmt: skip
    for answer in (far, gone):
        Turns(engine, clock).save(Turn(conversation="c", answer=answer))
    with reading(engine) as connection:
        held = dict(connection.execute(select(answer_log.c.id, answer_log.c.agency)).all())
    assert held == {"b" * 24: "ybj", "c" * 24: "ybj", "d" * 24: None, "e" * 24: None}


async def test_an_agency_sees_its_own_answers_and_those_to_questions_it_was_given(
    log: Log, signed_in: Any, engine: Engine, clock: FixedClock
) -> None:
    own = log("item")
    for name, question in (("nobody", "没人管的问题"), ("given", "分派的问题")):
        put_answer(engine, clock.now(), name, question)
    put_group(engine, clock.now(), ["given"], agency="gjj")
    seen = {"li.editor": {own}, "sun.editor": {"given"}, "admin": {own, "nobody", "given"}}
    for login, ids in seen.items():
        clerk = await signed_in(login)
        listed = (await clerk.get("/board/answers")).text
        assert {one for one in (own, "nobody", "given") if f"id={one}" in listed} == ids
        # Nobody widens it by an address.
        foreign = (await clerk.get("/board/answers?agency=ybj")).text
        assert ("工本" in foreign or own in foreign) == (own in ids)
        for one in (own, "nobody", "given"):
            expected = 200 if one in ids else 403
            assert (await clerk.get(f"/board/logged?id={one}")).status_code == expected
            assert (await clerk.get(f"/board/improve?id={one}")).status_code in (303, 404, 403)
    clerk = await signed_in("sun.editor")
    assert (await clerk.get(f"/board/improve?id={own}")).status_code == 403
    form = (await clerk.get(f"/content/edit?kind=document&form=faq&answer={own}")).text
    assert "补卡多少钱" not in form


@pytest.mark.parametrize("id_", ["", "x", "9" * 40, "１"])
async def test_an_answer_that_is_not_there_is_told(signed_in: Any, id_: str) -> None:
    clerk = await signed_in("admin")
    assert (await clerk.get(f"/board/logged?id={id_}")).status_code == 404
    assert (await clerk.get(f"/board/improve?id={id_}")).status_code == 404


async def test_what_is_typed_wrong_into_an_address_is_left_out(log: Log, signed_in: Any) -> None:
    own, clerk = log("item"), await signed_in("li.editor")
    odd = "status=x&region=1&channel=fax&from=2026-13-01&to=9999-12-31&before=zz-&item=%25&badly=1&agency=gjj"
    answer = await clerk.get(f"/board/answers?{odd}")
    assert answer.status_code == 200
    # A sign of the database's own pattern is a sign like any other.
    assert own not in answer.text
    for found in (
        "item=医保卡补办",
        "item=guide",
        "item=补办",
        "region=990100&channel=web",
        "from=2026-03-02",
    ):
        assert own in (await clerk.get(f"/board/answers?{found}")).text
    for other in ("item=别的", "channel=wechat", "to=2026-03-01", "from=2026-03-03", "badly=yes"):
        assert own not in (await clerk.get(f"/board/answers?{other}")).text


async def test_pages_of_the_log_go_on_where_the_last_one_ended(
    signed_in: Any, engine: Engine, clock: FixedClock
) -> None:
    for number in range(120):
        put_answer(engine, clock.now() + timedelta(minutes=number // 3), f"q{number:03}", f"第{number}个问题")
    clerk, seen, address = await signed_in("admin"), list[str](), "/board/answers?status=no_answer"
    while address:
        text = (await clerk.get(address)).text
        seen += [part.partition('"')[0] for part in text.split("/board/logged?id=")[1:]]
        rest = text.partition('" rel="next"')
        address = rest[0].rpartition('href="')[2].replace("&amp;", "&") if rest[1] else ""
    assert seen == [f"q{number:03}" for number in reversed(range(120))]


async def test_what_was_quoted_is_shown_as_it_was_and_marked_where_it_changed(
    log: Log, signed_in: Any, engine: Engine
) -> None:
    clerk = await signed_in("li.editor")
    of_guide, of_text = log("item"), log("document", "c" * 24)
    for one, words in ((of_guide, "每张20元"), (of_text, "补卡收取工本费二十元")):
        text = (await clerk.get(f"/board/logged?id={one}")).text
        assert words in text
        assert "至今没有改动" in text
        assert "12.3" in text
    writes = CatalogueWrites(engine)
    changed = Document(
        external_id="rule", title="医保卡管理办法", agency="示例市医保局", text="第一条　不收费。"
    )
    writes.put(changed, chunk(changed, record_title(changed)), Status.PUBLISHED)
    text = (await clerk.get(f"/board/logged?id={of_text}")).text
    assert "此后有改动，现为第 2 版" in text
    assert "/content/version?kind=document&amp;id=rule&amp;version=1" in text
    assert "不收费" not in text
    writes.put(changed_guide(), chunk(changed_guide(), FULL.name), Status.PUBLISHED)
    text = (await clerk.get(f"/board/logged?id={of_guide}")).text
    assert "此后有改动" in text
    # Of a guide the version that was told is cut once more.
    assert "每张20元" in text
    writes.delete("document", "rule")
    assert "内容已经删除" in (await clerk.get(f"/board/logged?id={of_text}")).text


def changed_guide() -> ServiceItem:
    """The guide with other words in one field."""
    return replace(FULL, summary="现在可以在网上补办。")


@pytest.mark.parametrize(
    ("login", "address"),
    [
        ("li.editor", "/content/edit?kind=item&id=guide&answer=" + "b" * 24 + "#fee"),
        ("zhao.reviewer", "/content?kind=item&id=guide"),
        ("admin", "/content?kind=item&id=guide"),
    ],
)
async def test_who_may_not_edit_is_led_to_the_content(
    log: Log, signed_in: Any, login: str, address: str
) -> None:
    answer = await (await signed_in(login)).get(f"/board/improve?id={log('item')}")
    assert (answer.status_code, answer.headers["location"]) == (303, address)


async def test_what_another_agency_wrote_is_passed_over(
    log: Log, signed_in: Any, engine: Engine, clock: FixedClock
) -> None:
    own = log("document")
    other = ServiceItem(external_id="theirs", name="公积金提取", agency="示例市公积金中心", region="990100")
    CatalogueWrites(engine).put(other, [], Status.PUBLISHED)
    held = CatalogueReads(engine).by_external_id("item", "theirs")
    assert held is not None
    # Guides come first.
    row = {"answer_id": own, "kind": "item", "record_id": held.key.id, "version": 1, "at": clock.now()}
    with writing(engine) as connection:
        connection.execute(insert(answer_source).values(**row))
    answer = await (await signed_in("li.editor")).get(f"/board/improve?id={own}")
    assert answer.status_code == 303
    assert "id=rule" in answer.headers["location"]


async def test_an_address_names_no_other_record_than_one_that_was_quoted(log: Log, signed_in: Any) -> None:
    own, clerk = log("item"), await signed_in("li.editor")
    named = f"/board/improve?id={own}&kind=document&record=rule"
    assert (await clerk.get(named)).status_code == 404


def test_from_a_logged_answer_to_its_paragraph_in_one_click(log: Log, page: Page, engine: Engine) -> None:
    log("item")
    of_text = log("document", "c" * 24, "办卡要不要钱")
    with writing(engine) as connection:
        said = {"useful": False, "reason": "outdated", "text": "去年就改了", "updated": _now(engine)}
        connection.execute(insert(feedback).values(answer_id=of_text, **said))
    sign_in(page, "li.editor")
    page.goto("/board/answers")
    looks_right(page, "answers")
    page.get_by_role("link", name="办卡要不要钱", exact=True).click()
    looks_right(page, "answer")
    page.get_by_role("link", name="改进", exact=True).click()
    page.get_by_role("heading", name="市民问的是").wait_for()
    assert "去年就改了" in page.get_by_label("市民的提问").inner_text()
    looks_right(page, "improve-text")
    marked = (
        "() => { const f = document.activeElement; return f.value.slice(f.selectionStart, f.selectionEnd); }"
    )
    assert "补卡收取工本费二十元，𠮷日免费。" in page.evaluate(marked)
    assert page.evaluate("document.activeElement.scrollTop") > 0
    # The question stays in sight above the words that answered it.
    expect(page.get_by_text("办卡要不要钱")).to_be_in_viewport()
    page.goto("/board/answers")
    page.get_by_role("row", name=HOSTILE).get_by_role("link", name="改进").click()
    page.get_by_role("heading", name="市民问的是").wait_for()
    assert HOSTILE in page.get_by_label("市民的提问").inner_text()
    assert page.evaluate("document.activeElement.name").startswith("fee.")
    looks_right(page, "improve-guide")
    # What is wrong is told with the question still above the form.
    page.get_by_label("事项名称").fill("")
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("alert").wait_for()
    page.get_by_role("heading", name="市民问的是").wait_for()


def test_groups_are_filtered_and_their_answered_questions_lead_to_the_paragraph(
    log: Log, page: Page, engine: Engine, clock: FixedClock
) -> None:
    rated = log("item")
    put_answer(engine, clock.now(), "plain", "没有答出来的问题")
    put_group(engine, clock.now(), [rated, "plain"], agency="ybj")
    put_group(
        engine, clock.now(), [put_answer(engine, clock.now(), "late", "早该答的")], number=2, agency="ybj"
    )
    with writing(engine) as connection:
        connection.execute(update(grouped_question).values(asked=clock.now(), channel="web", region="990100"))
        two = question_group.c.id == 2
        connection.execute(update(question_group).where(two).values(due=date(2026, 2, 1), owner="li.editor"))
    assert group_of(engine)["agency"] == "ybj"
    sign_in(page, "li.editor")
    page.goto("/board")
    assert page.get_by_role("row").count() == 3
    page.get_by_label("已逾期").check()
    page.get_by_label("我经办的").check()
    page.get_by_label("区划").select_option(label="示例市")
    page.get_by_role("button", name="查看").click()
    looks_right(page, "board-filtered")
    assert page.get_by_role("row").count() == 2
    assert page.get_by_label("已逾期").is_checked()
    page.get_by_role("link", name="早该答的").click()
    assert page.get_by_role("link", name="改进").count() == 0
    page.goto("/board/group?id=1")
    looks_right(page, "board-group-answered")
    page.get_by_role("link", name="改进").click()
    page.get_by_role("heading", name="市民问的是").wait_for()


def looks_right(page: Page, name: str) -> None:
    shoot(page, name)
    assert serious(page) == []
    assert not is_wider_than_the_window(page)


def _now(engine: Engine) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(answer_log.c.created)).scalars().first()
