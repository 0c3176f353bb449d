"""Which stretch of a long text answers a question: whole sentences, about 300 characters. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.layout import LIMIT, Floats, Layout
from knowledge_base.search.pairs import Found

_LEAST = 40
Number = TypeVar("Number", np.int64, np.float64)

# Linear model over the columns of `features`: a softmax over a document's windows that gives the window with
# the annotated answer most weight, least squares penalty 1, fitted on 201 question and answer pairs of `ncp`.
WEIGHTS = np.array([2.1, 0.99, -0.9, 1.66, 3.5, 2.08, 6.88, 3.96, -2.87])


@dataclass(frozen=True, slots=True)
class Words:
    """Where a text holds the question's bigrams, and what each of them is worth.

    Attributes:
        found: In which sentence which stands, shape (units, grams).
        above: In the headings above which sentence, same shape.
        weights: Shape (grams,).
    """

    found: Found
    above: Found
    weights: Floats


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of units [first, last) with its score."""

    first: int
    last: int
    score: float


def best_windows(text: Layout, cosines: Floats, words: Words, count: int) -> list[Window]:
    """Up to `count` windows that do not overlap, best first.

    Args:
        cosines: Of the text's passages.
    """
    scores = features(text, cosines, words) @ WEIGHTS
    return _apart(text, scores, count)


def features(text: Layout, cosines: Floats, words: Words) -> Floats:
    """One row per window.

    Columns: weighted share of the question's words found; the same of its best sentence; how far into the
    window that sentence stands; share found when the headings above count too; longest run of the question
    found in one sentence; share found in the two sentences before; cosine of the passages it overlaps (times
    10); its length; whether it opens the document, where only the title stands.
    """
    found = words.found
    headed = found | words.above
    weights = _local_weights(words)
    before, first, last = text.before, text.bounds[:, 0], text.bounds[:, 1]
    share = found @ weights
    # By rank, so that the first of two alike is the best.
    order = np.lexsort((-np.arange(len(share)), share))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    best = order[_most(rank, text.bounds)]
    within = _within(found, text.bounds)
    runs = _longest_runs(found) / max(4, len(words.weights))
    previous = np.maximum(
        np.concatenate([[0.0], share[:-1]]), np.concatenate([[0.0, 0.0], share[:-2]])[: len(share)]
    )
    columns = (
        within @ weights,
        share[best],
        (before[best] - before[first]) / LIMIT,
        (within | headed[first]) @ weights,
        _most(runs, text.bounds),
        previous[first],
        10 * text.overlap @ cosines,
        (before[last] - before[first]) / LIMIT,
        (first == 0).astype(float),
    )
    return np.stack(columns, axis=1)


def _local_weights(words: Words) -> Floats:
    """Half of a word's worth is its rarity in the base, half that among this text's sentences; sums to 1."""
    held = words.found.sum(axis=0)
    local = np.log(1 + (len(words.found) - held + 0.5) / (held + 0.5))
    weights: Floats = np.where(held > 0, 0.5 * words.weights / 6 + 0.5 * local, 0.0)
    return weights / (weights.sum() or 1.0)


def _within(found: Found, bounds: NDArray[np.int64]) -> Found:
    total = np.concatenate([np.zeros((1, found.shape[1]), dtype=int), np.cumsum(found, axis=0)])
    inside: Found = total[bounds[:, 1]] > total[bounds[:, 0]]
    return inside


def _most(values: NDArray[Number], bounds: NDArray[np.int64]) -> NDArray[Number]:
    """The greatest value of each window."""
    most: NDArray[Number] = np.maximum.reduceat(np.append(values, values[:1]), bounds.ravel())[::2]
    return most


def _longest_runs(found: Found) -> NDArray[np.int64]:
    """The most grams in a row that each sentence holds, shape (units,)."""
    # With nothing at both ends of each row, all rows in one line: no run goes on into the next.
    wide = np.pad(found, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(wide.ravel())
    starts = np.flatnonzero(change == 1)
    longest = np.zeros(len(found), dtype=np.int64)
    np.maximum.at(longest, starts // wide.shape[1], np.flatnonzero(change == -1) - starts)
    return longest


def _apart(text: Layout, scores: Floats, count: int) -> list[Window]:
    taken: list[Window] = []
    for place in np.argsort(-scores, kind="stable"):
        first, last = (int(bound) for bound in text.bounds[place])
        for window in taken:
            if first < window.last and last > window.first:
                first, last = (first, window.first) if first < window.first else (window.last, last)
        length = text.before[last] - text.before[first] if last > first else 0.0
        if last <= first or (taken and length < _LEAST):
            continue
        taken.append(Window(first, last, float(scores[place])))
        if len(taken) == count:
            break
    return taken
