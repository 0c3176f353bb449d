"""What is for staff alone, in the console: how it is written, brought, shown and asked."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from core.answering import AnswerStatus
from core.catalogue.listing import listed_records
from core.catalogue.models import Document, Status
from core.catalogue.writes import CatalogueWrites
from core.database.engine import reading
from core.errors import Unavailable
from knowledge_base.contract import AnswerPart, AnswerReply, Choice, ChoicesPart, Citation, Target
from knowledge_base.editing.drafts import find_draft
from knowledge_base.trial.wire import TrialAnswer, TrialReply, TrialRequest
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.conftest import HOST
from tests.console.test_uploads import lines

HOSTILE = "<script>alert(1)</script>"
SOURCE = Citation(external_id="script", title=f"答复口径{HOSTILE}", agency="示例市医保局", page=3)


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[TrialRequest]:
    """What the knowledge service was asked; it asks back what is short."""
    requests: list[TrialRequest] = []

    def run(_: Any, request: TrialRequest) -> TrialReply:
        requests.append(request)
        (one,) = request.questions
        if one.question == "停机":
            raise Unavailable("down")
        if len(one.question) < 4:
            choices = [Choice(title="医保卡怎么补", target=Target(kind="item", id=1))]
            reply = AnswerReply(
                status=AnswerStatus.CLARIFY, parts=[ChoicesPart(text="您想问哪一项？", choices=choices)]
            )
        else:
            part = AnswerPart(text=f"先核对身份。{HOSTILE}", citations=[SOURCE])
            reply = AnswerReply(status=AnswerStatus.ANSWERED_PASSAGE, parts=[part])
        answer = TrialAnswer(
            question=one.question, reply=reply, answered_from="script", is_internal=True, searched_for=""
        )
        return TrialReply(
            day=date(2026, 3, 2), answer_threshold=0.35, clarify_threshold=0.04, answers=[answer]
        )

    monkeypatch.setattr("apps.console.composition.TrialClient.run", run)
    return requests


async def test_staff_ask_for_themselves_and_nothing_personal_leaves(
    signed_in: Any, asked: list[TrialRequest]
) -> None:
    clerk = await signed_in("li.editor")
    page = await clerk.post("/ask", {"question": "110101199001011237 要退费怎么答", "region": "510104"})
    assert page.status_code == 200
    (request,) = asked
    assert request.internal
    assert request.questions[0].region == "510104"
    assert "110101199001011237" not in request.model_dump_json()
    assert "先核对身份。&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(("question", "status"), [("", 400), (" \n", 400), ("长" * 2001, 400), ("停机", 503)])
async def test_what_cannot_be_asked_is_told_and_stays(signed_in: Any, question: str, status: int) -> None:
    clerk = await signed_in("li.editor")
    page = await clerk.post("/ask", {"question": question})
    assert page.status_code == status
    assert 'role="alert"' in page.text
    assert question.strip() in page.text


async def test_what_citizens_would_be_answered_is_asked_as_theirs(
    signed_in: Any, asked: list[TrialRequest]
) -> None:
    clerk = await signed_in("li.editor")
    await clerk.post("/try", {"questions": "要退费怎么答"})
    (request,) = asked
    assert not request.internal


async def test_a_file_for_staff_becomes_a_draft_for_staff(signed_in: Any, engine: Engine) -> None:
    clerk = await signed_in("li.editor")
    text = "退费答复口径\n先核对身份。".encode()
    for name, chosen in (("a", "true"), ("b", ""), ("c", "yes")):
        address = {"name": f"{name}.txt", "agency": "示例市医保局", "internal": chosen}
        headers = {"origin": HOST, "x-form-token": clerk.token, "content-type": "application/octet-stream"}
        (one,) = lines(await clerk.http.post("/upload", params=address, content=text, headers=headers))
        with reading(engine) as connection:
            held = find_draft(connection, "document", one["external_id"])
        assert held is not None
        assert held.content.internal is (chosen == "true")


async def test_a_file_does_not_overrule_whoever_brings_it_for_staff(signed_in: Any, engine: Engine) -> None:
    clerk = await signed_in("li.editor")
    line = {"docid": "open", "text": "口径。先核对身份。", "internal": False}
    address = {"name": "a.jsonl", "agency": "示例市医保局", "internal": "true"}
    headers = {"origin": HOST, "x-form-token": clerk.token, "content-type": "application/octet-stream"}
    content = json.dumps(line, ensure_ascii=False).encode()
    (one,) = lines(await clerk.http.post("/upload", params=address, content=content, headers=headers))
    assert one["outcome"] == "drafted"
    with reading(engine) as connection:
        held = find_draft(connection, "document", "open")
    assert held is not None
    assert held.content.internal


async def test_a_file_that_says_nothing_opens_nothing(signed_in: Any, engine: Engine) -> None:
    secret = Document(external_id="口径", title="口径", text="旧口径。", agency="示例市医保局", internal=True)
    CatalogueWrites(engine).put(secret, [], Status.PUBLISHED)
    clerk = await signed_in("li.editor")
    address = {"name": "口径.txt", "agency": "示例市医保局"}
    headers = {"origin": HOST, "x-form-token": clerk.token, "content-type": "application/octet-stream"}
    content = "新口径。先核对身份。".encode()
    (one,) = lines(await clerk.http.post("/upload", params=address, content=content, headers=headers))
    assert (one["outcome"], one["external_id"]) == ("drafted", "口径")
    with reading(engine) as connection:
        held = find_draft(connection, "document", "口径")
    assert held is not None
    assert held.content.internal


def test_it_is_written_published_and_asked_in_the_console(page: Page, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit?form=faq")
    page.get_by_label("问题", exact=True).fill("群众要求退费怎么答")
    page.get_by_label("回答").fill("先核对身份，再转二楼。")
    page.get_by_label("仅供内部").select_option("yes")
    page.get_by_role("button", name="保存草稿").first.click()
    page.get_by_text("草稿已保存").wait_for()
    assert "仅供内部" in page.locator("main").inner_text()
    page.get_by_role("button", name="提交审核").click()
    page.get_by_text("已提交审核").wait_for()
    address = page.url
    page.get_by_role("button", name="退出").click()
    sign_in(page, "zhao.reviewer")
    page.goto(address)
    page.get_by_role("button", name="通过并发布").click()
    page.get_by_text("已发布。").wait_for()
    assert "仅供内部" in page.locator("main").inner_text()
    with reading(engine) as connection:
        (found,), _ = listed_records(connection, "document", words="退费", limit=9, offset=0)
    assert found.status is Status.INTERNAL
    page.get_by_role("link", name="内部问答").click()
    page.get_by_label("问题").fill("退费")
    page.get_by_role("button", name="提问").click()
    page.get_by_role("button", name="医保卡怎么补").click()
    page.get_by_text("先核对身份。").wait_for()
    assert page.get_by_label("问题").input_value() == "医保卡怎么补"
    assert "第 3 页" in page.locator("main").inner_text()
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    shoot(page, "ask")
