"""Every hostile file ends in a clear Chinese message or in harmless text, within limits; and life goes on."""

from __future__ import annotations

import logging
import re
import resource
from pathlib import Path
from typing import Any

import pytest

from core.catalogue.models import Document, ServiceItem
from knowledge_base.importing.found import Found, Problem, SourceFile
from knowledge_base.importing.parsing.limits import MEMORY_BYTES, WALL_S
from knowledge_base.importing.records import Builder
from knowledge_base.importing.uploads import read_upload
from tests.knowledge_base.importing.formats.hostile_office import ARCHIVES, TABLES, WORD, Hostile
from tests.knowledge_base.importing.formats.hostile_pdf import PDFS
from tests.knowledge_base.importing.formats.hostile_texts import TEXTS
from tests.knowledge_base.importing.formats.packing import docx, paragraph

ALL = [*ARCHIVES, *WORD, *TABLES, *PDFS, *TEXTS]
_CHINESE = re.compile(r"[\u4e00-\u9fff].*。$", re.DOTALL)


def read(path: Path, name: str) -> list[Found | Problem]:
    return list(read_upload(SourceFile(path, name, name), Builder()))


def text_of(found: Found) -> str:
    assert isinstance(found.record, Document | ServiceItem)
    return found.record.text if isinstance(found.record, Document) else found.record.name


@pytest.mark.parametrize("hostile", ALL, ids=lambda hostile: hostile.name.replace("\x00", ""))
def test_a_hostile_file_costs_little_and_says_why(
    hostile: Hostile, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(hostile.make())
    before = sorted(tmp_path.iterdir())
    with caplog.at_level(logging.INFO, "knowledge_base.importing.sandbox"):
        results = read(path, hostile.name)
    problems = [one for one in results if isinstance(one, Problem)]
    found = [one for one in results if isinstance(one, Found)]
    assert results
    assert all(_CHINESE.search(problem.told) for problem in problems), problems
    if hostile.told:
        assert any(hostile.told in problem.told for problem in problems), problems
    if hostile.says:
        assert any(hostile.says in text_of(one) for one in found), results
    assert all("root:" not in text_of(one) for one in found)
    assert all("\x00" not in one.place and "\x1b" not in one.place for one in results)
    assert sorted(tmp_path.iterdir()) == before
    children: list[Any] = [record for record in caplog.records if hasattr(record, "peak_bytes")]
    # Linux charges a child with what its parent held when it was started: here with all that the tests hold.
    most = max(MEMORY_BYTES, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    assert all(child.peak_bytes <= most and child.seconds <= WALL_S + 5 for child in children)


def test_a_good_file_is_read_after_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "good"
    path.write_bytes(docx(paragraph("一切如常。")))
    (found,) = read(path, "好.docx")
    assert isinstance(found, Found)
    assert text_of(found) == "一切如常。"


@pytest.mark.parametrize(
    "extension", ["docx", "xlsx", "zip", "pdf", "csv", "html", "txt", "md", "jsonl", "yaml"]
)
def test_a_sparse_gigabyte_is_refused_unread(tmp_path: Path, extension: str) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as stream:
        stream.write(
            {"pdf": b"%PDF-1.7\n", "docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04", "zip": b"PK\x03\x04"}.get(
                extension, b"a"
            )
        )
        stream.truncate(1_000_000_000)
    (problem,) = read(path, f"a.{extension}")
    assert isinstance(problem, Problem)
    assert re.search(r"超过\d+MB", problem.told)
