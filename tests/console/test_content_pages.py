"""Contents in a real browser: a clerk writes, a reviewer publishes, both look at what changed."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page
from sqlalchemy import Engine

from core.catalogue.models import Document, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import reading
from knowledge_base.editing.drafts import drafts
from knowledge_base.passages.chunk import chunk
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in

TITLE = "医保卡补办办法"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def leave(page: Page) -> None:
    page.get_by_role("button", name="退出").click()


def write(page: Page, text: str) -> None:
    page.get_by_label("正文").fill(text)
    page.get_by_role("button", name="保存草稿").click()


def test_a_document_from_its_first_draft_to_its_withdrawal(page: Page, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/contents")
    page.get_by_role("link", name="新建文件").click()
    shoot(page, "content-form")
    assert serious(page) == []
    page.get_by_label("标题").fill(TITLE)
    write(page, "医保卡遗失的，可以补办。工本费二十元。")
    assert page.get_by_role("status").inner_text() == "草稿已保存。"
    page.get_by_role("button", name="提交审核").click()
    assert CatalogueReads(engine).counts().documents == 0
    assert page.get_by_role("button", name="通过并发布").count() == 0
    leave(page)

    sign_in(page, "zhao.reviewer")
    page.goto("/drafts")
    shoot(page, "drafts")
    assert serious(page) == []
    page.get_by_role("link", name=TITLE).click()
    shoot(page, "content-review")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    page.get_by_label("退回意见").fill("工本费有误")
    page.get_by_role("button", name="退回", exact=True).click()
    leave(page)

    sign_in(page, "li.editor")
    page.goto("/drafts")
    page.get_by_role("link", name=TITLE).click()
    assert "工本费有误" in page.get_by_text("退回意见：").inner_text()
    page.get_by_role("link", name="继续编辑").click()
    write(page, "医保卡遗失的，可以补办。工本费免收。")
    page.get_by_role("button", name="提交审核").click()
    leave(page)

    sign_in(page, "zhao.reviewer")
    page.goto("/drafts")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="通过并发布").click()
    assert page.get_by_role("status").inner_text() == "已发布。"
    assert CatalogueReads(engine).counts().documents == 1
    page.get_by_role("link", name="第 1 版").click()
    page.get_by_role("link", name="返回").click()
    page.get_by_label("撤回原因").fill("已废止")
    page.get_by_role("button", name="撤回").click()
    assert CatalogueReads(engine).counts().documents == 0
    page.get_by_role("button", name="重新发布").click()
    assert CatalogueReads(engine).counts().documents == 1


def test_what_changed_is_shown_and_an_old_version_comes_back(page: Page, engine: Engine) -> None:
    writes = CatalogueWrites(engine)
    for text in ("工本费二十元。十天办结。", "工本费免收。十天办结。"):
        one = Document(external_id="card/补 办", title=TITLE, text=text, agency="示例市医保局")
        writes.put(one, chunk(one, TITLE), Status.PUBLISHED)
    sign_in(page, "li.editor")
    page.goto("/contents?q=医保卡")
    shoot(page, "contents")
    assert serious(page) == []
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="第 2 版").click()
    assert page.locator("del").inner_text().endswith("工本费二十元。")
    assert page.locator("ins").inner_text().endswith("工本费免收。")
    shoot(page, "content-version")
    assert serious(page) == []
    page.get_by_role("link", name="返回").click()
    page.get_by_role("button", name="恢复此版本").click()
    assert "工本费二十元。" in page.locator("ins").inner_text()
    page.get_by_text("删除草稿", exact=True).click()
    shoot(page, "content")
    assert serious(page) == []
    page.get_by_label("确认删除").check()
    page.get_by_role("button", name="删除", exact=True).click()
    page.get_by_role("heading", name="草稿与审核").wait_for()


def test_what_somebody_wrote_is_shown_as_text(page: Page, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit")
    page.get_by_label("标题").fill(HOSTILE)
    page.get_by_label("文号", exact=True).fill(HOSTILE)
    write(page, HOSTILE)
    assert page.get_by_role("heading", level=1).inner_text() == HOSTILE
    assert page.locator("main script, main img").count() == 0
    page.get_by_role("link", name="继续编辑").click()
    assert page.get_by_label("正文").input_value() == HOSTILE


def test_a_wrong_link_is_named_and_nothing_typed_is_lost(page: Page) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("原文链接").fill("javascript:alert(1)")
    write(page, "正文在此。")
    assert page.get_by_role("alert").inner_text() == "这些内容有误：原文链接。"
    assert page.get_by_label("正文").input_value() == "正文在此。"
    page.get_by_label("原文链接").fill("https://example.org/1")
    page.get_by_role("button", name="保存草稿").click()
    assert page.get_by_role("status").inner_text() == "草稿已保存。"


def test_what_was_typed_survives_the_end_of_a_session(page: Page, clock: FixedClock, engine: Engine) -> None:
    sign_in(page, "li.editor")
    page.goto("/content/edit")
    page.get_by_label("标题").fill(TITLE)
    clock.move_to(clock.now() + timedelta(hours=2))
    write(page, "写了很久的正文。")
    assert "登录已过期" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("正文").input_value() == "写了很久的正文。"
    shoot(page, "over")
    assert serious(page) == []
    with reading(engine) as connection:
        assert drafts(connection)[1] == 0
