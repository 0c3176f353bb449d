"""What differs between two contents, field by field and sentence by sentence. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from core.catalogue.payloads import to_payload
from knowledge_base.editing.drafts import Content

How = Literal["same", "added", "removed"]
_PIECE = re.compile(r"[^。！？；;\n]*[。！？；;\n]*")
# Of what is the same so much is left at each end: enough to find the place again.
_AROUND = 40
_LEFT_OUT = "……"


@dataclass(frozen=True)
class Piece:
    """A stretch of a field, and what became of it."""

    how: How
    text: str


@dataclass(frozen=True)
class Change:
    """A field that differs, in pieces that give the old text and the new one."""

    field: str
    pieces: Sequence[Piece]


def changes(before: Content | None, after: Content) -> list[Change]:
    """The fields that differ, in the order of the record; all that say anything where there was none."""
    old, new = _fields(before), _fields(after)
    names = [name for name in new if old.get(name, "") != new[name]]
    names += [name for name in old if name not in new]
    return [Change(name, list(_pieces(old.get(name, ""), new.get(name, "")))) for name in names]


def _fields(content: Content | None) -> Mapping[str, str]:
    if content is None:
        return {}
    plain = json.loads(to_payload(content))
    order = [name for name in type(content).__dataclass_fields__ if name in plain]
    return {name: _lines(plain[name]) for name in order if plain[name] not in (None, "", [], {})}


def _lines(value: Any) -> str:
    """A value as a reader sees it: one line for each entry of a list."""
    if isinstance(value, list):
        return "".join(f"{_lines(one)}\n" for one in value)
    if isinstance(value, dict):
        said = {name: one for name, one in value.items() if one not in (None, "", [], {})}
        return json.dumps(said, ensure_ascii=False)
    return str(value)


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    for how, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            yield Piece("same", _shortened("".join(old[start:end])))
            continue
        if removed := "".join(old[start:end]):
            yield Piece("removed", removed)
        if added := "".join(new[begin:stop]):
            yield Piece("added", added)


def _shortened(text: str) -> str:
    if len(text) <= 3 * _AROUND:
        return text
    return f"{text[:_AROUND]}{_LEFT_OUT}{text[-_AROUND:]}"
