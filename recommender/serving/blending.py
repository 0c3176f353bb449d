"""Proposals of several sources brought together into one score for each item. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.serving.columns import Scores
from recommender.serving.recipe import UNKNOWN, WEIGHTS
from recommender.serving.sources import Known, Proposal

# What no source proposes stands behind everything that one does.
_BEHIND: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Blend:
    """One score for each item.

    Attributes:
        scores: (n,) float32, 0 where an item is not offered.
        shares: By source: (n,) float32, what it adds before eligibility.
    """

    scores: Scores
    shares: Mapping[str, Scores]


def blended(known: Known, proposals: Mapping[str, Proposal], *, for_business: bool = False) -> Blend:
    """The weighted sum, less for each condition of which it is not known whether the citizen meets it.

    Args:
        for_business: What is for legal persons alone is in the fallback list as well.
    """
    columns, standing = known.columns, known.standing
    shares = {
        name: (proposal.scores * proposal.trust * WEIGHTS[name]).astype(np.float32)
        for name, proposal in proposals.items()
    }
    total = sum(shares.values(), start=np.zeros(len(columns), dtype=np.float32))
    open_conditions = np.where(standing.truth == 0, standing.total - standing.met, 0)
    sure = np.power(UNKNOWN, np.arange(open_conditions.max(initial=0) + 1))[open_conditions]
    behind = columns.importance if for_business else np.where(columns.for_business, 0, columns.importance)
    scores = (total + _BEHIND * behind) * sure
    return Blend(np.where(known.open, scores, 0).astype(np.float32), shares)


def owed_to(blend: Blend, place: int) -> str | None:
    """The source that an item's score is owed to most; None where no source proposes it."""
    # Of equal shares the first source's.
    best = max(blend.shares, key=lambda name: float(blend.shares[name][place]), default=None)
    return best if best is not None and blend.shares[best][place] > 0 else None
