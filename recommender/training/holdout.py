"""What a model is tried on: what citizens did after an instant that it has not seen. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.catalogue.rules import Scalar
from recommender.training.learned import Floats, Integers, Learned

# The latest fifth is held out; of what is before it the latest fifth chooses the parameters.
SHARE: Final = 0.2
MOST_CITIZENS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One citizen that models are tried on.

    Attributes:
        history: (item id, weight) of what a model may know.
        wanted: Ids of the items that came after, and were not in the history.
        seen: Ids of the items that were: none of them is offered again.
    """

    history: Sequence[tuple[int, float]]
    facts: Mapping[str, Scalar]
    wanted: frozenset[int]
    seen: frozenset[int]


def cut_of(at: Floats, end: int, share: float = SHARE) -> int:
    """The first of `end` rows, in the order of time, that is held out; one instant is not torn apart."""
    return int(np.searchsorted(at[:end], at[end - max(1, round(end * share))], side="left"))


def trials(before_it: Learned, after_it: Learned, seed: int) -> list[Trial]:
    """Citizens who did something new afterwards; at most `MOST_CITIZENS`, chosen by the seed.

    Args:
        before_it: What may be known of them.
        after_it: What came later; what says nothing for an item, such as a bad rating, is not wanted.
    """
    speaks = np.flatnonzero(after_it.weights > 0)
    later, items = after_it.users[speaks], after_it.items[speaks]
    users = np.unique(later)
    if len(users) > MOST_CITIZENS:
        users = np.sort(np.random.default_rng(seed).choice(users, MOST_CITIZENS, replace=False))
    after, before = _rows_of(later, users), _rows_of(before_it.users, users)
    ids = before_it.catalogue.ids
    found = []
    for user in users.tolist():
        rows = before[user]
        known, weights = ids[before_it.items[rows]].tolist(), before_it.weights[rows].tolist()
        history = list(zip(known, weights, strict=True))
        seen = frozenset(known)
        wanted = frozenset(ids[items[after[user]]].tolist()) - seen
        if wanted:
            found.append(Trial(history, before_it.facts[user], wanted, seen))
    return found


def _rows_of(users: Integers, wanted: Integers) -> dict[int, Integers]:
    """Rows of each of these users."""
    order = np.argsort(users, kind="stable")
    starts = np.searchsorted(users[order], wanted, side="left")
    ends = np.searchsorted(users[order], wanted, side="right")
    return {int(user): order[start:end] for user, start, end in zip(wanted, starts, ends, strict=True)}
