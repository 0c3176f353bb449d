"""Containers and PDF files put together by hand, sound or not."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    "</Types>"
)

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
Content = bytes | str


def zipped(files: Mapping[str, Content], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file of these files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def relations(*targets: tuple[str, str, str], external: bool = False) -> str:
    """A part of relations: (id, kind, target)."""
    mode = ' TargetMode="External"' if external else ""
    told = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
        for name, kind, target in targets
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of one run."""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(body: str, parts: Mapping[str, Content] | None = None, head: str = "", names: str = "") -> bytes:
    """A Word file with this body; `parts` are added or take the place of others."""
    kinds = ("styles", "numbering", "footnotes", "endnotes")
    related = [(f"r{kind}", kind, f"{kind}.xml") for kind in kinds if f"word/{kind}.xml" in (parts or {})]
    files: dict[str, Content] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
        "word/document.xml": f'{head}<w:document xmlns:w="{W}" {names}><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": relations(*related),
    }
    return zipped(files | dict(parts or {}))


def xlsx(rows: str, parts: Mapping[str, Content] | None = None, before: str = "", after: str = "") -> bytes:
    """A workbook whose one sheet holds these rows; `parts` are added or take the place of others."""
    files: dict[str, Content] = {
        "[Content_Types].xml": _TYPES.replace(
            "</Types>",
            f'<Override PartName="/xl/workbook.xml" ContentType="{_WORKBOOK}"/></Types>',
        ),
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="问答" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(("r1", "worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{S}">{before}<sheetData>{rows}</sheetData>{after}'
        "</worksheet>",
    }
    return zipped(files | dict(parts or {}))


def cell(place: str, text: str) -> str:
    """A cell that holds its text itself."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, *texts: str) -> str:
    """A row of at most 26 cells."""
    cells = "".join(cell(f"{chr(65 + place)}{number}", text) for place, text in enumerate(texts))
    return f'<row r="{number}">{cells}</row>'


QUESTIONS = row(1, "问题", "答案") + row(2, "几点上班", "九点。")


def pdf(objects: Sequence[bytes], *, root: int = 1, more: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1, with a table that says where they are."""
    written = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        written += b"%010d 00000 n \n" % place
    written += b"trailer\n<</Size %d /Root %d 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        root,
        more,
        table,
    )
    return bytes(written)


def stream(content: bytes, told: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(content), told, content)


def page(
    content: bytes, *, told: bytes = b"", box: bytes = b"[0 0 595 842]", more: Sequence[bytes] = ()
) -> bytes:
    """A PDF of one page in Helvetica; `content` is its stream object, further objects begin with number 6."""
    font = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"
    return pdf(
        [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
            b"<</Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R "
            b"/Resources <</Font <</F1 5 0 R>> %s>>>>" % (box, told),
            content,
            font,
            *more,
        ]
    )


def said(text: bytes = b"Hello", at: bytes = b"72 720", before: bytes = b"") -> bytes:
    """A content stream that writes a line."""
    return stream(b"BT /F1 12 Tf %s %s Td (%s) Tj ET" % (before, at, text))


def with_declared_size(archive: bytes, size: int) -> bytes:
    """An archive whose entries all claim to unpack to `size` bytes."""
    changed = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = changed.find(mark)
        while place >= 0:
            changed[place + offset : place + offset + 4] = struct.pack("<I", size)
            place = changed.find(mark, place + 4)
    return bytes(changed)
