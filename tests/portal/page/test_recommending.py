"""Recommendations on the page: the panel, the cards of the conversation, what is told of them, 我的情况."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from core.answering import AnswerStatus
from core.citizens.facts import FACTS
from core.citizens.notice import load_notice
from knowledge_base.contract import AnswerReply, RecommendPart

VERSION = load_notice(city="市", hotline="12345", days=30).version
NAMES = ("出生医学证明", "儿童预防接种", "生育津贴", "居住证申领", "公租房申请")
THEMES = ("生育", "卫生健康", "生育", "户籍", None)


def item(at: int, **fields: Any) -> dict[str, Any]:
    """An item as the route tells it."""
    told = {"verdict": "unknown", "met": 2, "total": 3, "missing": ["hukou_city"],
            "text": "满足 3 条中的 2 条，尚不清楚：是否本市户籍。"}  # fmt: skip
    return {
        "item_id": 30 + at, "name": NAMES[at], "agency": "示例市卫生健康委员会", "theme": THEMES[at],
        "reason": "因为您问过新生儿医保", "source": "similar", "eligibility": told,
        "url": "https://zwfw.example.gov.cn/x", **fields,
    }  # fmt: skip


ITEMS = [item(at) for at in range(len(NAMES))]


class Backend:
    """The routes of interactions and of the profile, as the portal serves them."""

    def __init__(self, page: Page, *, personal: bool) -> None:
        self.events: list[dict[str, Any]] = []
        self.requests = 0
        self.personal = personal
        self.down = False
        self.profile: dict[str, Any] = {
            "facts": {"age": 34}, "life_events": ["生育"], "reference": None,
            "learned": [{"tag": "生育", "since": "2026-03-01T00:00:00Z"},
                        {"tag": "户籍", "since": "2026-03-01T00:00:00Z"}],
            "dismissed": [{"scope": "theme", "target": "住房", "title": "住房",
                           "since": "2026-03-01T00:00:00Z"}],
        }  # fmt: skip
        self.puts: list[dict[str, Any]] = []
        page.route("**/api/interactions", self._note)
        page.route("**/api/profile", self._profile)
        page.route("**/api/profile/facts", self._facts)

    def _note(self, route: Route) -> None:
        sent: Any = route.request.post_data_json
        self.requests += 1
        if self.down:
            route.fulfill(status=503, json={})
            return
        events = sent if isinstance(sent, list) else [sent]
        self.events += events
        event = events[0]
        if event["type"] == "dismiss" and self.personal:
            theme = next((one["theme"] for one in ITEMS if one["item_id"] == event["item_id"]), "户籍")
            gone = {"scope": event["scope"], "target": theme, "title": theme, "since": "2026-03-01T00:00:00Z"}
            self.profile["dismissed"].append(gone)
        route.fulfill(json={"kept": len(events), "personal": self.personal})

    def _profile(self, route: Route) -> None:
        if route.request.method == "PUT":
            change: Any = route.request.post_data_json
            self.puts.append(change)
            for name in ("learned", "dismissed"):
                kept = [json.dumps(one) for one in change.get(name, [])]
                if name in change:
                    self.profile[name] = [
                        one for one in self.profile[name]
                        if json.dumps({key: one[key] for key in json.loads(kept[0])}) in kept
                    ] if kept else []  # fmt: skip
            self.profile["facts"].update(change.get("facts", {}))
        route.fulfill(json=self.profile)

    def _facts(self, route: Route) -> None:
        facts = [
            {"name": one.name, "label": one.label, "question": one.question, "kind": one.kind,
             "unit": one.unit, "most": one.most, "choices": dict(one.choices)}
            for one in FACTS.values() if not one.sensitive
        ]  # fmt: skip
        route.fulfill(json={"facts": facts})

    def of(self, kind: str) -> list[int]:
        """Items of the events of a kind."""
        return [event["item_id"] for event in self.events if event["type"] == kind]


@pytest.fixture
def backend(visitor: Any) -> Backend:
    """Somebody who agreed to it, and for whom there are recommendations."""
    visitor.recommend(*ITEMS, personalized=True)
    return Backend(visitor.page, personal=True)


def panel(visitor: Any) -> Locator:
    found: Locator = visitor.page.get_by_role("region", name="为你推荐")
    return found


def names(where: Locator) -> list[str]:
    return [str(one.text_content()) for one in where.locator(".offer > .choice:visible").all()]


def agree(visitor: Any, *purposes: str) -> None:
    answer = visitor.page.request.put(
        f"{visitor.origin}/api/consents?notice_version={VERSION}",
        data=dict.fromkeys(purposes, True), headers={"Origin": visitor.origin},
    )  # fmt: skip
    assert answer.ok


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
