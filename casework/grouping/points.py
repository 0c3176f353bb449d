"""Questions as points: their vectors without what all questions have in common. Pure.

Vectors of one model lie close together, whatever they are of: it is where they lie from their middle that
tells questions apart. The middle is taken of a list of ordinary questions, so that any model finds its own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casework.grouping.subject import subject_of

Points = NDArray[np.float32]
_LIST = Path(__file__).with_name("ordinary.txt")


def ordinary_subjects() -> list[str]:
    """Subjects of ordinary questions, of one matter each."""
    return [subject_of(line) for line in _LIST.read_text(encoding="utf-8").splitlines()]


def centre_of(vectors: Points) -> Points:
    """The middle of vectors of ordinary subjects, shape (dimension,)."""
    centre: Points = vectors.astype(np.float32).mean(axis=0)
    return centre


def points_of(vectors: Points, centre: Points) -> Points:
    """Unit points of subjects, shape (n, dimension), in numbers that half precision keeps as they are.

    Args:
        vectors: Of the subjects, shape (n, dimension).
        centre: As of `centre_of`, by the same model.
    """
    apart = vectors.astype(np.float32) - centre
    unit = apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), np.float32(1e-9))
    kept: Points = unit.astype(np.float16).astype(np.float32)
    return kept
