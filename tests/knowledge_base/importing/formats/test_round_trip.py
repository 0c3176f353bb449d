"""Real documents come back from files that real programs wrote."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from typing import Any

import docx as python_docx
import pytest
from playwright.sync_api import Browser
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from scripts.strict_skips import DATA
from tests.browsers import chromium  # noqa: F401 - a fixture
from tests.knowledge_base.importing.formats.reading import only

Upload = Callable[[str, bytes], Any]
CORPUS = DATA / "ncp" / "corpus.jsonl"
COUNT = 40
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="needs ncp of WEIZHENG_DATA")


def texts() -> Iterator[str]:
    with CORPUS.open(encoding="utf-8") as lines:
        for line, _ in zip(lines, range(COUNT), strict=False):
            yield json.loads(line)["text"]


def paragraphs(text: str) -> list[str]:
    """The texts have no line ends: paragraphs end with sentences here."""
    return [part for part in re.split(r"(?<=[。；])\s*", text) if part.strip()]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def likeness(one: str, other: str) -> float:
    one, other = squeezed(one), squeezed(other)
    return 1.0 if one == other else SequenceMatcher(None, one, other, autojunk=False).ratio()


def as_docx(text: str) -> bytes:
    document = python_docx.Document()
    for part in paragraphs(text):
        document.add_paragraph(part)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def as_pdf(text: str) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle(
        "a", fontName="STSong-Light", fontSize=12, leading=20, wordWrap="CJK", firstLineIndent=24
    )
    written = io.BytesIO()

    def numbered(canvas: Any, document: Any) -> None:
        canvas.drawCentredString(297, 30, f"- {document.page} -")

    parts = [Paragraph(html.escape(part), style) for part in paragraphs(text)]
    SimpleDocTemplate(written).build(parts, onFirstPage=numbered, onLaterPages=numbered)
    return written.getvalue()


def test_documents_come_back_from_word_files(upload: Upload) -> None:
    assert min(likeness(text, only(upload("a.docx", as_docx(text))).text) for text in texts()) >= 0.99


def test_documents_come_back_from_pdf_files_with_their_paragraphs(upload: Upload) -> None:
    kept = whole = 0
    for text in texts():
        record = only(upload("a.pdf", as_pdf(text)))
        assert likeness(text, record.text) >= 0.97
        expected = {squeezed(part) for part in paragraphs(text)}
        kept += len(expected & {squeezed(line) for line in record.text.split("\n")})
        whole += len(expected)
    assert kept / whole >= 0.95


def test_documents_come_back_from_what_a_browser_prints(upload: Upload, chromium: Browser) -> None:  # noqa: F811
    page = chromium.new_page()
    for text in texts():
        page.set_content(
            "".join(f"<p style='text-indent:2em'>{html.escape(part)}" for part in paragraphs(text))
        )
        record = only(upload("a.pdf", page.pdf(format="A4")))
        assert likeness(text, record.text) >= 0.97
    page.close()
