"""Word files as a reader sees them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import docx as python_docx
import pytest

from knowledge_base.importing.parsing.numerals import numeral
from knowledge_base.importing.parsing.titles import title_of
from tests.knowledge_base.importing.formats.packing import W, docx, paragraph
from tests.knowledge_base.importing.formats.reading import only

Upload = Callable[[str, bytes], Any]
_MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{properties}<w:t>{text}</w:t></w:r>"


def numbering(levels: str, more: str = "") -> str:
    return (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{more}</w:numbering>'
    )


def level(number: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbered(text: str, depth: int = 0, name: int = 1) -> str:
    return paragraph(
        text, f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{name}"/></w:numPr></w:pPr>'
    )


def test_paragraphs_and_tables_come_in_document_order(upload: Upload) -> None:
    document = python_docx.Document()
    document.core_properties.title = "Word Document"
    document.add_paragraph("关于参保缴费的通知")
    table = document.add_table(2, 2)
    for place, text in enumerate(("项目", "金额", "个人", "400元")):
        table.cell(place // 2, place % 2).text = text
    document.add_paragraph("第一行").add_run().add_break()
    document.paragraphs[-1].add_run("第二行")
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    record = only(upload("参保.docx", saved(document)))
    assert record.text == "关于参保缴费的通知\n项目 | 金额\n个人 | 400元\n第一行\n第二行"
    assert (record.title, record.external_id, record.page_starts) == ("关于参保缴费的通知", "参保", [])


def test_a_table_within_a_cell_stays_in_its_row(upload: Upload) -> None:
    document = python_docx.Document()
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "外"
    inner = outer.cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "甲", "乙"
    assert only(upload("a.docx", saved(document))).text == "外 | 甲 | 乙"


def test_inserted_text_stays_and_deleted_and_hidden_text_goes(upload: Upload) -> None:
    body = (
        "<w:p>" + run("原文") + f'<w:ins w:id="1">{run("新增")}</w:ins>'
        '<w:del w:id="2"><w:r><w:delText>删去</w:delText></w:r></w:del>'
        f'<w:moveFrom w:id="3">{run("移走")}</w:moveFrom><w:moveTo w:id="4">{run("移来")}</w:moveTo>'
        + run("藏着", "<w:rPr><w:vanish/></w:rPr>")
        + run("露着", '<w:rPr><w:vanish w:val="0"/></w:rPr>')
        + '<w:r><w:commentReference w:id="1"/><w:instrText>PAGE</w:instrText></w:r></w:p>'
    )
    assert only(upload("a.docx", docx(body))).text == "原文新增移来露着"


def test_a_hidden_style_hides_its_text(upload: Upload) -> None:
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="h"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="i"><w:basedOn w:val="h"/></w:style></w:styles>'
    )
    body = paragraph("见", "") + paragraph("不见", '<w:pPr><w:pStyle w:val="i"/></w:pPr>')
    assert only(upload("a.docx", docx(body, {"word/styles.xml": styles}))).text == "见"


def test_a_text_box_is_read_once(upload: Upload) -> None:
    box = f"<w:txbxContent>{paragraph('框里')}</w:txbxContent>"
    both = (
        f'<w:p>{run("框外")}<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert only(upload("a.docx", docx(both, names=_MC))).text == "框外\n框里"


def test_footnotes_follow_their_paragraph(upload: Upload) -> None:
    notes = (
        f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2">{paragraph("按月计算")}</w:footnote></w:footnotes>'
    )
    body = f'<w:p>{run("工资")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>' + paragraph("后文")
    assert (
        only(upload("a.docx", docx(body, {"word/footnotes.xml": notes}))).text == "工资\n注：按月计算\n后文"
    )


def test_automatic_numbers_are_written_out(upload: Upload) -> None:
    levels = level(0, "chineseCounting", "第%1条") + level(1, "decimal", "%1.%2", "<w:isLgl/>")
    body = "".join(
        numbered(text, depth)
        for text, depth in (("总则", 0), ("范围", 1), ("对象", 1), ("附则", 0), ("解释", 1))
    )
    text = only(upload("a.docx", docx(body, {"word/numbering.xml": numbering(levels)}))).text
    assert text == "第一条 总则\n1.1 范围\n1.2 对象\n第二条 附则\n2.1 解释"


def test_a_list_may_begin_anew(upload: Upload) -> None:
    more = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    parts = {"word/numbering.xml": numbering(level(0, "chineseCounting", "%1、"), more)}
    body = (
        numbered("甲")
        + numbered("乙")
        + numbered("丙", name=2)
        + numbered("丁", name=2)
        + numbered("戊", name=0)
    )
    assert only(upload("a.docx", docx(body, parts))).text == "一、甲\n二、乙\n一、丙\n二、丁\n戊"


def test_lists_of_styles_are_numbered(upload: Upload) -> None:
    document = python_docx.Document()
    for text, style in (("甲", "List Number"), ("乙", "List Number"), ("丙", "List Bullet")):
        document.add_paragraph(text, style=style)
    assert only(upload("a.docx", saved(document))).text == "1. 甲\n2. 乙\n• 丙"


@pytest.mark.parametrize(
    ("number", "form", "said"),
    [
        (1, "chineseCounting", "一"),
        (10, "chineseCounting", "十"),
        (12, "chineseCountingThousand", "十二"),
        (20, "chineseCounting", "二十"),
        (103, "chineseCounting", "一百零三"),
        (110, "chineseCountingThousand", "一百一十"),
        (3, "chineseLegalSimplified", "叁"),
        (4, "decimalEnclosedCircleChinese", "④"),
        (2, "ideographTraditional", "乙"),
        (28, "lowerLetter", "bb"),
        (1994, "upperRoman", "MCMXCIV"),
        (7, "decimalZero", "07"),
        (5, "neverHeardOf", "5"),
    ],
)
def test_numerals_are_those_that_word_writes(number: int, form: str, said: str) -> None:
    assert numeral(number, form) == said


@pytest.mark.parametrize(
    ("lines", "named", "heading", "title"),
    [
        (["关于甲的通知", "各单位："], "Microsoft Word - 1.doc", None, "关于甲的通知"),
        (
            ["示例市人民政府文件", "示府发〔2025〕3号", "关于甲的", "通知", "各单位："],
            None,
            None,
            "关于甲的通知",
        ),
        (["前言", "关于甲的办法"], "关于甲的办法", None, "关于甲的办法"),
        (["封面", "正文"], None, "居住证办法", "居住证办法"),
        (["居住证办法", "一、总则"], None, "一、总则", "居住证办法"),
        (["长" * 130], None, None, None),
    ],
)
def test_the_title_is_what_a_reader_takes_for_it(
    lines: list[str], named: str | None, heading: str | None, title: str | None
) -> None:
    assert title_of(lines, named, heading) == title
