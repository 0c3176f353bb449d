"""One reader for each file format, chosen by the file's extension."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath

from knowledge_base.importing.found import Found, Problem, SourceFile
from knowledge_base.importing.readers.html import read_html
from knowledge_base.importing.readers.jsonl import read_jsonl
from knowledge_base.importing.readers.markdown import read_markdown
from knowledge_base.importing.readers.plain import read_plain
from knowledge_base.importing.readers.yaml_lists import read_yaml
from knowledge_base.importing.records import Builder
from knowledge_base.importing.uploads import read_upload

Reader = Callable[[SourceFile, Builder], Iterator[Found | Problem]]

_READERS: dict[str, Reader] = {
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".yaml": read_yaml,
    ".yml": read_yaml,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".txt": read_plain,
    ".docx": read_upload,
    ".pdf": read_upload,
    ".xlsx": read_upload,
    ".csv": read_upload,
    ".zip": read_upload,
}
EXTENSIONS = tuple(_READERS)
# Read by nobody, but told what to do about it.
_OLD = (".doc", ".xls", ".docm", ".xlsm", ".wps", ".et")


def read(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """Everything in one file: each record or the problem in its place, never an exception for bad content."""
    extension = PurePath(file.name).suffix.lower()
    reader = read_upload if extension in _OLD else _READERS.get(extension)
    if reader is None:
        yield Problem(file.place, f"unknown kind of file; known are {' '.join(EXTENSIONS)}")
        return
    try:
        yield from reader(file, builder)
    except OSError as error:
        yield Problem(file.place, f"cannot be read: {error.strerror or error}")
