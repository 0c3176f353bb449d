"""Nothing stands in anybody's way: axe in each state, keyboard, size of targets, old browsers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

STATIC = Path(__file__).parents[3] / "apps" / "portal" / "static"
# Words and signs that a browser of 2017 does not know, each with the year it came.
TOO_NEW = re.compile(
    r"\?\.[\w\[(]|\?\?|\{\s*\.\.\.|\.replaceAll\(|\.at\(|\.flat\(|\.flatMap\(|\.finally\(|\.matchAll\(|catch\s*\{"
    r"|Object\.fromEntries|\.replaceChildren\(|\(\?<|^\s*(import|export)\b|#\w+\s*[=(;]|\|\|=|&&=|\d_\d"
)
SMALL_TARGETS = """
() => Array.from(document.querySelectorAll("button, select, textarea, summary, .chip, .tick > label"))
  .filter((one) => one.offsetParent)
  .map((one) => [one.textContent || one.id, one.getBoundingClientRect()])
  .filter((pair) => pair[1].height < 43.5 || pair[1].width < 43.5)
  .map((pair) => pair[0] + " " + pair[1].width + "×" + pair[1].height)
"""


def conversation(visitor: Any) -> None:
    visitor.ask("居住证要什么材料，多少钱")
    visitor.page.get_by_text("查看原文摘录").first.click()
    visitor.page.get_by_role("button", name="没用", exact=True).click()


def checklist(visitor: Any) -> None:
    visitor.ask()
    visitor.page.get_by_role("button", name="保存为清单").first.click()
    expect(visitor.page.get_by_role("checkbox").first).to_be_visible()


def privacy(visitor: Any) -> None:
    visitor.page.get_by_role("button", name="隐私").click()
    expect(visitor.page.get_by_role("switch").first).to_be_attached()


def ending(visitor: Any) -> None:
    visitor.page.get_by_role("button", name="结束并清除").click()


def failed(visitor: Any) -> None:
    visitor.may_fail = True
    visitor.page.route("**/api/chat", lambda route: route.fulfill(status=503, body=""))
    visitor.page.get_by_label("您的问题").fill("居住证")
    visitor.page.get_by_role("button", name="发送").click()
    expect(visitor.page.get_by_role("button", name="重试")).to_be_visible()
    visitor.shoot("error")


STATES: dict[str, Callable[[Any], None]] = {
    "start": lambda visitor: None,
    "conversation": conversation,
    "checklist": checklist,
    "privacy": privacy,
    "ending": ending,
    "failed": failed,
}


@pytest.mark.usefixtures("guide")
@pytest.mark.parametrize("elder", [False, True], ids=["usual", "elder"])
@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_is_for_everybody(visitor: Any, cards: Any, state: str, elder: bool) -> None:
    visitor.portal.rasa.reply = cards["two"]()
    page = visitor.open()
    if elder:
        page.get_by_role("button", name="长者模式").click()
    STATES[state](visitor)
    assert visitor.serious() == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_first_tab_leads_past_the_head_to_the_question(visitor: Any) -> None:
    page = visitor.open()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到输入框")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.get_by_label("您的问题")).to_be_focused()


def test_focus_can_be_seen(visitor: Any) -> None:
    page = visitor.open()
    for _ in range(4):
        page.keyboard.press("Tab")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"


def test_conversation_can_be_had_by_keyboard_alone(visitor: Any, replies: Any) -> None:
    visitor.portal.rasa.replies["居住证"] = replies["clarify"]()
    page = visitor.open()
    page.get_by_label("您的问题").focus()
    page.keyboard.type("居住证")
    page.keyboard.press("Enter")
    choice = page.locator(".row").last.get_by_role("button").first
    expect(choice).to_be_visible()
    choice.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_be_visible()


def test_dialog_keeps_the_focus_and_gives_it_back(visitor: Any) -> None:
    page = visitor.open()
    opener = page.get_by_role("button", name="结束并清除")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="结束并清除")).to_be_focused()
    for key in ("Shift+Tab", "Tab", "Tab", "Tab", "Tab", "Tab"):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_what_is_said_is_announced(visitor: Any) -> None:
    page = visitor.open()
    log = page.get_by_role("log", name="对话内容")
    expect(log).to_have_attribute("aria-live", "polite")
    visitor.ask()
    expect(log.locator(".unseen")).to_have_text(["微政通：", "您：", "微政通："])
    expect(log).to_have_attribute("aria-busy", "false")


def test_typing_is_announced(visitor: Any) -> None:
    page = visitor.open()
    visitor.portal.rasa.hold()
    page.get_by_label("您的问题").fill("居住证")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("status").filter(has_text="正在查找答案")).to_be_visible()
    visitor.shoot("typing")
    visitor.portal.rasa.release(1)
    expect(page.locator(".card")).to_be_visible()


def test_page_fits_the_smallest_phone_in_elder_mode(visitor: Any) -> None:
    visitor.page.set_viewport_size({"width": 320, "height": 568})
    page = visitor.open()
    page.get_by_role("button", name="长者模式").click()
    visitor.ask("居住证" + "a" * 200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("main").bounding_box()["height"] >= 200


@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_scripts_are_small_and_for_old_browsers(script: Path) -> None:
    lines = script.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 250
    code = [line for line in lines if not line.lstrip().startswith("//")]
    assert [line for line in code if TOO_NEW.search(line)] == []


def test_styles_need_no_gap_and_no_new_selectors() -> None:
    for sheet in STATIC.glob("*.css"):
        assert (
            re.findall(r"[\s;{]gap:|:has\(|:is\(|:where\(|inset:|@layer|@container", sheet.read_text()) == []
        )


def test_page_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://", html) == []
    loaded = re.findall(r'<script src="/static/([\w.]+)" defer>', html)
    assert sorted(loaded) == sorted(path.name for path in STATIC.glob("*.js"))
