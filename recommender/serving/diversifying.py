"""The best items chosen one by one so that they are not all of a kind. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from recommender.serving.columns import NO_CODE, Columns, Mask, Places, Scores
from recommender.serving.sources import alike

WINDOW: Final = 5
OF_ONE_THEME: Final = 2
OF_BUSINESS: Final = 1
_APART: Final = 2
_MUCH_WORSE: Final = 0.5


def diversified(
    columns: Columns, scores: Scores, k: int, *, loss: float, for_business: bool = False
) -> list[int]:
    """Places of at most `k` items, the best first.

    Of any five in a row at most two are of one theme and, unless the citizen is after such, one is for legal
    persons alone, as long as there are enough others.

    Args:
        scores: (n,) float32; 0 and less is not chosen.
        loss: How much of a score an item loses that is entirely like one chosen before.
        for_business: What is for legal persons is as welcome as the rest.
    """
    left = scores.copy()
    nearest = np.zeros(len(columns), dtype=np.float32)
    chosen: list[int] = []
    while len(chosen) < k:
        worth = left * (1 - loss * nearest)
        place = _next(columns, worth, chosen, for_business)
        if place is None:
            break
        chosen.append(place)
        left[place] = 0
        nearest = np.maximum(nearest, alike(columns, place))
    return chosen


def _next(columns: Columns, worth: Scores, chosen: Sequence[int], for_business: bool) -> int | None:
    """The best that is not one too many of its kind; failing that the best; None where nothing is left."""
    if worth.max(initial=0.0) <= 0:
        return None
    within = np.where(_too_many(columns, chosen, for_business), 0, worth)
    if within.max() <= 0:
        return int(worth.argmax())
    # A theme comes again only after two others, unless they would be much worse.
    apart = np.where(np.isin(columns.themes, _themes(columns, chosen[-_APART:])), 0, within)
    return int(apart.argmax() if apart.max() >= _MUCH_WORSE * within.max() else within.argmax())


def _themes(columns: Columns, places: Sequence[int]) -> Places:
    themes: Places = columns.themes[np.array(places, dtype=np.int64)]
    with_theme: Places = themes[themes != NO_CODE]
    return with_theme


def _too_many(columns: Columns, chosen: Sequence[int], for_business: bool) -> Mask:
    """(n,) bool: what would be one too many of its kind beside those chosen last."""
    last = chosen[-(WINDOW - 1) :]
    themes, counts = np.unique(_themes(columns, last), return_counts=True)
    mask: Mask = np.isin(columns.themes, themes[counts >= OF_ONE_THEME])
    if not for_business and sum(bool(columns.for_business[place]) for place in last) >= OF_BUSINESS:
        mask = mask | columns.for_business
    return mask


def wants_business(columns: Columns, places: Sequence[int], owner: object) -> bool:
    """Whether somebody is after what is for legal persons: by what they told, or by what they asked about."""
    return owner is True or any(columns.for_business[place] for place in places)
