"""The page shows what staff replied to the citizen's opinion, under the answer that it is about."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from sqlalchemy import insert, update

from core.citizens.tables import feedback_reply
from core.database.engine import writing
from tests.browsers import serious

ATTACK = "<img src=x onerror=\"document.title='broken'\">已经更正。"


def test_a_reply_stands_under_its_answer(visitor: Any) -> None:
    page = visitor.open()
    visitor.ask()
    page.get_by_role("button", name="纠错", exact=True).click()
    page.get_by_label("请写明哪里不对").fill("电话换了")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("谢谢，已经记下了。")).to_be_visible()
    visitor.ask("另一个问题")
    (said,) = visitor.portal.rows("feedback")
    now = visitor.portal.clock.now()
    with writing(visitor.portal.engine) as connection:
        row = {
            "answer_id": said["answer_id"], "state": "replied", "agency": "nobody", "text": ATTACK,
            "number": 1, "replied": now, "reason": None, "owner": "li", "changed": now,
        }  # fmt: skip
        connection.execute(insert(feedback_reply).values(**row))
    page = visitor.reload()
    reply = page.locator(".opinion-reply")
    expect(reply).to_have_count(1)
    expect(reply).to_contain_text(ATTACK)
    expect(reply).to_contain_text("对您反馈的回复")
    expect(reply).to_contain_text("2026年3月2日")
    assert page.title() != "broken"
    # Of the two answers the first.
    first = page.locator(".row.assistant:not(:has(.greeting))").filter(has=page.locator(".feedback")).first
    expect(first.locator(".opinion-reply")).to_have_count(1)
    assert serious(page) == []
    reply.scroll_into_view_if_needed()
    visitor.shoot("opinion-reply")
    with writing(visitor.portal.engine) as connection:
        connection.execute(update(feedback_reply).values(text=None, state="closed"))
    expect(visitor.reload().locator(".opinion-reply")).to_have_count(0)
