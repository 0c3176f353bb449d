"""JSON lines: one document or service item on each line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from knowledge_base.importing.decoding import lines
from knowledge_base.importing.parsing.messages import Message, Parsed, refused
from knowledge_base.importing.parsing.plain_values import plain
from knowledge_base.importing.parsing.portal_lines import record_of
from knowledge_base.importing.unreadable import Unreadable


def parse_json_lines(stream: BinaryIO) -> Iterator[Message]:
    """One record or problem for each line that is not empty.

    Raises:
        Unreadable: It is no text, or holds nothing.
    """
    for number, line in lines(stream):
        where = f":{number}"
        try:
            kind, values = record_of(_mapping_of(line))
            yield Parsed(kind, plain(values), where, None)
        except Unreadable as error:
            yield refused(error, where)


def _mapping_of(line: str | Unreadable) -> dict[str, Any]:
    if isinstance(line, Unreadable):
        raise line
    try:
        value = json.loads(line, object_pairs_hook=_mapping, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {error.msg} at character {error.pos + 1}") from None
    except (ValueError, RecursionError):
        raise Unreadable("is not JSON that can be read: a number too long or nested too deeply") from None
    if not isinstance(value, dict):
        raise Unreadable("is not a JSON object")
    return value


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise Unreadable(f"{twice[:60]} is given twice")
    return mapping


def _refuse_constant(name: str) -> None:
    raise Unreadable(f"{name} is not a JSON value")
