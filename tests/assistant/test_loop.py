"""From a question that nobody can answer to the notice that it is answered, on the running assistant."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.assistant.test_document import PATIENCE_S, signed_in, until

pytestmark = pytest.mark.timeout(900, func_only=True)
QUESTIONS = (
    "无人机在城里怎么报备", "在市区飞无人机要登记吗", "玩无人机要不要备案", "航拍机飞行去哪申请",
    "无人机备案怎么弄",
)  # fmt: skip
AGREED = 3
ANSWER = "在市区飞行无人机前，请在国家平台实名登记，并到市公安局报备，不收费。"
# Grouping looks every half minute.
GROUPED_S = 90.0


def board(page: Page) -> str:
    page.goto("/board")
    return page.locator("main").inner_text()


def inbox(citizen: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = citizen.http.get("/api/inbox").json()["items"]
    return items


def test_five_ask_one_group_is_answered_and_three_who_agreed_are_told(
    assistant: Any, chromium: Browser
) -> None:
    citizens = [assistant.citizen() for _ in QUESTIONS]
    version = citizens[0].http.get("/api/privacy-notice").json()["version"]
    for number, (citizen, question) in enumerate(zip(citizens, QUESTIONS, strict=True)):
        if number < AGREED:
            address = f"/api/consents?notice_version={version}"
            assert citizen.http.put(address, json={"followup_notice": True}).status_code == 200
        assert citizen.ask(question)["status"] in ("no_answer", "clarify")

    for login, role in (("city.editor", "editor"), ("city.reviewer", "reviewer")):
        assistant.add_account(login, role)
    clerk = signed_in(chromium, assistant.console, "city.editor")
    until(lambda: re.search(r"无人机\S*\t5\t", board(clerk)) is not None, GROUPED_S)
    clerk.locator("td a").filter(has_text="无人机").click()
    group = clerk.url
    clerk.get_by_label("部门").select_option(label="示例市公安局")
    clerk.get_by_role("button", name="分派", exact=True).click()
    clerk.get_by_text("分派已保存。").wait_for()

    clerk.get_by_role("link", name="新写一条问答").click()
    clerk.get_by_label("回答").fill(ANSWER)
    clerk.get_by_label("部门").select_option(label="示例市公安局")
    clerk.get_by_role("button", name="保存草稿").click()
    clerk.get_by_text("草稿已保存。").wait_for()
    named = re.search(r"编号 (\S+)", clerk.locator("main").inner_text())
    assert named is not None
    clerk.get_by_role("button", name="提交审核").click()
    reviewer = signed_in(chromium, assistant.console, "city.reviewer")
    reviewer.goto(clerk.url)
    reviewer.get_by_role("button", name="通过并发布").click()
    reviewer.get_by_text("已发布。", exact=True).wait_for()

    clerk.goto(group)
    clerk.get_by_label("编号").fill(named[1])
    clerk.get_by_role("button", name="标为已答复并通知").click()
    clerk.get_by_text("已标为已答复").wait_for()
    until(lambda: all(inbox(one) for one in citizens[:AGREED]), PATIENCE_S)
    for citizen, question in zip(citizens[:AGREED], QUESTIONS, strict=False):
        (notice,) = inbox(citizen)
        assert notice["kind"] == "followup"
        assert question in notice["text"]
        assert ANSWER in notice["text"]
    assert [inbox(one) for one in citizens[AGREED:]] == [[], []]
    # And whoever asks now is answered.
    assert ANSWER in str(assistant.citizen().ask(QUESTIONS[0])["messages"])
    # Other tests ask about drones, and are to be answered nothing.
    reviewer.get_by_label("撤回原因").fill("试行结束")
    reviewer.get_by_role("button", name="撤回").click()
    reviewer.get_by_text("已撤回，不再用于答复。").wait_for()
