"""The forms of a guide and of a FAQ in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from core.catalogue.models import Document, DocumentKind, OpeningHours, Status
from core.catalogue.writes import CatalogueWrites
from core.database.engine import reading
from knowledge_base.editing.drafts import drafts
from knowledge_base.passages.chunk import chunk
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.guides import FULL, NAME, YBJ, drafted, the_new_one

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"


def save(page: Page) -> None:
    page.get_by_role("button", name="保存草稿").click()


def test_a_guide_is_written_with_rows_added_on_the_way(page: Page, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/contents?kind=item")
    page.get_by_role("link", name="新建指南").click()
    page.get_by_label("事项名称").fill(NAME)
    page.get_by_label("别名", exact=True).fill("补医保卡\n\n 医保卡丢了 ")
    conditions = page.get_by_role("region", name="受理条件")
    conditions.get_by_label("内容").nth(0).fill("在本市参保")
    conditions.get_by_label("内容").nth(1).fill("卡已挂失")
    conditions.get_by_role("button", name="再加一行条件").click()
    conditions.get_by_label("内容").nth(2).fill("本人申请")
    conditions.get_by_role("button", name="上移条件 3").click()
    conditions.get_by_role("button", name="去掉条件 1").click()
    materials = page.get_by_role("region", name="申请材料")
    materials.get_by_label("材料名称").nth(0).fill("身份证")
    materials.get_by_label("份数").nth(0).fill("1")
    place = page.get_by_role("region", name="地点与时间")
    place.get_by_label("地点名称").fill("东区大厅")
    place.get_by_label("地址").fill("明德大道1号")
    for day in ("周一", "周五"):
        place.get_by_label(day).check()
    place.get_by_label("上午开始").fill("09:00")
    place.get_by_label("上午结束").fill("12:00")
    place.get_by_label("下午开始").fill("13:00")
    place.get_by_label("下午结束").fill("17:00")
    shoot(page, "guide-form")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    save(page)
    assert page.get_by_role("status").inner_text() == "草稿已保存。"
    shoot(page, "guide-draft")
    said = the_new_one(engine)
    assert (said.name, said.aliases) == (NAME, ["补医保卡", "医保卡丢了"])
    assert said.conditions == ["本人申请", "卡已挂失"]
    assert [(one.name, one.copies, one.required) for one in said.materials] == [("身份证", 1, True)]
    assert said.places[0].hours == [
        OpeningHours(weekdays=[1, 5], opens="09:00", closes="12:00"),
        OpeningHours(weekdays=[1, 5], opens="13:00", closes="17:00"),
    ]
    assert (said.fee, said.result, said.eligibility) == (None, None, None)


def test_enter_saves_and_touches_no_row(page: Page, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit?kind=item")
    page.get_by_label("事项名称").fill(NAME)
    page.get_by_label("事项名称").press("Enter")
    assert page.get_by_role("status").inner_text() == "草稿已保存。"
    assert the_new_one(engine).name == NAME


@pytest.mark.usefixtures("guide")
def test_a_guide_that_is_only_looked_at_stays_as_it_is(page: Page, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit?kind=item&id=guide")
    assert serious(page) == []
    save(page)
    assert drafted(engine) == FULL
    assert "两者内容相同" in page.get_by_text("没有改动").locator("..").inner_text()


@pytest.mark.usefixtures("guide")
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_lost(page: Page, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit?kind=item&id=guide")
    page.get_by_label("事项名称").fill("")
    page.get_by_label("金额（元）").fill("二十")
    page.get_by_label("空白表格链接").nth(1).fill("javascript:alert(1)")
    page.get_by_label("材料名称").nth(0).fill("")
    page.get_by_label("下午结束").nth(0).fill("12:30")
    save(page)
    told = page.get_by_role("alert").inner_text()
    assert all(name in told for name in ("事项名称", "收费", "申请材料", "办理地点")), told
    assert page.locator(".wrong").all_inner_texts() == [
        "请填写这一项。",
        "请填写这一项。",
        "链接必须以 http://、https:// 或 tel: 开头。",
        "请填数字，如 20 或 12.5；不收费填 0。",
        "结束时间要晚于开始时间。",
    ]
    assert page.get_by_label("空白表格链接").nth(1).get_attribute("aria-invalid") == "true"
    assert page.get_by_label("金额（元）").input_value() == "二十"
    assert page.get_by_label("份数").nth(0).input_value() == "1"
    shoot(page, "guide-errors")
    assert serious(page) == []
    with reading(engine) as connection:
        assert drafts(connection)[1] == 0


@pytest.mark.usefixtures("guide")
def test_a_field_that_answers_a_question_is_not_emptied(page: Page) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit?kind=item&id=guide")
    for label in ("收费说明", "金额（元）", "收费依据"):
        page.get_by_label(label).fill("")
    save(page)
    assert "能回答的问题" in page.get_by_role("alert").inner_text()


@pytest.mark.usefixtures("guide")
def test_what_changed_in_a_guide_is_told_in_words(page: Page) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit?kind=item&id=guide")
    page.get_by_label("样表链接").nth(0).fill("https://a.example/sample.pdf")
    page.get_by_label("节假日").nth(1).select_option("法定节假日休息")
    save(page)
    assert "样表：https://a.example/sample.pdf" in page.locator("ins").first.inner_text()
    shown = page.get_by_role("region", name="当前内容").inner_text()
    for stored in ("original_and_copy", "form_url", "weekdays", "990100", "aspect"):
        assert stored not in shown
    assert "原件及复印件 1 份" in shown
    shoot(page, "guide-changes")
    assert serious(page) == []


def test_a_faq_is_a_question_its_answer_and_other_ways_to_ask(page: Page, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/contents")
    page.get_by_role("link", name="新建问答").click()
    shoot(page, "faq-form")
    assert serious(page) == []
    save(page)
    assert page.get_by_role("alert").inner_text() == "这些内容有误：回答、问题。"
    page.get_by_label("问题", exact=True).fill("医保卡丢了怎么办？")
    page.get_by_label("回答").fill("到任一窗口补办。")
    page.get_by_label("其他问法").fill("卡掉了咋整\n医保卡遗失")
    save(page)
    said = the_new_one(engine)
    assert (said.kind, said.title, said.text) == (DocumentKind.FAQ, "医保卡丢了怎么办？", "到任一窗口补办。")
    assert said.question_variants == ["卡掉了咋整", "医保卡遗失"]
    page.get_by_role("link", name="继续编辑").click()
    assert page.get_by_label("回答").input_value() == "到任一窗口补办。"


def test_a_faq_keeps_what_its_form_does_not_show(page: Page, engine: Engine) -> None:
    one = Document(
        external_id="faq",
        title="怎么补",
        text="到窗口补办。",
        kind=DocumentKind.FAQ,
        agency=YBJ,
        document_number="示医〔2025〕1号",
        questions=[{"ask": "哪里补", "quote": "到窗口"}],  # type: ignore[list-item]
    )
    CatalogueWrites(engine).put(one, chunk(one, "怎么补"), Status.PUBLISHED)
    sign_in(page, "li.editor")
    page.goto("/content/edit?id=faq")
    save(page)
    assert the_new_one(engine) == one


def test_what_somebody_wrote_in_any_field_of_a_guide_is_shown_as_text(page: Page, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit?kind=item")
    for box in page.locator("main textarea, main input:not([type])").all():
        name = box.get_attribute("name") or ""
        links = ("url", "copies", "amount")
        if not any(part in name for part in links):
            box.fill(HOSTILE)
    save(page)
    assert page.get_by_role("heading", level=1).inner_text() == HOSTILE
    assert page.locator("main script, main img").count() == 0
    said = the_new_one(engine)
    assert (said.materials[0].note, said.places[0].note, said.fee.basis) == (HOSTILE,) * 3
    page.get_by_role("link", name="继续编辑").click()
    assert page.locator("main script, main img").count() == 0
    assert page.get_by_label("收费说明").input_value() == HOSTILE
    assert page.get_by_label("填写说明").first.input_value() == HOSTILE
