"""Markdown: front matter holds a document's fields, the body is its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from knowledge_base.importing.decoding import MARKUP_BYTES, decoded
from knowledge_base.importing.markdown_text import first_heading, parse, plain_text
from knowledge_base.importing.parsing.messages import Message, Parsed
from knowledge_base.importing.unreadable import Unreadable

_FRONT = re.compile(r"---[ \t]*\n(?P<fields>.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)


def parse_markdown(stream: BinaryIO) -> Iterator[Message]:
    """The one document. Title: front matter, else the first level-one heading.

    Raises:
        Unreadable: It is no text, takes too long, or its front matter is none.
    """
    fields, body = _split(decoded(stream.read(MARKUP_BYTES + 1), MARKUP_BYTES))
    try:
        tokens = parse(body)
        values = {"title": first_heading(tokens)} | fields
        values["text"] = plain_text(tokens)
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    yield Parsed("document", values)


def _split(text: str) -> tuple[dict[str, Any], str]:
    front = _FRONT.match(text)
    if front is None:
        if re.match(r"---[ \t]*\n", text):
            raise Unreadable("the front matter is not closed with ---", 1)
        return {}, text
    if not front["fields"].strip():
        return {}, text[front.end() :]
    # A child that reads a page without front matter starts without it a fifth faster.
    from knowledge_base.importing.yaml_nodes import YamlText

    yaml = YamlText(front["fields"], first_line=2)
    values = {} if yaml.root is None else yaml.values(yaml.root)
    if not isinstance(values, dict):
        raise Unreadable("the front matter must be a mapping of fields", 2)
    if "text" in values:
        raise Unreadable("text: the body is the text, not the front matter", 1)
    return {name: value for name, value in values.items() if value is not None}, text[front.end() :]
