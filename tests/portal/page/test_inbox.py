"""The bell and the list of notices."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from channels.ports import Notice, NoticeKind
from channels.web.inbox import put_notices
from core.database.engine import writing

CONSENT = """
async () => {
  const notice = await (await fetch("/api/privacy-notice")).json();
  await fetch("/api/consents?notice_version=" + notice.version, {method: "PUT",
    headers: {"Content-Type": "application/json"}, body: '{"push_web": true, "followup_notice": true}'});
  return (await (await fetch("/api/conversation")).json()).conversation;
}
"""
ATTACK = "<img src=x onerror=\"document.title='broken'\">"
SMALL = """
() => Array.from(document.querySelectorAll("button, summary")).filter((one) => one.offsetParent)
  .map((one) => [one.textContent, one.getBoundingClientRect()])
  .filter((pair) => pair[1].height < 43.5 || pair[1].width < 43.5).map((pair) => pair[0])
"""


class Told:
    """A visitor who has agreed to notices, and what they get."""

    def __init__(self, visitor: Any) -> None:
        self.visitor = visitor
        self.page: Page = visitor.open()
        self.id = str(self.page.evaluate(CONSENT))

    def get(self, *titles: str, kind: NoticeKind = NoticeKind.FOLLOWUP, **values: Any) -> None:
        """Notices with these titles."""
        words = {
            "text": "居住证可以网上申领。",
            "url": "https://zwfw.example.gov.cn/jzz",
            "why": "您问过居住证。",
        }
        some = [
            Notice(citizen=self.id, kind=kind, title=one, dedup_key=one, **{**words, **values})
            for one in titles
        ]
        with writing(self.visitor.portal.engine) as connection:
            put_notices(connection, some, self.visitor.portal.clock.now())

    @property
    def bell(self) -> Locator:
        return self.page.locator("#bell")

    def open(self) -> Locator:
        """Opens the list; the dialog."""
        self.bell.click()
        return self.page.get_by_role("dialog")

    def streams(self) -> int:
        return int(self.visitor.portal.services.inbox.streams.count)


@pytest.fixture
def told(visitor: Any) -> Told:
    return Told(visitor)


def test_an_empty_inbox_says_how_notices_come(visitor: Any) -> None:
    page = visitor.open()
    expect(page.locator("#bell-count")).to_be_hidden()
    page.get_by_role("button", name="消息").click()
    expect(page.get_by_role("dialog")).to_contain_text("还没有消息")
    visitor.shoot("inbox-empty")
    page.get_by_role("button", name="选择要接收的消息").click()
    expect(page.get_by_role("switch", name="有了答复或更正时通知我")).to_be_visible()
    assert visitor.portal.services.inbox.streams.count == 0


def test_unread_notices_are_counted_and_read_by_opening_the_list(told: Told) -> None:
    told.get("居住证可以网上办了", "公积金提取有变化")
    told.visitor.reload()
    expect(told.bell).to_have_accessible_name("消息，2条未读")
    expect(told.page.locator("#bell-count")).to_have_text("2")
    told.visitor.shoot("bell")
    dialog = told.open()
    expect(dialog.get_by_role("article")).to_have_count(2)
    first = dialog.get_by_role("article").first
    expect(first.get_by_role("heading")).to_have_text("公积金提取有变化")
    expect(first).to_contain_text("3月2日 09:00")
    expect(first.get_by_role("link", name="查看详情")).to_have_attribute(
        "href", "https://zwfw.example.gov.cn/jzz"
    )
    first.get_by_text("为什么收到").click()
    expect(first.get_by_text("您问过居住证。")).to_be_visible()
    told.visitor.shoot("inbox")
    expect(told.page.locator("#bell-count")).to_be_hidden()
    assert told.visitor.serious() == []
    assert told.page.evaluate(SMALL) == []
    told.page.keyboard.press("Escape")
    expect(told.bell).to_be_focused()
    told.visitor.reload()
    expect(told.bell).to_have_accessible_name("消息")


def test_a_notice_comes_while_the_page_is_open(told: Told) -> None:
    with told.page.expect_response("**/api/inbox?limit=20"):
        told.visitor.reload()
    told.get("新答案")
    expect(told.page.locator("#bell-count")).to_have_text("1")
    expect(told.page.locator("#status")).to_have_text("有新消息：新答案")
    dialog = told.open()
    expect(dialog.get_by_role("article")).to_have_count(1)
    told.get("又一条")
    expect(dialog.get_by_role("article")).to_have_count(2)
    expect(dialog.get_by_role("article").first).to_contain_text("又一条")
    expect(told.page.locator("#bell-count")).to_be_hidden()


def test_a_page_in_the_background_holds_no_stream_and_catches_up(told: Told) -> None:
    told.visitor.reload()
    told.get("一")
    expect(told.page.locator("#bell-count")).to_have_text("1")
    hide = """(state) => {
      Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    told.page.evaluate(hide, "hidden")
    for _ in range(200):
        if not told.streams():
            break
        told.page.wait_for_timeout(25)
    assert told.streams() == 0
    told.get("二")
    told.page.evaluate(hide, "visible")
    expect(told.page.locator("#bell-count")).to_have_text("2")


def test_a_kind_is_stopped_and_goes_on(told: Told) -> None:
    told.get("答复")
    told.get("推送", kind=NoticeKind.PUSH)
    told.visitor.reload()
    expect(told.page.locator("#bell-count")).to_have_text("2")
    dialog = told.open()
    dialog.get_by_role("button", name="不再接收此类：政策推送").click()
    again = dialog.get_by_role("button", name="恢复接收此类：政策推送")
    expect(again).to_be_focused()
    expect(dialog.get_by_role("status")).to_have_text("已停止接收政策推送，随时可以恢复。")
    told.visitor.shoot("inbox-stopped")
    assert [row["kind"] for row in told.visitor.portal.rows("notice_stop")] == ["push"]
    again.press("Enter")
    expect(dialog.get_by_role("button", name="不再接收此类：政策推送")).to_be_visible()
    dialog.get_by_role("button", name="全部停止").click()
    expect(dialog).to_contain_text("已停止接收：")
    expect(dialog.get_by_role("button", name="恢复接收全部消息")).to_be_focused()
    assert told.visitor.serious() == []


def test_news_of_the_inbox_that_come_late_leave_the_focus_where_it_is(told: Told) -> None:
    told.get("答复")
    told.visitor.reload()
    expect(told.page.locator("#bell-count")).to_have_text("1")
    held: list[Route] = []
    told.page.route("**/api/inbox?*", lambda route: held.append(route))
    dialog = told.open()
    button = dialog.get_by_role("button", name="不再接收此类：答复通知")
    button.focus()
    for _ in range(200):
        if held:
            break
        told.page.wait_for_timeout(25)
    (late,) = held
    page = told.page.request.fetch(late.request.url, headers=late.request.headers).json()
    late.fulfill(json={**page, "unread": 1, "items": [{**one, "read": False} for one in page["items"]]})
    told.page.wait_for_timeout(200)
    expect(button).to_be_focused()


def test_a_stop_that_fails_is_told(told: Told) -> None:
    told.visitor.may_fail = True
    told.get("答复")
    told.visitor.reload()
    expect(told.page.locator("#bell-count")).to_have_text("1")
    dialog = told.open()
    told.page.route("**/api/inbox/stop", lambda route: route.abort())
    dialog.get_by_role("button", name="全部停止").click()
    expect(dialog.get_by_role("status")).to_contain_text("没有成功：")
    expect(dialog.get_by_role("button", name="全部停止")).to_be_visible()


def test_what_is_told_stays_text_and_links_lead_to_pages_only(told: Told) -> None:
    told.get("一", text=ATTACK, why=ATTACK)
    bad = ["javascript:alert(1)", "//evil.example", "/\\evil.example", "data:text/html,x", "/own"]
    one = {"kind": ATTACK, "title": ATTACK, "text": ATTACK, "why": ATTACK, "read": True}
    items = [
        {**one, "notice_id": f"{at:024x}", "url": url, "sent_at": "2026-03-02T01:00:00Z"}
        for at, url in enumerate(bad)
    ]
    page = {"items": items, "unread": 0, "more": False, "stopped": [], "open": False, "last_event_id": "x-0"}
    told.page.route("**/api/inbox?*", lambda route: route.fulfill(json=page))
    told.visitor.reload()
    dialog = told.open()
    expect(dialog.get_by_role("article")).to_have_count(5)
    expect(dialog.get_by_role("article").first.get_by_role("heading")).to_have_text(ATTACK)
    assert dialog.locator("img").count() == 0
    assert [one.get_attribute("href") for one in dialog.get_by_role("link").all()] == ["/own"]


def test_older_notices_are_loaded_at_the_end(told: Told) -> None:
    told.get(*(f"第{at}条" for at in range(25)))
    told.visitor.reload()
    expect(told.page.locator("#bell-count")).to_have_text("25")
    dialog = told.open()
    expect(dialog.get_by_role("article")).to_have_count(20)
    expect(told.page.locator("#bell-count")).to_have_text("5")
    dialog.get_by_role("button", name="更早的消息").click()
    expect(dialog.get_by_role("article")).to_have_count(25)
    expect(dialog.get_by_role("article").nth(20)).to_be_focused()
    expect(dialog.get_by_role("button", name="更早的消息")).to_be_hidden()
    expect(told.page.locator("#bell-count")).to_be_hidden()


def test_ending_empties_the_inbox_and_its_stream(told: Told) -> None:
    told.get("答复")
    told.visitor.reload()
    expect(told.page.locator("#bell-count")).to_have_text("1")
    told.page.get_by_role("button", name="结束并清除").click()
    told.page.get_by_role("button", name="确认清除").click()
    expect(told.page.locator("#bell-count")).to_be_hidden()
    expect(told.open()).to_contain_text("还没有消息")
    assert told.visitor.portal.rows("notice") == []


def test_the_inbox_is_for_everybody_in_large_type(told: Told) -> None:
    told.get("居住证可以网上办了", "公积金提取有变化")
    told.visitor.reload()
    expect(told.page.locator("#bell-count")).to_have_text("2")
    told.page.get_by_role("button", name="长者模式").click()
    told.visitor.shoot("bell-elder")
    assert told.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    told.open().get_by_text("为什么收到").first.click()
    told.visitor.shoot("inbox-elder")
    assert told.visitor.serious() == []
    assert told.page.evaluate(SMALL) == []
    assert told.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
