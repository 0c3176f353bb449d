"""Pages before a publication: questions that are tried, those that must not be spoilt, a set hour."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, update

from apps.console.services import Services
from core.answering import AnswerStatus
from core.catalogue.models import Document, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.errors import Unavailable
from knowledge_base.contract import AnswerPart, AnswerReply
from knowledge_base.editing.drafts import State, find_draft
from knowledge_base.editing.question_sets import questions_of
from knowledge_base.editing.tables import draft
from knowledge_base.passages.chunk import chunk
from knowledge_base.trial.wire import TrialAnswer, TrialCandidate, TrialPassage, TrialReply, TrialRequest
from staff.accounts import actor_of, by_login
from staff.actors import Operator
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.worker.working import publish_due

HOSTILE = "<script>alert(1)</script>=1+1"
TEXT = "医保卡遗失的，可以补办。工本费免收。"
Everything = Callable[[], dict[str, list[str]]]


class Asked(list[TrialRequest]):
    """Every request; `down` is a service that does not answer."""

    down = False


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the knowledge service was asked; it says the same of each question, and more with a draft."""
    requests = Asked()

    def run(_: Any, request: TrialRequest) -> TrialReply:
        if requests.down:
            raise Unavailable("down")
        requests.append(request)
        drafted = request.draft is not None
        reply = AnswerReply(status=AnswerStatus.ANSWERED_PASSAGE, parts=[AnswerPart(text=f"=免收{HOSTILE}")])
        candidate = TrialCandidate(
            kind="document", external_id="card", title=HOSTILE, agency=None, confidence=0.9,
            is_draft=drafted, signals={"cosine": 0.91},
        )  # fmt: skip
        passage = TrialPassage(
            kind="document", external_id="card", heading="", text=TEXT, start=0, end=18, is_draft=drafted
        )
        answers = [
            TrialAnswer(
                question=one.question, reply=reply, answered_from="card", is_draft=drafted,
                searched_for="官方叫法", pinned=True, candidates=[candidate], passages=[passage],
            )
            for one in request.questions
        ]  # fmt: skip
        return TrialReply(
            day=date(2026, 3, 2), answer_threshold=0.35, clarify_threshold=0.04, answers=answers
        )

    monkeypatch.setattr("apps.console.composition.TrialClient.run", run)
    return requests


def drafted(services: Services, *, submitted: bool = False) -> str:
    """A draft of an editor; its mark."""
    content = {"title": "医保卡补办办法", "text": TEXT, "agency": "示例市医保局"}
    given = {"kind": "document", "external_id": "card"}
    run = services.commands.run
    mark = run(Operator(), "content.save", {**given, "base": 0, "content": content})
    if submitted:
        run(Operator(), "content.submit", {**given, "mark": mark})
    return str(mark)


async def test_questions_are_asked_as_a_citizen_would_be_answered(signed_in: Any, asked: Asked) -> None:
    clerk = await signed_in("li.editor")
    page = await clerk.post(
        "/try", {"questions": "补卡要钱吗\n\n我的身份证110101199001011237怎么补", "region": "510104"}
    )
    assert page.status_code == 200
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text
    (request,) = asked
    assert [one.region for one in request.questions] == ["510104", "510104"]
    assert "110101199001011237" not in request.model_dump_json()
    assert request.draft is None


async def test_the_table_to_download_holds_no_formula(signed_in: Any) -> None:
    clerk = await signed_in("li.editor")
    answer = await clerk.post("/try", {"questions": "=1+1\n@x\n-1\n补卡", "as": "csv"})
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'@x", "'-1", "补卡"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("questions", ["", " \n ", "问题\n" * 201, "长" * 2001])
async def test_too_few_or_too_many_questions_are_told(signed_in: Any, asked: Asked, questions: str) -> None:
    clerk = await signed_in("li.editor")
    assert (await clerk.post("/try", {"questions": questions})).status_code == 400
    assert asked == []


async def test_a_service_that_is_down_is_told_and_what_was_typed_stays(signed_in: Any, asked: Asked) -> None:
    asked.down = True
    clerk = await signed_in("li.editor")
    page = await clerk.post("/try", {"questions": "写了很久的问题"})
    assert page.status_code == 503
    assert "写了很久的问题" in page.text


async def test_nobody_tries_the_draft_of_another_agency(
    signed_in: Any, services: Services, asked: Asked, everything: Everything
) -> None:
    drafted(services)
    clerk = await signed_in("sun.editor")
    before = everything()
    address = "/try?kind=document&id=card"
    assert (await clerk.get(address)).status_code == 403
    assert (await clerk.post(address, {"questions": "补卡"})).status_code == 403
    assert (await clerk.get("/content/passages?kind=document&id=card")).status_code == 403
    examined = await clerk.post("/content/examine?kind=document&id=card", {"mark": "0" * 16})
    assert examined.status_code == 403
    assert asked == []
    assert everything() == before


async def test_the_draft_is_named_by_what_it_is_now(signed_in: Any, services: Services, asked: Asked) -> None:
    mark = drafted(services)
    clerk = await signed_in("zhao.reviewer")
    assert (await clerk.post("/try?kind=document&id=card", {"questions": "补卡"})).status_code == 200
    (request,) = asked
    assert request.draft is not None
    assert request.draft.mark == mark


async def test_an_agency_sees_and_changes_its_own_questions_only(
    signed_in: Any, everything: Everything, engine: Engine
) -> None:
    other = await signed_in("sun.editor")
    added = await other.post("/questions/change", {"agency": "gjj", "question": "公积金怎么提取"})
    assert added.status_code == 303
    with reading(engine) as connection:
        (one,) = questions_of(connection, "gjj")
    clerk = await signed_in("li.editor")
    before = everything()
    assert "公积金怎么提取" not in (await clerk.get("/questions")).text
    for fields in ({"agency": "gjj", "question": "新的问题"}, {"act": "delete", "id": str(one.id)}):
        assert (await clerk.post("/questions/change", fields)).status_code == 403
    assert (await clerk.post("/questions/change", {"agency": "ybj", "question": "问"})).status_code == 400
    assert everything() == before


@pytest.mark.parametrize("why", ["left", "broken", "changed"])
def test_what_cannot_be_published_at_its_hour_goes_back_and_holds_up_no_other(
    why: str, services: Services, clock: FixedClock, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, given = services.commands.run, {"kind": "document", "external_id": "card"}
    later = clock.now() + timedelta(hours=1)
    content = {"title": "另一份", "text": "另一份内容。", "agency": "示例市医保局"}
    marks = {"card": drafted(services, submitted=True)}
    marks["other"] = run(
        Operator(), "content.save", {**given, "external_id": "other", "base": 0, "content": content}
    )
    run(Operator(), "content.submit", {**given, "external_id": "other", "mark": marks["other"]})
    with reading(engine) as connection:
        reviewer = actor_of(connection, by_login(connection, "zhao.reviewer"), clock.today())
    run(reviewer, "content.schedule", {**given, "mark": marks["card"], "at": later})
    other = {**given, "external_id": "other", "mark": marks["other"]}
    run(reviewer, "content.schedule", {**other, "at": later + timedelta(minutes=1)})
    if why == "left":
        left = {
            "login": "zhao.reviewer",
            "name": "x",
            "agency": "ybj",
            "roles": ["reviewer"],
            "active": False,
        }
        run(Operator(), "account.change", {**left, "active": False})
    if why == "changed":
        record = Document(external_id="card", title="补办", text="由导入更新。", agency="示例市医保局")
        CatalogueWrites(engine).put(record, chunk(record, "补办"), Status.PUBLISHED)
    if why == "broken":
        with writing(engine) as connection:
            connection.execute(update(draft).where(draft.c.external_id == "card").values(payload="{}"))
    clock.move_to(later + timedelta(minutes=1))
    publish_due(engine, clock, services.commands)
    published = CatalogueReads(engine).by_external_id("document", "other")
    assert (published is not None) == (why != "left")
    if why == "broken":
        return
    with reading(engine) as connection:
        held = find_draft(connection, "document", "card")
    assert held is not None
    assert held.state is State.IN_REVIEW
    assert held.comment.startswith("定时发布没有进行：")


def test_from_a_draft_to_its_hour(
    page: Page, services: Services, clock: FixedClock, engine: Engine, asked: Asked
) -> None:
    drafted(services, submitted=True)
    sign_in(page, "li.editor")
    page.get_by_role("navigation").get_by_role("link", name="回归问题").click()
    page.get_by_text("添加问题").click()
    page.get_by_role("textbox", name="问题", exact=True).fill(HOSTILE)
    page.get_by_label("答复中必须出现的文字").fill("免收")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("添加问题").click()
    shoot(page, "questions")
    assert serious(page) == []
    page.goto("/content?kind=document&id=card")
    page.get_by_role("button", name="运行回归问题").click()
    page.get_by_text("没有由对变错").wait_for()
    assert len(asked) == 2
    shoot(page, "content-examined")
    assert serious(page) == []
    page.get_by_role("link", name="查看切分").click()
    page.get_by_text("切成 1 段").wait_for()
    shoot(page, "passages")
    assert serious(page) == []
    page.get_by_role("link", name="返回").click()
    page.get_by_role("link", name="用草稿试问").click()
    page.get_by_label("问题").fill("补卡要钱吗")
    page.get_by_role("button", name="试问").click()
    page.get_by_text("候选与依据").click()
    shoot(page, "try")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    page.get_by_role("button", name="退出").click()

    sign_in(page, "zhao.reviewer")
    page.goto("/content?kind=document&id=card")
    assert not is_wider_than_the_window(page)
    page.get_by_label("发布时间").fill("2026-03-02T14:30")
    page.get_by_role("button", name="通过并定时发布").click()
    page.get_by_text("2026-03-02 14:30:00 发布，由 zhao.reviewer 审核通过。").wait_for()
    shoot(page, "content-scheduled")
    assert serious(page) == []
    clock.move_to(clock.now() + timedelta(hours=4))
    assert publish_due(engine, clock, services.commands) == 0
    assert CatalogueReads(engine).counts().documents == 0
    clock.move_to(clock.now() + timedelta(hours=1))
    publish_due(engine, clock, services.commands)
    assert CatalogueReads(engine).counts().documents == 1
    with reading(engine) as connection:
        assert find_draft(connection, "document", "card") is None
