"""JSON lines: one document or service item on each line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from knowledge_base.importing.decoding import lines
from knowledge_base.importing.found import Found, Problem, SourceFile, problem_of
from knowledge_base.importing.records import Builder, from_line
from knowledge_base.importing.unreadable import Unreadable


def read_jsonl(file: SourceFile, builder: Builder) -> Iterator[Found | Problem]:
    """One record or problem for each line that is not empty."""
    try:
        for number, line in lines(file.path):
            yield _read_line(line, f"{file.place}:{number}", builder)
    except Unreadable as error:
        yield problem_of(error, file.place)


def _read_line(line: str | Unreadable, place: str, builder: Builder) -> Found | Problem:
    if isinstance(line, Unreadable):
        return problem_of(line, place)
    try:
        value = json.loads(line, object_pairs_hook=_mapping, parse_constant=_refuse_constant)
        if not isinstance(value, dict):
            raise Unreadable("is not a JSON object")
        kind, values = from_line(value)
    except Unreadable as error:
        return problem_of(error, place)
    except json.JSONDecodeError as error:
        return Problem(place, f"is not JSON: {error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError):
        return Problem(place, "is not JSON that can be read: a number too long or nested too deeply")
    return builder.build(kind, values, place)


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise Unreadable(f"{twice[:60]} is given twice")
    return mapping


def _refuse_constant(name: str) -> None:
    raise Unreadable(f"{name} is not a JSON value")
