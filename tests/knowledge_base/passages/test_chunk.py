"""Cutting records into passages."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple

import pytest

from core.answering import Aspect
from core.catalogue.models import Document, DocumentKind, Material, OpeningHours, Place, ServiceItem
from core.catalogue.records import NewPassage
from knowledge_base.passages.chunk import CUTTING, chunk
from knowledge_base.passages.guide_fields import field_text, full_text, hours_text
from scripts.strict_skips import DATA


def cut(text: str, limit: int = 256) -> list[NewPassage]:
    return chunk(Document(external_id="d", text=text), "标题", limit)


def test_passages_are_exact_spans_and_lose_only_blanks() -> None:
    text = "通知 一、总则 （一）甲事。乙事！ 二、附则\n1.丙事；丁事。" * 20
    passages = cut(text, 60)
    assert all(text[p.start : p.end] == p.text and len(p.text) <= 60 for p in passages)
    assert "".join("".join(p.text for p in passages).split()) == "".join(text.split())


def test_a_heading_stands_with_what_it_announces() -> None:
    passages = cut(
        "前言说明情况如下，请各单位遵照执行。" * 3
        + " 二、缓解企业经营压力 5.减免租金。"
        + "补助发放到位。" * 6,
        70,
    )
    assert not any(p.text.endswith("二、缓解企业经营压力") for p in passages)


def test_the_heading_path_is_embedded_with_the_passage() -> None:
    passages = cut(
        "第一章 总则 "
        + "本办法适用于本市。" * 5
        + "第二章 申请 （一）条件 "
        + "年满十八周岁的可以申请。" * 12,
        80,
    )
    assert passages[-1].heading == "第二章 申请 > （一）条件" or "第二章" in passages[-1].heading
    assert passages[-1].embed_text.startswith("标题\n第二章")


def test_a_long_sentence_is_cut_at_a_semicolon() -> None:
    passages = cut("甲" * 30 + "，" + "乙" * 30 + "；" + "丙" * 30 + "，" + "丁" * 30 + "。", 100)
    assert passages[0].text.endswith("；")


def test_each_question_opens_a_passage() -> None:
    passages = cut("问：怎么办？答：到窗口办。问：收费吗？答：不收费。")
    assert [p.text[:4] for p in passages] == ["问：怎么", "问：收费"]


def test_a_table_row_is_embedded_with_its_header() -> None:
    text = "| 项目 | 标准 |\n" + "\n".join(f"| 第{n}项补助 | {n}元 |" for n in range(12))
    last = cut(text, 60)[-1]
    assert "| 项目 | 标准 |" in last.embed_text
    assert "| 项目 | 标准 |" not in last.text


@pytest.mark.parametrize(
    "row",
    [
        "第{n}项 补助 | 600 元 | 每年 一次",
        "第{n}项 补助\t600 元",
        "| 第{n}项 | 600 元 |",
        " | {n}00 元",
        "第{n}项补助 |",
    ],
)
def test_a_table_row_stays_whole_whatever_parts_its_cells(row: str) -> None:
    rows = [row.format(n=n) for n in range(12)]
    passages = cut("\n".join(["项目 名称 | 标准", *rows]), 60)
    said = [line.strip() for p in passages for line in p.text.split("\n")]
    assert said == ["项目 名称 | 标准", *(line.strip() for line in rows)]
    assert all("项目 名称 | 标准" in p.embed_text for p in passages)


def test_text_after_a_table_and_indented_text_are_no_rows() -> None:
    passages = cut("项目 | 标准\n补助 | 600 元\n\t一、申请 带证件。去窗口。\n" + "说明情况。" * 8, 40)
    assert [p.heading for p in passages[1:]] == ["一、申请"] * (len(passages) - 1)
    assert not any("项目" in p.embed_text for p in passages[1:])


def test_a_link_is_not_cut_at_its_question_mark() -> None:
    link = "http://zwfw.example/bmfw.html?locationCode=11&deptCode=22"
    passages = cut("说明情况。" * 6 + f"按照事项（{link}）的要求准备。", 80)
    assert link in passages[1].text


@pytest.mark.parametrize("end", ["?", "!", "?!", "？", "OK? "])
def test_an_ascii_mark_ends_a_sentence_elsewhere(end: str) -> None:
    passages = cut(f"这件事怎么办{end}1.到窗口办理。" + "说明情况。" * 8, 30)
    assert "1.到窗口办理" in [p.heading for p in passages]


def test_a_bar_in_a_text_without_line_breaks_makes_no_table() -> None:
    assert [p.text for p in cut("日报 | 要闻。" + "说明情况。" * 8, 45)] == [
        "日报 | 要闻。" + "说明情况。" * 7,
        "说明情况。",
    ]


def test_the_header_of_a_table_cannot_outgrow_its_rows() -> None:
    text = "很长的表头，" * 500 + " | 标准\n" + "第1项补助 | 600 元\n" * 100
    assert sum(len(p.embed_text) for p in cut(text)) < 3 * len(text)


def test_a_faq_gives_one_passage_for_each_way_to_ask() -> None:
    faq = Document(
        external_id="f",
        kind=DocumentKind.FAQ,
        title="怎么办？",
        text="到窗口办。",
        question_variants=["去哪办", "怎么办？"],
    )
    passages = chunk(faq, "怎么办？")
    assert [(p.heading, p.text, p.field) for p in passages] == [
        ("怎么办？", "到窗口办。", "faq"),
        ("去哪办", "到窗口办。", "faq"),
    ]


def test_a_long_answer_is_embedded_by_its_beginning_and_quoted_whole() -> None:
    text = "到窗口办理，带身份证。" * 1000
    faq = Document(external_id="f", kind=DocumentKind.FAQ, text=text, question_variants=["问"] * 50)
    for passage in chunk(faq, "怎么办？"):
        assert passage.text == text
        answer = passage.embed_text.partition("\n")[2]
        assert len(answer) <= 256
        assert text.startswith(answer)
        assert answer.endswith("。")


HOURS = [
    OpeningHours(weekdays=[1, 2, 3, 4, 5], opens="09:00", closes="12:00"),
    OpeningHours(weekdays=[1, 2, 3, 4, 5], opens="13:30", closes="17:00"),
]
GUIDE = ServiceItem(
    external_id="g",
    name="居住证申领",
    materials=[Material(name="户口簿", original="original_and_copy"), Material(name="照片", copies=2)],
    places=[Place(name="政务大厅", address="人民路1号", hours=HOURS)],
)


def test_a_guide_gives_its_published_fields_and_the_whole() -> None:
    passages = chunk(GUIDE, GUIDE.name)
    assert [p.field for p in passages] == ["materials", "place", "hours", "whole"]
    whole = full_text(GUIDE)
    assert all(whole[p.start : p.end] == p.text for p in passages)


def test_a_field_that_is_not_published_is_none() -> None:
    assert field_text(GUIDE, Aspect.FEE) is None


def test_materials_are_numbered_with_form_and_copies() -> None:
    assert field_text(GUIDE, Aspect.MATERIALS) == "1. 户口簿（原件及复印件）\n2. 照片（2 份）"


def test_hours_name_days_noon_break_and_holidays() -> None:
    assert hours_text(HOURS) == "周一至周五 9:00–12:00、13:30–17:00，节假日休息"


# Where this changes, records in the catalogue are cut by older rules: raise CUTTING with it.
CUT = (1, "0468fd2deb0239f6")


def test_other_passages_come_with_another_number_of_cutting() -> None:
    text = (
        "第一章 总则 第一条 为了规范。（一）申请人；（二）代办人，须带证件！见 https://a.example/?id=1\n"
        "项目 | 标准\n第 1 项 | 600 元\n问：收费吗？答：不收费。1.到窗口办理；2.取号。"
        + "说明情况，请遵照执行；"
        * 40
    )
    records: list[Document | ServiceItem] = [
        Document(external_id="d", text=text),
        Document(external_id="f", kind=DocumentKind.FAQ, text=text, question_variants=["去哪办"]),
        GUIDE,
    ]
    passages = [astuple(p) for record in records for p in chunk(record, "标题")]
    digest = hashlib.sha256(repr(passages).encode()).hexdigest()[:16]
    assert (CUTTING, digest) == CUT


@pytest.mark.needs_data("ncp/corpus.jsonl")
def test_real_documents_without_line_breaks_are_cut_small() -> None:
    with (DATA / "ncp" / "corpus.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for _, line in zip(range(60), lines, strict=False)]
    passages = [(text, p) for text in texts for p in cut(text)]
    assert all(text[p.start : p.end] == p.text and len(p.text) <= 256 for text, p in passages)
    assert sum(len(p.text) for _, p in passages) / len(passages) > 150
