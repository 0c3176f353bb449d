"""Where and when records hold: a number for each such scope, and the passages within it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.catalogue.regions import holds_for
from knowledge_base.search.owners import Held, IndexedOwner

Scope = tuple[str, date | None, date | None]
Ids = NDArray[np.int64]
_NO_IDS: Ids = np.zeros(0, dtype=np.int64)
# First day of what is only tried: it never comes, so that citizens do not find it, like all that is
# not yet in force.
ON_TRIAL: Final = date.max
# That of what staff alone may find.
FOR_STAFF: Final = date.max - timedelta(days=1)
# Up to so many passages that do not hold are found and then left out, which is faster than a filter.
LEFT_OUT = 200


@dataclass(frozen=True, slots=True)
class Extent:
    """What lies in a scope: numbers of passages and of names, and how many records."""

    number: int
    ids: Ids
    names: Ids
    records: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How a search is kept to what holds: by a filter, or by finding a few more and leaving those out.

    Attributes:
        scopes, ids, names: The scopes, the passages and the names to search in; None is all.
        out: Scopes whose records are to be left out of what is found.
        passages, spare_names, records: How many of each may have to be left out.
    """

    scopes: Sequence[int] | None = None
    ids: Ids | None = None
    names: Ids | None = None
    out: frozenset[int] = frozenset()
    passages: int = 0
    spare_names: int = 0
    records: int = 0


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes in use: region, first and last day. Never changed, so that a search can keep one."""

    extents: Mapping[Scope, Extent] = field(default_factory=dict)
    _next: int = 0

    @classmethod
    def of(cls, numbers: Mapping[Scope, int], next_number: int) -> Scopes:
        """Scopes by number that nothing lies in yet."""
        return cls(
            {scope: Extent(number, _NO_IDS, _NO_IDS, 0) for scope, number in numbers.items()}, next_number
        )

    @property
    def next_number(self) -> int:
        """That of the next scope."""
        return self._next

    def numbered(self, owners: Iterable[IndexedOwner]) -> Scopes:
        """With a number for the scope of each of these."""
        new = {scope_of(owner) for owner in owners} - set(self.extents)
        numbers = range(self._next, self._next + len(new))
        named = {
            scope: Extent(number, _NO_IDS, _NO_IDS, 0)
            for scope, number in zip(sorted(new, key=str), numbers, strict=True)
        }
        return Scopes({**self.extents, **named}, self._next + len(new))

    def exchanged(self, gone: Sequence[Held], come: Sequence[Held]) -> Scopes:
        """Without what goes and with what comes; scopes that nothing lies in any more are forgotten."""
        extents = dict(self.extents)
        touched = {scope_of(held.owner) for held in (*gone, *come)}
        for scope in touched:
            lost = [held for held in gone if scope_of(held.owner) == scope]
            won = [held for held in come if scope_of(held.owner) == scope]
            held = extents[scope]
            extents[scope] = replace(
                held,
                ids=_exchanged(held.ids, _ids(lost), _ids(won)),
                names=_exchanged(held.names, _names(lost), _names(won)),
                records=held.records - len(lost) + len(won),
            )
        left = {scope: held for scope, held in extents.items() if held.records or scope not in touched}
        return Scopes(left, self._next)

    def limits(self, region: str | None, today: date, never: Collection[date] = ()) -> Limits:
        """What keeps a search to the records that hold at this place on this day.

        Args:
            never: First days that never come, of records that this search is to find.
        """
        hold: list[Extent] = []
        others: list[Extent] = []
        for (own, start, end), extent in self.extents.items():
            begun = start is None or start <= today or start in never
            in_force = begun and (end is None or today <= end)
            (hold if in_force and holds_for(own, region) else others).append(extent)
        passages = sum(len(extent.ids) for extent in others)
        names = sum(len(extent.names) for extent in others)
        if max(passages, names) > LEFT_OUT:
            return Limits(
                [extent.number for extent in hold],
                np.concatenate([_NO_IDS, *(extent.ids for extent in hold)]),
                np.concatenate([_NO_IDS, *(extent.names for extent in hold)]),
            )
        return Limits(
            out=frozenset(extent.number for extent in others),
            passages=passages,
            spare_names=names,
            records=sum(extent.records for extent in others),
        )


def scope_of(owner: IndexedOwner) -> Scope:
    """The scope that a record lies in."""
    return owner.region, owner.effective_from, owner.effective_to


def _exchanged(ids: Ids, lost: Ids, won: Ids) -> Ids:
    return np.concatenate([ids[~np.isin(ids, lost)] if len(lost) else ids, won])


def _ids(records: Iterable[Held]) -> Ids:
    return np.array([passage.id for held in records for passage in held.owner.passages], dtype=np.int64)


def _names(records: Iterable[Held]) -> Ids:
    return np.array([id_ for held in records for id_ in held.name_ids], dtype=np.int64)
