"""Workbooks and CSV that agencies fill in."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

import openpyxl
import pytest

from core.catalogue.models import DocumentKind
from knowledge_base.importing.found import Found
from knowledge_base.importing.parsing.cells import shown
from knowledge_base.importing.templates import template
from tests.knowledge_base.importing.formats.packing import cell, row, xlsx
from tests.knowledge_base.importing.formats.reading import documents, items, only, told

Upload = Callable[[str, bytes], Any]


def book(*rows: list[Any], change: Callable[[Any], None] | None = None, title: str = "问答") -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    for one in rows:
        sheet.append(one)
    if change is not None:
        change(sheet)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def test_a_question_comes_in_with_all_its_columns(upload: Upload) -> None:
    record = only(
        upload(
            "常见问题.xlsx",
            book(
                ["常见问题汇总表"],
                [
                    "序号",
                    " 问 题 ",
                    "答案（必填）",
                    "其他问法",
                    "发布日期",
                    "有效期至",
                    "部门",
                    "区划代码",
                    "编号",
                ],
                [
                    1,
                    "几点上班",
                    "九点。",
                    "何时上班；几时开门\n什么时候开门",
                    datetime.fromisoformat("2024-05-31"),
                    "2026年12月31日",
                    "公安局",
                    990100,
                    7,
                ],
            ),
        )
    )
    assert (record.kind, record.title, record.text) == (DocumentKind.FAQ, "几点上班", "九点。")
    assert record.question_variants == ["何时上班", "几时开门", "什么时候开门"]
    assert (record.published_on, record.effective_to) == (date(2024, 5, 31), date(2026, 12, 31))
    assert (record.agency, record.region, record.external_id) == ("公安局", "990100", "7")


def test_a_question_keeps_its_id_wherever_it_stands(upload: Upload) -> None:
    once = upload("问.xlsx", book(["问题", "答案"], ["甲", "一"], ["乙", "二"]))
    again = upload("问.xlsx", book(["问题", "答案"], ["乙", "二改"]))
    assert documents(once)[1].external_id == documents(again)[0].external_id != documents(once)[0].external_id
    assert all(isinstance(found, Found) and not found.is_named for found in once)


def test_a_guide_comes_in_with_all_its_columns(upload: Upload) -> None:
    (item,) = items(
        upload(
            "事项.csv",
            (
                "事项名称,编号,别名,机构,服务对象,受理条件,申请材料,办理步骤,费用,法定时限,承诺时限,办理地点,咨询电话,网上办理,设定依据,结果\n"
                '居住证办理,A-1,暂住证;居住卡,公安局,自然人、企业,"1.满16周岁\n2.居住半年",'
                '"身份证（原件，1份）\n照片（2份）\n合同（租房的提供）",①申请\n,10,15个工作日,当场,城南所：城南路1号,12345,https://a.example/x,条例,居住证\n'
            )
            .replace("①申请\n,", "①申请,")
            .encode("gb18030"),
        )
    )
    assert (item.external_id, item.code, item.aliases) == ("A-1", "A-1", ["暂住证", "居住卡"])
    assert (item.audience, item.conditions, item.steps) == (
        ["个人", "法人"],
        ["满16周岁", "居住半年"],
        ["申请"],
    )
    assert [(one.name, one.copies, one.original) for one in item.materials] == [
        ("身份证", 1, "original"),
        ("照片", 2, None),
        ("合同（租房的提供）", None, None),
    ]
    assert item.fee is not None
    assert (item.fee.text, item.fee.amount) == ("10元", 10)
    assert (item.places[0].name, item.places[0].address) == ("城南所", "城南路1号")
    assert (item.online_url, item.legal_basis, item.result and item.result.name) == (
        "https://a.example/x",
        ["条例"],
        "居住证",
    )


def test_each_bad_row_is_told_with_its_place_and_leaves_the_others(upload: Upload) -> None:
    results = upload(
        "a.xlsx",
        book(
            ["问题", "答案", "发布日期", "区划代码", "备忘"],
            ["甲", "一", "昨天", None, None],
            ["乙", None, None, None, None],
            [None, None, None, None, None],
            ["丙", "三", None, "51", None],
            ["丁", "四", None, None, "内部"],
        ),
    )
    assert [record.title for record in documents(results)] == ["丁"]
    assert told(results) == [
        ("a.xlsx:问答", "不认识的列：“备忘”，这些列没有读取。"),
        ("a.xlsx:问答:2", "发布日期：应为日期，如 2024-05-31。"),
        ("a.xlsx:问答:3", "缺少答案，这一行没有读取。"),
        ("a.xlsx:问答:5", "区划代码：应为六位数字。"),
    ]


def test_hidden_rows_columns_and_sheets_go_and_are_told(upload: Upload) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True
        other = sheet.parent.create_sheet("草稿", 0)
        other.append(["问题", "答案"])
        other.append(["藏", "着"])
        other.sheet_state = "hidden"

    (found,) = upload(
        "a.xlsx", book(["问题", "答案", "其他问法"], ["甲", "一", "不看"], ["乙", "二", ""], change=hide)
    )
    record = only([found])
    assert (record.title, record.question_variants) == ("甲", [])
    assert found.notes == (
        "工作表“草稿”是隐藏的，没有读取。",
        "工作表“问答”：隐藏的1行没有读取（如第3行）。",
        "工作表“问答”：隐藏的1列没有读取。",
    )


def test_merged_cells_count_for_each_row(upload: Upload) -> None:
    results = upload(
        "a.xlsx",
        book(
            ["机构", "问题", "答案"],
            ["公安局", "甲", "一"],
            [None, "乙", "二"],
            [None, None, None],
            change=lambda sheet: sheet.merge_cells("A2:A4"),
        ),
    )
    assert [(record.title, record.agency) for record in documents(results)] == [
        ("甲", "公安局"),
        ("乙", "公安局"),
    ]


def test_a_formula_counts_as_what_it_came_to(upload: Upload) -> None:
    counted = '<row r="2"><c r="A2" t="str"><f>"甲"&amp;"乙"</f><v>甲乙</v></c>' + cell("B2", "答") + "</row>"
    open_one = '<row r="3"><c r="A3"><f>A2</f></c>' + cell("B3", "答") + "</row>"
    results = upload("a.xlsx", xlsx(row(1, "问题", "答案") + counted + open_one))
    (found,) = [one for one in results if isinstance(one, Found)]
    assert only([found]).title == "甲乙"
    assert "第3行有公式没有计算结果" in found.notes[0]
    assert told(results) == [("a.xlsx:问答:3", "缺少问题，这一行没有读取。")]


def test_an_error_value_is_told(upload: Upload) -> None:
    broken = '<row r="2"><c r="A2" t="e"><v>#REF!</v></c>' + cell("B2", "答") + "</row>"
    assert told(upload("a.xlsx", xlsx(row(1, "问题", "答案") + broken))) == [
        ("a.xlsx:问答:2", "单元格是错误值 #REF!，请先修正。")
    ]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (3.0, "General", "3"),
        (0.1, "General", "0.1"),
        (1e15, "General", "1000000000000000"),
        (0.125, "0.0%", "12.5%"),
        (7, "000", "007"),
        (2.5, "0.00", "2.50"),
        (True, "General", "是"),
        (datetime.fromisoformat("2024-05-31"), "yyyy-mm-dd", "2024-05-31"),
        (datetime.fromisoformat("2024-05-31 09:30"), "General", "2024-05-31 09:30"),
        ("甲_x000D_\r\n乙\x07 ", "General", "甲\n乙"),
    ],
)
def test_values_are_written_as_a_reader_sees_them(value: object, form: str, text: str) -> None:
    assert shown(value, form) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_whatever_parts_it(upload: Upload, delimiter: str, encoding: str) -> None:
    content = f'问题{delimiter}答案\n甲{delimiter}"一{delimiter}\n二"\n'.encode(encoding)
    assert only(upload("a.csv", content)).text == f"一{delimiter}\n二"


@pytest.mark.parametrize("kind", ["faq", "guide"])
def test_a_template_is_read_without_a_problem(upload: Upload, kind: Literal["faq", "guide"]) -> None:
    results = upload("模板.xlsx", template(kind))
    assert [type(one) for one in results] == [Found]
    assert results[0].notes == ()
    if kind == "guide":
        (item,) = items(results)
        assert all((item.conditions, item.materials, item.steps, item.fee, item.places, item.result))
