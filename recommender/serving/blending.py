"""Proposals of several sources brought together into one score for each item. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.serving.columns import Places, Scores
from recommender.serving.recipe import FALLBACK, UNKNOWN, WEIGHTS
from recommender.serving.sources import Known, Proposal

# What no source proposes stands behind everything that one does.
_BEHIND: Final = np.float32(1e-3)
_MOST_CONDITIONS: Final = 64
# By number of conditions of which it is not known whether they are met.
_SURE: Final = np.power(np.float32(UNKNOWN), np.arange(_MOST_CONDITIONS + 1, dtype=np.float32))


# By source: what it adds to each of some places before eligibility.
Shares = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Blend:
    """One score for each item.

    Attributes:
        scores: (n,) float32, 0 where an item is not offered.
        proposals: By source, what they are made of.
    """

    scores: Scores
    proposals: Mapping[str, Proposal]

    def shares(self, places: Sequence[int]) -> Shares:
        """Of these places."""
        at = np.array(places, dtype=np.int64)
        return {name: _share(name, one, at).tolist() for name, one in self.proposals.items()}


def blended(known: Known, proposals: Mapping[str, Proposal], *, for_business: bool = False) -> Blend:
    """The weighted sum, less for each condition of which it is not known whether the citizen meets it.

    Args:
        for_business: What is for legal persons alone is in the fallback list as well.
    """
    columns, standing = known.columns, known.standing
    behind = columns.importance if for_business else columns.importance_to_people
    scores = _BEHIND * behind
    for name, proposal in proposals.items():
        scores += proposal.scores * (proposal.trust * np.float32(WEIGHTS[name]))
    open_conditions = (standing.total - standing.met) * (standing.truth == 0)
    scores *= _SURE[np.minimum(open_conditions, _MOST_CONDITIONS)]
    scores *= known.open
    return Blend(scores, proposals)


def owed_to(shares: Shares, count: int) -> list[str]:
    """The source that each of `count` places is owed to most; the fallback list where none proposes it."""
    by_source = ({name: share[number] for name, share in shares.items()} for number in range(count))
    return [_largest(one) for one in by_source]


def _largest(shares: Mapping[str, float]) -> str:
    # Of equal shares the first source's.
    best = max(shares, key=lambda name: shares[name], default=FALLBACK)
    return best if shares.get(best, 0.0) > 0 else FALLBACK


def _share(name: str, proposal: Proposal, places: Places) -> Scores:
    trust = proposal.trust[places] if isinstance(proposal.trust, np.ndarray) else proposal.trust
    share: Scores = proposal.scores[places] * (trust * np.float32(WEIGHTS[name]))
    return share
