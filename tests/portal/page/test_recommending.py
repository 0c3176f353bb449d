"""Recommendations on the page: the panel, the cards of the conversation, what is told of them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from core.answering import AnswerStatus
from knowledge_base.contract import AnswerReply, RecommendPart
from tests.portal.page.backend import ITEMS, NAMES, VERSION, Backend, item, names, panel


def test_without_results_there_is_no_panel(visitor: Any) -> None:
    visitor.open()
    expect(visitor.page.locator("#offers")).to_be_hidden()


def test_the_panel_shows_some_with_reason_and_conditions(visitor: Any, backend: Backend) -> None:
    visitor.open()
    expect(panel(visitor).locator(".offer")).to_have_count(3)
    assert names(panel(visitor)) == list(NAMES[:3])
    first = panel(visitor).locator(".offer").first
    expect(first).to_contain_text("因为您问过新生儿医保")
    expect(first).to_contain_text("尚不清楚：是否本市户籍")
    panel(visitor).scroll_into_view_if_needed()
    visitor.shoot("offers")
    assert visitor.serious() == []
    visitor.page.get_by_role("button", name="长者模式").click()
    panel(visitor).scroll_into_view_if_needed()
    visitor.shoot("offers-elder")
    assert visitor.serious() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_another_batch_and_back(visitor: Any, backend: Backend) -> None:
    visitor.open()
    button = panel(visitor).get_by_role("button", name="换一批")
    button.click()
    assert names(panel(visitor)) == list(NAMES[3:])
    expect(visitor.page.locator("#status")).to_have_text("已换一批推荐")
    button.click()
    assert names(panel(visitor)) == list(NAMES[:3])


def test_the_choice_without_the_person_is_at_hand_and_stays(visitor: Any, backend: Backend) -> None:
    visitor.open()
    with visitor.page.expect_request("**/api/recommendations?*personal=false*"):
        panel(visitor).get_by_role("button", name="不按个人推荐").click()
    expect(visitor.page.locator("#offers-title")).to_be_focused()
    with visitor.page.expect_request("**/api/recommendations?*personal=false*"):
        visitor.reload()
    with visitor.page.expect_request(
        lambda one: "recommendations?k=12" in one.url and "personal" not in one.url
    ):
        panel(visitor).get_by_role("button", name="恢复按个人推荐").click()


def test_a_card_asks_and_the_panel_makes_room(visitor: Any, backend: Backend) -> None:
    visitor.open()
    panel(visitor).get_by_role("button", name="儿童预防接种", exact=True).click()
    expect(visitor.page.locator(".row.citizen")).to_contain_text("儿童预防接种")
    expect(visitor.page.locator("#offers")).to_be_hidden()
    assert backend.of("click") == [31]
    (event,) = [one for one in backend.events if one["type"] == "click"]
    assert set(event) == {"event_id", "item_id", "type", "occurred_at"}


def test_why_opens_and_closes_by_keyboard(visitor: Any, backend: Backend) -> None:
    visitor.open()
    button = panel(visitor).get_by_role("button", name="为什么推荐：出生医学证明")
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(panel(visitor)).to_contain_text(
        "推荐理由：因为您问过新生儿医保。这一项常和您问过、看过的事项一起办。"
    )
    visitor.shoot("offers-why")
    button.press("Enter")
    expect(panel(visitor).get_by_text("推荐理由：").first).to_be_hidden()


def test_no_more_of_a_theme_goes_at_once_and_comes_back(visitor: Any, backend: Backend) -> None:
    visitor.open()
    panel(visitor).get_by_role("button", name="不再推荐此类：出生医学证明").click()
    assert names(panel(visitor)) == ["儿童预防接种"]
    undo = panel(visitor).get_by_role("button", name="撤销：恢复推荐“生育”这一类")
    expect(undo).to_be_focused()
    visitor.shoot("offers-dismissed")
    assert visitor.serious() == []
    (event,) = [one for one in backend.events if one["type"] == "dismiss"]
    assert (event["item_id"], event["scope"]) == (30, "theme")
    undo.click()
    expect(panel(visitor).get_by_role("button", name="不再推荐此类：出生医学证明")).to_be_focused()
    assert names(panel(visitor)) == list(NAMES[:3])
    assert backend.puts == [{"dismissed": [{"scope": "theme", "target": "住房"}]}]


def test_what_was_waved_away_is_not_shown_again_in_this_visit(visitor: Any, backend: Backend) -> None:
    backend.personal = False
    visitor.open()
    panel(visitor).get_by_role("button", name="不再推荐此类：出生医学证明").click()
    expect(panel(visitor)).to_contain_text("以后也记住，需要您在“隐私”里同意")
    visitor.reload()
    expect(panel(visitor).locator(".offer")).to_have_count(3)
    assert names(panel(visitor)) == [NAMES[1], *NAMES[3:]]


def test_a_view_counts_after_a_second_on_the_screen(visitor: Any, backend: Backend) -> None:
    visitor.open()
    main = visitor.page.locator("main")
    main.evaluate("one => one.scrollTop = 0")
    panel(visitor).locator(".offer").first.scroll_into_view_if_needed()
    visitor.page.wait_for_timeout(300)
    assert backend.of("view") == []
    expect(panel(visitor).locator(".offer").first).to_be_in_viewport(ratio=0.6)
    with visitor.page.expect_request("**/api/interactions"):
        visitor.page.wait_for_timeout(1500)
    assert 30 in backend.of("view")
    visitor.page.wait_for_timeout(1200)
    assert len(set(backend.of("view"))) == len(backend.of("view"))


def test_views_of_one_moment_are_told_together(visitor: Any, backend: Backend) -> None:
    visitor.page.set_viewport_size({"width": 1280, "height": 1600})
    visitor.open()
    expect(panel(visitor).locator(".offer")).to_have_count(3)
    panel(visitor).locator(".offer").nth(1).scroll_into_view_if_needed()
    with visitor.page.expect_request("**/api/interactions"):
        visitor.page.wait_for_timeout(2500)
    assert sorted(backend.of("view")) == [30, 31, 32]
    assert backend.requests == 1


def test_a_dismissal_that_fails_is_told_as_that(visitor: Any, backend: Backend) -> None:
    visitor.may_fail = True
    backend.down = True
    visitor.open()
    panel(visitor).get_by_role("button", name="不再推荐此类：出生医学证明").click()
    expect(panel(visitor)).to_contain_text("没有保存成功")
    expect(panel(visitor)).not_to_contain_text("需要您在“隐私”里同意")
    panel(visitor).get_by_role("button", name="撤销").click()
    expect(panel(visitor).get_by_role("button", name="不再推荐此类：出生医学证明")).to_be_visible()
    assert names(panel(visitor)) == list(NAMES[:3])


def test_why_does_not_claim_what_the_list_denies(visitor: Any) -> None:
    visitor.recommend(item(0, source="popular", reason="近期很多人来办"), personalized=True)
    Backend(visitor.page, personal=True)
    visitor.open()
    panel(visitor).get_by_role("button", name="为什么推荐").click()
    expect(panel(visitor)).to_contain_text("推荐理由：近期很多人来办。")
    expect(panel(visitor)).not_to_contain_text("没有用到您的个人情况")


def test_a_link_is_told_and_opens_elsewhere(visitor: Any, backend: Backend) -> None:
    visitor.open()
    link = panel(visitor).get_by_role("link", name="网上办理：出生医学证明").first
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    link.evaluate("one => one.addEventListener('click', (event) => event.preventDefault())")
    with visitor.page.expect_request("**/api/interactions"):
        link.click()
    assert 30 in backend.of("open_link")


def test_the_consent_is_offered_in_one_line_and_never_again(visitor: Any) -> None:
    visitor.recommend(*ITEMS, personalized=False)
    backend = Backend(visitor.page, personal=False)
    page = visitor.open()
    expect(panel(visitor)).to_contain_text("常见或新上线的事项，没有用到您的个人情况")
    line = page.locator("#offers-consent")
    expect(line).to_contain_text("根据我的提问推荐")
    line.scroll_into_view_if_needed()
    visitor.shoot("offers-consent")
    line.get_by_role("button", name="不用了").click()
    expect(line).to_be_hidden()
    visitor.reload()
    expect(panel(visitor)).to_be_visible()
    expect(line).to_be_hidden()
    assert (backend.puts, visitor.portal.rows("consent")) == ([], [])


def test_the_consent_is_given_with_the_words_in_view(visitor: Any) -> None:
    visitor.recommend(*ITEMS, personalized=False)
    Backend(visitor.page, personal=False)
    page = visitor.open()
    page.get_by_role("button", name="看说明再决定").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"隐私说明版本 {VERSION}")
    visitor.shoot("offers-consent-dialog")
    assert visitor.serious() == []
    visitor.recommend(*ITEMS, personalized=True)
    dialog.get_by_role("button", name="同意并开启").click()
    expect(panel(visitor)).to_contain_text("按您的情况和关心的事")
    expect(page.locator("#offers-consent")).to_be_hidden()
    assert [row["purpose"] for row in visitor.portal.rows("consent")] == ["personalize"]


def test_a_name_never_becomes_markup(visitor: Any, backend: Backend) -> None:
    attack = "<img src=x onerror=\"document.title='broken'\">"
    visitor.recommend(item(0, name=attack, reason=attack, theme=attack, url="javascript:alert(1)"))
    visitor.open()
    expect(panel(visitor).locator(".offer > .choice")).to_have_text(attack)
    assert panel(visitor).locator("img, a").count() == 0
    panel(visitor).get_by_role("button", name="不再推荐此类").click()
    assert panel(visitor).locator("img").count() == 0


def recommends_in_chat(visitor: Any, offers: Any) -> Locator:
    """What the conversation shows on demand; the bubble of the cards."""
    wanted = RecommendPart(text="…", act="recommend")
    visitor.portal.rasa.replies["有什么我能办的"] = AnswerReply(
        status=AnswerStatus.ANSWERED_CANNED, parts=[wanted]
    )
    visitor.portal.recommending.found = offers["list"](
        offers["one"](12, "居住证申领", theme="户籍", missing=("hukou_city",)),
        offers["one"](13, "居住证签注", theme="户籍"),
        offers["one"](22, "生育津贴", url="https://zwfw.example.gov.cn/y"),
    )
    visitor.ask("有什么我能办的")
    bubble: Locator = visitor.page.locator("#log .bubble").filter(has=visitor.page.locator(".offer"))
    return bubble


def test_the_conversation_shows_cards_and_one_question(visitor: Any, backend: Backend, offers: Any) -> None:
    page = visitor.open()
    bubble = recommends_in_chat(visitor, offers)
    assert names(bubble) == ["居住证申领", "居住证签注", "生育津贴"]
    question = page.locator("#log .bubble").last
    expect(question).to_contain_text("您的户口在本市吗？")
    visitor.shoot("offers-in-chat")
    assert visitor.serious() == []
    question.get_by_role("button", name="是，同意保存").click()
    page.wait_for_selector("#send:not([disabled])")
    assert list(visitor.portal.profiles.told.values()) == [{"hukou_city": True}]
    bubble.first.get_by_role("button", name="不再推荐此类：居住证申领").click()
    assert names(bubble.first) == ["生育津贴"]
    bubble.first.get_by_role("button", name="撤销").click()
    expect(bubble.first.locator(".offer:visible")).to_have_count(3)
    bubble.first.get_by_role("button", name="生育津贴", exact=True).click()
    page.wait_for_selector("#send:not([disabled])")
    assert visitor.portal.rasa.messages[-1].startswith('/choose{"target_kind":"item","target_id":22')
    visitor.reload()
    expect(page.locator("#log .offer").first).to_be_attached()
