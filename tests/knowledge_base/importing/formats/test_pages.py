"""PDF files as a reader sees them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from core.catalogue.models import page_of
from knowledge_base.importing.found import Found
from tests.knowledge_base.importing.formats.packing import page, stream
from tests.knowledge_base.importing.formats.reading import only, told

Upload = Callable[[str, bytes], Any]
FONT = "STSong-Light"
Draw = Callable[[Canvas], None]


def pdf(*pages: Draw) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595, 842))
    for draw in pages:
        canvas.setFont(FONT, 12)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def lines(*texts: str, top: float = 760, indent: Sequence[int] = (), footer: str = "") -> Draw:
    def draw(canvas: Canvas) -> None:
        for number, text in enumerate(texts):
            canvas.drawString(72 + (24 if number in indent else 0), top - 20 * number, text)
        if footer:
            canvas.drawCentredString(297, 30, footer)

    return draw


def scan(canvas: Canvas) -> None:
    import PIL.Image

    canvas.drawImage(ImageReader(PIL.Image.new("L", (60, 84), 200)), 0, 0, 595, 842)


FULL = "本市行政区域内的用人单位应当依法参加基本医疗保险并按时"


def test_lines_are_joined_to_paragraphs(upload: Upload) -> None:
    text = only(
        upload(
            "a.pdf", pdf(lines("关于参保的通知", FULL, "足额缴费。", FULL, FULL, "一、对象", indent=(1, 3)))
        )
    ).text
    assert text == f"关于参保的通知\n{FULL}足额缴费。\n{FULL}{FULL}\n一、对象"


def test_a_paragraph_goes_on_over_the_page_and_pages_are_known(upload: Upload) -> None:
    record = only(
        upload("a.pdf", pdf(lines(FULL, footer="- 1 -"), lines("足额缴费。", "完。", footer="- 2 -")))
    )
    assert record.text == f"{FULL}足额缴费。\n完。"
    assert record.page_starts == [len(FULL)]
    assert [page_of(record, record.text.index(word)) for word in ("本市", "足额", "完")] == [1, 2, 2]


def test_running_heads_and_page_numbers_go(upload: Upload) -> None:
    def numbered(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            canvas.drawString(240, 810, f"示例市公报 2025年第{number}期")
            lines(f"{'甲乙丙丁'[number - 1]}段。", footer=f"第 {number} 页 共 4 页")(canvas)

        return draw

    record = only(upload("a.pdf", pdf(*map(numbered, range(1, 5)))))
    assert record.text == "甲段。\n乙段。\n丙段。\n丁段。"
    assert record.page_starts == [4, 8, 12]


def test_a_number_in_the_text_is_no_page_number(upload: Upload) -> None:
    assert only(upload("a.pdf", pdf(lines("金额", "400", "完。", top=500)))).text == "金额\n400\n完。"


def test_tables_become_rows_of_cells_where_they_stand(upload: Upload) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 760, "缴费标准如下")
        canvas.grid([72, 200, 400], [600, 650, 700])
        for x, y, text in (
            (80, 670, "项目"),
            (210, 670, "金额"),
            (80, 630, "个人"),
            (210, 630, "400"),
            (235, 612, "元"),
        ):
            canvas.drawString(x, y, text)
        canvas.drawString(72, 560, "以上。")

    text = only(upload("a.pdf", pdf(draw))).text
    assert text == "缴费标准如下\n项目 | 金额\n个人 | 400元\n以上。"


def test_text_that_nobody_sees_goes(upload: Upload) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 760, "看得见")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(72, 700, "白字")
        canvas.setFillColorRGB(0, 0, 0.5)
        canvas.rect(60, 590, 200, 40, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(72, 600, "白字蓝底")
        text = canvas.beginText(72, 500)
        text.setFont(FONT, 12)
        text.setTextRenderMode(3)
        text.textLine("看不见")
        canvas.drawText(text)
        canvas.drawString(900, 500, "页外")

    assert only(upload("a.pdf", pdf(draw))).text == "看得见\n白字蓝底"


def test_a_scan_says_that_it_is_one(upload: Upload) -> None:
    ((place, reason),) = told(upload("扫描.pdf", pdf(scan, scan)))
    assert place == "扫描.pdf"
    assert "扫描件" in reason


def test_a_scanned_page_among_others_is_told(upload: Upload) -> None:
    (found,) = upload("a.pdf", pdf(lines("第一页。"), scan, lines("第三页。")))
    assert isinstance(found, Found)
    assert found.notes == ("第2页是扫描图片，没有文字。",)
    record = only([found])
    assert (record.text, record.page_starts) == ("第一页。\n第三页。", [4, 5])
    assert page_of(record, 5) == 3


def test_what_a_scanner_recognised_is_read_and_told(upload: Upload) -> None:
    def draw(canvas: Canvas) -> None:
        scan(canvas)
        canvas.drawString(500, 500, "档")
        text = canvas.beginText(72, 500)
        text.setFont(FONT, 12)
        text.setTextRenderMode(3)
        text.textLine("扫描软件识别出来的一行文字")
        canvas.drawText(text)

    (found,) = upload("a.pdf", pdf(draw))
    assert only([found]).text == "扫描软件识别出来的一行文字"
    assert "识别" in found.notes[0]


def test_a_turned_page_is_read_in_order(upload: Upload) -> None:
    texts = ((100, b"First line of it"), (130, b"2. Next"))
    drawn = b"".join(b"BT /F1 12 Tf 0 1 -1 0 %d 72 Tm (%s) Tj ET " % text for text in texts)
    turned = page(stream(drawn)).replace(b"/Type /Page /Parent", b"/Type /Page /Rotate 90 /Parent")
    assert only(upload("a.pdf", turned)).text == "First line of it\n2. Next"
