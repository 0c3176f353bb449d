"""A PDF: the visible text of its pages as paragraphs, and where each page begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium

from knowledge_base.importing.parsing.limits import PAGES, TEXT_LENGTH, UPLOAD_BYTES
from knowledge_base.importing.parsing.messages import Message, Parsed
from knowledge_base.importing.parsing.pdf_lines import Sheet, lines_of, paragraphs, without_margins
from knowledge_base.importing.parsing.pdf_page import Page, read_page
from knowledge_base.importing.parsing.pdf_tables import with_tables
from knowledge_base.importing.parsing.titles import title_of
from knowledge_base.importing.unreadable import Unreadable

_SHOWN = 10


def parse_pdf(stream: BinaryIO) -> Iterator[Message]:
    """The one document.

    Raises:
        Unreadable: It is broken, encrypted, scanned, too long or shows no text.
    """
    content = stream.read(UPLOAD_BYTES + 1)
    book = _opened(content)
    if len(book) > PAGES:
        raise Unreadable(f"holds more than {PAGES} pages", told=f"PDF 超过{PAGES}页，请分成几份。")
    pages, sheets = _read(book, content)
    text, starts = paragraphs(without_margins(sheets))
    if not text.strip():
        raise _without_text(pages)
    values: dict[str, object] = {"title": _title(book, text), "text": text, "page_starts": starts}
    yield Parsed("document", values, notes=_notes(pages))


def _opened(content: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise Unreadable("is encrypted", told="PDF 已加密，请取消密码后再上传。") from None
        raise Unreadable(
            "is no PDF that can be read", told="PDF 已损坏或不完整，请重新生成后再上传。"
        ) from None


def _read(book: Any, content: bytes) -> tuple[list[Page], list[Sheet]]:
    pages: list[Page] = []
    sheets: list[Sheet] = []
    tables = _Tables(content)
    length = 0
    for number in range(len(book)):
        read = _page(book, number)
        found = tables.of(number) if read.ruled else []
        lines = with_tables(read, found) if found else lines_of(read)
        length += sum(len(line.text) for line in lines)
        if length > TEXT_LENGTH:
            raise Unreadable(
                f"text: is longer than {TEXT_LENGTH} characters",
                told=f"正文超过{TEXT_LENGTH // 10_000}万字，请分成几份。",
            )
        pages.append(read)
        sheets.append(Sheet(read.width, read.height, lines))
    return pages, sheets


def _page(book: Any, number: int) -> Page:
    try:
        page = book[number]
    except pypdfium2.PdfiumError:
        return Page(0, 0, [], False, False, False)
    try:
        return read_page(page)
    finally:
        page.close()


class _Tables:
    """Tables by page; the library that finds them is loaded for the first page that may hold one."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._book: Any = None

    def of(self, number: int) -> Sequence[Any]:
        import pdfplumber

        # A page that it cannot read is read without tables.
        try:
            if self._book is None:
                self._book = pdfplumber.open(BytesIO(self._content))
            page = self._book.pages[number]
            found: Sequence[Any] = [] if page.rotation else page.find_tables()
            page.close()
        except MemoryError:
            raise
        except Exception:
            return []
        return sorted(found, key=lambda table: table.bbox[1])


def _without_text(pages: Sequence[Page]) -> Unreadable:
    if any(page.has_image for page in pages):
        return Unreadable(
            "is scanned: its pages are images without text",
            told="这是扫描件：页面是图片，没有可读取的文字，请先用文字识别（OCR）软件转换后再上传。",
        )
    return Unreadable("shows no text", told="PDF 里没有可读取的文字。")


def _notes(pages: Sequence[Page]) -> list[str]:
    scanned = [number for number, page in enumerate(pages, 1) if page.has_image and not page.characters]
    recognised = [number for number, page in enumerate(pages, 1) if page.is_recognised]
    notes = [f"第{_numbers(scanned)}页是扫描图片，没有文字。"] if scanned else []
    if recognised:
        notes.append(f"第{_numbers(recognised)}页是扫描图片，文字由扫描软件识别，可能有错，请核对。")
    return notes


def _numbers(pages: Sequence[int]) -> str:
    more = f"等{len(pages)}" if len(pages) > _SHOWN else ""
    return "、".join(str(page) for page in pages[:_SHOWN]) + more


def _title(book: Any, text: str) -> str | None:
    named = str(book.get_metadata_dict().get("Title") or "").strip()
    return title_of(text.split("\n", 20), named or None)
