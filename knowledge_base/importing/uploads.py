"""Files that somebody sends: told by their bytes, parsed apart, checked as any other import."""

from __future__ import annotations

import os
import re
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO, Final

from knowledge_base.importing.building import ID_LENGTH, Records
from knowledge_base.importing.found import (
    Found,
    OpenFile,
    Problem,
    SourceFile,
    is_printable,
    problem_of,
    shown_place,
)
from knowledge_base.importing.parsing.limits import ARCHIVE_WALL_S, PROBLEMS, UPLOAD_BYTES
from knowledge_base.importing.parsing.messages import Archived, Contents
from knowledge_base.importing.records import Builder
from knowledge_base.importing.sandbox import parsed
from knowledge_base.importing.sniffing import Family, family_of
from knowledge_base.importing.told import in_chinese
from knowledge_base.importing.unreadable import Unreadable

TOO_MANY: Final = f"问题已超过{PROBLEMS}处，其余内容未读取，请修改后再上传。"


def read_upload(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """Everything in one file by its path, as `read_stream` reads it."""
    try:
        with file.path.open("rb") as stream:
            yield from read_stream(OpenFile(stream, file.place, file.name), builder)
    except OSError as error:
        yield unread(error, shown_place(file.place))


def read_stream(file: OpenFile, builder: Builder) -> Iterator[Found | Problem]:
    """Everything in one file: each record or the problem in its place, never an exception for bad content.

    What the file is is told by its bytes; `file.place` and `file.name` are only shown, and give the
    external id of a document that names none: its file's name without folder and extension. Every
    problem has a reason in Chinese; after 10,000 of them no more is read. Closing the iterator ends the
    process that parses.
    """
    place = shown_place(file.place)
    yield from bounded(_read(replace(file, place=place), builder, until=None), place)


def bounded(found: Iterable[Found | Problem], place: str) -> Iterator[Found | Problem]:
    """The same, each problem with a reason in Chinese, and no more after 10,000 of them."""
    problems = 0
    for one in found:
        yield in_words(one) if isinstance(one, Problem) else one
        problems += isinstance(one, Problem)
        if problems >= PROBLEMS:
            yield Problem(place, f"gave up after {PROBLEMS} problems", TOO_MANY)
            return


def document_id(name: str) -> str:
    """The external id of a document whose file gives none: printable, at most 200 characters, never empty."""
    base = re.split(r"[/\\]", name)[-1]
    stem = base.rpartition(".")[0] or base
    plain = "".join(one for one in unicodedata.normalize("NFC", stem) if is_printable(one))
    return " ".join(plain.split())[:ID_LENGTH].strip() or "未命名"


def family_within_bounds(stream: BinaryIO, name: str) -> Family:
    """How a file is to be read.

    Raises:
        Unreadable: It is not.
        OSError: It cannot be looked at.
    """
    family = family_of(stream, name)
    if os.fstat(stream.fileno()).st_size > UPLOAD_BYTES:
        raise Unreadable(f"the file is larger than {UPLOAD_BYTES // 1_000_000} MB")
    return family


def in_words(problem: Problem) -> Problem:
    """With a reason in Chinese that every database and browser takes: names in it are the file's own."""
    told = problem.told if problem.told != problem.reason else in_chinese(problem.reason)
    return replace(problem, told=told.encode("utf-8", "replace").decode())


def unread(error: OSError, place: str) -> Problem:
    """Why a file could not even be opened."""
    return in_words(Problem(place, f"cannot be read: {error.strerror or error}"))


def _read(file: OpenFile, builder: Builder, until: float | None) -> Iterator[Found | Problem]:
    """One file; within an archive there is an end of time and no further archive."""
    try:
        family = family_within_bounds(file.stream, file.name)
        if family == "zip" and until is not None:
            raise Unreadable("is an archive in an archive", told="压缩包里的压缩包不读取，请解压后再上传。")
        yield from _parsed(file, family, builder)
    except Unreadable as error:
        yield problem_of(error, file.place)
    except OSError as error:
        yield unread(error, file.place)


def _parsed(file: OpenFile, family: Family, builder: Builder) -> Iterator[Found | Problem]:
    messages = parsed(file.stream, family)
    records = Records(file.place, document_id(file.name), builder)
    until = time.monotonic() + ARCHIVE_WALL_S
    try:
        for message in messages:
            if isinstance(message, Archived):
                yield from read_archived(file, message, builder, until)
            elif not isinstance(message, Contents) and (made := records.take(message)) is not None:
                yield made
    finally:
        messages.close()


def read_archived(
    file: OpenFile, message: Archived, builder: Builder, until: float
) -> Iterator[Found | Problem]:
    """Everything in one file of an archive, unless the time is over (of the monotonic clock)."""
    place = shown_place(f"{file.place}/{message.name}")
    if time.monotonic() > until:
        yield Problem(place, "the archive takes too long", "压缩包处理时间过长，这个文件未读取，请分批上传。")
        return
    # It has no name, so that nothing of it stays, however this process ends.
    with tempfile.TemporaryFile() as unpacked:
        unpacked.write(message.content)
        unpacked.flush()
        yield from _read(OpenFile(unpacked, place, message.name), builder, until)
