"""The sentences of a text and the stretches of it that may be quoted: what no question changes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.text.normalise import fold
from knowledge_base.passages.chunk import LIMIT as LONGEST_UNIT
from knowledge_base.passages.chunk import units

# Characters of a window without blanks.
LIMIT = 300
Floats = NDArray[np.float64]
Bounds = NDArray[np.int64]
# Parts texts that are folded together; no official text holds it, and folding leaves it alone.
_APART = "\x1e"


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of the text: its span, its length without blanks, and its folded words."""

    start: int
    end: int
    length: int
    folded: str
    headings: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A text's sentences, and a window from each of them on.

    Attributes:
        lengths: Of the sentences, shape (units,); `before` those of all sentences before, shape (units + 1,).
        bounds: First and past-the-last sentence of each window, shape (windows, 2).
        overlap: Share of each window that each passage holds, shape (windows, passages).
    """

    units: Sequence[Unit]
    lengths: Floats
    before: Floats
    bounds: Bounds
    overlap: Floats


def layout(units: Sequence[Unit], spans: NDArray[np.int64]) -> Layout:
    """Lays windows over sentences, of which there is at least one.

    Args:
        spans: Start and end of each passage, shape (n, 2).
    """
    lengths = np.array([unit.length for unit in units], dtype=float)
    before = np.concatenate([[0.0], np.cumsum(lengths)])
    bounds = _windows(before)
    return Layout(units, lengths, before, bounds, _overlap(units, bounds, spans))


def units_of(text: str) -> tuple[Unit, ...]:
    """Sentences of a text in order."""
    found = list(units(text, LONGEST_UNIT))
    pieces = [text[one.start : one.end] for one in found]
    headings = list(dict.fromkeys(one.headings for one in found))
    folded = _folded([*pieces, *(" ".join(path) for path in headings)])
    above = dict(zip(headings, folded[len(pieces) :], strict=True))
    return tuple(
        Unit(one.start, one.end, len("".join(piece.split())), words, above[one.headings])
        for one, piece, words in zip(found, pieces, folded, strict=False)
    )


def _folded(texts: Sequence[str]) -> list[str]:
    """Each of them folded, in one go: most of the time goes into beginning."""
    together = fold(_APART.join(texts)).split(_APART)
    return together if len(together) == len(texts) else [fold(text) for text in texts]


def _windows(before: Floats) -> Bounds:
    """From every sentence on as many whole sentences as fit the limit."""
    last = np.searchsorted(before[1:], before[:-1] + LIMIT, side="right")
    first = np.arange(len(before) - 1)
    return np.stack([first, np.maximum(last, first + 1)], axis=1)


def _overlap(units: Sequence[Unit], bounds: Bounds, spans: NDArray[np.int64]) -> Floats:
    starts = np.array([unit.start for unit in units])
    ends = np.array([unit.end for unit in units])
    start, end = starts[bounds[:, 0]][:, None], ends[bounds[:, 1] - 1][:, None]
    shared = np.clip(np.minimum(end, spans[:, 1]) - np.maximum(start, spans[:, 0]), 0, None).astype(float)
    part: Floats = shared / np.maximum(shared.sum(axis=1, keepdims=True), 1.0)
    return part
