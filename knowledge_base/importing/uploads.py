"""Files that somebody sends: told by their bytes, parsed apart, checked as any other import."""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from core.catalogue.models import Document, ServiceItem
from knowledge_base.importing.found import Found, Problem, SourceFile, problem_of
from knowledge_base.importing.parsing.limits import ARCHIVE_WALL_S, UPLOAD_BYTES
from knowledge_base.importing.parsing.messages import Archived, Parsed, Refused
from knowledge_base.importing.readers.jsonl import read_jsonl
from knowledge_base.importing.readers.markdown import read_markdown
from knowledge_base.importing.readers.plain import read_plain
from knowledge_base.importing.readers.yaml_lists import read_yaml
from knowledge_base.importing.records import Builder
from knowledge_base.importing.sandbox import parsed
from knowledge_base.importing.sniffing import Family, family_of
from knowledge_base.importing.told import in_chinese
from knowledge_base.importing.unreadable import Unreadable

_ID_LENGTH: Final = 200
_PLACE_LENGTH: Final = 300
_READERS: Final[Mapping[Family, Callable[[SourceFile, Builder], Iterator[Found | Problem]]]] = {
    "markdown": read_markdown,
    "plain": read_plain,
    "yaml": read_yaml,
    "jsonl": read_jsonl,
}


def read_upload(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """Everything in one file: each record or the problem in its place, never an exception for bad content.

    What the file is is told by its bytes; `file.place` and `file.name` are only shown, and give the
    external id of a document that names none: its file's name without folder and extension. Every
    problem has a reason in Chinese. Closing the iterator ends the process that parses.
    """
    place = shown_place(file.place)
    for found in _read(replace(file, place=place), builder, until=None):
        yield _told(found) if isinstance(found, Problem) else found


def document_id(name: str) -> str:
    """The external id of a document whose file gives none: printable, at most 200 characters, never empty."""
    base = re.split(r"[/\\]", name)[-1]
    stem = base.rpartition(".")[0] or base
    plain = "".join(one for one in unicodedata.normalize("NFC", stem) if _is_printable(one))
    return " ".join(plain.split())[:_ID_LENGTH].strip() or "未命名"


def shown_place(place: str) -> str:
    """A place as a message shows it: no control characters, at most 300 characters."""
    return "".join(one if _is_printable(one) else "�" for one in place)[:_PLACE_LENGTH]


def _is_printable(character: str) -> bool:
    return character.isprintable() or character == "\u3000"


def _told(problem: Problem) -> Problem:
    return problem if problem.told != problem.reason else replace(problem, told=in_chinese(problem.reason))


def _read(file: SourceFile, builder: Builder, until: float | None) -> Iterator[Found | Problem]:
    """One file; within an archive there is an end of time and no further archive."""
    try:
        family = family_of(file.path, file.name)
        if file.path.stat().st_size > UPLOAD_BYTES:
            raise Unreadable(f"the file is larger than {UPLOAD_BYTES // 1_000_000} MB")
        reader = _READERS.get(family)
        if reader is not None:
            yield from reader(replace(file, name=document_id(file.name)), builder)
        elif family == "zip" and until is not None:
            raise Unreadable("is an archive in an archive", told="压缩包里的压缩包不读取，请解压后再上传。")
        else:
            yield from _parsed(file, family, builder)
    except Unreadable as error:
        yield problem_of(error, file.place)
    except OSError as error:
        yield Problem(file.place, f"cannot be read: {error.strerror or error}")


def _parsed(file: SourceFile, family: Family, builder: Builder) -> Iterator[Found | Problem]:
    messages = parsed(file.path, family)
    until = time.monotonic() + ARCHIVE_WALL_S
    try:
        for message in messages:
            if isinstance(message, Refused):
                yield Problem(shown_place(file.place + message.where), message.reason, message.told)
            elif isinstance(message, Archived):
                yield from _archived(file, message, builder, until)
            else:
                yield _built(file, message, builder)
    finally:
        messages.close()


def _archived(
    file: SourceFile, message: Archived, builder: Builder, until: float
) -> Iterator[Found | Problem]:
    place = shown_place(f"{file.place}/{message.name}")
    if time.monotonic() > until:
        yield Problem(place, "the archive takes too long", "压缩包处理时间过长，这个文件未读取，请分批上传。")
        return
    with tempfile.NamedTemporaryFile(prefix="weizheng-") as unpacked:
        unpacked.write(message.content)
        unpacked.flush()
        inner = SourceFile(Path(unpacked.name), place, message.name)
        yield from _read(inner, builder, until)


def _built(file: SourceFile, message: Parsed, builder: Builder) -> Found | Problem:
    values: Mapping[str, Any] = message.values
    kind = Document if message.kind == "document" else ServiceItem
    place = shown_place(file.place + message.where)
    made = builder.build(kind, values, place, {"external_id": _identity(file.name, message.identity)})
    return made if isinstance(made, Problem) else replace(made, notes=tuple(message.notes))


def _identity(name: str, identity: str) -> str:
    """A row is known by what it is about, so that it stays itself wherever it stands in the table."""
    stem = document_id(name)
    if not identity:
        return stem
    digest = hashlib.sha256(" ".join(identity.split()).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{stem[: _ID_LENGTH - 13]}-{digest}"
