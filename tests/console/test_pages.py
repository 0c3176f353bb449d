"""The console in a real browser, at desk and at tablet width: the way in, an account, the log."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from apps.console.app import create_app
from apps.console.services import Services
from tests.browsers import serious
from tests.console.conftest import PASSWORD

SIZES = {"desk": (1280, 800), "tablet": (820, 1180)}
PAGES = {
    "home": "/", "accounts": "/accounts", "account-new": "/accounts-new",
    "account": "/accounts/li.editor", "me": "/me", "audit": "/audit", "missing": "/no-such-page",
}  # fmt: skip


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    """The console on a port of its own."""
    app = create_app(services, ZoneInfo("Asia/Shanghai"))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, http="h11", ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(params=sorted(SIZES))
def page(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """The way in; nothing may be blocked or come from elsewhere."""
    width, height = SIZES[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", base_url=address, reduced_motion="reduce"
    )
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console",
        lambda line: problems.append(line.text) if not line.text.startswith("Failed to load") else None,
    )
    opened.on(
        "request",
        lambda sent: problems.append(sent.url) if not sent.url.startswith(address) else None,
    )
    opened.goto("/")
    yield opened
    context.close()
    assert problems == []


def sign_in(page: Page, login: str) -> None:
    """Fills in the form as somebody would."""
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="首页").wait_for()


def shoot(page: Page, name: str) -> None:
    """A picture for people, where a folder is given."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=Path(folder) / f"console-{name}-{width}.png", animations="disabled")


def is_wider_than_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


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
    assert names == ["我的账号"]
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
