"""Life events on the page: steps that are ticked, one list of materials, kept in this browser alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.answering import AnswerStatus
from core.catalogue.bundles import Bundle, BundleStep
from core.catalogue.models import Material, ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from knowledge_base.contract import AnswerReply, TextPart
from recommender.models import CitizenState

GUIDES = (
    ServiceItem(
        external_id="zm", name="出生医学证明", region="990100", agency="示例市卫生健康委员会",
        materials=[Material(name="居民身份证", copies=1, original="original")],
    ),
    ServiceItem(
        external_id="hk", name="出生登记", region="990100", agency="示例市公安局",
        materials=[Material(name="身份证", copies=2, original="copy"), Material(name="户口簿")],
        eligibility={"fact": "hukou_city", "op": "eq", "value": True},
    ),
    ServiceItem(external_id="bt", name="<b>育儿补贴</b>", region="990100"),
)  # fmt: skip
BIRTH = Bundle(
    external_id="birth", name="出生", region="990100", summary="孩子出生以后要办的事。",
    phrases=["孩子出生了"], demo=True,
    steps=[
        BundleStep(item="zm"),
        BundleStep(item="hk", after=["zm"], note="三十天内办。"),
        BundleStep(item="bt", after=["hk"], optional=True),
    ],
)  # fmt: skip


@pytest.fixture
def city(visitor: Any) -> None:
    """A life event in the portal's database, and a dialogue engine that knows no answer to it."""
    writes = CatalogueWrites(visitor.portal.engine)
    for guide in GUIDES:
        writes.put(guide, [], Status.PUBLISHED)
    writes.put_bundle(BIRTH)
    sorry = TextPart(text="这一项没有查到。")
    visitor.portal.rasa.reply = AnswerReply(status=AnswerStatus.NO_ANSWER, parts=[sorry])


def offered(visitor: Any) -> Page:
    page: Page = visitor.open()
    visitor.ask("孩子出生了")
    expect(page.get_by_role("group", name="出生一件事")).to_contain_text("共3项，可以一起准备")
    return page


@pytest.mark.usefixtures("city")
def test_steps_are_ticked_one_after_the_other(visitor: Any) -> None:
    page = offered(visitor)
    states = page.locator(".bundle-state")
    expect(states).to_have_text(["现在可以办。", "先办“出生医学证明”。", "先办“出生登记”。"])
    visitor.shoot("bundle")
    page.get_by_label("出生医学证明").first.check()
    expect(states).to_have_text(["已办", "现在可以办。", "先办“出生登记”。"])
    page.get_by_label("出生医学证明").first.uncheck()
    expect(states.nth(1)).to_have_text("先办“出生医学证明”。")


@pytest.mark.usefixtures("city")
def test_ticks_stay_in_the_browser_until_it_is_cleared(visitor: Any) -> None:
    page = offered(visitor)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_label("出生医学证明").first.check()
    expect(page.locator(".bundle-state").first).to_have_text("已办")
    assert sent == []
    visitor.reload()
    expect(page.locator(".bundle-state").first).to_have_text("已办")
    page.get_by_role("button", name="结束并清除").click()
    page.get_by_role("button", name="确认清除").click()
    expect(page.locator(".cleared")).to_be_visible()
    assert page.evaluate("localStorage.getItem('weizheng.bundles')") is None


@pytest.mark.usefixtures("city")
def test_materials_of_all_steps_are_one_list_that_prints(visitor: Any) -> None:
    page = offered(visitor)
    page.evaluate("window.print = () => (window.printed = document.body.className)")
    page.get_by_role("button", name="合并材料清单（2样）").click()
    dialog = page.get_by_role("dialog", name="“出生”一件事材料清单")
    expect(dialog.locator(".tick strong")).to_have_text(["居民身份证", "户口簿"])
    expect(dialog.locator(".tick").first).to_contain_text("原件和复印件 2 份")
    expect(dialog.locator(".tick").first).to_contain_text("用于：出生医学证明、出生登记")
    expect(dialog.locator(".tick").first).to_contain_text("出生登记：复印件2份")
    expect(dialog.locator(".demo")).to_be_visible()
    assert visitor.serious() == []
    visitor.shoot("bundle-materials")
    dialog.get_by_role("button", name="打印").click()
    assert page.evaluate("window.printed") == "has-dialog"
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="下载清单").click()
    text = saved.value.path().read_text(encoding="utf-8-sig")
    assert "[ ] 居民身份证\n    原件和复印件 2 份\n" in text.replace("\r\n", "\n")


@pytest.mark.usefixtures("city")
def test_what_is_done_needs_no_material(visitor: Any) -> None:
    page = offered(visitor)
    page.get_by_label("出生登记").first.check()
    page.get_by_role("button", name="合并材料清单").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".tick strong")).to_have_text(["居民身份证"])
    expect(dialog).not_to_contain_text("出生登记、")


@pytest.mark.usefixtures("city")
def test_a_step_is_asked_about_with_one_press(visitor: Any) -> None:
    page = offered(visitor)
    page.get_by_role("button", name="怎么办：出生登记").click()
    expect(page.locator(".row.citizen").last).to_contain_text("出生登记")
    expect(page.get_by_text("这一项没有查到。")).to_have_count(2)
    assert visitor.portal.rasa.messages[-1] == "出生登记"


@pytest.mark.usefixtures("city")
def test_events_stand_below_the_greeting_and_open(visitor: Any) -> None:
    page = visitor.open()
    page.get_by_role("button", name="出生", exact=True).click()
    dialog = page.get_by_role("dialog", name="出生一件事")
    expect(dialog).to_contain_text("孩子出生以后要办的事。")
    expect(dialog.locator(".bundle-step")).to_have_count(3)
    expect(dialog.locator(".bundle-step").last).to_contain_text("<b>育儿补贴</b>")
    assert visitor.serious() == []
    visitor.shoot("bundle-dialog")
    dialog.get_by_role("button", name="怎么办：出生登记").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.usefixtures("city")
def test_what_is_not_needed_stands_apart_from_what_one_is_not_eligible_for(
    visitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    married = {"fact": "married", "op": "eq", "value": True}
    steps = [*BIRTH.steps[:2], BundleStep(item="bt", after=["hk"]), BundleStep(item="jh", when=married)]
    writes = CatalogueWrites(visitor.portal.engine)
    writes.put(ServiceItem(external_id="jh", name="结婚登记", region="990100"), [], Status.PUBLISHED)
    writes.put_bundle(replace(BIRTH, steps=steps))
    known = CitizenState(facts={"hukou_city": False, "married": False})
    monkeypatch.setattr(visitor.portal.services.suggesting.events, "_state", lambda *_: known)
    page: Page = visitor.open()
    page.get_by_role("button", name="出生", exact=True).click()
    dialog = page.get_by_role("dialog", name="出生一件事")
    waiting = "先办“出生登记”。按您说的情况，“出生登记”暂不符合条件。"
    expect(dialog.locator(".bundle-state")).to_have_text(["现在可以办。", waiting])
    barred, spared = dialog.locator("details").all()
    expect(barred).to_contain_text("按您说的情况暂不符合的（1项）")
    expect(barred).to_contain_text("出生登记")
    expect(spared).to_contain_text("按您说的情况不用办的（1项）")
    expect(spared).to_contain_text("结婚登记")
    assert visitor.serious() == []


@pytest.mark.usefixtures("city")
def test_an_event_of_which_nothing_concerns_the_citizen_opens_and_says_so(
    visitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    married = {"fact": "married", "op": "eq", "value": True}
    steps = [BundleStep(item="zm", when=married), BundleStep(item="bt", when=married)]
    CatalogueWrites(visitor.portal.engine).put_bundle(replace(BIRTH, steps=steps))
    known = CitizenState(facts={"married": False})
    monkeypatch.setattr(visitor.portal.services.suggesting.events, "_state", lambda *_: known)
    page: Page = visitor.open()
    page.get_by_role("button", name="出生", exact=True).click()
    dialog = page.get_by_role("dialog", name="出生一件事")
    expect(dialog).to_contain_text("按您说的情况，暂时没有可以办的。")
    expect(dialog).to_contain_text("按您说的情况不用办的（2项）")
    expect(dialog).not_to_contain_text("打勾")


@pytest.mark.usefixtures("city")
def test_a_card_of_an_event_breaks_no_rule_of_access(visitor: Any) -> None:
    page = offered(visitor)
    assert visitor.serious() == []
    page.get_by_role("button", name="长者模式").click()
    assert visitor.serious() == []
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0


def test_without_events_nothing_is_promised(visitor: Any) -> None:
    page = visitor.open()
    expect(page.locator(".bundle-chips")).to_have_text("")
