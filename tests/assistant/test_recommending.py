"""From consent to nothing left: what a citizen is recommended, on the running assistant in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.assistant.test_page import ask

pytestmark = pytest.mark.timeout(900, func_only=True)
QUESTION = "新生儿医保怎么办"
GO_TOGETHER = ("出生医学证明首次签发", "儿童预防接种", "生育津贴支付")
DISMISSED = "生育津贴支付"


@pytest.fixture
def browsing(chromium: Browser, assistant: Any) -> Iterator[BrowserContext]:
    """Somebody with a browser of their own."""
    context = chromium.new_context(base_url=assistant.url, locale="zh-CN")
    context.set_default_timeout(20_000)
    yield context
    context.close()


def told(context: BrowserContext, path: str) -> Any:
    """What the interface tells this browser."""
    answer = context.request.get(path)
    assert answer.ok, answer.text()
    return answer.json()


def names(context: BrowserContext) -> list[str]:
    return [item["name"] for item in told(context, "/api/recommendations?k=12")["items"]]


def is_named(wanted: str, among: list[str]) -> bool:
    return any(name.startswith(wanted) for name in among)


def agree(page: Page) -> None:
    page.get_by_role("button", name="看说明再决定").click()
    page.get_by_role("button", name="同意并开启").click()
    expect(page.locator("#status")).to_have_text("已开启，可以随时在“隐私”里撤回")


def withdraw(context: BrowserContext, assistant: Any) -> None:
    answer = context.request.put(
        "/api/consents", data={"personalize": False}, headers={"Origin": assistant.url}
    )
    assert answer.ok, answer.text()


def test_from_consent_over_dismissal_to_nothing_left(browsing: BrowserContext, assistant: Any) -> None:
    page = browsing.new_page()
    page.goto("/")
    expect(page.get_by_role("region", name="为你推荐")).to_be_visible()
    assert told(browsing, "/api/recommendations")["personalized"] is False
    agree(page)

    ask(page, QUESTION)
    expect(page.locator(".card").last).to_contain_text("新生儿", timeout=20_000)
    expect(page.locator("#log .offer").first).to_be_visible(timeout=20_000)
    offered = {str(one.locator(".choice").text_content()): one for one in page.locator("#log .offer").all()}
    for wanted in GO_TOGETHER:
        assert is_named(wanted, list(offered)), list(offered)
    card = next(one for name, one in offered.items() if name.startswith(DISMISSED))
    expect(card.locator(".offer-reason")).to_contain_text("出生")
    found = told(browsing, "/api/recommendations?k=12")
    assert found["personalized"] is True
    assert all(item["reason"] for item in found["items"])

    # Dismissed it is gone, with all of its theme, until that is undone in the profile.
    with page.expect_response("**/api/interactions"):
        card.get_by_role("button", name="不再推荐此类").click()
    page.get_by_text("这一类。").wait_for()
    assert not is_named(DISMISSED, names(browsing))
    page.get_by_role("button", name="隐私").click()
    page.get_by_role("button", name="我的情况").click()
    page.get_by_role("button", name="恢复推荐").click()
    page.get_by_text("已恢复推荐").wait_for()
    assert is_named(DISMISSED, names(browsing))
    assert told(browsing, "/api/profile")["learned"] != []

    kept = told(browsing, "/api/me/export")["data"]["recommendations"]
    assert {row["type"] for row in kept["interactions"]} >= {"ask", "dismiss"}
    withdraw(browsing, assistant)
    assert told(browsing, "/api/recommendations")["personalized"] is False
    assert told(browsing, "/api/profile")["learned"] == []
    assert told(browsing, "/api/me/export")["data"]["recommendations"]["interactions"] == []

    erased = browsing.request.delete("/api/me", headers={"Origin": assistant.url})
    assert erased.json() == {"erased": True}
    assert told(browsing, "/api/conversation")["messages"] == []
