"""Markdown: front matter holds a document's fields, the body is its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from core.catalogue.models import Document
from knowledge_base.importing.decoding import MARKUP_BYTES, whole_text
from knowledge_base.importing.found import Found, Problem, SourceFile, problem_of
from knowledge_base.importing.markdown_text import first_heading, parse, plain_text
from knowledge_base.importing.records import Builder
from knowledge_base.importing.unreadable import Unreadable
from knowledge_base.importing.yaml_nodes import YamlText

_FRONT = re.compile(r"---[ \t]*\n(?P<fields>.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)


def read_markdown(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """The one document. Title: front matter, else the first level-one heading."""
    try:
        text = whole_text(file.path, MARKUP_BYTES)
        fields, body = _split(text)
        tokens = parse(body)
        values = {"title": first_heading(tokens)} | fields
        values["text"] = plain_text(tokens)
    except Unreadable as error:
        yield problem_of(error, file.place)
        return
    except RecursionError:
        yield Problem(file.place, "is nested too deeply")
        return
    yield builder.build(Document, values, file.place, {"external_id": file.name})


def _split(text: str) -> tuple[dict[str, Any], str]:
    front = _FRONT.match(text)
    if front is None:
        if re.match(r"---[ \t]*\n", text):
            raise Unreadable("the front matter is not closed with ---", 1)
        return {}, text
    if not front["fields"].strip():
        return {}, text[front.end() :]
    yaml = YamlText(front["fields"], first_line=2)
    values = {} if yaml.root is None else yaml.values(yaml.root)
    if not isinstance(values, dict):
        raise Unreadable("the front matter must be a mapping of fields", 2)
    if "text" in values:
        raise Unreadable("text: the body is the text, not the front matter", 1)
    return {name: value for name, value in values.items() if value is not None}, text[front.end() :]
