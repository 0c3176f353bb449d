"""Plain text: the whole file is a document's text, its first line the title."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue.models import Document
from knowledge_base.importing.decoding import whole_text
from knowledge_base.importing.found import Found, Problem, SourceFile, problem_of
from knowledge_base.importing.records import Builder
from knowledge_base.importing.unreadable import Unreadable

_LONGEST_TITLE = 120


def read_plain(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """The one document; a first line too long for a title is left to the text."""
    try:
        text = whole_text(file.path).strip()
    except Unreadable as error:
        yield problem_of(error, file.place)
        return
    first = text.partition("\n")[0].strip()
    title = first if len(first) <= _LONGEST_TITLE else None
    values = {"title": title, "text": text}
    yield builder.build(Document, values, file.place, {"external_id": file.name})
