"""What a file is by its bytes, beside what its name says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final, Literal

from knowledge_base.importing.unreadable import Unreadable

Family = Literal["docx", "xlsx", "zip", "pdf", "csv", "html", "markdown", "plain", "yaml", "jsonl"]

_FAMILIES: Final[Mapping[str, Family]] = {
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".zip": "zip",
    ".pdf": "pdf",
    ".csv": "csv",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
UPLOADED: Final = tuple(_FAMILIES)
_TEXTS: Final[frozenset[str | None]] = frozenset({"csv", "html", "markdown", "plain", "yaml", "jsonl"})
_CALLED: Final = {"zip": ("a ZIP container", "ZIP 格式（压缩包、Word 或 Excel）"), "pdf": ("a PDF", "PDF")}
_LOOKED_AT = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_LOOKED_AT = 4_000_000
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


@dataclass(frozen=True, slots=True)
class _Foreign:
    beginning: bytes
    name: str
    told: str


_FOREIGN: Final = (
    _Foreign(b"\x89PNG", "a PNG image", "PNG 图片"),
    _Foreign(b"\xff\xd8\xff", "a JPEG image", "JPEG 图片"),
    _Foreign(b"GIF8", "a GIF image", "GIF 图片"),
    _Foreign(b"II*\x00", "a TIFF image", "TIFF 图片"),
    _Foreign(b"MM\x00*", "a TIFF image", "TIFF 图片"),
    _Foreign(b"BM", "a BMP image", "BMP 图片"),
    _Foreign(b"Rar!", "a RAR archive", "RAR 压缩包，请改用 ZIP"),
    _Foreign(b"7z\xbc\xaf\x27\x1c", "a 7z archive", "7z 压缩包，请改用 ZIP"),
    _Foreign(b"\x1f\x8b", "a gzip archive", "gzip 压缩包，请改用 ZIP"),
    _Foreign(b"{\\rtf", "an RTF file", "RTF 文件，请另存为 .docx"),
    _Foreign(b"MZ", "a program", "可执行程序"),
    _Foreign(b"\x7fELF", "a program", "可执行程序"),
    _Foreign(b"SQLite format 3", "a database", "数据库文件"),
)


def family_of(stream: BinaryIO, name: str) -> Family:
    """How a file is to be read.

    Args:
        stream: An open file, read from its beginning.
        name: What the user calls it; only its extension is looked at.

    Raises:
        Unreadable: It is empty, of a kind that is not read, or not what its extension says.
        OSError: It cannot be read.
    """
    stream.seek(0)
    beginning = stream.read(_LOOKED_AT)
    if not beginning:
        raise Unreadable("the file is empty")
    if beginning.startswith(_OLE):
        raise _ole(beginning + stream.read(_OLE_LOOKED_AT))
    extension = PurePosixPath(name.replace("\\", "/").replace("\x00", "")).suffix.lower()
    expected = _FAMILIES.get(extension)
    actual = _binary(beginning)
    if actual is None and expected not in _TEXTS:
        raise _not_as_named(extension, *_text(beginning))
    is_as_named = expected in ("docx", "xlsx", "zip") if actual == "zip" else expected == actual
    if actual is not None and not is_as_named:
        raise _not_as_named(extension, *_CALLED[actual])
    assert expected is not None  # noqa: S101 - for the type checker
    return expected


def _binary(beginning: bytes) -> Literal["zip", "pdf"] | None:
    if beginning.startswith(_ZIP):
        return "zip"
    # Some programs write a few lines of their own before it.
    if b"%PDF-" in beginning[:1024] and beginning.lstrip()[:1] != b"<":
        return "pdf"
    for foreign in _FOREIGN:
        if (beginning.startswith(foreign.beginning) and b"\x00" in beginning) or (
            beginning.startswith(b"{\\rtf") and foreign.beginning == b"{\\rtf"
        ):
            raise Unreadable(f"is {foreign.name}", told=f"这是{foreign.told}，不能读取。")
    return None


def _text(beginning: bytes) -> tuple[str, str]:
    start = beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")) or b"<table" in start[:500]:
        return "an HTML page", "网页（HTML）"
    if b"\x00" in beginning:
        return "nothing that is known", "无法识别的内容"
    return "plain text", "纯文本"


def _ole(content: bytes) -> Unreadable:
    """An old Office file; a new one under a password is kept in the same container."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Unreadable("is encrypted", told="文件已加密，请取消密码后再上传。")
    for stream, extension in (("WordDocument", ".docx"), ("Workbook", ".xlsx"), ("Book", ".xlsx")):
        if stream.encode("utf-16-le") in content:
            return Unreadable(
                "is an Office file of before 2007",
                told=f"这是旧版 Office 文件，请用办公软件打开并另存为 {extension} 后再上传。",
            )
    return Unreadable(
        "is an Office file of before 2007", told="这是旧版 Office 文件，请另存为 .docx 或 .xlsx 后再上传。"
    )


def _not_as_named(extension: str, actual: str, told: str) -> Unreadable:
    shown = "".join(character for character in extension[:12] if character.isprintable())
    if extension not in _FAMILIES:
        known = " ".join(UPLOADED)
        return Unreadable(
            f"unknown kind of file; known are {known}",
            told=f"不支持的文件类型（扩展名“{shown or '无'}”，内容是{told}）；可以上传 {known}。",
        )
    return Unreadable(
        f"is called {shown} but is {actual}",
        told=f"扩展名是 {shown}，实际内容是{told}；请按实际类型修改扩展名，或重新保存后再上传。",
    )
