"""How much an interaction says: by its type and by who says so, half as much after its half-life. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.interactions import HALF_LIVES, WEIGHTS
from recommender.models import SPEAKING, Interaction, InteractionType, Origin

_DAY_S: Final = 86_400.0
_DECLARED: Final = frozenset({InteractionType.APPLY, InteractionType.FINISH})
# A rating in the middle says neither.
_MIDDLE, _SPREAD = 3.0, 2.0


class InteractionWeights:
    """`recommender.ports.Weights` from settings.

    Args:
        weights: By name: a type, or `apply_declared` and `finish_declared` for the citizen's own word.
        half_lives: The same in days.
    """

    def __init__(
        self, weights: Mapping[str, float] = WEIGHTS, half_lives: Mapping[str, float] = HALF_LIVES
    ) -> None:
        self._weights = dict(weights)
        self._half_lives = {name: days * _DAY_S for name, days in half_lives.items()}

    def of(self, interaction: Interaction, now_s: float) -> float:
        """Weight after decay; from minus the weight of `rate` for one of five to all of it for five of five.

        What is dated after `now_s` is of now. A view says nothing, and a dismissal is obeyed.
        """
        if interaction.type not in SPEAKING:
            return 0.0
        name = _name(interaction)
        age_s = max(0.0, now_s - interaction.occurred_at.timestamp())
        decayed: float = self._weights[name] * 0.5 ** (age_s / self._half_lives[name])
        return decayed * _liking(interaction)


def _name(interaction: Interaction) -> str:
    if interaction.type in _DECLARED and interaction.origin is not Origin.AGENCY:
        return f"{interaction.type}_declared"
    return interaction.type.value


def _liking(interaction: Interaction) -> float:
    if interaction.type is not InteractionType.RATE:
        return 1.0
    value = _MIDDLE if interaction.value is None else interaction.value
    return (value - _MIDDLE) / _SPREAD
