"""Sensitive words in a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import Engine

from core.clock import FixedClock
from core.database.engine import reading
from core.words.hits import Hit, note_hits
from core.words.models import Scope
from core.words.reads import listed_words
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in


def texts(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return sorted(one.text for one in listed_words(connection)[0])


def looks_well(page: Page, name: str) -> None:
    shoot(page, name)
    assert serious(page) == []
    assert not is_wider_than_the_window(page)


def test_a_word_is_added_tried_changed_and_deleted(page: Page, engine: Engine) -> None:
    sign_in(page, "admin")
    page.get_by_role("link", name="敏感词").first.click()
    page.get_by_role("link", name="新增").click()
    looks_well(page, "word")
    page.get_by_label("词或短语").fill("违<b>禁品")
    page.get_by_label("备注").fill("公安局来函")
    page.get_by_role("button", name="保存").click()
    assert "一秒内生效" in page.get_by_role("status").inner_text()
    looks_well(page, "words")
    page.get_by_role("link", name="试一试").click()
    page.get_by_label("一段话").fill("哪里买 违 B 禁·品")
    page.get_by_role("button", name="试一试").click()
    assert "违 B 禁·品" in page.get_by_role("region", name="结果").inner_text()
    assert "不予答复" in page.get_by_role("region", name="结果").inner_text()
    looks_well(page, "words-try")
    page.goto("/words?q=来函")
    page.get_by_role("link", name="违<b>禁品").click()
    page.get_by_text("删除这个词").click()
    page.get_by_label("确认删除").check()
    page.get_by_role("button", name="删除", exact=True).click()
    assert texts(engine) == []


def test_a_file_is_chosen_seen_and_imported(page: Page, engine: Engine, tmp_path: Path) -> None:
    sign_in(page, "admin")
    page.goto("/words/import")
    file = tmp_path / "清单.csv"
    file.write_bytes("词,备注\n违禁品,来函\n甲,太短\n".encode("gb18030"))
    page.get_by_label("选择文件").set_input_files(file)
    page.get_by_text("已读入").wait_for()
    page.get_by_role("button", name="导入").click()
    assert "第3行" in page.get_by_role("alert").inner_text()
    assert "违禁品" in page.get_by_label("也可以直接粘贴").input_value(), "what was chosen is not lost"
    assert texts(engine) == []
    looks_well(page, "words-import")
    page.get_by_label("也可以直接粘贴").fill("违禁品\n假证办理\n違禁品")
    page.get_by_role("button", name="导入").click()
    assert "新增 2 个" in page.get_by_role("status").inner_text()
    assert texts(engine) == ["假证办理", "违禁品"]


def test_hits_are_counted_without_what_was_said(page: Page, engine: Engine, clock: FixedClock) -> None:
    hits = [Hit(clock.now(), 7, None, Scope.IN, "refuse", "web", "a1", "违○○")] * 3
    note_hits(engine, hits)
    sign_in(page, "admin")
    page.goto("/words/hits")
    assert "7\t违○○\t市民提问\t不予答复\t3" in page.get_by_role("region", name="近30天次数").inner_text()
    looks_well(page, "words-hits")


def test_a_reviewer_of_an_agency_keeps_its_own_words(page: Page, engine: Engine) -> None:
    sign_in(page, "zhao.reviewer")
    page.goto("/words/edit")
    assert page.get_by_label("归属").locator("option").count() == 1
    assert page.get_by_label("范围").locator("option").all_inner_texts() == ["答复"]
    assert page.get_by_label("市民提问里出现时").count() == 0
    page.get_by_label("词或短语").fill("医保专用")
    page.get_by_label("答复里出现时").select_option("mask")
    page.get_by_role("button", name="保存").click()
    with reading(engine) as connection:
        (word,) = listed_words(connection)[0]
    assert (word.agency, word.scope.value, word.out_action.value) == ("ybj", "out", "mask")
