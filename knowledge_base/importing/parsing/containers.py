"""ZIP containers: their directory is read and judged first, then parts are copied with a counter of bytes."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import BinaryIO

from knowledge_base.importing.parsing.limits import (
    MOST_ENTRIES,
    MOST_RATIO,
    PART_BYTES,
    RATIO_FROM_BYTES,
    UNPACKED_BYTES,
)
from knowledge_base.importing.unreadable import Unreadable

_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ACCENTS = re.compile(r"[\u0080-\u07ff]")
_PIECE = 1 << 16
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
# No office program writes a document type; what declares one declares entities or names files to fetch.
_DECLARES = re.compile(rb"<\s*!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class Container:
    """An open ZIP file whose directory is sound; every byte that is unpacked counts.

    Raises:
        Unreadable: It is broken, encrypted, or would cost too much.
    """

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise _broken(str(error)) from None
        self._left = UNPACKED_BYTES
        self.entries: Sequence[zipfile.ZipInfo] = [one for one in self._zip.infolist() if not one.is_dir()]
        _check_directory(self._zip.infolist())
        self._by_name: Mapping[str, zipfile.ZipInfo] = {
            one.filename.replace("\\", "/").lstrip("/").lower(): one for one in self.entries
        }

    def names(self) -> Sequence[str]:
        """Names of the parts, in lower case."""
        return list(self._by_name)

    def original(self, name: str) -> str:
        """A part's name as it is written."""
        return self._by_name[name].filename

    def part(self, name: str) -> bytes | None:
        """A part by its name, whatever its case; None where there is none."""
        entry = self._by_name.get(name.lstrip("/").lower())
        return None if entry is None else self.content(entry)

    def xml(self, name: str) -> bytes | None:
        """A part that is XML without declarations of its own.

        Raises:
            Unreadable: It declares a document type or entities.
        """
        content = self.part(name)
        if content is not None and _DECLARES.search(content.replace(b"\x00", b"")):
            raise Unreadable(
                "holds XML that declares entities",
                told="文件内部含有不允许的实体声明，可能是恶意文件，未读取。",
            )
        return content

    def content(self, entry: zipfile.ZipInfo) -> bytes:
        """The unpacked bytes of an entry, counted while they come: declared sizes lie."""
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable("is encrypted", told="文件已加密，请取消密码后再上传。")
        pieces: list[bytes] = []
        size = 0
        try:
            with self._zip.open(entry) as stream:
                while piece := stream.read(_PIECE):
                    size += len(piece)
                    self._left -= len(piece)
                    if size > PART_BYTES or self._left < 0:
                        raise _too_large()
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise _broken(str(error)) from None
        return b"".join(pieces)


def shown_name(entry: zipfile.ZipInfo) -> str:
    """What an entry is called; Chinese programs write GB18030 without saying so."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            name = raw.decode(encoding)
            # Two bytes of GB18030 may happen to be UTF-8 of Hebrew or of accents, never of Chinese.
            if not _ACCENTS.search(name):
                return name
    return entry.filename


def is_link(entry: zipfile.ZipInfo) -> bool:
    """It is a symbolic link, not a file."""
    return stat.S_ISLNK(entry.external_attr >> 16)


def _check_directory(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Unreadable(
            f"holds more than {MOST_ENTRIES} entries", told=f"压缩包内的条目超过{MOST_ENTRIES}个，未读取。"
        )
    for entry in entries:
        if entry.compress_type not in _PLAIN:
            raise Unreadable(
                "is packed in a way that is not read", told="压缩方式不支持，请用普通 ZIP 方式重新压缩。"
            )
        if entry.file_size > RATIO_FROM_BYTES and entry.file_size > MOST_RATIO * entry.compress_size:
            raise Unreadable(
                f"is packed more than {MOST_RATIO} times", told="压缩比异常，可能是压缩炸弹，未读取。"
            )
    if sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        raise _too_large()
    placed = sorted(entries, key=lambda entry: entry.header_offset)
    if any(one.header_offset + one.compress_size > two.header_offset for one, two in pairwise(placed)):
        raise Unreadable("entries overlap", told="压缩包内的条目互相重叠，可能是恶意文件，未读取。")


def _too_large() -> Unreadable:
    return Unreadable(
        f"unpacks to more than {UNPACKED_BYTES // 1_000_000} MB",
        told=f"解压后过大，未读取：单个文件最大{PART_BYTES // 1_000_000}MB，"
        f"合计最大{UNPACKED_BYTES // 1_000_000}MB。",
    )


def _broken(detail: str) -> Unreadable:
    return Unreadable(
        f"is no sound ZIP container: {detail[:100]}", told="文件已损坏或不完整，请重新保存后再上传。"
    )
