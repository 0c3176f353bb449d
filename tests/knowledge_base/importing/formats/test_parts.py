"""An upload file by file: the same numbers each time, and those that are done passed over unread."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import pytest

from knowledge_base.importing import sniffing, uploads
from knowledge_base.importing.found import Found, OpenFile, Problem
from knowledge_base.importing.parts import files_in, parts_of
from knowledge_base.importing.records import Builder
from knowledge_base.importing.uploads import read_stream

BUILDER = Builder({"region": "510100"})
Opened = Callable[[str, bytes], OpenFile]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    with ExitStack() as stack:

        def _open(name: str, content: bytes) -> OpenFile:
            path = tmp_path / "sent"
            path.write_bytes(content)
            return OpenFile(stack.enter_context(path.open("rb")), place=name, name=name)

        yield _open


def archive(*names: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        for name in names:
            packed.writestr(name, f"{name}\n这件事在窗口办理。" if name.endswith(".txt") else "none")
    return kept.getvalue()


MIXED = archive("一.txt", "二.docx", "三.zip", "四/四.txt")


def test_the_parts_of_an_archive_are_what_reading_it_at_once_finds(opened: Opened) -> None:
    file = opened("全部.zip", MIXED)
    whole = list(read_stream(file, BUILDER))
    parts = [(part.number, part.total, list(part.found)) for part in parts_of(file, BUILDER)]
    assert [(number, total) for number, total, _ in parts] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [one for _, _, found in parts for one in found] == whole
    assert [type(one) for one in whole] == [Found, Problem, Problem, Found]


def test_what_is_done_is_passed_over_without_a_process(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = sniffing.family_of

    def looked_at(stream: BinaryIO, name: str) -> sniffing.Family:
        read.append(name)
        return real(stream, name)

    monkeypatch.setattr(uploads, "family_of", looked_at)
    (last,) = parts_of(opened("全部.zip", MIXED), BUILDER, after=3)
    assert (last.number, last.place) == (4, "全部.zip/四/四.txt")
    assert len(list(last.found)) == 1
    assert read == ["全部.zip", "四/四.txt"]
    assert list(parts_of(opened("全部.zip", MIXED), BUILDER, after=4)) == []


def test_a_file_that_is_no_archive_is_its_only_part(opened: Opened) -> None:
    (part,) = parts_of(opened("一.txt", "标题\n正文。".encode()), BUILDER)
    assert (part.number, part.total, len(list(part.found))) == (1, 1, 1)
    assert list(parts_of(opened("一.txt", b"x"), BUILDER, after=1)) == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn off", b"text"])
def test_what_cannot_be_read_is_a_part_with_its_problem(content: bytes, opened: Opened) -> None:
    (part,) = parts_of(opened("坏.zip", content), BUILDER)
    (problem,) = part.found
    assert isinstance(problem, Problem)
    assert not problem.told.isascii()


@pytest.mark.parametrize(
    ("name", "content", "files"),
    [
        ("全部.zip", MIXED, 4),
        ("一.txt", b"text", 0),
        ("坏.zip", b"PK\x03\x04 torn", 0),
        ("空.zip", archive(), 0),
    ],
)
def test_the_files_of_an_archive_are_counted_by_its_directory(
    name: str, content: bytes, files: int, opened: Opened
) -> None:
    assert files_in(opened(name, content)) == files
