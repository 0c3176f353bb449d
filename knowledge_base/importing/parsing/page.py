"""A page of HTML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from knowledge_base.importing.decoding import MARKUP_BYTES, decoded
from knowledge_base.importing.html_text import parse, plain, title
from knowledge_base.importing.parsing.messages import Message, Parsed
from knowledge_base.importing.unreadable import Unreadable


def parse_page(stream: BinaryIO) -> Iterator[Message]:
    """The one document; scripts and styles are left out.

    Raises:
        Unreadable: It is no text, or shows none.
    """
    try:
        page = parse(decoded(stream.read(MARKUP_BYTES + 1), MARKUP_BYTES))
        named = title(page)
        text = plain(page)
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    if not text:
        raise Unreadable("the page shows no text")
    yield Parsed("document", {"title": named, "text": text})
