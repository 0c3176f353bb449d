"""A batch of records made ready to be taken over: all that takes time and needs no lock. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from core.text.normalise import fold
from core.text.places import Gazetteer
from knowledge_base.embedding.port import Vectors
from knowledge_base.index.lexical import Entry
from knowledge_base.index.tokens import grams_and_singles
from knowledge_base.search.owners import Held, IndexedOwner, folded_whole
from knowledge_base.search.scopes import Scopes, scope_of


@dataclass(slots=True)
class Exchange:
    """What goes and what comes, in the forms in which the indexes and the rarity take it.

    Attributes:
        won: Different bigrams of each record that comes, by its number.
        passages, records: Entries for the two lexical indexes.
        scopes: Those in use afterwards.
    """

    gone: Sequence[Held]
    scopes: Scopes
    come: list[Held] = field(default_factory=list)
    won: dict[int, frozenset[str]] = field(default_factory=dict)
    passages: list[Entry] = field(default_factory=list)
    records: list[Entry] = field(default_factory=list)

    @property
    def gone_ids(self) -> list[int]:
        """Numbers of the passages that go."""
        return [passage.id for held in self.gone for passage in held.owner.passages]

    @property
    def come_ids(self) -> list[int]:
        """Numbers of the passages that come."""
        return [passage.id for held in self.come for passage in held.owner.passages]

    def vectors(self, dimension: int) -> Vectors:
        """One row for each passage that comes."""
        return _rows([held.owner.vectors for held in self.come], dimension)

    @property
    def gone_names(self) -> list[int]:
        """Numbers of the names that go."""
        return [id_ for held in self.gone for id_ in held.name_ids]

    @property
    def come_names(self) -> list[int]:
        """Numbers of the names that come."""
        return [id_ for held in self.come for id_ in held.name_ids]

    def name_vectors(self, dimension: int) -> Vectors:
        """One row for each name that comes."""
        return _rows([held.owner.name_vectors for held in self.come], dimension)


def exchange(
    gone: Sequence[Held],
    owners: Sequence[IndexedOwner],
    number: int,
    name: int,
    scopes: Scopes,
    gazetteer: Gazetteer,
) -> Exchange:
    """Folds every text and cuts it into tokens, once.

    Args:
        number, name: Those of the first record and of the first name that come; the others follow.
        scopes: Those in use until now.
    """
    scopes = scopes.numbered(owners)
    ready = Exchange(gone, scopes)
    for place, owner in enumerate(owners):
        _add(ready, Held(number + place, scopes.extents[scope_of(owner)].number, owner, name), gazetteer)
        name += len(owner.name_vectors)
    ready.scopes = scopes.exchanged(gone, ready.come)
    return ready


def _add(ready: Exchange, held: Held, gazetteer: Gazetteer) -> None:
    folded = folded_whole(held.owner)
    held.places(gazetteer, folded)
    pairs, singles = grams_and_singles(folded)
    ready.come.append(held)
    ready.won[held.number] = frozenset(pairs)
    ready.records.append(Entry(held.number, held.scope, pairs, singles))
    ready.passages += (
        Entry(passage.id, held.scope, *grams_and_singles(fold(passage.embed_text)))
        for passage in held.owner.passages
    )


def _rows(vectors: Sequence[Vectors], dimension: int) -> Vectors:
    none = np.zeros((0, dimension), dtype=np.float32)
    return np.concatenate([none, *(rows for rows in vectors if len(rows))])
