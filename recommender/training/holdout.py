"""What a model is tried on: what citizens did after an instant that it has not seen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.catalogue.rules import Scalar
from recommender.training.learned import Integers, Learned
from recommender.training.window import Window

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
    facts: dict[str, Scalar]
    wanted: frozenset[int]
    seen: frozenset[int]


def end_of_training(window: Window, first: int, end: int, share: float = SHARE) -> int:
    """The first row, of `first` to `end` - 1, that is held out: events of one instant are not torn apart."""
    cut = end - max(1, round((end - first) * share))
    return int(np.searchsorted(window.at[:end], window.at[cut], side="left"))


def trials(window: Window, learned: Learned, first: int, end: int, seed: int) -> list[Trial]:
    """Citizens who did something new in rows `first` to `end` - 1; at most `MOST_CITIZENS`, chosen by the seed.

    Args:
        learned: What was before, with its weights.
    """
    users = np.unique(window.users[first:end])
    if len(users) > MOST_CITIZENS:
        users = np.sort(np.random.default_rng(seed).choice(users, MOST_CITIZENS, replace=False))
    after = _rows_of(window.users[first:end], users)
    before = _rows_of(learned.users, users)
    ids = window.catalogue.ids
    found = []
    for user in users.tolist():
        rows = before[user]
        history = list(zip(ids[learned.items[rows]].tolist(), learned.weights[rows].tolist(), strict=True))
        seen = frozenset(item for item, _ in history)
        wanted = frozenset(ids[window.items[first:end][after[user]]].tolist()) - seen
        if wanted:
            found.append(Trial(history, window.facts[user], wanted, seen))
    return found


def _rows_of(users: Integers, wanted: Integers) -> dict[int, Integers]:
    """Rows of each of these users."""
    order = np.argsort(users, kind="stable")
    starts = np.searchsorted(users[order], wanted, side="left")
    ends = np.searchsorted(users[order], wanted, side="right")
    return {
        int(user): order[start:end] for user, start, end in zip(wanted, starts, ends, strict=True)
    }
