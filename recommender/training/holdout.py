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
    """One citizen that models are tried on, just before they begin something new.

    Attributes:
        history: (item id, weight) of what a model may know of them: also what came after it was trained.
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

    Each is tried at one of the moments at which they began something new, chosen by the seed, since that is
    when they come: at the cut itself most have long been done with what they did last, so that no model can
    tell more than what is popular.

    Args:
        before_it: What a model is trained on.
        after_it: What came later, in the order of time; what says nothing for an item, such as a bad rating,
            is not wanted.
    """
    rng = np.random.default_rng(seed)
    users = np.unique(after_it.users[after_it.weights > 0])
    if len(users) > MOST_CITIZENS:
        users = np.sort(rng.choice(users, MOST_CITIZENS, replace=False))
    after, before = _rows_of(after_it.users, users), _rows_of(before_it.users, users)
    found = []
    for user in users.tolist():
        known, later = _told(before_it, before[user]), _told(after_it, after[user])
        begun = _begun({item for item, _ in known}, later)
        if begun:
            moment = begun[int(rng.integers(len(begun)))]
            history = [*known, *later[:moment]]
            seen = frozenset(item for item, _ in history)
            wanted = frozenset(item for item, weight in later[moment:] if weight > 0) - seen
            found.append(Trial(history, before_it.facts[user], wanted, seen))
    return found


def _told(learned: Learned, rows: Integers) -> list[tuple[int, float]]:
    """Item ids and weights of some rows."""
    ids = learned.catalogue.ids[learned.items[rows]]
    return list(zip(ids.tolist(), learned.weights[rows].tolist(), strict=True))


def _begun(seen: set[int], later: Sequence[tuple[int, float]]) -> list[int]:
    """Where an item comes for the first time, and speaks for it."""
    found = []
    for number, (item, weight) in enumerate(later):
        if item not in seen and weight > 0:
            found.append(number)
        seen.add(item)
    return found


def _rows_of(users: Integers, wanted: Integers) -> dict[int, Integers]:
    """Rows of each of these users."""
    order = np.argsort(users, kind="stable")
    starts = np.searchsorted(users[order], wanted, side="left")
    ends = np.searchsorted(users[order], wanted, side="right")
    return {int(user): order[start:end] for user, start, end in zip(wanted, starts, ends, strict=True)}
