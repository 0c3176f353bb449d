"""Everything that a training can be told, with the values that were chosen on validation data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from core.errors import BadInput


@dataclass(frozen=True, slots=True)
class Parameters:
    """Of one training.

    Attributes:
        components: Dimensions of each LightFM model.
        learning_rate, epochs, max_sampled: Of LightFM (WARP).
        seeds: How many LightFM models are averaged.
        seed: Of the first one.
        workers: So many LightFM models are trained at a time, each by one thread of its own: the numbers are
            the same whatever it is.
        penalty: L2 penalty of LightFM, on items and citizens alike.
        rank: Dimensions of all LightFM models together, for serving.
        feature_share: What features add to an identity of 1, in all, for an item or a citizen.
        ridge: Penalty of the map from histories to citizens' vectors.
        plain: Share of the plain mean of the history's items in a citizen's vector; the rest is what a map
            learned from the citizens trained on makes of that mean.
        prior: As many average interactions are added to each history that is folded in.
        ease_penalty: λ of EASE.
        ease_items: At most so many items, the most popular, have a row in EASE's matrix.
        ease_kept: So many weights of each row of EASE are kept, the largest; the rest count as their median.
        neighbours: What EASE says for an item that few have used is borrowed from so many that are alike.
        content_rank: Dimensions of the content part.
        lightfm, ease, content: Weights of the parts.
        citizen_half, item_half: Strength of a history, number of an item's citizens, at which the
            collaborative part has half its weight.
    """

    components: int = 64
    learning_rate: float = 0.02
    epochs: int = 50
    max_sampled: int = 30
    seeds: int = 3
    seed: int = 1
    workers: int = 1
    penalty: float = 0.0
    rank: int = 64
    feature_share: float = 1.0
    ridge: float = 0.1
    plain: float = 0.25
    prior: float = 1.0
    ease_penalty: float = 300.0
    ease_items: int = 6000
    ease_kept: int = 100
    neighbours: int = 20
    content_rank: int = 128
    lightfm: float = 0.75
    ease: float = 0.25
    content: float = 0.15
    citizen_half: float = 1.0
    item_half: float = 2.0

    def as_json(self) -> dict[str, float]:
        """By name."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The same from a card; what it does not name has its usual value.

        Raises:
            BadInput: A name is unknown, or its value is no number.
        """
        known = {field.name for field in fields(cls)}
        for name, value in told.items():
            if name not in known or isinstance(value, bool) or not isinstance(value, int | float):
                raise BadInput(f"parameters: {name} is unknown, or no number")
        return cls(**told)
