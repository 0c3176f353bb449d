"""What differs between two contents, field by field and sentence by sentence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from knowledge_base.editing.drafts import Content
from knowledge_base.editing.readable import readable_fields

How = Literal["same", "added", "removed", "left_out"]
_PIECE = re.compile(r"[^。！？；;\n]*[。！？；;\n]*")
# Of what is the same so much is left at each end: enough to find the place again.
_AROUND = 40
# Comparing takes a step for each pair of pieces: beyond so many the whole middle is told as exchanged.
_MOST_PAIRS = 4_000_000


@dataclass(frozen=True)
class Piece:
    """A stretch of a field, and what became of it; of what is left out it does not say the text."""

    how: How
    text: str


@dataclass(frozen=True)
class Change:
    """A field that differs, in pieces that give the old text and the new one."""

    field: str
    pieces: Sequence[Piece]


def changes(before: Content | None, after: Content, words: Mapping[str, str]) -> list[Change]:
    """The fields that differ, in the order of the record; all that say anything where there was none.

    Args:
        words: What is shown for values that nobody reads as they are, such as codes of regions.
    """
    old, new = _fields(before, words), _fields(after, words)
    names = [name for name in new if old.get(name, "") != new[name]]
    names += [name for name in old if name not in new]
    return [Change(name, list(_pieces(old.get(name, ""), new.get(name, "")))) for name in names]


def _fields(content: Content | None, words: Mapping[str, str]) -> Mapping[str, str]:
    if content is None:
        return {}
    said = readable_fields(content, words)
    return {name: _lines(value, words) for name, value in said.items() if _says(value)}


def _says(value: Any) -> bool:
    return value is not False and value not in (None, "", [], {})


def _lines(value: Any, words: Mapping[str, str]) -> str:
    """A value as a reader sees it: one line for each entry of a list."""
    if isinstance(value, list):
        return "".join(f"{_lines(one, words)}\n" for one in value)
    if isinstance(value, dict):
        said = {name: one for name, one in value.items() if _says(one)}
        return "；".join(
            f"{words.get(name, name)}：{_lines(one, words).strip()}" for name, one in said.items()
        )
    if isinstance(value, bool):
        return "是" if value else "否"
    return words.get(str(value), str(value))


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    yield from _same(old[:head])
    yield from _compared(old[head : len(old) - tail], new[head : len(new) - tail])
    yield from _same(old[len(old) - tail :])


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pieces at the beginning are the same."""
    pairs = zip(old, new, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if len(old) * len(new) > _MOST_PAIRS:
        yield from (*_other("removed", old), *_other("added", new))
        return
    for how, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            yield from _same(old[start:end])
        else:
            yield from (*_other("removed", old[start:end]), *_other("added", new[begin:stop]))


def _other(how: How, pieces: Sequence[str]) -> list[Piece]:
    text = "".join(pieces)
    return [Piece(how, text)] if text else []


def _same(pieces: Sequence[str]) -> list[Piece]:
    text = "".join(pieces)
    if len(text) <= 3 * _AROUND:
        return _other("same", pieces)
    return [Piece("same", text[:_AROUND]), Piece("left_out", ""), Piece("same", text[-_AROUND:])]
