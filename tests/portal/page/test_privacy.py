"""Privacy notice, consents by purpose, taking one's data along, ending and erasing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from core.citizens.notice import load_notice

VERSION = load_notice(city="市", hotline="12345", days=30).version


def open_notice(visitor: Any) -> Page:
    page: Page = visitor.open()
    page.get_by_role("button", name="隐私").click()
    expect(page.get_by_role("switch").first).to_be_attached()
    return page


def finish(page: Page) -> None:
    page.get_by_role("button", name="结束并清除").click()
    page.get_by_role("button", name="确认清除").click()


def test_notice_has_a_switch_for_each_purpose(visitor: Any) -> None:
    page = open_notice(visitor)
    visitor.shoot("privacy")
    switches = page.get_by_role("switch")
    expect(switches).to_have_count(6)
    for switch in switches.all():
        expect(switch).not_to_be_checked()
    expect(page.get_by_role("dialog")).to_contain_text(f"版本 {VERSION}")
    page.get_by_role("switch").last.scroll_into_view_if_needed()
    visitor.shoot("privacy-consents")


def test_consent_is_given_to_the_version_that_was_read_and_withdrawn(visitor: Any) -> None:
    page = open_notice(visitor)
    switch = page.get_by_role("switch", name="根据我的提问推荐")
    with page.expect_response(f"**/api/consents?notice_version={VERSION}") as answered:
        switch.focus()
        page.keyboard.press("Space")
    assert answered.value.request.post_data_json == {"personalize": True}
    expect(page.get_by_text("已同意")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="隐私").click()
    expect(switch).to_be_checked()
    switch.uncheck()
    expect(page.get_by_text("已同意")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="隐私").click()
    expect(page.get_by_role("switch").first).to_be_attached()
    expect(switch).not_to_be_checked()


def test_consent_that_is_not_kept_goes_back(visitor: Any) -> None:
    visitor.may_fail = True
    page = open_notice(visitor)
    error = {"error": {"code": "outdated_notice", "message": "隐私说明有了新版本。"}}
    page.route("**/api/consents?*", lambda route: route.fulfill(status=409, json=error))
    switch = page.get_by_role("switch", name="根据我的提问推荐")
    switch.click()
    expect(page.get_by_text("隐私说明有了新版本。")).to_be_visible()
    expect(switch).not_to_be_checked()


def test_notice_stays_text(visitor: Any) -> None:
    attack = "<img src=x onerror=\"document.title='broken'\">"
    purpose = {"purpose": "personalize", "title": attack, "text": attack}
    notice = {
        "version": attack,
        "title": attack,
        "text_sections": [{"title": attack, "text": attack}],
        "purposes": [purpose],
    }
    visitor.page.route("**/api/privacy-notice", lambda route: route.fulfill(json=notice))
    page = open_notice(visitor)
    expect(page.locator(".dialog h3").first).to_have_text(attack)
    assert page.locator(".dialog img").count() == 0


def test_notice_that_cannot_be_loaded_is_told(visitor: Any) -> None:
    visitor.may_fail = True
    page = visitor.open()
    page.route("**/api/privacy-notice", lambda route: route.fulfill(status=503, json={}))
    page.get_by_role("button", name="隐私").click()
    expect(page.get_by_role("dialog")).to_contain_text("隐私说明暂时打不开")


def test_data_are_taken_along(visitor: Any, tmp_path: Path) -> None:
    page = visitor.open()
    visitor.ask("居住证要什么材料")
    page.get_by_role("button", name="隐私").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="导出我的数据").click()
    assert started.value.suggested_filename == "weizheng-export.json"
    started.value.save_as(tmp_path / "export.json")
    exported = (tmp_path / "export.json").read_text(encoding="utf-8")
    assert "居住证要什么材料" in exported
    assert "data" in json.loads(exported)


def test_ending_erases_everything_and_begins_anew(visitor: Any) -> None:
    page = visitor.open()
    page.get_by_label("所在区").select_option("东区")
    visitor.ask("居住证要什么材料")
    page.get_by_label("您的问题").fill("还没发出的话")
    page.get_by_role("button", name="结束并清除").click()
    visitor.shoot("finish")
    page.get_by_role("button", name="确认清除").click()
    expect(page.get_by_text("已结束并清除。")).to_be_focused()
    expect(page.locator(".citizen, .card")).to_have_count(0)
    expect(page.get_by_label("您的问题")).to_have_value("")
    expect(page.get_by_label("所在区")).to_have_value("")
    visitor.shoot("cleared")
    assert "居住证要什么材料" not in visitor.portal.dump()
    visitor.reload()
    expect(page.locator(".citizen, .card")).to_have_count(0)
    visitor.ask("新的问题")
    expect(page.locator(".citizen")).to_have_text(["您：新的问题"])


def test_ending_is_confirmed_first(visitor: Any) -> None:
    page = visitor.open()
    visitor.ask()
    page.get_by_role("button", name="结束并清除").click()
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="结束并清除")).to_be_focused()
    expect(page.locator(".card")).to_be_visible()


def test_what_could_not_be_erased_is_told_and_tried_again(visitor: Any) -> None:
    visitor.may_fail = True
    page = visitor.open()
    visitor.ask()
    page.route("**/api/me", lambda route: route.abort())
    finish(page)
    expect(page.get_by_role("alert")).to_contain_text("还没有清除")
    expect(page.locator(".card")).to_be_attached()
    page.unroute("**/api/me")
    page.get_by_role("button", name="确认清除").click()
    expect(page.get_by_text("已结束并清除。")).to_be_visible()


def test_erasure_that_ends_later_clears_the_page_at_once(visitor: Any) -> None:
    visitor.may_fail = True
    page = visitor.open()
    visitor.ask()
    visitor.portal.trackers.down = True
    finish(page)
    expect(page.get_by_text("清除已经登记。")).to_be_visible()
    expect(page.locator(".card")).to_have_count(0)


def test_reply_that_comes_after_the_end_is_not_shown(visitor: Any) -> None:
    page = visitor.open()
    held: list[Route] = []
    page.route("**/api/chat", lambda route: held.append(route))
    page.get_by_label("您的问题").fill("居住证要什么材料")
    page.get_by_role("button", name="发送").click()
    expect(page.locator("#typing")).to_be_visible()
    finish(page)
    expect(page.get_by_text("已结束并清除。")).to_be_visible()
    expect(page.locator("#typing")).to_be_hidden()
    with page.expect_response("**/api/chat"):
        held[0].continue_()
    page.unroute("**/api/chat")
    visitor.ask("新的问题")
    expect(page.locator(".citizen")).to_have_text(["您：新的问题"])
    expect(page.locator(".card")).to_have_count(1)
