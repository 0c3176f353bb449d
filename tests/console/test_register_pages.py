"""Registers in a real browser: entries are added, changed, searched and taken away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page
from sqlalchemy import Engine

from core.catalogue.bundle_register import BundleReads
from core.catalogue.bundles import Bundle, BundleStep
from core.catalogue.models import Agency, OpeningHours, Region, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.wording import Term
from core.catalogue.wordings import Wordings
from core.catalogue.writes import CatalogueWrites
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def save(page: Page) -> None:
    page.get_by_role("button", name="保存", exact=True).click()


def told(page: Page) -> str:
    return page.get_by_role("status").inner_text()


def test_a_term_from_its_first_day_to_its_last(page: Page, engine: Engine) -> None:
    sign_in(page, "admin")
    page.goto("/terms")
    page.get_by_role("link", name="新增俗称").click()
    box(page, "俗称").fill("健康证")
    save(page)
    assert page.get_by_role("alert").inner_text() == "这些内容有误：规范说法。"
    assert page.locator(".wrong").inner_text() == "规范说法、办事指南两项中填一项，且只填一项。"
    shoot(page, "term-form")
    assert serious(page) == []
    box(page, "规范说法").fill("从业人员预防性健康检查")
    save(page)
    assert told(page) == "已保存。"
    shoot(page, "terms")
    assert serious(page) == []
    page.get_by_role("link", name="健康证").click()
    box(page, "规范说法").fill("健康体检")
    save(page)
    assert Wordings(engine).terms() == [Term(term="健康证", means="健康体检")]
    page.get_by_role("link", name="健康证").click()
    page.get_by_text("删除", exact=True).first.click()
    page.get_by_label("确认删除").check()
    page.get_by_role("button", name="删除").click()
    assert told(page) == "已删除。"
    assert Wordings(engine).terms() == []


def test_a_pin_answers_in_words_or_by_a_record(page: Page, engine: Engine) -> None:
    sign_in(page, "admin")
    page.goto("/pins")
    page.get_by_role("link", name="新增固定答复").click()
    box(page, "问题").fill("春节上班吗？")
    box(page, "其他问法").fill("过年上不上班")
    box(page, "办事指南的编号").fill("no-such")
    save(page)
    assert page.locator(".wrong").inner_text() == "没有这个编号的内容。"
    box(page, "办事指南的编号").fill("")
    box(page, "答复").fill("春节期间各大厅放假。")
    shoot(page, "pin-form")
    assert serious(page) == []
    save(page)
    shoot(page, "pins")
    assert serious(page) == []
    pin = Wordings(engine).pinned("过年上不上班")
    assert pin is not None
    assert pin.answer == "春节期间各大厅放假。"


def test_an_agency_is_renamed_and_its_hours_are_filled_in(page: Page, engine: Engine) -> None:
    CatalogueWrites(engine).put_region(Region(code="990100", name="示例市"))
    sign_in(page, "admin")
    page.goto("/agencies")
    page.get_by_role("link", name="ybj").click()
    box(page, "名称").fill("示例市医疗保障局")
    box(page, "别名").fill("医保\n公积金中心\n示例市公积金中心")
    save(page)
    assert (
        page.locator(".wrong").inner_text()
        == "“示例市公积金中心”已是“示例市公积金中心”的名称、曾用名或别名。"
    )
    box(page, "别名").fill("医保")
    page.get_by_label("区划").select_option("990100")
    for day in ("周一", "周三"):
        page.get_by_label(day).first.check()
    page.get_by_label("上午开始").first.fill("09:00")
    save(page)
    assert page.locator(".wrong").inner_text() == "请填全开始和结束时间，如 09:00。"
    page.get_by_label("上午结束").first.fill("17:00")
    shoot(page, "agency-form")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    save(page)
    shoot(page, "agencies")
    assert serious(page) == []
    assert CatalogueReads(engine).agency("ybj") == Agency(
        external_id="ybj",
        name="示例市医疗保障局",
        former_names=["示例市医保局"],
        aliases=["医保"],
        region="990100",
        hours=[OpeningHours(weekdays=[1, 3], opens="09:00", closes="17:00")],
    )


def test_an_agencys_own_administrator_sees_only_what_is_theirs_to_change(page: Page, engine: Engine) -> None:
    sign_in(page, "ybj.admin")
    page.goto("/agencies")
    assert page.get_by_role("link", name="新增机构").count() == 0
    assert page.get_by_role("link", name="gjj").count() == 0
    page.get_by_role("link", name="ybj").click()
    assert box(page, "名称").count() == 0
    box(page, "电话").fill("0990-5550301")
    save(page)
    assert told(page) == "已保存。"
    agency = CatalogueReads(engine).agency("ybj")
    assert agency == Agency(external_id="ybj", name="示例市医保局", phone="0990-5550301")


def test_regions_are_added_by_code(page: Page, engine: Engine) -> None:
    sign_in(page, "admin")
    page.goto("/regions/edit")
    box(page, "代码").fill("9901")
    box(page, "名称").fill("东区")
    save(page)
    assert page.locator(".wrong").inner_text() == "格式不对。"
    box(page, "代码").fill("990102")
    save(page)
    shoot(page, "regions")
    assert serious(page) == []
    assert CatalogueReads(engine).regions() == [Region(code="990102", name="东区")]


def test_of_two_who_change_one_the_second_keeps_what_was_typed(page: Page, engine: Engine) -> None:
    Wordings(engine).put_terms([Term(term="健康证", means="健康检查")])
    sign_in(page, "admin")
    page.goto("/terms/edit?id=健康证")
    Wordings(engine).put_terms([Term(term="健康证", means="由导入更新")])
    for _ in range(2):
        box(page, "规范说法").fill("健康体检")
        save(page)
        assert "在此期间有改动" in page.get_by_role("alert").inner_text()
        assert box(page, "规范说法").input_value() == "健康体检"
    assert Wordings(engine).terms()[0].means == "由导入更新"


def test_a_bundle_is_put_together_and_keeps_the_conditions_of_its_steps(page: Page, engine: Engine) -> None:
    writes = CatalogueWrites(engine)
    for name in ("zm", "hk", "bt"):
        writes.put(ServiceItem(external_id=name, name=f"事项{name}"), [], Status.PUBLISHED)
    local: dict[str, object] = {"fact": "hukou_city", "op": "eq", "value": True}
    steps = [BundleStep(item="zm"), BundleStep(item="hk", after=["zm"], when=local)]
    writes.put_bundle(Bundle(external_id="birth", name="出生", leaves_open=["children"], steps=steps))
    sign_in(page, "admin")
    page.goto("/bundles")
    shoot(page, "bundles")
    page.get_by_role("link", name="birth").click()
    page.locator("[id='steps.2.item']").fill("none")
    save(page)
    assert page.get_by_role("alert").inner_text() == "这些内容有误：步骤。"
    assert page.locator(".wrong").inner_text() == "没有这个编号的办事指南。"
    page.locator("[id='steps.2.item']").fill("bt")
    page.locator("[id='steps.2.after']").fill("hk\nbt")
    save(page)
    assert page.locator(".wrong").inner_text() == "办理顺序循环：bt → bt。"
    shoot(page, "bundle-form")
    assert serious(page) == []
    page.locator("[id='steps.2.after']").fill("hk")
    page.locator("[id='steps.1.after']").fill("")
    page.locator("[id='steps.0.shows']").select_option("yes")
    save(page)
    assert told(page) == "已保存。"
    (kept,) = BundleReads(engine).read().all
    assert kept.leaves_open == ["children"]
    assert kept.steps == [
        BundleStep(item="zm", shows=True),
        BundleStep(item="hk", when=local),
        BundleStep(item="bt", after=["hk"]),
    ]


def test_a_long_list_is_searched_and_paged(page: Page, engine: Engine) -> None:
    Wordings(engine).put_terms([Term(term=f"俗称{n:03}", means=f"正式名称{n:03}") for n in range(120)])
    sign_in(page, "li.editor")
    page.goto("/terms")
    assert "第 1 / 3 页，共 120 条" in page.get_by_role("navigation", name="分页").inner_text()
    assert page.get_by_role("link", name="俗称").count() == 0, "who may only read sees no way to change it"
    page.get_by_role("link", name="下一页").click()
    assert page.get_by_role("cell", name="俗称050").count() == 1
    page.get_by_label("含有").fill("名称077")
    page.get_by_role("button", name="查找").click()
    assert page.get_by_role("cell", name="俗称077").count() == 1
    assert "共 1 条" in page.get_by_role("navigation", name="分页").inner_text()


@pytest.mark.parametrize(
    ("path", "skipped"),
    [
        ("/terms", ("item",)),
        ("/pins", ("item", "document", "source_url")),
        ("/agencies", ("website",)),
        ("/regions", ("code",)),
    ],
)
def test_what_somebody_wrote_in_any_field_is_shown_as_text(
    path: str, skipped: tuple[str, ...], page: Page
) -> None:
    sign_in(page, "admin")
    page.goto(f"{path}/edit")
    for one in page.locator("main textarea, main input:not([type])").all():
        if one.get_attribute("name") not in skipped:
            one.fill(HOSTILE if one.get_attribute("id") != "term" else HOSTILE[:50])
    if path == "/regions":
        box(page, "代码").fill("990102")
    save(page)
    assert told(page) == "已保存。"
    assert page.locator("main script, main img").count() == 0
    assert "<script>alert(1)</script>" in page.get_by_role("table").inner_text()
    page.locator("table a").filter(has_text="990102" if path == "/regions" else "<script>").first.click()
    assert page.locator("main script, main img").count() == 0
    typed = page.locator("main textarea, main input:not([type])").all()
    assert any(one.input_value() == HOSTILE for one in typed)
