"""A file that somebody brings, read as records."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge_base.importing.found import Found, Problem, SourceFile
from knowledge_base.importing.readers import read
from knowledge_base.importing.records import Builder


def read_upload(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """Every record in it, or the problem in its place."""
    return read(file, builder)
