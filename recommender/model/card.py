"""What a model tells of itself: version, sizes, parameters, how it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from core.errors import BadInput
from recommender.model.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Card:
    """A model card.

    Attributes:
        version: Names the model; made from what it was trained on, or given.
        trained_at: Instant in UTC, ISO 8601.
        window: First and last day of the interactions, where that is known.
        metrics: Figures with intervals, as the evaluation gave them.
    """

    version: str
    trained_at: str
    citizens: int
    items: int
    interactions: int
    parameters: Parameters = field(default_factory=Parameters)
    window: tuple[str, str] | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return asdict(self) | {"parameters": self.parameters.as_json(), "metrics": dict(self.metrics)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The same from a file.

        Raises:
            BadInput: A field is missing, unknown, or of another type.
        """
        try:
            given = dict(told)
            window = given.pop("window", None)
            parameters = Parameters.from_json(given.pop("parameters"))
            card = cls(parameters=parameters, window=tuple(window) if window else None, **given)
        except (KeyError, TypeError, AttributeError) as error:
            raise BadInput(f"card: {error}") from error
        if not isinstance(card.version, str) or not isinstance(card.items, int):
            raise BadInput("card: version or items are of another type")
        return card
