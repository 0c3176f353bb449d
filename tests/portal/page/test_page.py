"""The conversation on the page, in a real browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from core.errors import Unavailable

ATTACK = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"


def ask(page: Page, text: str) -> None:
    page.get_by_label("您的问题").fill(text)
    page.get_by_role("button", name="发送").click()


def test_question_gets_an_answer_with_its_source(page: Page) -> None:
    ask(page, "居住证要什么材料")
    card = page.locator(".card")
    expect(card.locator(".guide strong")).to_have_text("居住证申领")
    expect(card.locator(".tag")).to_have_text("申请材料")
    link = card.get_by_role("link", name="示例市居住证办法")
    expect(link).to_have_attribute("href", "https://example.gov.cn/jzz")
    assert "noopener" in (link.get_attribute("rel") or "")
    expect(card.locator(".facts")).to_have_text("示政办发〔2025〕8号 · 示例市公安局 · 2025-06-01")
    expect(page.get_by_label("您的问题")).to_have_value("")


def test_answer_is_scrolled_into_view(page: Page) -> None:
    for _ in range(3):
        ask(page, "居住证要什么材料")
        expect(page.get_by_role("button", name="发送")).to_be_enabled()
    expect(page.locator(".related").last).to_be_in_viewport(ratio=1)


def test_demo_note_and_hotline_are_shown(page: Page) -> None:
    expect(page.locator("#demo")).to_contain_text("示例城市：演示数据")
    expect(page.locator("#hotline")).to_have_attribute("href", "tel:12345")
    expect(page.get_by_role("heading", level=1)).to_have_text("示例市微政通")


def test_choice_is_picked_by_its_button(page: Page, address: Any, replies: dict[str, Any]) -> None:
    address[1].rasa.replies["居住证"] = replies["clarify"]()
    ask(page, "居住证")
    button = page.get_by_role("button", name="居住证签注")
    expect(button).to_be_visible()
    button.click()
    expect(page.locator(".card")).to_be_visible()
    expect(page.locator(".citizen").last).to_contain_text("居住证签注")
    assert address[1].rasa.messages[1].startswith("/choose{")


def test_failed_question_is_sent_again_with_the_same_id(
    page: Page, address: Any, replies: dict[str, Any]
) -> None:
    sent: list[Any] = []
    page.on(
        "request", lambda request: sent.append(request.post_data_json) if request.method == "POST" else None
    )
    address[1].rasa.reply = httpx.Response(500)
    address[1].knowledge.reply = Unavailable("down")
    ask(page, "居住证")
    expect(page.locator(".error")).to_contain_text("请稍后再试")
    address[1].rasa.reply = replies["guide"]()
    page.get_by_role("button", name="重试").click()
    expect(page.locator(".card")).to_be_visible()
    expect(page.locator(".error")).to_have_count(0)
    expect(page.locator(".citizen")).to_have_count(1)
    assert len(sent) == 2
    assert sent[0] == sent[1]


def test_lost_network_is_told_in_chinese(page: Page) -> None:
    page.context.set_offline(True)
    ask(page, "居住证")
    expect(page.locator(".error")).to_contain_text("网络不通")
    expect(page.get_by_role("button", name="重试")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "again"),
    [(400, 0), (403, 0), (413, 0), (422, 0), (429, 1), (500, 1), (503, 1), (504, 1)],
)
def test_only_what_may_pass_is_tried_again(page: Page, status: int, again: int) -> None:
    error = {"error": {"code": "x", "message": "这次不行。"}}
    page.route("**/api/chat", lambda route: route.fulfill(status=status, json=error))
    ask(page, "居住证")
    expect(page.locator(".error .text")).to_have_text("这次不行。")
    expect(page.get_by_role("button", name="重试")).to_have_count(again)


@pytest.mark.parametrize(("status", "again"), [(200, 1), (403, 0), (502, 1)])
def test_a_reply_of_something_in_between_is_told_in_chinese(page: Page, status: int, again: int) -> None:
    page.route("**/api/chat", lambda route: route.fulfill(status=status, body="<html>Bad Gateway</html>"))
    ask(page, "居住证")
    expect(page.locator(".error .text")).to_contain_text("网络不通或服务没有响应")
    expect(page.get_by_role("button", name="重试")).to_have_count(again)


def test_expired_choice_is_not_tried_again(page: Page, address: Any, replies: dict[str, Any]) -> None:
    address[1].rasa.reply = replies["clarify"]()
    ask(page, "居住证")
    button = page.get_by_role("button", name="居住证签注")
    expect(button).to_be_visible()
    address[1].clock.move_to(address[1].clock.now() + timedelta(hours=25))
    button.click()
    expect(page.locator(".error")).to_contain_text("已失效")
    expect(page.get_by_role("button", name="重试")).to_have_count(0)


def test_nothing_is_sent_before_the_earlier_conversation_is_shown(page: Page, address: Any) -> None:
    ask(page, "第一个问题")
    expect(page.locator(".card")).to_be_visible()
    held: list[Route] = []
    page.route("**/api/conversation", lambda route: held.append(route))
    page.reload()
    page.get_by_label("您的问题").fill("第二个问题")
    page.get_by_label("您的问题").press("Enter")
    expect(page.get_by_role("button", name="发送")).to_be_disabled()
    while not held:
        page.wait_for_timeout(20)
    assert len(address[1].rasa.seen) == 1
    held[0].continue_()
    expect(page.locator(".citizen")).to_have_text(["您：第一个问题"])
    expect(page.get_by_label("您的问题")).to_have_value("第二个问题")
    page.get_by_label("您的问题").press("Enter")
    expect(page.locator(".citizen")).to_have_text(["您：第一个问题", "您：第二个问题"])


def test_page_works_when_nothing_could_be_loaded(page: Page) -> None:
    for path in ("about", "conversation"):
        page.route(f"**/api/{path}", lambda route: route.abort())
    page.reload()
    ask(page, "居住证")
    expect(page.locator(".card")).to_be_visible()
    expect(page.locator("#hotline")).to_be_hidden()


def press_enter(page: Page, key_code: int) -> None:
    page.get_by_label("您的问题").dispatch_event(
        "keydown", {"key": "Enter", "keyCode": key_code, "bubbles": True, "cancelable": True}
    )


def test_enter_that_ends_a_composition_does_not_send(page: Page) -> None:
    page.get_by_label("您的问题").fill("居住证")
    press_enter(page, 229)
    expect(page.get_by_label("您的问题")).to_have_value("居住证")
    expect(page.locator(".citizen")).to_have_count(0)
    press_enter(page, 13)
    expect(page.locator(".citizen")).to_have_count(1)


def test_page_waits_a_little_longer_than_the_server(page: Page, address: Any) -> None:
    page.clock.install()
    page.reload()
    page.wait_for_selector("body[data-ready=yes]")
    address[1].rasa.hold()
    ask(page, "居住证")
    expect(page.locator("#typing")).to_be_visible()
    page.clock.fast_forward(11_000)
    expect(page.locator("#typing")).to_be_visible()
    page.clock.fast_forward(5_000)
    expect(page.locator(".error")).to_contain_text("没有响应")
    address[1].rasa.release(1)


def test_conversation_is_there_after_a_reload(page: Page) -> None:
    ask(page, "居住证要什么材料")
    expect(page.locator(".card")).to_be_visible()
    page.reload()
    expect(page.locator(".citizen")).to_contain_text("居住证要什么材料")
    expect(page.locator(".card")).to_be_visible()


def test_typing_is_shown_while_waiting(page: Page, address: Any) -> None:
    address[1].rasa.hold()
    ask(page, "居住证")
    expect(page.locator("#typing")).to_be_visible()
    expect(page.get_by_role("button", name="发送")).to_be_disabled()
    address[1].rasa.release(1)
    expect(page.locator(".card")).to_be_visible()
    expect(page.locator("#typing")).to_be_hidden()


def hostile_reply(reply: Any) -> Any:
    (part,) = reply.parts
    (citation,) = part.citations
    citation = citation.model_copy(update={"title": ATTACK, "url": "javascript:document.title='broken'"})
    item = part.item.model_copy(update={"name": ATTACK})
    part = part.model_copy(update={"text": ATTACK, "citations": [citation], "item": item})
    return reply.model_copy(update={"parts": [part]})


def test_script_is_shown_as_text(page: Page, address: Any, replies: dict[str, Any]) -> None:
    title = page.title()
    address[1].rasa.reply = hostile_reply(replies["guide"]())
    ask(page, ATTACK)
    expect(page.locator(".card .text")).to_have_text(ATTACK)
    expect(page.locator(".citizen .text")).to_have_text(ATTACK)
    expect(page.locator(".card .citation a")).to_have_count(0)
    page.reload()
    expect(page.locator(".card .text")).to_have_text(ATTACK)
    assert page.locator("#log img, #log script").count() == 0
    assert page.title() == title


def test_page_fits_a_narrow_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 568})
    ask(page, "居住证" + "a" * 200)
    expect(page.locator(".card")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
