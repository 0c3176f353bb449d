"""The page while the assistant is off: it says so, keeps what was typed, and comes back by itself."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from staff.actors import Operator
from staff.runner import CommandRunner
from staff.switch_commands import SWITCH_COMMANDS

WORDS = "<b>正在维护</b>，请稍后再来，或拨打政务服务便民热线12345。"


def throw(portal: Any, name: str) -> None:
    given = {"reason": "资料有误", "message": WORDS} if name == "turn_off" else {}
    CommandRunner(portal.engine, portal.clock, SWITCH_COMMANDS).run(Operator(), f"assistant.{name}", given)


@pytest.fixture(autouse=True)
def soon(visitor: Any) -> None:
    """The page asks sooner than it does for citizens."""
    visitor.page.add_init_script(
        "const wait = window.setTimeout; window.setTimeout = (f, ms) => wait(f, Math.min(ms, 400));"
    )


def test_what_was_typed_stays_and_the_page_comes_back(visitor: Any) -> None:
    visitor.may_fail = True
    page = visitor.open()
    expect(page.locator("#off")).to_be_hidden()
    throw(visitor.portal, "turn_off")
    page.wait_for_timeout(700)
    visitor.ask("居住证要什么材料")
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text(WORDS)
    assert banner.locator("b").count() == 0
    expect(page.get_by_label("您的问题")).to_have_value("居住证要什么材料")
    assert page.locator(".citizen").count() == 0
    visitor.shoot("off")
    assert visitor.serious() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    throw(visitor.portal, "turn_on")
    expect(page.locator("#off")).to_be_hidden(timeout=10_000)
    expect(page.get_by_label("您的问题")).to_have_value("居住证要什么材料")
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".card").first).to_be_visible()


def test_danger_is_referred_under_the_banner(visitor: Any) -> None:
    visitor.may_fail = True
    throw(visitor.portal, "turn_off")
    page = visitor.page
    page.goto(visitor.origin)
    page.wait_for_selector("body[data-ready=yes]")
    expect(page.get_by_role("alert")).to_contain_text("正在维护")
    visitor.ask("我家着火了")
    expect(page.locator(".row.assistant").last).to_contain_text("119")
    expect(page.get_by_role("alert")).to_be_visible()
