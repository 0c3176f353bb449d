"""The page of the running assistant in a real browser: a question, its answer with the source, a choice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.timeout(900, func_only=True)
SIZES = {"phone": (390, 844), "desk": (1280, 800)}


@pytest.fixture(params=sorted(SIZES))
def page(request: Any, chromium: Browser, assistant: Any) -> Iterator[Page]:
    width, height = SIZES[request.param]
    opened = chromium.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
    opened.set_default_timeout(20_000)
    opened.goto(assistant.url)
    yield opened
    if folder := os.environ.get("SCREENSHOTS"):
        opened.screenshot(path=Path(folder) / f"{request.node.name}.png")
    opened.close()


def ask(page: Page, text: str) -> None:
    page.get_by_label("您的问题").fill(text)
    page.get_by_role("button", name="发送").click()


def test_question_is_answered_with_its_source(page: Page) -> None:
    ask(page, "居住证需要什么材料")
    card = page.locator(".card").last
    expect(card).to_contain_text("居住证申领", timeout=20_000)
    expect(card).to_contain_text("申请材料")
    expect(card.get_by_role("link").first).to_have_attribute(
        "href", "https://zwfw.shili.example/guide/gaj-jzz"
    )


def test_choice_is_offered_and_answers(page: Page) -> None:
    ask(page, "身份证怎么办理")
    page.get_by_role("button", name="居民身份证换领").click(timeout=20_000)
    expect(page.locator(".card").last).to_contain_text("居民身份证换领", timeout=20_000)
