"""Reads bytes as somebody's upload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base.importing.found import Found, Problem, SourceFile
from knowledge_base.importing.records import Builder
from knowledge_base.importing.uploads import read_upload

Results = list[Found | Problem]


@pytest.fixture
def upload(tmp_path: Path) -> Callable[[str, bytes], Results]:
    """What comes of a file of this name."""

    def read(name: str, content: bytes) -> Results:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return list(read_upload(SourceFile(path, name, name), Builder()))

    return read
