"""有用, 没用 and 纠错 on an answer."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect


def open_form(visitor: Any, button: str) -> Page:
    page: Page = visitor.open()
    visitor.ask()
    page.get_by_role("button", name=button, exact=True).click()
    return page


def kept(visitor: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = visitor.portal.rows("feedback")
    return rows


def test_useful_is_one_tap(visitor: Any) -> None:
    page = open_form(visitor, "有用")
    expect(page.get_by_text("谢谢，已经记下了。")).to_be_focused()
    (row,) = kept(visitor)
    assert row["useful"]
    expect(page.get_by_role("button", name="有用", exact=True)).to_have_count(0)


def test_useless_takes_a_reason_and_words(visitor: Any) -> None:
    page = open_form(visitor, "没用")
    form = page.locator(".feedback-form")
    expect(form.get_by_role("radio").first).to_be_focused()
    form.get_by_label("内容过时").check()
    form.get_by_label("补充说明").fill("去年就改了")
    visitor.shoot("feedback")
    form.get_by_role("button", name="提交").click()
    expect(page.get_by_text("谢谢，已经记下了。")).to_be_visible()
    (row,) = kept(visitor)
    assert (row["useful"], row["reason"], row["text"]) == (False, "outdated", "去年就改了")


def test_useless_needs_no_words(visitor: Any) -> None:
    page = open_form(visitor, "没用")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("谢谢，已经记下了。")).to_be_visible()
    assert kept(visitor)[0]["reason"] is None


def test_correction_needs_words(visitor: Any) -> None:
    page = open_form(visitor, "纠错")
    page.get_by_role("button", name="提交").click()
    assert kept(visitor) == []
    expect(page.get_by_label("答错了")).to_be_checked()
    page.get_by_label("请写明哪里不对").fill("电话换了")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("谢谢，已经记下了。")).to_be_visible()
    assert (kept(visitor)[0]["reason"], kept(visitor)[0]["text"]) == ("wrong", "电话换了")


def test_form_closes_and_gives_the_focus_back(visitor: Any) -> None:
    page = open_form(visitor, "没用")
    opener = page.get_by_role("button", name="没用", exact=True)
    expect(opener).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="取消").click()
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".feedback-form")).to_have_count(0)


def test_only_one_form_is_open(visitor: Any) -> None:
    page = open_form(visitor, "没用")
    page.get_by_role("button", name="纠错").click()
    expect(page.locator(".feedback-form")).to_have_count(1)
    expect(page.get_by_role("button", name="没用", exact=True)).to_have_attribute("aria-expanded", "false")


def test_feedback_that_is_not_kept_can_be_sent_again(visitor: Any) -> None:
    visitor.may_fail = True
    error = {"error": {"code": "x", "message": "<b>这次不行。</b>"}}
    visitor.page.route("**/api/feedback", lambda route: route.fulfill(status=503, json=error))
    page = open_form(visitor, "没用")
    page.get_by_label("补充说明").fill("写了很久")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_have_text("<b>这次不行。</b>")
    page.unroute("**/api/feedback")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("谢谢，已经记下了。")).to_be_visible()
    assert kept(visitor)[0]["text"] == "写了很久"
