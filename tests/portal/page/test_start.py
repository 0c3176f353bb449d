"""What the page shows before anything is asked, and the district."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Route, expect

ATTACK = "<img src=x onerror=\"document.title='broken'\">"


def test_hot_questions_are_asked_by_a_tap(visitor: Any) -> None:
    page = visitor.open()
    visitor.shoot("start")
    question = page.locator(".greeting .choice").first
    text = question.inner_text()
    question.click()
    expect(page.locator(".citizen .text")).to_have_text(text)
    expect(page.locator(".card")).to_be_visible()


def test_without_hot_questions_there_are_examples(visitor: Any) -> None:
    visitor.may_fail = True
    visitor.page.route("**/api/hot*", lambda route: route.fulfill(status=503, json={}))
    page = visitor.open()
    expect(page.locator(".greeting .choice")).to_have_count(3)
    expect(page.get_by_role("button", name="公积金怎么提取")).to_be_visible()


def test_hot_question_stays_text(visitor: Any) -> None:
    visitor.page.route("**/api/hot*", lambda route: route.fulfill(json={"items": [{"question": ATTACK}]}))
    page = visitor.open()
    expect(page.locator(".greeting .choice")).to_have_text([ATTACK])
    assert page.locator("#log img").count() == 0


def test_district_is_sent_and_remembered_for_the_session(visitor: Any) -> None:
    page = visitor.open()
    district = page.get_by_label("所在区")
    expect(district.locator("option")).to_have_text(["选择区", "东区", "西区"])
    with page.expect_request("**/api/hot?region=990102"):
        district.select_option("西区")
    expect(page.locator("#status")).to_contain_text("已选择西区")
    visitor.reload()
    expect(district).to_have_value("990102")
    with page.expect_request("**/api/chat") as sent:
        visitor.ask()
    assert sent.value.post_data_json["region"] == "990102"


def test_no_district_is_sent_when_none_is_chosen(visitor: Any) -> None:
    page = visitor.open()
    with page.expect_request("**/api/chat") as sent:
        visitor.ask()
    assert "region" not in sent.value.post_data_json


def test_district_that_no_longer_exists_is_forgotten(visitor: Any) -> None:
    page = visitor.open()
    page.get_by_label("所在区").select_option("西区")
    only = {"regions": [{"code": "990101", "name": "东区"}]}
    page.route("**/api/regions", lambda route: route.fulfill(json=only))
    visitor.reload()
    expect(page.get_by_label("所在区")).to_have_value("")


def test_district_is_hidden_where_there_is_none(visitor: Any) -> None:
    visitor.page.route("**/api/regions", lambda route: route.fulfill(json={"regions": []}))
    page = visitor.open()
    expect(page.get_by_label("所在区")).to_be_hidden()


def test_page_takes_questions_while_hot_questions_are_late(visitor: Any) -> None:
    held: list[Route] = []
    visitor.page.route("**/api/hot*", lambda route: held.append(route))
    visitor.page.goto(visitor.origin)
    visitor.page.wait_for_selector("body[data-ready=yes]")
    visitor.ask()
    expect(visitor.page.locator(".card")).to_be_visible()
    held[0].continue_()
    expect(visitor.page.locator(".greeting .choice").first).to_be_attached()


def test_demonstration_city_says_so(visitor: Any) -> None:
    page = visitor.open()
    expect(page.locator("#demo")).to_contain_text("演示数据")
    visitor.portal.catalogue.demo = False
    visitor.reload()
    expect(page.locator("#demo")).to_be_hidden()


def test_storage_that_is_forbidden_breaks_nothing(visitor: Any) -> None:
    for name in ("localStorage", "sessionStorage"):
        visitor.page.add_init_script(
            f"Object.defineProperty(window, '{name}', {{get() {{ throw new Error('denied'); }}}});"
        )
    page = visitor.open()
    page.get_by_role("button", name="长者模式").click()
    page.get_by_label("所在区").select_option("东区")
    visitor.ask()
    expect(page.locator(".card")).to_be_visible()


def test_selector_follows_a_district_named_in_words(visitor: Any) -> None:
    page = visitor.open()
    district = page.get_by_label("所在区")
    expect(district.locator("option")).to_have_count(3)
    visitor.portal.rasa.reply = visitor.portal.rasa.reply.model_copy(update={"region": "990102"})
    visitor.ask()
    expect(district).to_have_value("990102")
