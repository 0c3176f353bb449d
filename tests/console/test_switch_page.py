"""The off switch in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page
from sqlalchemy import Engine

from core.switch.state import Outlet, read_switch
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in


def test_an_administrator_turns_the_assistant_off_and_on(page: Page, engine: Engine) -> None:
    sign_in(page, "admin")
    page.get_by_role("link", name="开关").first.click()
    page.get_by_label("原因").fill("<b>资料有误</b>")
    page.get_by_role("button", name="关闭").click()
    assert read_switch(engine).off == {}, "not without the confirmation"
    page.get_by_label("确认关闭").check()
    page.get_by_role("button", name="关闭").click()
    assert "已关闭" in page.get_by_role("status").inner_text()
    off = read_switch(engine).of(Outlet.WEB)
    assert off is not None
    assert (off.actor, off.reason) == ("admin", "<b>资料有误</b>")
    assert "12345" in off.message
    assert page.get_by_text("<b>资料有误</b>").count() == 2
    shoot(page, "switch")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    page.get_by_label("确认可以恢复服务").check()
    page.get_by_role("button", name="开启整个助手").click()
    assert read_switch(engine).off == {}
    assert serious(page) == []


def test_an_administrator_of_one_agency_only_looks(page: Page) -> None:
    sign_in(page, "ybj.admin")
    page.goto("/switch")
    assert page.get_by_role("button", name="关闭").count() == 0
    assert "只有不限部门的管理员" in page.locator("main").inner_text()
