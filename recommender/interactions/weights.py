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
        self._of = {
            (kind, by_agency): (weights[name], half_lives[name] * _DAY_S)
            for kind in SPEAKING
            for by_agency in (False, True)
            for name in [_name(kind, by_agency=by_agency)]
        }

    def of(self, interaction: Interaction, now_s: float) -> float:
        """Weight after decay; from minus the weight of `rate` for one of five to all of it for five of five.

        What is dated after `now_s` is of now. A view says nothing, and a dismissal is obeyed.
        """
        told = self._of.get((interaction.type, interaction.origin is Origin.AGENCY))
        if told is None:
            return 0.0
        weight, half_life = told
        age_s = max(0.0, now_s - interaction.occurred_at.timestamp())
        decayed: float = weight * 0.5 ** (age_s / half_life)
        return decayed * _liking(interaction)


def _name(kind: InteractionType, *, by_agency: bool) -> str:
    return f"{kind}_declared" if kind in _DECLARED and not by_agency else kind.value


def _liking(interaction: Interaction) -> float:
    if interaction.type is not InteractionType.RATE:
        return 1.0
    value = _MIDDLE if interaction.value is None else interaction.value
    return (value - _MIDDLE) / _SPREAD
