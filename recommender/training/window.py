"""Reads what is learned from: trusted interactions of some days, what citizens told, what items are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from sqlalchemy import Connection

from core.catalogue.rules import Scalar
from recommender.models import Interaction, InteractionType, Origin
from recommender.ports import Weights
from recommender.training.features import learnable
from recommender.training.learned import Floats, Integers, Learned, LearnedItems
from recommender.training.ports import Done, ToldFacts, TrustedInteractions

_CHECKED_EACH: Final = 5_000
_TYPES: Final = tuple(InteractionType)
_ORIGINS: Final = tuple(Origin)


@dataclass(frozen=True, slots=True)
class Window:
    """Interactions in the order of their time, as arrays: a million of them fit into memory.

    Attributes:
        citizens: Who they are, by number. They never leave the process.
        users, items: (rows,) numbers of citizens, places in `catalogue`.
        at: (rows,) seconds since the epoch.
        facts: By number of a citizen, each with the second at which it was told.
    """

    citizens: tuple[str, ...]
    users: Integers
    items: Integers
    at: Floats
    types: Integers
    origins: Integers
    values: Floats
    facts: tuple[dict[str, tuple[Scalar, float]], ...]
    catalogue: LearnedItems

    def __len__(self) -> int:
        return len(self.users)

    def part(self, first: int, end: int, weights: Weights, now_s: float) -> Learned:
        """Rows `first` to `end` - 1, weighed as of an instant, with the facts that were told by then."""
        told = (weights.of(one, now_s) for one in self._interactions(first, end))
        span = slice(first, end)
        return Learned(
            users=self.users[span],
            items=self.items[span],
            weights=np.fromiter(told, np.float64, end - first),
            facts=[
                {name: value for name, (value, told_at) in one.items() if told_at <= now_s}
                for one in self.facts
            ],
            catalogue=self.catalogue,
        )

    def _interactions(self, first: int, end: int) -> Iterator[Interaction]:
        ids = self.catalogue.ids
        for row in range(first, end):
            value = float(self.values[row])
            yield Interaction(
                event_id="",
                item_id=int(ids[self.items[row]]),
                type=_TYPES[self.types[row]],
                origin=_ORIGINS[self.origins[row]],
                occurred_at=datetime.fromtimestamp(float(self.at[row]), UTC),
                value=None if np.isnan(value) else value,
            )


@dataclass(frozen=True, slots=True)
class Sources:
    """Where interactions and facts are read."""

    interactions: TrustedInteractions
    facts: ToldFacts


def read_window(
    connection: Connection,
    sources: Sources,
    catalogue: LearnedItems,
    since: datetime,
    check: Callable[[], None],
) -> Window:
    """Everything since an instant, of items that may be learned of.

    Args:
        check: Called now and then; what it raises ends the reading.
    """
    places = {number: place for place, number in enumerate(catalogue.ids.tolist())}
    numbers: dict[str, int] = {}
    rows: list[tuple[int, int, float, int, int, float]] = []
    for count, one in enumerate(sources.interactions(connection, since)):
        if count % _CHECKED_EACH == 0:
            check()
        if (place := places.get(one.item_id)) is not None:
            user = numbers.setdefault(one.citizen, len(numbers))
            rows.append((user, place, *_numbers(one)))
    facts: list[dict[str, tuple[Scalar, float]]] = [{} for _ in numbers]
    for citizen, name, value, told_at in sources.facts(connection):
        if citizen in numbers and learnable({name: value}):
            facts[numbers[citizen]][name] = value, told_at.timestamp()
    return _window(tuple(numbers), rows, tuple(facts), catalogue)


def _numbers(one: Done) -> tuple[float, int, int, float]:
    value = float("nan") if one.value is None else one.value
    return one.occurred_at.timestamp(), _TYPES.index(one.type), _ORIGINS.index(one.origin), value


def _window(
    citizens: tuple[str, ...],
    rows: list[tuple[int, int, float, int, int, float]],
    facts: tuple[dict[str, tuple[Scalar, float]], ...],
    catalogue: LearnedItems,
) -> Window:
    table = np.array(rows, np.float64).reshape(-1, 6)
    table = table[np.argsort(table[:, 2], kind="stable")]
    users, items, types, origins = (table[:, column].astype(np.int64) for column in (0, 1, 3, 4))
    return Window(
        citizens=citizens, users=users, items=items, at=table[:, 2], types=types, origins=origins,
        values=table[:, 5], facts=facts, catalogue=catalogue,
    )  # fmt: skip
