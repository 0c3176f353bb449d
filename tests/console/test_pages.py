"""The console in a real browser, at desk and at tablet width: the way in, an account, the log."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.conftest import PASSWORD

PAGES = {
    "home": "/", "accounts": "/accounts", "account-new": "/accounts-new",
    "account": "/accounts/li.editor", "me": "/me", "audit": "/audit", "missing": "/no-such-page",
}  # fmt: skip


def test_every_page_is_readable_and_accessible(page: Page) -> None:
    assert serious(page) == []
    shoot(page, "sign-in")
    sign_in(page, "admin")
    for name, path in PAGES.items():
        page.goto(path)
        shoot(page, name)
        assert serious(page) == [], path
        assert not is_wider_than_the_window(page), path


def test_an_administrator_adds_a_colleague_who_signs_in(page: Page) -> None:
    sign_in(page, "admin")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="账号", exact=True).click()
    page.get_by_role("link", name="新建账号").click()
    page.get_by_label("登录名").fill("wang")
    page.get_by_label("姓名").fill("王芳")
    page.get_by_label("部门").select_option(label="示例市医保局")
    page.get_by_label("编辑").check()
    page.get_by_label("初始密码").fill(PASSWORD)
    page.get_by_role("button", name="新建").click()
    assert page.get_by_role("status").inner_text() == "已添加账号。"
    assert "王芳" in page.get_by_role("region", name="账号列表").inner_text()
    page.get_by_role("button", name="退出").click()
    sign_in(page, "wang")
    names = page.get_by_role("navigation", name="主导航").get_by_role("link").all_inner_texts()
    assert names == [
        "内容", "上传文件", "草稿与审核", "内部问答", "试问", "回归问题", "问题看板", "好差评", "答复召回",
        "概览", "机构与词语", "我的账号",
    ]  # fmt: skip
    page.goto("/accounts")
    assert "没有权限" in page.get_by_role("alert").inner_text()


def test_the_keyboard_alone_signs_in_and_skips_to_the_text(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.get_by_label("登录名").focus()
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="首页").wait_for()
