"""What is not offered at all, and why: each rule is a mask over the catalogue. Pure."""

from __future__ import annotations

from functools import reduce

import numpy as np

from recommender.eligible_matrix import Standing
from recommender.serving.columns import Columns, Mask
from recommender.serving.wanted import Wanted


def excluded(columns: Columns, wanted: Wanted, standing: Standing) -> dict[str, Mask]:
    """By the name of the reason: (n,) bool, true where it keeps an item away.

    Sensitive items are in no list: neither does behaviour lead to them, nor are they offered unasked.
    """
    state, today = wanted.state, wanted.today.toordinal()
    return {
        "sensitive": columns.sensitive,
        "out_of_region": columns.elsewhere(wanted.region),
        "not_in_force": columns.not_in_force(today),
        "done": columns.marked(state.done),
        "dismissed": columns.marked(state.dismissed_items),
        "dismissed_theme": columns.of_themes(state.dismissed_themes),
        "known_already": columns.marked([*(one.item_id for one in state.recent), *wanted.context]),
        "not_eligible": standing.truth < 0,
    }


def left_over(columns: Columns, masks: dict[str, Mask]) -> Mask:
    """(n,) bool: what nothing keeps away."""
    return ~reduce(np.logical_or, masks.values(), np.zeros(len(columns), dtype=np.bool_))
