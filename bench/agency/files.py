"""The policy corpus as files that agencies have: plain text, Word and PDF, made by real programs."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from docx import Document as Word
from playwright.sync_api import Browser, PdfMargins

Format = Literal["txt", "docx", "pdf"]
# Where a clerk would begin a paragraph: the corpus has none.
_PARAGRAPH = re.compile(
    r"(?<=[。；！？])(?=[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|第[一二三四五六七八九十]+[章条])"
)
_MARGIN: PdfMargins = {"top": "2cm", "bottom": "2cm", "left": "2cm", "right": "2cm"}
_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ font-family: "WenQuanYi Micro Hei", serif; font-size: 12pt; line-height: 1.6; }}
</style>{paragraphs}"""


def corpus(path: Path) -> list[tuple[str, str]]:
    """Name and text of each document."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(str(one["docid"]), str(one["text"])) for one in map(json.loads, lines)]


def write_files(
    documents: list[tuple[str, str]], kind: Format, folder: Path, browser: Browser
) -> Iterator[Path]:
    """Each document as a file named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents:
        path = folder / f"{name}.{kind}"
        if kind == "txt":
            path.write_text(text, encoding="utf-8")
        elif kind == "docx":
            _write_word(text, path)
        else:
            _write_pdf(text, path, browser)
        yield path


def paragraphs(text: str) -> list[str]:
    """A text as a clerk would set it."""
    return [part for line in text.splitlines() for part in _PARAGRAPH.split(line) if part.strip()]


def _write_word(text: str, path: Path) -> None:
    document = Word()
    for part in paragraphs(text):
        document.add_paragraph(_allowed(part))
    document.save(str(path))


def _write_pdf(text: str, path: Path, browser: Browser) -> None:
    page = browser.new_page()
    parts = "".join(f"<p>{html.escape(_allowed(part))}</p>" for part in paragraphs(text))
    page.set_content(_PAGE.format(paragraphs=parts))
    page.pdf(path=str(path), format="A4", margin=_MARGIN)
    page.close()


def _allowed(text: str) -> str:
    """Without the control characters that no office file may hold."""
    return "".join(sign for sign in text if sign >= " " or sign == "\t")
