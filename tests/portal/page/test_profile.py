"""我的情况: what citizens told, what was learned, what they want to see no more."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from tests.portal.page.backend import Backend, agree, panel


def open_profile(visitor: Any) -> Locator:
    visitor.page.get_by_role("button", name="隐私").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="我的情况").click()
    dialog: Locator = visitor.page.get_by_role("dialog", name="我的情况")
    expect(dialog).to_contain_text("您告诉我的")
    return dialog


def test_facts_are_told_changed_and_taken_back(visitor: Any, backend: Backend) -> None:
    visitor.open()
    agree(visitor, "profile_facts")
    dialog = open_profile(visitor)
    visitor.shoot("profile")
    assert visitor.serious() == []
    age = dialog.get_by_label("您今年多大年纪？")
    expect(age).to_have_value("34")
    age.fill("")
    dialog.get_by_label("您的户口在本市吗？").select_option("否")
    dialog.get_by_label("您住在哪个区？").select_option("东区")
    dialog.get_by_role("checkbox", name="买房").check()
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_role("status")).to_have_text("已保存。")
    assert backend.puts == [
        {
            "facts": {"age": None, "hukou_city": False, "district": "990101"},
            "life_events": ["生育", "买房"],
        }
    ]
    expect(dialog.get_by_text("残疾人证")).to_have_count(0)


def test_a_district_that_is_not_offered_stays_when_another_fact_is_saved(
    visitor: Any, backend: Backend
) -> None:
    backend.profile["facts"]["district"] = "990177"
    visitor.open()
    agree(visitor, "profile_facts")
    dialog = open_profile(visitor)
    expect(dialog.get_by_label("您住在哪个区？")).to_have_value("990177")
    dialog.get_by_label("您的户口在本市吗？").select_option("是")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_role("status")).to_have_text("已保存。")
    assert [put["facts"] for put in backend.puts] == [{"hukou_city": True}]


def test_what_is_restored_in_the_profile_is_shown_again(visitor: Any, backend: Backend) -> None:
    page = visitor.open()
    panel(visitor).get_by_role("button", name="不再推荐此类：出生医学证明").click()
    expect(panel(visitor)).to_contain_text("不再推荐“生育”这一类。")
    dialog = open_profile(visitor)
    dialog.get_by_role("button", name="恢复推荐：“生育”这一类").click()
    expect(dialog.get_by_role("status")).to_have_text("已恢复推荐“生育”这一类。")
    page.keyboard.press("Escape")
    expect(panel(visitor).get_by_role("button", name="不再推荐此类：出生医学证明")).to_be_visible()


def test_without_the_consent_facts_are_not_asked_for(visitor: Any, backend: Backend) -> None:
    page = visitor.open()
    dialog = open_profile(visitor)
    expect(dialog.get_by_role("button", name="保存")).to_have_count(0)
    visitor.shoot("profile-consent")
    dialog.get_by_role("button", name="同意并填写").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="保存")).to_be_visible()
    assert [row["purpose"] for row in visitor.portal.rows("consent")] == ["profile_facts"]


def test_what_was_learned_is_deleted_one_by_one(visitor: Any, backend: Backend) -> None:
    visitor.open()
    dialog = open_profile(visitor)
    dialog.get_by_role("button", name="删除：户籍").click()
    expect(dialog.get_by_role("status")).to_have_text("已删除“户籍”。")
    expect(dialog.get_by_role("button", name="删除：")).to_have_count(1)
    assert backend.puts == [{"learned": [{"tag": "生育"}]}]


def test_what_was_dismissed_is_restored(visitor: Any, backend: Backend) -> None:
    visitor.open()
    dialog = open_profile(visitor)
    dialog.get_by_role("button", name="恢复推荐：“住房”这一类").click()
    expect(dialog.get_by_role("status")).to_have_text("已恢复推荐“住房”这一类。")
    visitor.shoot("profile-restored")
    assert backend.puts == [{"dismissed": []}]
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_profile_that_cannot_be_read_or_changed_is_told(visitor: Any, backend: Backend) -> None:
    visitor.may_fail = True
    page = visitor.open()
    dialog = open_profile(visitor)
    page.route("**/api/profile", lambda route: route.fulfill(status=503, json={}))
    dialog.get_by_role("button", name="删除：户籍").click()
    expect(dialog.get_by_role("status")).to_contain_text("没有成功")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="隐私").click()
    page.get_by_role("dialog").get_by_role("button", name="我的情况").click()
    expect(page.get_by_role("dialog")).to_contain_text("现在打不开")
