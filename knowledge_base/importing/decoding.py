"""Bytes of a file into text: UTF-8 with or without BOM, else GB18030; everything else is refused."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from knowledge_base.importing.unreadable import Unreadable

if TYPE_CHECKING:
    # A child that reads a text starts without it a sixth faster.
    from pathlib import Path

FILE_BYTES = 200_000_000
WHOLE_FILE_BYTES = 20_000_000
# Of formats whose parsers take a second for each megabyte or more.
MARKUP_BYTES = 5_000_000
LINE_BYTES = 4_000_000
UTF8 = "utf-8"
GB18030 = "gb18030"
_GB18030_BOM = b"\x84\x31\x95\x33"
_FOREIGN_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def lines(stream: BinaryIO) -> Iterator[tuple[int, str | Unreadable]]:
    """Non-empty lines of an open file with their numbers from 1, or why a line cannot be used.

    Holds one line at a time.

    Raises:
        Unreadable: The whole file is too large, empty or in an encoding that is not read.
    """
    _check_size(stream.seek(0, os.SEEK_END), FILE_BYTES)
    stream.seek(0)
    encoding = encoding_of(raw for _, raw in _raw_lines(stream) if raw is not None)
    stream.seek(0)
    empty = True
    for number, raw in _raw_lines(stream):
        line = _line(raw, encoding)
        if isinstance(line, Unreadable) or line.strip():
            empty = False
            yield number, line
    if empty:
        raise Unreadable("the file holds nothing but white space")


def whole_text(path: Path, most: int = WHOLE_FILE_BYTES) -> str:
    """The whole file of at most `most` bytes, with plain newlines.

    Raises:
        Unreadable: It is too large, empty, holds NUL or is in an encoding that is not read.
    """
    _check_size(path.stat().st_size, most)
    return decoded(path.read_bytes(), most)


def decoded(raw: bytes, most: int = WHOLE_FILE_BYTES) -> str:
    """The text that a file's bytes say, with plain newlines.

    Raises:
        Unreadable: It is too large, empty, holds NUL or is in an encoding that is not read.
    """
    _check_size(len(raw), most)
    encoding = encoding_of(raw.split(b"\n"))
    if b"\x00" in raw:
        raise Unreadable("holds a NUL byte", raw[: raw.index(b"\x00")].count(b"\n") + 1)
    try:
        text = _without_bom(raw).decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(_not(encoding), raw[: error.start].count(b"\n") + 1) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Unreadable("the file holds nothing but white space")
    return text


def encoding_of(raw_lines: Iterable[bytes]) -> str:
    """Encoding of a file by what most of its lines beyond ASCII are, so that a broken line stays one line.

    Raises:
        Unreadable: It begins like UTF-16 or UTF-32.
    """
    votes = 0
    for number, raw in enumerate(raw_lines):
        if number == 0:
            if raw.startswith(_FOREIGN_BOMS):
                raise Unreadable("is UTF-16 or UTF-32; save it as UTF-8")
            if raw.startswith(codecs.BOM_UTF8):
                return UTF8
            if raw.startswith(_GB18030_BOM):
                return GB18030
        if not raw.isascii():
            votes += 1 if _decodes(raw) else -1
    return UTF8 if votes >= 0 else GB18030


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def _check_size(size: int, most: int) -> None:
    if size == 0:
        raise Unreadable("the file is empty")
    if size > most:
        raise Unreadable(f"the file is larger than {most // 1_000_000} MB")


def _raw_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Lines without their end; None for one beyond the limit, which is read past and never held."""
    number = 0
    while raw := stream.readline(LINE_BYTES + 1):
        number += 1
        if len(raw) <= LINE_BYTES or raw.endswith(b"\n"):
            yield number, raw.rstrip(b"\r\n")
            continue
        while raw and not raw.endswith(b"\n"):
            raw = stream.readline(LINE_BYTES)
        yield number, None


def _line(raw: bytes | None, encoding: str) -> str | Unreadable:
    if raw is None:
        return Unreadable(f"the line is longer than {LINE_BYTES // 1_000_000} MB")
    if b"\x00" in raw:
        return Unreadable("holds a NUL byte")
    try:
        return _without_bom(raw).decode(encoding)
    except UnicodeDecodeError:
        return Unreadable(_not(encoding))


def _without_bom(raw: bytes) -> bytes:
    return raw.removeprefix(codecs.BOM_UTF8).removeprefix(_GB18030_BOM)


def _not(encoding: str) -> str:
    return "is not valid UTF-8" if encoding == UTF8 else "is neither valid UTF-8 nor valid GB18030"
