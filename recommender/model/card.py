"""What a model tells of itself: version, sizes, parameters."""

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
    """

    version: str
    trained_at: str
    citizens: int
    items: int
    interactions: int
    parameters: Parameters = field(default_factory=Parameters)

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return asdict(self) | {"parameters": self.parameters.as_json()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The same from a file.

        Raises:
            BadInput: A field is missing, unknown, or of another type.
        """
        try:
            given = dict(told)
            parameters = Parameters.from_json(given.pop("parameters"))
            card = cls(parameters=parameters, **given)
        except (KeyError, TypeError, AttributeError) as error:
            raise BadInput(f"card: {error}") from error
        if not isinstance(card.version, str) or not isinstance(card.items, int):
            raise BadInput("card: version or items are of another type")
        return card
