"""What tests do in a real browser, at desk and at tablet width."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

from tests.console.conftest import PASSWORD


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
