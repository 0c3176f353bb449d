"""Subscribing on the page: the menu of a card, what the conversation says of it, and the list."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from core.answering import AnswerStatus
from core.citizens.notice import load_notice
from knowledge_base.contract import AnswerReply, SubscribePart, Target

VERSION = load_notice(city="市", hotline="12345", days=30).version
AGREED = f"/api/consents?notice_version={VERSION}"


def open_menu(visitor: Any) -> Locator:
    """The menu of the card, opened; asks first."""
    visitor.ask()
    menu = visitor.page.locator("button[data-item='12']")
    expect(menu).to_have_accessible_name("订阅：居住证申领")
    menu.click()
    expect(menu).to_have_attribute("aria-expanded", "true")
    group: Locator = visitor.page.get_by_role("group", name="订阅", exact=True)
    return group


def agree(visitor: Any) -> None:
    """The citizen agrees to hear of what they subscribe to."""
    answer = visitor.page.request.put(
        f"{visitor.origin}{AGREED}", data={"push_web": True}, headers={"Origin": visitor.origin}
    )
    assert answer.ok


def say(visitor: Any, text: str, act: str = "subscribe", *, certain: bool = True) -> Locator:
    """What the page shows where the dialogue engine reads such a wish; the last bubble."""
    part = SubscribePart.model_validate(
        {"text": "…", "act": act, "targets": [Target(kind="item", id=12)], "certain": certain}
    )
    visitor.portal.rasa.replies[text] = AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[part])
    visitor.ask(text)
    last: Locator = visitor.page.locator("#log .bubble").last
    return last


def held(visitor: Any) -> list[tuple[str, str]]:
    return [(row["kind"], row["target"]) for row in visitor.portal.rows("subscription")]


def test_an_item_its_agency_and_its_theme_are_in_one_menu(visitor: Any) -> None:
    agree_first(visitor)
    group = open_menu(visitor)
    names = [one.text_content() for one in group.get_by_role("button").all()]
    assert names == ["订阅事项：居住证申领", "订阅部门：示例市公安局", "订阅主题：户籍"]
    visitor.shoot("subscribe-menu")
    assert visitor.serious() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    agency = group.get_by_role("button", name="部门：示例市公安局")
    agency.press("Enter")
    expect(agency).to_have_text("已订阅部门：示例市公安局")
    expect(agency).to_have_attribute("aria-pressed", "true")
    expect(agency).to_be_focused()
    group.get_by_role("button", name="主题：户籍").click()
    expect(group.get_by_role("button", name="退订主题：户籍")).to_be_visible()
    visitor.shoot("subscribe-menu-chosen")
    assert sorted(held(visitor)) == [("agency", "示例市公安局"), ("theme", "户籍")]
    expect(visitor.page.locator("button[data-item='12']")).to_have_text("已订阅")
    visitor.reload()
    expect(visitor.page.locator("button[data-item='12']")).to_have_text("已订阅")


def agree_first(visitor: Any) -> None:
    visitor.open()
    agree(visitor)


def test_the_menu_closes_again(visitor: Any) -> None:
    visitor.open()
    group = open_menu(visitor)
    menu = visitor.page.locator("button[data-item='12']")
    menu.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(group).to_be_hidden()
    menu.click()
    expect(group.get_by_role("button")).to_have_count(3)


def test_without_its_guide_the_item_is_still_offered(visitor: Any) -> None:
    visitor.may_fail = True
    visitor.open()
    visitor.page.route("**/api/items/12", lambda route: route.fulfill(status=503, json={}))
    expect(open_menu(visitor).get_by_role("button")).to_have_text(["订阅事项：居住证申领"])


def test_a_subject_is_subscribed_to_in_one_step_with_the_consent(visitor: Any) -> None:
    visitor.may_fail = True
    page = visitor.open()
    group = open_menu(visitor)
    button = group.get_by_role("button", name="部门：示例市公安局")
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("部门“示例市公安局”")
    expect(dialog).to_contain_text("在本页面提醒我")
    expect(dialog).to_contain_text(f"隐私说明版本 {VERSION}")
    visitor.shoot("subscribe")
    assert visitor.serious() == []
    assert visitor.portal.rows("consent") == []
    dialog.get_by_role("button", name="同意并订阅").click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    assert [row["purpose"] for row in visitor.portal.rows("consent")] == ["push_web"]
    page.get_by_role("button", name="消息").click()
    expect(dialog).to_contain_text("我的订阅")
    expect(dialog).to_contain_text("部门：示例市公安局")
    visitor.shoot("inbox-subscriptions")
    assert visitor.serious() == []
    dialog.get_by_role("button", name="退订部门：示例市公安局").click()
    expect(dialog.get_by_role("status")).to_have_text("已退订部门：示例市公安局")
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert held(visitor) == []


def test_the_conversation_asks_for_the_consent_by_a_button(visitor: Any) -> None:
    visitor.may_fail = True
    page = visitor.open()
    bubble = say(visitor, "这个事项有变化通知我")
    expect(bubble).to_contain_text("还没有订阅事项“居住证申领”")
    button = bubble.get_by_role("button", name="订阅事项：居住证申领")
    expect(button).to_have_attribute("aria-pressed", "false")
    visitor.shoot("subscription-asked")
    assert visitor.serious() == []
    button.click()
    page.get_by_role("dialog").get_by_role("button", name="同意并订阅").click()
    expect(bubble.get_by_role("button", name="退订事项：居住证申领")).to_be_focused()
    assert held(visitor) == [("item", "12")]


def test_what_is_said_in_the_conversation_shows_on_the_card(visitor: Any) -> None:
    agree_first(visitor)
    visitor.ask()
    menu = visitor.page.locator("button[data-item='12']")
    bubble = say(visitor, "订阅")
    expect(bubble).to_contain_text("已订阅事项“居住证申领”")
    expect(bubble.get_by_role("button", name="退订")).to_have_attribute("aria-pressed", "true")
    expect(menu).to_have_text("已订阅")
    visitor.shoot("subscription-done")
    expect(say(visitor, "全部退订", "unsubscribe_all")).to_contain_text("已全部退订，一共1项")
    expect(menu).to_have_text("订阅")
    assert held(visitor) == []
    # An older message shows how it stands now.
    visitor.reload()
    expect(visitor.page.get_by_role("button", name="订阅事项：居住证申领")).to_have_text(
        "订阅事项：居住证申领"
    )


def test_a_question_back_is_answered_by_a_button(visitor: Any) -> None:
    agree_first(visitor)
    bubble = say(visitor, "以后有新政策告诉我", certain=False)
    visitor.shoot("subscription-which")
    bubble.get_by_role("button", name="主题：户籍").click()
    visitor.page.wait_for_selector("#send:not([disabled])")
    expect(visitor.page.locator("#log .bubble").last).to_contain_text("已订阅主题“户籍”")
    assert held(visitor) == [("theme", "户籍")]


def test_all_are_ended_in_the_list(visitor: Any) -> None:
    agree_first(visitor)
    for at in range(12):
        change = [{"kind": "theme", "target": f"主题{at:02}", "subscribed": True}]
        answer = visitor.page.request.put(
            f"{visitor.origin}/api/subscriptions", data=change, headers={"Origin": visitor.origin}
        )
        assert answer.ok
    visitor.reload()
    visitor.page.get_by_role("button", name="消息").click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(12)
    visitor.shoot("inbox-twelve-subscriptions")
    dialog.get_by_role("button", name="全部退订").click()
    expect(dialog.get_by_role("status")).to_have_text("已全部退订，一共12项。")
    expect(dialog.get_by_role("listitem")).to_have_count(0)
    assert held(visitor) == []


@pytest.mark.parametrize("kind", ["later", "subscription"])
def test_a_message_of_a_kind_that_the_page_does_not_know_is_read_as_text(visitor: Any, kind: str) -> None:
    targets = [{"kind": "planet", "target": "9", "title": "冥王星", "subscribed": False}]
    message = {
        "message_id": "m",
        "kind": kind,
        "text": "一句话。",
        "targets": targets,
        "needs_consent": False,
    }
    reply = {
        "conversation": "c", "answer_id": "a", "status": "answered_canned", "region": None,
        "messages": [message],
    }  # fmt: skip
    visitor.open()
    visitor.page.route("**/api/chat", lambda route: route.fulfill(json=reply))
    visitor.ask("订阅")
    bubble = visitor.page.locator("#log .bubble").last
    expect(bubble).to_contain_text("一句话。")
    expect(bubble.get_by_role("button", name="冥王星")).to_have_count(0)
