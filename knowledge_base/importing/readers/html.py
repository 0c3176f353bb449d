"""HTML: a page is a document, its title from the head, its text from the body."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue.models import Document
from knowledge_base.importing.decoding import MARKUP_BYTES, whole_text
from knowledge_base.importing.found import Found, Problem, SourceFile, problem_of
from knowledge_base.importing.html_text import parse, plain, title
from knowledge_base.importing.records import Builder
from knowledge_base.importing.unreadable import Unreadable


def read_html(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """The one document; scripts and styles are left out."""
    try:
        page = parse(whole_text(file.path, MARKUP_BYTES))
    except Unreadable as error:
        yield problem_of(error, file.place)
        return
    except RecursionError:
        yield Problem(file.place, "is nested too deeply")
        return
    named = title(page)
    text = plain(page)
    if not text:
        yield Problem(file.place, "the page shows no text")
        return
    values = {"title": named, "text": text}
    yield builder.build(Document, values, file.place, {"external_id": file.name})
