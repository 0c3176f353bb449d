"""What a saved index holds beside its lexical files, so that a start need not cut each text into words again.

Texts and vectors stand in the database and are read from there; a record's words are taken from the saved
index only where they were cut from exactly the text that it has now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import numpy as np

from core.catalogue.keys import Kind, RecordKey
from core.text import normalise
from knowledge_base.index import lexical, tokens
from knowledge_base.search import exchange, owners, rarity
from knowledge_base.search.owners import Held, IndexedOwner
from knowledge_base.search.rarity import Rarity
from knowledge_base.search.scopes import Scope

PASSAGES, RECORDS = "passages", "records"
_STATE, _RARITY = "state.json", "rarity.npz"


@dataclass(frozen=True, slots=True)
class Kept:
    """A record in the lexical indexes.

    Attributes:
        number, scope: As in the whole-record index.
        digest: Of the texts that its words were cut from.
        passages: Numbers of its passages.
    """

    number: int
    scope: int
    digest: str
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SavedState:
    """Which records the lexical indexes hold, and how rare their bigrams are."""

    records: Mapping[RecordKey, Kept]
    scopes: Mapping[Scope, int]
    next_number: int
    next_scope: int
    rarity: Rarity

    def write(self, folder: Path) -> None:
        """Into two files.

        Raises:
            OSError: They cannot be written.
        """
        state = {
            "records": [
                [*key, kept.number, kept.scope, kept.digest, kept.passages]
                for key, kept in self.records.items()
            ],
            "scopes": [
                [region, _day(start), _day(end), n] for (region, start, end), n in self.scopes.items()
            ],
            "next_number": self.next_number,
            "next_scope": self.next_scope,
            "words": list(self.rarity.words),
        }
        (folder / _STATE).write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
        np.savez(folder / _RARITY, allow_pickle=False, **self.rarity.arrays())

    @classmethod
    def read(cls, folder: Path) -> SavedState:
        """From these files.

        Raises:
            OSError, ValueError, KeyError, TypeError, BadZipFile: They are missing or broken.
        """
        state: Mapping[str, Any] = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        with np.load(folder / _RARITY, allow_pickle=False) as arrays:
            rarity = Rarity.of(state["words"], dict(arrays))
        return cls(
            records=dict(_record(*row) for row in state["records"]),
            scopes={(region, _date(start), _date(end)): n for region, start, end, n in state["scopes"]},
            next_number=int(state["next_number"]),
            next_scope=int(state["next_scope"]),
            rarity=rarity,
        )


def kept_of(held: Held) -> Kept:
    """A record as it is saved."""
    passages = tuple(passage.id for passage in held.owner.passages)
    return Kept(held.number, held.scope, _digest_of(held.owner), passages)


def way_of_cutting() -> str:
    """Of the code and the libraries that turn texts into a saved index: another way, another index."""
    libraries = [f"{name} {version(name)}" for name in ("tantivy", "opencc")]
    digest = hashlib.sha256(" ".join(libraries).encode())
    for module in (normalise, tokens, lexical, exchange, owners, rarity):
        digest.update(Path(str(module.__file__)).read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()


def _digest_of(owner: IndexedOwner) -> str:
    """Of every text of a record that words are cut from."""
    digest = hashlib.blake2b(digest_size=16)
    for text in (owner.title, *owner.names, owner.text, *(one.embed_text for one in owner.passages)):
        digest.update(text.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _record(kind: str, id_: int, number: int, scope: int, digest: str, passages: list[int]) -> Any:
    if kind not in get_args(Kind):
        raise ValueError(f"{kind} is no kind of record")
    return RecordKey(kind, id_), Kept(number, scope, digest, tuple(passages))  # type: ignore[arg-type]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
