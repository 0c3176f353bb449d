"""Archives, Word files, workbooks and tables that were made to do harm, or came to it."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from tests.knowledge_base.importing.formats.packing import (
    QUESTIONS,
    W,
    cell,
    docx,
    paragraph,
    relations,
    row,
    with_declared_size,
    xlsx,
    zipped,
)


@dataclass(frozen=True)
class Hostile:
    """A file and what must come of it.

    Attributes:
        told: Words of the Chinese reason that must be among the problems; none where it is read without one.
        says: Words that must be in a text that is read; none where nothing is read.
    """

    name: str
    make: Callable[[], bytes]
    told: str = ""
    says: str = ""


_XXE = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_LAUGHS = (
    '<!DOCTYPE w [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {one} "{f"&{two};" * 10}">' for two, one in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def _nested() -> bytes:
    return zipped({"a.txt": "甲\n", "b.zip": zipped({"c.txt": "丙"}), "d.docx": zipped({"e.txt": "戊"})})


def _hidden_nested() -> bytes:
    return zipped({"a.txt": "甲\n", "b.docx": zipped({"c.docx": docx(paragraph("丙"))})})


def _overlapping() -> bytes:
    """A directory that names the same bytes many times."""
    archive = zipped({"a.txt": b"0" * 900_000})
    start = archive.index(b"PK\x01\x02")
    end = archive.index(b"PK\x05\x06")
    entry = archive[start:end]
    count = 100
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, start, 0)
    return archive[:start] + entry * count + tail


def _with_entry(name: str, mode: int = 0, flags: int = 0, content: bytes = "甲乙\n".encode()) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        archive.writestr(entry, content)
    changed = bytearray(written.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.index(mark) + offset] |= flags
    return bytes(changed)


def _cells(rows: int, columns: int) -> bytes:
    names = [f"{chr(65 + n // 26 - 1) if n >= 26 else ''}{chr(65 + n % 26)}" for n in range(columns)]
    body = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{name}{n}"><v>1</v></c>' for name in names) + "</row>"
        for n in range(1, rows + 1)
    )
    return xlsx(body)


def _sheets(count: int) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for number in range(count):
        book.create_sheet(f"表{number}")
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _tables(depth: int) -> str:
    return "<w:tbl><w:tr><w:tc>" * depth + paragraph("底") + "</w:tc></w:tr></w:tbl>" * depth


_STYLES = (
    f'<w:styles xmlns:w="{W}"><w:style w:styleId="a"><w:basedOn w:val="b"/></w:style>'
    '<w:style w:styleId="b"><w:basedOn w:val="a"/></w:style></w:styles>'
)
_NUMBERS = (
    f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="a"/>'
    "</w:abstractNum>"
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="999999999999"/>'
    '<w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1%9%1."/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="7"/></w:num>'
    "</w:numbering>"
)
_NOTES = (
    f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="1"><w:p><w:r><w:t>注里</w:t>'
    '<w:footnoteReference w:id="1"/></w:r></w:p></w:footnote></w:footnotes>'
)
_NUMBERED = '<w:pPr><w:pStyle w:val="a"/><w:numPr><w:ilvl w:val="99"/><w:numId w:val="{}"/></w:numPr></w:pPr>'

ARCHIVES = [
    Hostile("bomb.zip", lambda: zipped({"a.txt": bytes(300_000_000)}), "压缩比异常"),
    Hostile(
        "many-small-bombs.zip", lambda: zipped({f"{n}.txt": bytes(900_000) for n in range(300)}), "解压后过大"
    ),
    Hostile("nested.zip", _nested, "压缩包里的压缩包", "甲"),
    Hostile("nested-under-another-name.zip", _hidden_nested, "ZIP 压缩包", "甲"),
    Hostile(
        "lies-about-size.zip", lambda: with_declared_size(zipped({"a.txt": b"a" * 90_000_000}), 1000), "损坏"
    ),
    Hostile(
        "lies-upwards.zip", lambda: with_declared_size(zipped({"a.txt": "甲\n"}), 150_000_000), "压缩比异常"
    ),
    Hostile("overlapping.zip", _overlapping, "互相重叠"),
    Hostile("traversal.zip", lambda: zipped({"../../../etc/cron.d/a.txt": "越界\n"}), "", "越界"),
    Hostile(
        "absolute.zip", lambda: zipped({"/etc/passwd.txt": "绝对\n", "C:\\a\\b.txt": "盘符\n"}), "", "盘符"
    ),
    Hostile("link.zip", lambda: _with_entry("a.txt", stat.S_IFLNK | 0o777, content=b"/etc/passwd"), "链接"),
    Hostile("encrypted.zip", lambda: _with_entry("a.txt", flags=1), "加密"),
    Hostile("truncated.zip", lambda: zipped({"a.txt": _noise(10_000)})[:5000], "损坏"),
    Hostile("no-entries.zip", lambda: zipped({}), "没有文件"),
    Hostile("six-thousand.zip", lambda: zipped({f"{n}.txt": "a" for n in range(6000)}), "条目超过"),
    Hostile("six-hundred.zip", lambda: zipped({f"{n}.txt": "a" for n in range(600)}), "文件超过"),
    Hostile("bzip2.zip", lambda: zipped({"a.txt": "a" * 100}, zipfile.ZIP_BZIP2), "压缩方式"),
    Hostile("control\x00\x1b[31m.zip", lambda: zipped({"a\x1b[2J.txt": "甲\n"}), "", "甲"),
    Hostile("one-bad.zip", lambda: zipped({"a.pdf": b"%PDF-1.7\n%bad", "b.txt": "好\n"}), "PDF 已损坏", "好"),
    Hostile("noise.zip", lambda: b"PK\x03\x04" + _noise(100_000), "损坏"),
    Hostile("empty.zip", lambda: b"", "空的"),
]
WORD = [
    Hostile("entity.docx", lambda: docx(paragraph("&x;"), head=_XXE), "实体声明"),
    Hostile(
        "entity-in-utf-16.docx",
        lambda: docx("", {"word/document.xml": (_XXE + "<a>&x;</a>").encode("utf-16")}),
        "实体声明",
    ),
    Hostile(
        "entity-in-utf-7.docx",
        lambda: docx(
            "",
            {
                "word/document.xml": b'<?xml version="1.0" encoding="UTF-7"?>'
                + (_XXE + "<a>&x;</a>").encode("utf-7")
            },
        ),
        "。",
    ),
    Hostile("laughs.docx", lambda: docx(paragraph("&j;"), head=_LAUGHS), "实体声明"),
    Hostile(
        "laughs-in-styles.docx",
        lambda: docx(paragraph("甲"), {"word/styles.xml": _LAUGHS + "<a/>"}),
        "实体声明",
    ),
    Hostile(
        "external.docx",
        lambda: docx(
            paragraph("外链"),
            {
                "word/_rels/document.xml.rels": relations(
                    ("r1", "attachedTemplate", "http://203.0.113.7/a.dotm"),
                    ("r2", "styles", "file:///etc/passwd"),
                    external=True,
                )
            },
        ),
        "",
        "外链",
    ),
    Hostile(
        "leads-out.docx",
        lambda: docx(
            paragraph("出去"),
            {"word/_rels/document.xml.rels": relations(("r1", "styles", "../../../../etc/passwd"))},
        ),
        "",
        "出去",
    ),
    Hostile(
        "macros.docm", lambda: docx(paragraph("宏"), {"word/vbaProject.bin": _noise(100)}), "不支持的文件类型"
    ),
    Hostile("macros.docx", lambda: docx(paragraph("宏"), {"word/vbaProject.bin": _noise(100)}), "宏"),
    Hostile("tables-in-tables.docx", lambda: docx(_tables(70)), "嵌套过深"),
    Hostile("ten-thousand-deep.docx", lambda: docx("<w:sdt>" * 10_000 + "</w:sdt>" * 10_000), "嵌套过深"),
    Hostile("one-huge-paragraph.docx", lambda: docx(paragraph(_noise(1_100_000).hex())), "正文超过"),
    Hostile("half-a-million-paragraphs.docx", lambda: docx("<w:p/>" * 500_000), "压缩比异常"),
    Hostile("large-part.docx", lambda: docx(paragraph(_noise(8_000).hex()) * 3600), "解压后过大"),
    Hostile("bomb.docx", lambda: docx(paragraph("a" * 150_000_000)), "压缩比异常"),
    Hostile("password.docx", lambda: _OLE + "EncryptedPackage".encode("utf-16-le"), "加密"),
    Hostile("old.doc", lambda: _OLE + "WordDocument".encode("utf-16-le"), "另存为 .docx"),
    Hostile("old.xls", lambda: _OLE + "Workbook".encode("utf-16-le"), "另存为 .xlsx"),
    Hostile("truncated.docx", lambda: docx(paragraph("甲" * 10_000))[:-30], "损坏"),
    Hostile("no-xml.docx", lambda: docx("", {"word/document.xml": "<w:p"}), "内部结构有误"),
    Hostile("no-document.docx", lambda: docx("", {"word/document.xml": "<a/>"}), "没有正文"),
    Hostile("workbook.docx", lambda: xlsx(QUESTIONS), "Excel 工作簿"),
    Hostile("picture.docx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG 图片"),
    Hostile("page.docx", lambda: b"<html><body>a</body></html>", "网页"),
    Hostile(
        "loops.docx",
        lambda: docx(
            paragraph("圈", _NUMBERED.format(1))
            + paragraph("圈二", _NUMBERED.format(2))
            + '<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p>',
            {"word/styles.xml": _STYLES, "word/numbering.xml": _NUMBERS, "word/footnotes.xml": _NOTES},
        ),
        "",
        "注里",
    ),
    Hostile("noise.docx", lambda: _noise(50_000), "无法识别"),
]
_MANY_MERGES = "<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 3000 + "</mergeCells>"
TABLES = [
    Hostile("million-cells.xlsx", lambda: _cells(5_000, 45), "单元格超过"),
    Hostile("many-rows.xlsx", lambda: _cells(25_000, 2), "超过20000行"),
    Hostile(
        "dimension-lies.xlsx", lambda: xlsx(QUESTIONS, before='<dimension ref="A1:XFD1048576"/>'), "", "九点"
    ),
    Hostile(
        "far-away-cell.xlsx",
        lambda: xlsx(QUESTIONS + f'<row r="1048576">{cell("XFD1048576", "远")}</row>'),
        "超过200列",
    ),
    Hostile(
        "row-number-lies.xlsx",
        lambda: xlsx(QUESTIONS + f'<row r="99999999999">{cell("A3", "远")}</row>'),
        "",
        "九点",
    ),
    Hostile(
        "all-merged.xlsx",
        lambda: xlsx(QUESTIONS, after='<mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>'),
        "",
        "九点",
    ),
    Hostile("many-merged.xlsx", lambda: xlsx(QUESTIONS, after=_MANY_MERGES), "合并单元格超过"),
    Hostile("entity.xlsx", lambda: xlsx("", {"xl/sharedStrings.xml": _XXE + "<sst>&x;</sst>"}), "实体声明"),
    Hostile(
        "formulas.xlsx",
        lambda: xlsx(row(1, "问题", "答案") + row(2, "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd")),
        "",
        "@SUM",
    ),
    Hostile("no-such-string.xlsx", lambda: xlsx('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "损坏"),
    Hostile("huge-cell.xlsx", lambda: xlsx(row(1, "问题", "答案") + row(2, "问", "答" * 200_000)), "万字"),
    Hostile("sixty-sheets.xlsx", lambda: _sheets(60), "工作表超过"),
    Hostile("no-workbook.xlsx", lambda: xlsx("", {"xl/workbook.xml": "<a/>"}), "没有可读取的表格"),
    Hostile("million-columns.csv", lambda: b"a," * 1_000_000, "超过200列"),
    Hostile("open-quote.csv", lambda: ('问题,答案\n甲,"' + "乙" * 1_000_000).encode(), "不是规范的 CSV"),
    Hostile("nuls.csv", lambda: "问题,答案\n甲,\x00乙\n".encode(), "空字符"),
    Hostile("many-rows.csv", lambda: ("问题,答案\n" + "甲,乙\n" * 30_000).encode(), "超过20000行"),
    Hostile("utf-16.csv", lambda: "问题,答案\n甲,乙\n".encode("utf-16"), "UTF-16"),
    Hostile("formulas.csv", lambda: "问题,答案\n甲,=HYPERLINK(1)\n".encode(), "", "=HYPERLINK"),
    Hostile("control.csv", lambda: "问题,答案\n甲\x1b[31m,乙\x07\n".encode(), "", "乙"),
    Hostile("no-header.csv", lambda: b"a,b\n1,2\n", "没有找到可识别的表头"),
    Hostile("noise.csv", lambda: _noise(50_000), "空字符"),
    Hostile("open-tags.html", lambda: b"<a " * 100_000, "没有对应的"),
    Hostile("deep.html", lambda: b"<div>" * 30_000 + "底".encode() + b"</div>" * 30_000),
    Hostile("noise.html", lambda: os.urandom(10_000), "空字符"),
]
