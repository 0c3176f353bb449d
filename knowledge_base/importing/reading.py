"""One parser for each file format, chosen by the file's extension."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from knowledge_base.importing.building import Records
from knowledge_base.importing.found import Found, Problem, SourceFile, problem_of
from knowledge_base.importing.parsing.json_lines import parse_json_lines
from knowledge_base.importing.parsing.markdown import parse_markdown
from knowledge_base.importing.parsing.messages import Archived, Contents, Message
from knowledge_base.importing.parsing.page import parse_page
from knowledge_base.importing.parsing.plain_text import parse_plain
from knowledge_base.importing.parsing.yaml_lists import parse_yaml
from knowledge_base.importing.records import Builder
from knowledge_base.importing.unreadable import Unreadable
from knowledge_base.importing.uploads import read_upload

# Whoever imports at the command line has the files on this machine: these are read without a process each.
_PARSERS: dict[str, Callable[[BinaryIO], Iterator[Message]]] = {
    ".jsonl": parse_json_lines,
    ".ndjson": parse_json_lines,
    ".yaml": parse_yaml,
    ".yml": parse_yaml,
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".html": parse_page,
    ".htm": parse_page,
    ".txt": parse_plain,
}
_APART = (".docx", ".pdf", ".xlsx", ".csv", ".zip")
EXTENSIONS = (*_PARSERS, *_APART)
# Read by nobody, but told what to do about it.
_OLD = (".doc", ".xls", ".docm", ".xlsm", ".wps", ".et")


def read(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """Everything in one file: each record or the problem in its place, never an exception for bad content."""
    extension = PurePath(file.name).suffix.lower()
    if extension in (*_APART, *_OLD):
        yield from read_upload(file, builder)
        return
    parse = _PARSERS.get(extension)
    if parse is None:
        yield Problem(file.place, f"unknown kind of file; known are {' '.join(EXTENSIONS)}")
        return
    try:
        with file.path.open("rb") as stream:
            records = Records(file.place, file.name, builder)
            for message in parse(stream):
                assert not isinstance(message, Archived | Contents)  # noqa: S101 - for the type checker
                if (made := records.take(message)) is not None:
                    yield made
    except Unreadable as error:
        yield problem_of(error, file.place)
    except OSError as error:
        yield Problem(file.place, f"cannot be read: {error.strerror or error}")
