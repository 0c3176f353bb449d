"""PDF files that were made to do harm, or came to it."""

from __future__ import annotations

import io
import zlib

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tests.knowledge_base.importing.formats.hostile_office import Hostile
from tests.knowledge_base.importing.formats.packing import page, pdf, said, stream

_CATALOG = b"<</Type /Catalog /Pages 2 0 R>>"


def _packed(content: bytes, told: bytes = b"") -> bytes:
    return stream(zlib.compress(content, 9), b"/Filter /FlateDecode " + told)


def _encrypted(password: str) -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written, encrypt=StandardEncryption(password, ownerPassword="owner", canPrint=1))
    canvas.drawString(72, 720, "Secret")
    canvas.save()
    return written.getvalue()


def _pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + count))
    one = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>"
    return pdf([_CATALOG, b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, count), *[one] * count])


def _shared_bomb(count: int) -> bytes:
    """Many pages that unpack the same bomb."""
    kids = b" ".join(b"%d 0 R" % number for number in range(4, 4 + count))
    one = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R>>"
    bomb = _packed(b"q Q " * 10_000_000)
    return pdf([_CATALOG, b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, count), bomb, *[one] * count])


def _object_stream() -> bytes:
    numbers = b" ".join(b"%d %d" % (number, number) for number in range(10, 5000))
    content = numbers + b" " + b"[" * 50_000_000
    told = b"/Type /ObjStm /N 4990 /First %d" % (len(numbers) + 1)
    return page(said(), more=[_packed(content, told)])


def _forms(calling: bytes) -> bytes:
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</A 6 0 R /B 7 0 R>>>>"
    calls = stream(calling, form)
    content = stream(b"/A Do BT /F1 12 Tf 72 720 Td (Hello) Tj ET")
    return page(content, told=b"/XObject <</A 6 0 R>>", more=[calls, calls])


def _image(width: int, height: int, content: bytes = b"") -> bytes:
    told = (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
        % (
            width,
            height,
        )
    )
    drawn = stream(b"q 595 0 0 842 0 0 cm /I Do Q")
    return page(drawn, told=b"/XObject <</I 6 0 R>>", more=[_packed(content or bytes(1000), told)])


def _deep_arrays() -> bytes:
    return pdf([b"<</Type /Catalog /Pages 2 0 R /X " + b"[" * 200_000 + b"]" * 200_000 + b">>", b"<<>>"])


def _without_table() -> bytes:
    sound = page(said())
    return sound[: sound.index(b"xref")] + b"startxref\n999999999\n%%EOF\n"


def _lying_table() -> bytes:
    return page(said()).replace(b"00000 n", b"00009 n").replace(b"startxref\n", b"startxref\n1")


def _script() -> bytes:
    return pdf(
        [
            b"<</Type /Catalog /Pages 2 0 R /OpenAction <</S /JavaScript /JS (while(1){})>>>>",
            b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
            b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources <</Font <</F1 5 0 R>>>> /AA <</O <</S /Launch /F (calc.exe)>>>>>>",
            said(),
            b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
        ]
    )


def _ruled(lines: int) -> bytes:
    drawn = b"".join(b"%d 0 m %d 842 l S 0 %d m 595 %d l S\n" % (n, n, n, n) for n in range(1, lines))
    return page(stream(drawn + b"BT /F1 12 Tf 72 720 Td (Hello) Tj ET"))


def _absurd_font() -> bytes:
    font = b"<</Type /Font /Subtype /Type3 /FontBBox [0 0 1e30 1e30] /FontMatrix [1e30 0 0 1e30 0 0]"
    font += b" /CharProcs <<>>"
    font += b" /Encoding <</Differences [0 /a]>> /FirstChar -9 /LastChar 99999999 /Widths [1e38]>>"
    drawn = stream(b"BT /F1 12 Tf 72 720 Td (Hello) Tj /F2 1e30 Tf (aaaa) Tj ET")
    return page(drawn, told=b"/Font <</F1 5 0 R /F2 6 0 R>>", more=[font])


_LOOP = [
    _CATALOG,
    b"<</Type /Pages /Kids [2 0 R 2 0 R 3 0 R] /Count 99999>>",
    b"<</Type /Pages /Kids [2 0 R] /Count 9>>",
]
_PREDICTED = b"/DecodeParms <</Predictor 15 /Colors 32 /BitsPerComponent 16 /Columns 100000000>>"

PDFS = [
    Hostile("no-table.pdf", _without_table, "已损坏"),
    Hostile("lying-table.pdf", _lying_table, "", "Hello"),
    Hostile("truncated.pdf", lambda: page(said())[:300], "已损坏"),
    Hostile("only-a-beginning.pdf", lambda: b"%PDF-1.7\n", "已损坏"),
    Hostile("noise.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 100, "已损坏"),
    Hostile("empty.pdf", lambda: b"", "空的"),
    Hostile("password.pdf", lambda: _encrypted("geheim"), "已加密"),
    Hostile("ten-thousand-pages.pdf", lambda: _pages(10_000), "超过1000页"),
    Hostile("page-tree-loop.pdf", lambda: pdf(_LOOP), ""),
    Hostile("content-bomb.pdf", lambda: page(_packed(b"q Q " * 8_000_000)), ""),
    Hostile("shared-bomb.pdf", lambda: _shared_bomb(500), "超时"),
    Hostile("object-stream-bomb.pdf", _object_stream, "", "Hello"),
    Hostile("predictor-bomb.pdf", lambda: page(_packed(bytes(50_000_000), _PREDICTED)), "没有可读取的文字"),
    Hostile("cyclic-form.pdf", lambda: _forms(b"/A Do"), "", "Hello"),
    Hostile("cyclic-forms.pdf", lambda: _forms(b"/A Do /B Do /A Do /B Do"), "未能读取"),
    Hostile("huge-image.pdf", lambda: _image(100_000, 100_000), "扫描件"),
    Hostile("packed-image.pdf", lambda: _image(12_000, 12_000, bytes(144_000_000)), "扫描件"),
    Hostile("deep-arrays.pdf", _deep_arrays, ""),
    Hostile("script.pdf", _script, "", "Hello"),
    Hostile("endless-box.pdf", lambda: page(said(), box=b"[-1e30 -1e30 1e30 1e30]"), ""),
    Hostile("empty-box.pdf", lambda: page(said(), box=b"[0 0 0 0]"), "", "Hello"),
    Hostile("absurd-font.pdf", _absurd_font, "", "Hello"),
    Hostile("many-lines.pdf", lambda: _ruled(20_000), "", "Hello"),
    Hostile("grid.pdf", lambda: _ruled(500), "", "Hello"),
    Hostile("unseen.pdf", lambda: page(said(before=b"3 Tr")), "没有可读取的文字"),
    Hostile("white.pdf", lambda: page(said(before=b"1 1 1 rg")), "没有可读取的文字"),
    Hostile("page.pdf", lambda: b"<!doctype html><p>%PDF-1.7", "网页"),
    Hostile(
        "many-characters.pdf", lambda: page(_packed(b"BT /F1 1 Tf " + b"(aaaaaaaaaa) Tj " * 200_000)), ""
    ),
]
