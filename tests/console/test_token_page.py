"""Tokens of programs in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page
from sqlalchemy import Engine

from core.clock import FixedClock
from staff.tokens import Tokens
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in


def test_a_token_is_shown_once_and_revoked(page: Page, engine: Engine, clock: FixedClock) -> None:
    sign_in(page, "ybj.admin")
    page.get_by_role("link", name="接口令牌").first.click()
    assert page.get_by_label("部门").locator("option").all_inner_texts() == ["示例市医保局"]
    page.get_by_label("名称").fill("ybj-cms")
    page.get_by_role("button", name="建立").click()
    assert page.get_by_role("alert").inner_text() == "请检查：角色。名称用小写字母、数字和连字符。"
    assert page.get_by_label("名称").input_value() == "ybj-cms"
    page.get_by_label("编辑").check()
    page.get_by_label("审核").check()
    page.get_by_role("button", name="建立").click()
    assert "分别建立" in page.get_by_role("alert").inner_text()
    page.get_by_label("审核").uncheck()
    page.get_by_role("button", name="建立").click()
    secret = page.locator(".secret").inner_text()
    assert Tokens(engine, clock).find(secret) is not None
    shoot(page, "tokens")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    page.goto("/tokens")
    assert secret not in page.content()
    page.locator("summary", has_text="吊销").click()
    page.get_by_role("button", name="确认吊销 ybj-cms").click()
    assert "立即失效" in page.get_by_role("status").inner_text()
    assert Tokens(engine, clock).find(secret) is None
