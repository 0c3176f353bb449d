"""好差评 on the page: asked after some quiet, in nobody's way, and on the card of a service item."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.portal import app as portal_app
from casework.ratings.models import REASONS, Level
from core.answering import AnswerStatus

QUIET_MS = 61_000
NAME = "居住证申领"


def after_quiet(visitor: Any) -> Page:
    """Asks, and lets a minute pass."""
    page: Page = visitor.page
    page.clock.install()
    visitor.open()
    visitor.ask()
    page.clock.run_for(QUIET_MS)
    return page


def bar(page: Page) -> Locator:
    return page.locator("#rating")


def kept(visitor: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = visitor.portal.rows("rating")
    return rows


def test_the_page_names_levels_and_reasons_as_staff_see_them() -> None:
    script = (Path(portal_app.STATIC) / "rating.js").read_text(encoding="utf-8")
    levels = re.search(r"LEVELS = \[(.+)\]", script)
    assert levels
    assert re.findall('"(.+?)"', levels[1]) == [level.label for level in reversed(Level)]
    for kind, reasons in REASONS.items():
        block = re.search(rf"\b{kind.value}: \[\n(.+?)\n    \],", script, re.DOTALL)
        assert block
        assert re.findall(r'\["(\w+)", "(.+?)"\]', block[1]) == [(one.value, one.label) for one in reasons]


def test_nobody_is_asked_before_it_is_quiet(visitor: Any) -> None:
    page: Page = visitor.page
    page.clock.install()
    visitor.open()
    page.clock.run_for(QUIET_MS)
    assert bar(page).inner_text() == ""
    visitor.ask()
    page.clock.run_for(30_000)
    assert bar(page).inner_text() == ""
    visitor.ask()
    page.clock.run_for(40_000)
    assert bar(page).inner_text() == ""
    page.clock.run_for(30_000)
    expect(bar(page).get_by_role("radio")).to_have_count(5)


def test_who_is_writing_is_not_asked(visitor: Any) -> None:
    page: Page = visitor.page
    page.clock.install()
    visitor.open()
    visitor.ask()
    page.get_by_label("您的问题").fill("还有一个")
    page.clock.run_for(3 * QUIET_MS)
    assert bar(page).inner_text() == ""


def test_after_somebody_in_danger_nobody_asks(visitor: Any, replies: dict[str, Any]) -> None:
    visitor.portal.rasa.reply = replies["text"]("请拨打110。", AnswerStatus.REFERRED_URGENT)
    page = after_quiet(visitor)
    assert bar(page).inner_text() == ""


def test_a_good_rating_is_two_taps(visitor: Any) -> None:
    page = after_quiet(visitor)
    expect(bar(page).get_by_role("button", name="提交评价")).to_be_hidden()
    # It has taken the focus from nobody, and lies over nothing.
    assert not page.evaluate("document.getElementById('rating').contains(document.activeElement)")
    assert page.locator(".veil").count() == 0
    assert visitor.serious() == []
    visitor.shoot("rating-bar")
    bar(page).get_by_label("非常满意", exact=True).check()
    bar(page).get_by_role("button", name="提交评价").click()
    expect(bar(page).get_by_text("谢谢，评价已经记下了。")).to_be_focused()
    assert "15个工作日" not in bar(page).inner_text()
    (row,) = kept(visitor)
    assert (row["target"], row["level"], row["reasons"], row["text"]) == ("conversation", 5, "[]", None)
    visitor.ask()
    page.clock.run_for(QUIET_MS)
    assert bar(page).inner_text() == ""


def test_a_bad_rating_takes_reasons_and_says_what_comes(visitor: Any) -> None:
    page = after_quiet(visitor)
    bar(page).get_by_label("不满意", exact=True).check()
    expect(bar(page).get_by_text("哪里不满意？")).to_be_visible()
    expect(bar(page).get_by_text("不用留电话")).to_be_visible()
    bar(page).get_by_label("问题没有解决").check()
    bar(page).get_by_label("其他").check()
    bar(page).get_by_label("补充说明").fill("问了三遍")
    assert visitor.serious() == []
    visitor.shoot("rating-bad")
    bar(page).get_by_role("button", name="提交评价").click()
    expect(bar(page).get_by_text("谢谢")).to_contain_text("我们会在15个工作日内核实。")
    (row,) = kept(visitor)
    assert (row["level"], row["reasons"], row["text"]) == (2, '["unsolved", "other"]', "问了三遍")
    bar(page).get_by_role("button", name="查看隐私设置").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_whoever_does_not_want_to_is_not_asked_again(visitor: Any) -> None:
    page = after_quiet(visitor)
    bar(page).get_by_role("button", name="不评价").click()
    assert bar(page).inner_text() == ""
    visitor.ask()
    page.clock.run_for(QUIET_MS)
    assert (bar(page).inner_text(), kept(visitor)) == ("", [])


def test_whoever_asks_on_has_the_bar_out_of_the_way_and_loses_nothing(visitor: Any) -> None:
    page = after_quiet(visitor)
    visitor.ask("还有一个问题")
    assert bar(page).inner_text() == ""
    page.clock.run_for(QUIET_MS)
    bar(page).get_by_label("基本满意").check()
    expect(bar(page).get_by_label("补充说明")).to_be_hidden()
    bar(page).get_by_text("说明原因").click()
    bar(page).get_by_label("补充说明").fill("写了很久")
    visitor.ask("又有一个问题")
    expect(bar(page).get_by_label("补充说明")).to_have_value("写了很久")


def test_levels_are_chosen_by_keys(visitor: Any) -> None:
    page = after_quiet(visitor)
    bar(page).get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(bar(page).get_by_label("非常不满意")).to_be_checked()
    page.keyboard.press("Enter")
    expect(bar(page).get_by_text("谢谢，评价已经记下了。")).to_be_focused()
    assert kept(visitor)[0]["level"] == 1


def test_everything_can_be_touched(visitor: Any) -> None:
    page = after_quiet(visitor)
    bar(page).get_by_label("非常不满意").check()
    for one in bar(page).locator(".chip, button").all():
        box = one.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_elder_mode_shows_it_large_and_within_the_window(visitor: Any) -> None:
    page: Page = visitor.page
    page.clock.install()
    visitor.open()
    page.get_by_role("button", name="长者模式").click()
    visitor.ask()
    page.clock.run_for(QUIET_MS)
    bar(page).get_by_label("非常不满意").check()
    assert visitor.serious() == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    size = "getComputedStyle(document.querySelector('#rating .chip span')).fontSize"
    assert float(page.evaluate(size).removesuffix("px")) >= 20
    visitor.shoot("rating-elder")


def test_a_service_item_is_rated_on_its_card(visitor: Any) -> None:
    page: Page = visitor.open()
    visitor.ask()
    opener = page.get_by_role("button", name=f"评价事项：{NAME}")
    opener.click()
    form = page.locator(".card .rating-form")
    expect(form.get_by_role("radio").first).to_be_focused()
    form.get_by_label("非常不满意").check()
    form.get_by_label("实际办理与指南不一致").check()
    assert visitor.serious() == []
    visitor.shoot("rating-item")
    form.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("谢谢，评价已经记下了。")).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")
    (row,) = kept(visitor)
    assert (row["target"], row["item_id"], row["level"], row["title"]) == ("item", 12, 1, NAME)
    opener.click()
    form.get_by_label("非常满意", exact=True).check()
    form.get_by_role("button", name="提交评价").click()
    expect(page.locator(".card .thanks")).to_have_count(1)
    assert [row["level"] for row in kept(visitor)] == [5]


def test_the_form_of_an_item_closes_and_gives_the_focus_back(visitor: Any) -> None:
    page: Page = visitor.open()
    visitor.ask()
    opener = page.get_by_role("button", name=f"评价事项：{NAME}")
    opener.click()
    page.locator(".card .rating-form").get_by_role("button", name="取消").click()
    expect(opener).to_be_focused()
    expect(page.locator(".rating-form")).to_have_count(0)


@pytest.mark.parametrize("status", [409, 503])
def test_what_is_not_kept_is_told_and_can_be_sent_again(status: int, visitor: Any) -> None:
    visitor.may_fail = True
    error = {"error": {"code": "x", "message": "<b>这次不行。</b>"}}
    visitor.page.route("**/api/ratings", lambda route: route.fulfill(status=status, json=error))
    page = after_quiet(visitor)
    bar(page).get_by_label("不满意", exact=True).check()
    bar(page).get_by_label("补充说明").fill("写了很久")
    bar(page).get_by_role("button", name="提交评价").click()
    expect(bar(page).get_by_role("alert")).to_have_text("<b>这次不行。</b>")
    page.unroute("**/api/ratings")
    bar(page).get_by_role("button", name="提交评价").click()
    expect(bar(page).get_by_text("谢谢，评价已经记下了。")).to_be_visible()
    assert kept(visitor)[0]["text"] == "写了很久"


def test_a_clean_end_takes_the_bar_and_the_ratings_along(visitor: Any) -> None:
    page = after_quiet(visitor)
    bar(page).get_by_label("不满意", exact=True).check()
    bar(page).get_by_role("button", name="提交评价").click()
    expect(bar(page).get_by_text("谢谢，评价已经记下了。")).to_be_visible()
    page.get_by_role("button", name="结束并清除").click()
    page.get_by_role("button", name="确认清除").click()
    expect(page.get_by_text("已结束并清除。")).to_be_visible()
    assert (bar(page).inner_text(), kept(visitor)) == ("", [])
