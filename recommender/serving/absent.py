"""Stand-ins for parts that an installation does not have: nobody is known, nothing popular, no model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from recommender.models import CitizenState, Interaction, InteractionType
from recommender.ports import Ranker

_HALF_LIFE_S: Final = 30 * 24 * 3600.0
_SAYS_NO: Final = 3.0
_WEIGHTS: Final = MappingProxyType({InteractionType.VIEW: 0.3, InteractionType.DISMISS: -1.0})


class NobodyKnown:
    """Profiles where nothing is kept of anybody."""

    def state(self, citizen: str, region: str | None = None) -> CitizenState:
        """The district chosen, and nothing else."""
        return CitizenState(region=region)


class NothingPopular:
    """Popularity where nothing is counted."""

    def counts(self, region: str | None, today: date) -> Mapping[int, float]:
        """Nothing."""
        return {}


class NoModel:
    """Models where none was trained."""

    def current(self) -> Ranker | None:
        """None."""
        return None


class EvenWeights:
    """Every interaction says as much but a view, which says less; half of it after a month."""

    def of(self, interaction: Interaction, now_s: float) -> float:
        """Weight after decay, negative for what was put off or rated below 3."""
        age_s = max(0.0, now_s - interaction.occurred_at.timestamp())
        weight = _WEIGHTS.get(interaction.type, 1.0)
        if interaction.value is not None and interaction.value < _SAYS_NO:
            weight = -weight
        return float(weight * 0.5 ** (age_s / _HALF_LIFE_S))
