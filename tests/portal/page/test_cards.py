"""Answer cards: sources, checklist, paper, forms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from knowledge_base.contract import AnswerReply

ATTACK = "<img src=x onerror=\"document.title='broken'\">"
NOTE_PRINTS = "window.printed = []; window.print = () => window.printed.push(document.body.className);"


def passage_with(reply: AnswerReply, **citation: Any) -> AnswerReply:
    """The reply with another first citation."""
    (part,) = reply.parts
    changed = [part.citations[0].model_copy(update=citation)]  # type: ignore[union-attr]
    return reply.model_copy(update={"parts": [part.model_copy(update={"citations": changed})]})


def open_checklist(visitor: Any) -> Page:
    page: Page = visitor.open()
    visitor.ask()
    page.get_by_role("button", name="保存为清单").click()
    expect(page.get_by_role("dialog")).to_contain_text("材料清单：居住证申领")
    return page


def test_two_questions_get_two_cards_and_what_belongs_to_both_once(visitor: Any, cards: Any) -> None:
    visitor.portal.rasa.reply = cards["two"]()
    page = visitor.open()
    visitor.ask("居住证要什么材料，多少钱")
    expect(page.locator(".card .tag")).to_have_text(["申请材料", "收费标准"])
    expect(page.locator(".card .text").last).to_have_text("首次申领不收费。")
    expect(page.locator(".related")).to_have_count(1)
    expect(page.get_by_role("group", name="评价这个回答")).to_have_count(1)
    visitor.shoot("two-cards")
    visitor.reload()
    expect(page.get_by_role("group", name="评价这个回答")).to_have_count(1)


def test_quoted_words_are_marked_in_what_surrounds_them(visitor: Any, cards: Any) -> None:
    visitor.portal.rasa.reply = cards["passage"]()
    page = visitor.open()
    visitor.ask("公积金一年能提几次")
    quote = page.locator(".quote")
    expect(page.get_by_role("link", name="示例市住房公积金提取管理办法")).to_be_visible()
    expect(page.locator(".facts")).to_have_text(
        "示公积金规〔2025〕3号 · 示例市住房公积金管理中心 · 2025-03-01"
    )
    expect(quote).to_be_hidden()
    page.get_by_text("查看原文摘录").click()
    expect(quote).to_contain_text("第八条　提取情形如下。")
    expect(quote.locator("mark")).to_have_text(
        "企业在职职工可以凭租赁合同提取住房公积金，每年提取一次，最高不超过一万五千元。"
    )
    visitor.shoot("citation-open")


def test_many_sources_are_folded(visitor: Any, cards: Any) -> None:
    visitor.portal.rasa.reply = cards["passage"](5)
    page = visitor.open()
    visitor.ask("公积金")
    expect(page.locator(".citation:visible")).to_have_count(2)
    page.get_by_text("另外 3 条依据").click()
    expect(page.locator(".citation:visible")).to_have_count(5)


def test_hostile_citation_stays_text(visitor: Any, cards: Any) -> None:
    visitor.portal.rasa.reply = passage_with(
        cards["passage"](), title=ATTACK, url="javascript:alert(1)", quote=ATTACK, context=f"前{ATTACK}后"
    )
    page = visitor.open()
    visitor.ask("公积金")
    page.get_by_text("查看原文摘录").click()
    expect(page.locator(".quote")).to_have_text(f"前{ATTACK}后")
    expect(page.locator(".citation a")).to_have_count(0)
    assert page.locator("#log img").count() == 0


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("请立即拨打110报警，有人受伤请拨打120。", ["tel:110", "tel:120"]),
        ("请拨打全国统一心理援助热线12356（24小时）。", ["tel:12356"]),
        ("电话 0990-5550135，补贴120元，第12345号，示政〔2025〕110号", ["tel:09905550135"]),
        ("每月12000元，或120元", []),
    ],
)
def test_telephone_numbers_can_be_called(
    page: Page, address: Any, replies: Any, text: str, numbers: Any
) -> None:
    address[1].rasa.reply = replies["text"](text)
    page.get_by_label("您的问题").fill("帮帮我")
    page.get_by_role("button", name="发送").click()
    bubble = page.locator(".row:not(.citizen) .text").last
    expect(bubble).to_have_text(text)
    found = bubble.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert found == numbers


def test_names_of_fields_stand_out(visitor: Any, cards: Any) -> None:
    reply = cards["two"]()
    lines = [
        "【居住证申领】（示例市公安局）",
        "满半年可以申领。",
        "受理条件：1. 住满半年。",
        "2. 有住所：租房也算。",
    ]
    words = "\n".join([*lines, "收费标准：不收费。"])
    (part, *_) = reply.parts
    visitor.portal.rasa.reply = reply.model_copy(
        update={"parts": [part.model_copy(update={"text": words, "aspect": None})]}
    )
    page = visitor.open()
    visitor.ask("居住证")
    expect(page.locator(".card .field")).to_have_text(["受理条件：", "收费标准："])
    expect(page.locator(".card .text")).to_contain_text("满半年可以申领。")
    expect(page.locator(".card .text")).not_to_contain_text("【居住证申领】")


@pytest.mark.usefixtures("guide")
def test_materials_become_a_list_to_tick(visitor: Any) -> None:
    page = open_checklist(visitor)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("checkbox")).to_have_count(3)
    dialog.get_by_label("居民身份证").check()
    expect(dialog).to_contain_text("复印件 1 份")
    expect(dialog).to_contain_text("非必需；走“稳定就业”途径时提供")
    expect(dialog.get_by_role("link", name="0990-5550135")).to_have_attribute("href", "tel:09905550135")
    visitor.shoot("checklist")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="保存为清单")).to_be_focused()


@pytest.mark.usefixtures("guide")
def test_checklist_is_downloaded_as_text(visitor: Any, tmp_path: Path) -> None:
    page = open_checklist(visitor)
    page.get_by_label("居民身份证").check()
    with page.expect_download() as started:
        page.get_by_role("button", name="下载清单").click()
    assert started.value.suggested_filename == "材料清单-居住证申领.txt"
    started.value.save_as(tmp_path / "list.txt")
    lines = (tmp_path / "list.txt").read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[:2] == ["材料清单：居住证申领", "示例市公安局"]
    assert "[ ] 居住证申请表" in lines
    assert "[√] 居民身份证" in lines
    assert "    空白表格：居住证申请表 https://zwfw.example.gov.cn/form.docx" in lines
    assert lines[-2] == "咨询电话：0990-5550115"


def test_checklist_of_the_demonstration_city_says_so(visitor: Any, tmp_path: Path) -> None:
    catalogue = visitor.portal.catalogue
    catalogue.item = replace(catalogue.item, record=replace(catalogue.item.record, demo=True))
    page = open_checklist(visitor)
    expect(page.get_by_role("dialog")).to_contain_text("演示数据")
    with page.expect_download() as started:
        page.get_by_role("button", name="下载清单").click()
    started.value.save_as(tmp_path / "list.txt")
    assert "演示数据，请勿作为办事依据" in (tmp_path / "list.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("guide")
def test_checklist_is_copied_where_nothing_can_be_saved(visitor: Any) -> None:
    visitor.page.add_init_script(
        "document.execCommand = (what) => { window.copied = document.activeElement.value; return true; };"
    )
    page = open_checklist(visitor)
    page.get_by_role("button", name="复制文字").click()
    expect(page.get_by_role("button", name="已复制")).to_be_focused()
    assert "[ ] 居民身份证" in page.evaluate("window.copied")


@pytest.mark.usefixtures("guide")
def test_checklist_is_printed_alone(visitor: Any) -> None:
    visitor.page.add_init_script(NOTE_PRINTS)
    page = open_checklist(visitor)
    page.get_by_role("dialog").get_by_role("button", name="打印").click()
    assert page.evaluate("window.printed.length") == 1
    page.emulate_media(media="print")
    expect(page.locator("#app")).to_be_hidden()
    expect(page.get_by_role("checkbox").first).to_be_visible()
    expect(page.get_by_role("button", name="下载清单")).to_be_hidden()
    visitor.shoot("checklist-print")


def test_card_is_printed_alone_with_its_quotes_open(visitor: Any, cards: Any) -> None:
    visitor.page.add_init_script(NOTE_PRINTS)
    visitor.portal.rasa.reply = cards["passage"]()
    page = visitor.open()
    visitor.ask("公积金")
    page.get_by_role("button", name="打印").click()
    assert page.evaluate("window.printed") == ["print-one"]
    page.emulate_media(media="print")
    expect(page.locator(".quote")).to_be_visible()
    for hidden in (".citizen", "#form", ".tools", ".feedback", ".acts >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()
    visitor.shoot("card-print")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator(".citizen")).to_be_visible()
    expect(page.locator(".quote")).to_be_hidden()


@pytest.mark.usefixtures("guide")
def test_forms_and_samples_are_linked_in_the_card(visitor: Any) -> None:
    page = visitor.open()
    visitor.ask()
    forms = page.locator(".card .forms")
    blank = forms.get_by_role("link", name="空白表格：居住证申请表")
    expect(blank).to_have_attribute("href", "https://zwfw.example.gov.cn/form.docx")
    expect(forms.get_by_role("link", name="填写样例：居住证申请表")).to_be_visible()
    visitor.shoot("answer")


def test_form_link_that_is_no_web_address_is_left_out(visitor: Any) -> None:
    material = {"name": ATTACK, "form_url": "javascript:alert(1)", "sample_url": "data:text/html,x"}
    body = {"guide": {"name": ATTACK, "materials": [material]}}
    visitor.page.route("**/api/items/12", lambda route: route.fulfill(json=body))
    page = visitor.open()
    visitor.ask()
    page.get_by_role("button", name="保存为清单").click()
    expect(page.get_by_role("dialog").locator(".tick strong")).to_have_text(ATTACK)
    expect(page.locator(".papers a")).to_have_count(0)
    assert page.locator(".dialog img, #log img").count() == 0


def test_guide_that_cannot_be_had_is_told(visitor: Any) -> None:
    visitor.may_fail = True
    visitor.page.route("**/api/items/12", lambda route: route.fulfill(status=503, json={}))
    page = visitor.open()
    visitor.ask()
    page.get_by_role("button", name="保存为清单").click()
    expect(page.get_by_role("dialog")).to_contain_text("清单暂时打不开")
    page.get_by_role("button", name="关闭").click()
    page.unroute("**/api/items/12")
    page.get_by_role("button", name="保存为清单").click()
    expect(page.get_by_role("dialog")).to_contain_text("居民身份证")


def test_choices_are_large_and_answer(visitor: Any, replies: Any) -> None:
    visitor.portal.rasa.replies["居住证"] = replies["clarify"]()
    page = visitor.open()
    visitor.ask("居住证")
    buttons = page.locator(".row").last.get_by_role("button")
    expect(buttons).to_have_text(["居住证申领", "居住证签注"])
    assert all(box.bounding_box()["height"] >= 44 for box in buttons.all())
    visitor.shoot("choices")
    buttons.last.click()
    expect(page.locator(".card")).to_be_visible()
