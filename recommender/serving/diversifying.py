"""The best items chosen one by one so that they are not all of a kind. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.serving.columns import NO_CODE, Columns, Places, Scores

WINDOW: Final = 5
OF_ONE_THEME: Final = 2
OF_BUSINESS: Final = 1
_APART: Final = 2
_MUCH_WORSE: Final = 0.5
# So many of the best for each that is wanted are looked at first.
_SHORTLIST: Final = 8


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
    rules = _Rules(loss, for_business)
    some = _best(scores, _SHORTLIST * k)
    chosen, varied = _Choice(columns, some, scores[some], rules).made(k)
    if varied or len(some) == np.count_nonzero(scores > 0):
        return chosen
    more = _of_every_kind(columns, scores, k)
    return _Choice(columns, more, scores[more], rules).made(k)[0]


@dataclass(frozen=True, slots=True)
class _Rules:
    loss: float
    for_business: bool


def _best(scores: Scores, count: int) -> Places:
    """Places of the so many best, in their own order; of equal ones those with the smaller place."""
    if count < len(scores):
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        above = np.flatnonzero(scores > max(least, 0))
        equal = np.flatnonzero(scores == least)[: count - len(above)] if least > 0 else above[:0]
        return np.sort(np.concatenate([above, equal]))
    return np.flatnonzero(scores > 0)


def _of_every_kind(columns: Columns, scores: Scores, k: int) -> Places:
    """The best of so many kinds that there is always one left of a kind that is not too many."""
    kinds: dict[bool, dict[int, int]] = {True: {}, False: {}}
    taken: list[int] = []
    for place in np.argsort(-scores, kind="stable")[: np.count_nonzero(scores > 0)]:
        themes, theme = kinds[bool(columns.for_business[place])], int(columns.themes[place])
        if themes.get(theme, 0) < k and (theme in themes or len(themes) < k + WINDOW):
            themes[theme] = themes.get(theme, 0) + 1
            taken.append(int(place))
    return np.sort(np.array(taken, dtype=np.int64))


class _Choice:
    """One choice among some places."""

    def __init__(self, columns: Columns, places: Places, scores: Scores, rules: _Rules) -> None:
        self._places = places
        self._scores = scores.copy()
        # What is left of a score beside each of the others.
        self._left = 1 - np.float32(rules.loss) * columns.all_alike(places)
        self._rules = rules
        self._codes = columns.themes[places]
        self._themes: list[int] = self._codes.tolist()
        self._business: list[bool] = columns.for_business[places].tolist()
        self._of_people = ~columns.for_business[places]

    def made(self, k: int) -> tuple[list[int], bool]:
        """The chosen places, and whether the rules could be kept with these alone."""
        left = np.ones(len(self._places), dtype=np.float32)
        chosen: list[int] = []
        varied = True
        while len(chosen) < k:
            worth = self._scores * left
            if not len(worth) or worth.max() <= 0:
                break
            place, within = self._next(worth, chosen)
            varied = varied and within
            chosen.append(place)
            self._scores[place] = 0
            np.minimum(left, self._left[place], out=left)
        return [int(self._places[place]) for place in chosen], varied and len(chosen) == k

    def _next(self, worth: Scores, chosen: Sequence[int]) -> tuple[int, bool]:
        """The best that is not one too many of its kind; failing that the best, and False."""
        within = self._without_too_many(worth, chosen[-(WINDOW - 1) :])
        best = int(within.argmax())
        if within[best] <= 0:
            return int(worth.argmax()), False
        # A theme comes again only after two others, unless they would be much worse.
        last = {self._themes[place] for place in chosen[-_APART:]} - {NO_CODE}
        if self._themes[best] not in last:
            return best, True
        apart = within
        for theme in last:
            apart = apart * (self._codes != theme)
        other = int(apart.argmax())
        return (other if apart[other] >= _MUCH_WORSE * within[best] else best), True

    def _without_too_many(self, worth: Scores, last: Sequence[int]) -> Scores:
        within = worth
        themes = [self._themes[place] for place in last]
        for theme in set(themes) - {NO_CODE}:
            if themes.count(theme) >= OF_ONE_THEME:
                within = within * (self._codes != theme)
        if not self._rules.for_business and sum(self._business[place] for place in last) >= OF_BUSINESS:
            within = within * self._of_people
        return within


def wants_business(columns: Columns, places: Sequence[int], owner: object) -> bool:
    """Whether somebody is after what is for legal persons: by what they told, or by what they asked about."""
    return owner is True or any(columns.for_business[place] for place in places)
