"""The second factor in a real browser: turned on by its picture, and used to sign in."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page
from pyotp import TOTP

from core.clock import FixedClock
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.conftest import PASSWORD


def looks_right(page: Page, name: str) -> None:
    shoot(page, f"second-factor-{name}")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)


def test_it_is_turned_on_and_asked_for_at_the_next_sign_in(page: Page, clock: FixedClock) -> None:
    sign_in(page, "ybj.admin")
    page.get_by_role("link", name="我的账号").first.click()
    page.get_by_role("link", name="开启两步验证").click()
    looks_right(page, "off")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="开始设置").click()
    picture = page.get_by_role("img", name="两步验证的二维码")
    picture.evaluate("image => image.decode()")  # waits for the picture, and fails if it cannot be drawn
    secret = page.locator(".secret").inner_text().replace(" ", "")
    looks_right(page, "begun")
    page.get_by_label("六位动态码").fill("000000")
    page.get_by_role("button", name="开启").click()
    assert "动态码不正确" in page.get_by_role("alert").inner_text()
    page.get_by_label("六位动态码").fill(TOTP(secret).at(clock.now()))
    page.get_by_role("button", name="开启").click()
    assert "两步验证已开启" in page.get_by_role("status").inner_text()
    recovery = page.locator(".codes code").all_inner_texts()
    assert len(set(recovery)) == 10
    looks_right(page, "codes")
    page.get_by_role("link", name="已保存，继续").click()
    page.goto("/me/second-factor")
    assert "还剩 10 个恢复码" in page.get_by_role("main").inner_text()
    looks_right(page, "on")
    page.get_by_role("button", name="退出").click()
    clock.move_to(clock.now() + timedelta(seconds=30))
    page.get_by_label("登录名").fill("ybj.admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    code = page.get_by_label("动态码或恢复码")
    code.fill("123")
    looks_right(page, "code")
    page.keyboard.press("Enter")
    assert "验证码不正确" in page.get_by_role("alert").inner_text()
    code.fill(TOTP(secret).at(clock.now()))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="首页").wait_for()
    page.goto("/me/second-factor")
    off = page.get_by_role("form", name="关闭两步验证")
    off.get_by_label("密码").fill(PASSWORD)
    off.get_by_label("动态码或恢复码").fill(recovery[0])
    off.get_by_role("button", name="关闭").click()
    assert page.get_by_role("status").inner_text() == "已关闭两步验证。"
