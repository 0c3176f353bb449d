"""Plain text: the whole file is a document's text, its first line the title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from knowledge_base.importing.decoding import WHOLE_FILE_BYTES, decoded
from knowledge_base.importing.parsing.limits import TEXT_LENGTH
from knowledge_base.importing.parsing.messages import Message, Parsed
from knowledge_base.importing.unreadable import Unreadable

_LONGEST_TITLE = 120


def parse_plain(stream: BinaryIO) -> Iterator[Message]:
    """The one document; a first line too long for a title is left to the text.

    Raises:
        Unreadable: It is no text, or too long.
    """
    text = decoded(stream.read(WHOLE_FILE_BYTES + 1)).strip()
    if len(text) > TEXT_LENGTH:
        raise Unreadable(f"text: is longer than {TEXT_LENGTH} characters")
    first = text.partition("\n")[0].strip()
    title = first if len(first) <= _LONGEST_TITLE else None
    yield Parsed("document", {"title": title, "text": text})
