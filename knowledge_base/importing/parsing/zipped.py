"""What a ZIP container is: a Word file, a workbook, an archive of files, or something that is not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from knowledge_base.importing.parsing.archive import parse_archive
from knowledge_base.importing.parsing.containers import Container
from knowledge_base.importing.parsing.docx import parse_docx
from knowledge_base.importing.parsing.messages import Message
from knowledge_base.importing.parsing.workbook import parse_workbook
from knowledge_base.importing.unreadable import Unreadable

_CONTENT_TYPES = "[content_types].xml"
_FOREIGN = (
    ("ppt/", "a presentation", "这是演示文稿（PPTX），暂不支持，请另存为 PDF 后再上传。"),
    ("ofd.xml", "an OFD file", "这是 OFD 版式文件，暂不支持，请另存为 PDF 后再上传。"),
    ("mimetype", "an OpenDocument file", "这是 OpenDocument 文件，请另存为 .docx 或 .xlsx 后再上传。"),
    ("xl/workbook.bin", "a binary workbook", "这是二进制工作簿（.xlsb），请另存为 .xlsx 后再上传。"),
)
_CALLED = {
    "docx": ("a Word file", "Word 文件"),
    "xlsx": ("a workbook", "Excel 工作簿"),
    "zip": ("a ZIP archive", "ZIP 压缩包"),
}
_PARSERS = {"docx": parse_docx, "xlsx": parse_workbook, "zip": parse_archive}


def parse_zipped(stream: BinaryIO, named: str) -> Iterator[Message]:
    """Everything in the container, which is called what `named` says: `docx`, `xlsx` or `zip`.

    Raises:
        Unreadable: It is broken, encrypted, too costly, not what it is called, or of a kind that is not read.
    """
    container = Container(stream)
    names = container.names()
    for prefix, reason, told in _FOREIGN:
        if any(name.startswith(prefix) for name in names):
            raise Unreadable(f"is {reason}", told=told)
    is_office = _CONTENT_TYPES in names
    if is_office and any(name.endswith("vbaproject.bin") for name in names):
        raise Unreadable(
            "holds macros", told="文件含有宏（.docm/.xlsm），请另存为不含宏的 .docx 或 .xlsx 后再上传。"
        )
    actual = "zip"
    if is_office:
        parts = {name.partition("/")[0] for name in names}
        actual = "docx" if "word" in parts else "xlsx" if "xl" in parts else "zip"
    if actual != named:
        raise Unreadable(
            f"is called .{named} but is {_CALLED[actual][0]}",
            told=f"扩展名是 .{named}，实际内容是{_CALLED[actual][1]}；请把扩展名改为 .{actual} 后再上传。",
        )
    yield from _PARSERS[actual](container)
